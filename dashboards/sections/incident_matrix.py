"""态势, first half: counts by type × place, their verdicts, the answer and the short list.

Belongs here: which cells are judged together and how they are told. Does not belong here: the tests and
words themselves (``jingcang.statistics``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboards.components import short_list, verdict_matrix
from dashboards.components.frame import answer
from dashboards.components.short_list import Item
from dashboards.context import Context
from jingcang.statistics.periods import Pair
from jingcang.statistics.verdicts import MAYBE, NOTHING, RISEN, Verdict, judge, not_compared

MOST_KINDS, MOST_PLACES, MOST_ITEMS = 15, 12, 5
TOTAL = "合计"
UNMAPPED = "未映射"
Key = tuple[str, str]


@dataclass(frozen=True)
class Matrix:
    """Judged counts by (type, place), totals included.

    Args:
        verdicts: (type, place) → verdict.
        kinds: types by current count, the total last.
        places: place number → name in order, 未登记 and the total last.
        is_by_area: places are 责任区, else units.
        withheld: why nothing was compared, "" when it was.
    """

    verdicts: dict[Key, Verdict]
    kinds: list[str]
    places: dict[str, str]
    is_by_area: bool
    withheld: str

    @property
    def total(self) -> Verdict:
        return self.verdicts[TOTAL, TOTAL]

    def where(self, place: str) -> str:
        """Return the place as a prefix of a sentence; nothing when there is only one."""
        return self.places.get(place, place) if len(self.places) > 2 else ""

    def cells(self) -> list[tuple[Key, Verdict]]:
        """Return the cells without totals."""
        return [(key, verdict) for key, verdict in self.verdicts.items() if TOTAL not in key]


def build(
    rows: Sequence[dict[str, Any]],
    names: dict[str, str],
    *,
    level: str,
    is_by_area: bool,
    pair: Pair,
    withheld: str,
    dispersion: float,
) -> Matrix:
    """Return the matrix of both periods' counts.

    Args:
        rows: counts of both periods by type, unit and area.
        names: place number → name.
        level: ``class_level1_label`` or ``class_label``.
        is_by_area: places are 责任区, else units.
        pair: the two periods.
        withheld: why they must not be compared, "" when they may.
        dispersion: overdispersion of the weekly series.
    """
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        place = (row["area_no"] if is_by_area else row["unit_no"]) or ""
        for kind in (row[level], TOTAL):
            for where in (place, TOTAL):
                sums[kind, where][0] += row["current_count"]
                sums[kind, where][1] += row["before_count"]
    keys, counts = list(sums), [(now, then) for now, then in sums.values()]
    if withheld:
        judged = not_compared(counts)
    else:
        judged = judge(counts, pair.current.days, pair.before.days, dispersion)
    verdicts = dict(zip(keys, judged, strict=True))
    # The total stands alone: it is not one of the many cells looked at together.
    if not withheld:
        verdicts[TOTAL, TOTAL] = judge(
            [counts[keys.index((TOTAL, TOTAL))]], pair.current.days, pair.before.days, dispersion
        )[0]
    kinds = sorted(
        {kind for kind, _ in keys},
        key=lambda kind: (kind == TOTAL, kind == UNMAPPED, -verdicts[kind, TOTAL].current, kind),
    )
    found = [place for place in names if (TOTAL, place) in verdicts and place]
    found += sorted({place for _, place in keys} - set(names) - {TOTAL, ""})
    places = {place: names.get(place, place) for place in found}
    if (TOTAL, "") in verdicts:
        places[""] = "未登记责任区" if is_by_area else "未登记单位"
    places[TOTAL] = TOTAL
    return Matrix(verdicts, kinds, places, is_by_area, withheld)


def tell(matrix: Matrix, subject: str) -> None:
    """Show the sentence that answers the page's question."""
    total = matrix.total
    if matrix.withheld:
        answer(f"{subject} {total.current:,} 起；{matrix.withheld}，本期不与对比期比较。")
        return
    real = [(key, verdict) for key, verdict in matrix.cells() if verdict.is_real]
    sentence = f"{subject} {total.current:,} 起，对比期 {total.before:,} 起，总量{total.words}"
    if real:
        (kind, place), verdict = min(real, key=lambda item: item[1].q)
        sentence += f"；其中{matrix.where(place)}“{kind}”{verdict.words}，{verdict.change_words}"
        sentence += f"，另有 {len(real) - 1} 处变化超出偶然波动。" if len(real) > 1 else "。"
    else:
        sentence += "；逐类逐地看，没有超出偶然波动的变化。"
    answer(sentence)


