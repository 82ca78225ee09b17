"""精准宣防: which type of fraud is where, and what to tell of the commonest.

Belongs here: the matrix of type × place and the declared texts. Does not belong here: rates (``prevention_rates``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import charts, shapes, small_counts, wording
from dashboards.sections.prevention_rates import MOST_PLACES
from jingcang.reports.briefing.tips import load_tips, tips_for
from jingcang.statistics.periods import Period

METRIC = "incidents_fraud"
MOST_TYPES = 12
MOST_TIPS = 3
"""Types whose standard text is shown; a leader reads no more."""


def show(
    rows: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    column: str,
    *,
    kind: str,
    period: Period,
    is_suppressed: bool,
) -> None:
    """Show type × place as a heat matrix of counts.

    Args:
        rows: counts by place and ``class_label``.
        names: place number → name.
        column: column of the place.
        kind: what the places are.
        period: counted.
        is_suppressed: counts 1 to 4 do not leave the page.
    """
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        place = names.get(row[column] or "", f"未登记{kind}")
        sums[row["class_label"] or "未登记", place] += row["incident_count"]
    by_type: dict[str, int] = defaultdict(int)
    by_place: dict[str, int] = defaultdict(int)
    for (one, place), count in sums.items():
        by_type[one] += count
        by_place[place] += count
    types = sorted(by_type, key=lambda one: (-by_type[one], one))
    wide = sorted(by_place, key=lambda place: (-by_place[place], place))
    shown_types, shown_places = types[:MOST_TYPES], wide[:MOST_PLACES]
    grid = [[sums.get((one, place), 0) for place in shown_places] for one in shown_types]
    chart = shapes.matrix(
        shown_places,
        shown_types,
        grid,
        [[f"{count:,}" for count in line] for line in grid],
        hover="%{y} · %{x}<br>%{z:,} 起",
        left=150,
    )
    others = len(types) - len(shown_types)
    note = f"格内为起数，{period.label()}；各格起数少，只看哪里要讲什么，不比升降。"
    if others > 0 or len(wide) > len(shown_places):
        note += f"只列最多的 {len(shown_types)} 类、{len(shown_places)} 个{kind}，其余见“看数据”。"
    table = [[one, *(sums.get((one, place), 0) for place in wide), by_type[one]] for one in types]
    last = len(wide) + 1
    share = wording.share(by_type[types[0]], sum(by_type.values()), 0)
    charts.show_chart(
        f"讲什么：最多的是{types[0]}，占 {share}",
        chart,
        key="prevention_types",
        columns=[("类型",), *((kind, place) for place in wide), ("合计",)],
        rows=table,
        note=note,
        export_rows=small_counts.hidden(table, range(1, last)) if is_suppressed else None,
    )
    told = tips_for([(METRIC, one) for one in types[:MOST_TIPS]], load_tips())
    if told:
        st.markdown("**怎么讲**\n" + "\n".join(f"- {label}：{tip.text}" for tip, (_, label) in told))