def look_at(matrix: Matrix) -> None:
    """List the real changes, rises first, and name the possible ones without mark or colour."""
    real = [(key, verdict) for key, verdict in matrix.cells() if verdict.is_real]
    ranked = sorted(real, key=lambda item: (item[1].words != RISEN, -abs(item[1].current - item[1].before)))
    lines = [
        Item(
            f"{verdict.mark} **{_title(matrix, key)}**：{verdict.change_words}，"
            f"{verdict.words}（校正后 {verdict.q_words}）",
            *_narrowed(matrix, key[1]),
        )
        for key, verdict in ranked[:MOST_ITEMS]
    ]
    short_list.show(
        lines, "先看这几处（点开到该处的“趋势”）" if any(line.page for line in lines) else "先看这几处"
    )
    maybe = sorted(
        ((key, verdict) for key, verdict in matrix.cells() if verdict.words in MAYBE),
        key=lambda item: item[1].p,
    )
    if maybe and len(lines) < MOST_ITEMS:
        shown = maybe[: min(3, MOST_ITEMS - len(lines))]
        words = "；".join(f"{_title(matrix, key)} {verdict.change_words}" for key, verdict in shown)
        st.caption(
            f"留意，尚不能下结论（{len(matrix.cells()):,} 格放在一起看，单凭偶然也会有几格这样）：{words}。"
        )


def _narrowed(matrix: Matrix, place: str) -> tuple[str, dict[str, str]]:
    """Return the page and the choices that show whether a place has risen for long, nothing where it has no name."""
    if not place or not matrix.where(place):
        return "", {}
    return "trends", {"area" if matrix.is_by_area else "unit": matrix.places[place]}


def _title(matrix: Matrix, key: Key) -> str:
    kind, place = key
    where = matrix.where(place)
    return f"{where}·{kind}" if where else kind


def show(matrix: Matrix) -> None:
    """Show the heat matrix above its data."""
    inner = [place for place in matrix.places if place not in (TOTAL, "")]
    most = sorted(inner, key=lambda place: -matrix.verdicts[TOTAL, place].current)[:MOST_PLACES]
    places = [place for place in matrix.places if place in most or place == TOTAL]
    if "" in matrix.places:
        places.insert(len(places) - 1, "")
    if len(matrix.places) <= 2:
        places = [TOTAL]
    kinds = [*matrix.kinds[:-1][:MOST_KINDS], TOTAL]
    table = [[matrix.verdicts.get((kind, place), NOTHING) for place in places] for kind in kinds]
    verdict_matrix.show_counts(
        _finding(matrix),
        key="matrix",
        heads=("类别", "地区"),
        columns=[matrix.places[place] for place in places],
        lines=kinds,
        table=table,
        note=_note(matrix, len(matrix.kinds) - len(kinds), len(inner) - len(most)),
        is_compared=not matrix.withheld,
        has_total_column=len(places) > 1,
        is_suppressed=matrix.is_by_area,
    )


def _finding(matrix: Matrix) -> str:
    what = f"类别 × {'责任区' if matrix.is_by_area else '单位'}"
    if matrix.withheld:
        return f"{what}：本期起数，不作比较"
    return verdict_matrix.finding(what, (verdict for _, verdict in matrix.cells()))


def _note(matrix: Matrix, other_kinds: int, other_places: int) -> str:
    note = (
        "格内为本期起数。"
        if matrix.withheld
        else "格内为本期（对比期）起数；▲ 橙色为明显上升，▼ 蓝色为明显下降，灰色为不能说有变化。"
    )
    if other_kinds > 0:
        note += f"另有 {other_kinds} 类起数较少，计入合计行。"
    if other_places > 0:
        note += f"只列起数最多的 {MOST_PLACES} 处，另有 {other_places} 处计入合计列。"
    return note


def place_names(context: Context, rows: Sequence[dict[str, Any]], areas: dict[str, str]) -> dict[str, str]:
    """Return place number → name: ``areas`` when there are any, else the units found in the rows."""
    if areas:
        return areas
    units = sorted({row["unit_no"] for row in rows if row["unit_no"]})
    return {unit: context.unit_name(unit) for unit in units}
