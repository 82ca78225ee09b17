"""案件办理, first half: stages by class and nature, their verdicts, and how they are told.

Belongs here: which stages each nature has and which cells are judged together. Does not belong here: the tests
(``jingcang.statistics``), limits of open cases (``case_limits``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.components import verdict_matrix
from jingcang.statistics.periods import Pair
from jingcang.statistics.verdicts import MAYBE, NOTHING, Verdict, judge, not_compared

STAGES = {
    "criminal": {"filed": "立案", "solved": "破案", "transferred": "移送起诉", "closed": "结案"},
    "administrative": {"filed": "立案", "punished": "查处", "mediated": "调解", "closed": "结案"},
}
"""Stages of a nature in their order. 查处 is the decision to punish or not to punish."""
NATURES = {"criminal": "刑事", "administrative": "治安"}
TOTAL = "合计"
MOST_CLASSES = 8
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Stages:
    """Judged counts by (nature, stage, class), totals included.

    Args:
        verdicts: (nature code, stage code, class or TOTAL) → verdict.
        withheld: why nothing was compared, "" when it was.
    """

    verdicts: dict[Key, Verdict]
    withheld: str

    def total(self, nature: str, stage: str) -> Verdict:
        return self.verdicts.get((nature, stage, TOTAL), NOTHING)

    def classes(self, nature: str) -> list[str]:
        """Return the classes of a nature by their filed cases of the period."""
        found = {name for kind, _, name in self.verdicts if kind == nature and name != TOTAL}
        return sorted(found, key=lambda name: (-self._weight(nature, name), name))

    def _weight(self, nature: str, name: str) -> int:
        cells = [self.verdicts.get((nature, stage, name), NOTHING) for stage in STAGES[nature]]
        return sum(cell.current + cell.before for cell in cells)

    def cells(self) -> list[tuple[Key, Verdict]]:
        """Return the cells without totals."""
        return [(key, verdict) for key, verdict in self.verdicts.items() if key[2] != TOTAL]


def build(
    rows: Iterable[Mapping[str, Any]], *, pair: Pair, withheld: str, dispersions: Mapping[str, float]
) -> Stages:
    """Return the judged counts.

    Args:
        rows: counts of both periods by nature, stage and class.
        pair: the periods.
        withheld: why they must not be compared, "" when they may.
        dispersions: nature → overdispersion of its weekly filed cases.
    """
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        nature, stage = row["nature_code"], row["stage_code"]
        if stage not in STAGES.get(nature, {}):
            continue
        for name in (row["class_label"], TOTAL):
            sums[nature, stage, name][0] += row["current_count"]
            sums[nature, stage, name][1] += row["before_count"]
    counts = {key: (now, then) for key, (now, then) in sums.items()}
    if withheld:
        return Stages(dict(zip(counts, not_compared(list(counts.values())), strict=True)), withheld)
    verdicts: dict[Key, Verdict] = {}
    # One family of cells for both natures; the totals stand apart. The larger overdispersion is the careful one.
    worst = max(dispersions.values(), default=1.0)
    for is_total in (False, True):
        keys = [key for key in counts if (key[2] == TOTAL) == is_total]
        judged = judge([counts[key] for key in keys], pair.current.days, pair.before.days, worst)
        verdicts |= dict(zip(keys, judged, strict=True))
    return Stages(verdicts, withheld)


def sentence(stages: Stages) -> str:
    """Return the stages as a sentence: counts of both natures with their verdicts."""
    parts = []
    for nature, name in NATURES.items():
        shown = list(STAGES[nature].items())[:2]
        words = "、".join(_told(stages.total(nature, code), label) for code, label in shown)
        parts.append(f"{name}{words}")
    text = "；".join(parts)
    return f"{text}；{stages.withheld}，不与对比期比较" if stages.withheld else text


def _told(verdict: Verdict, label: str) -> str:
    if not verdict.is_compared:
        return f"{label} {verdict.current:,} 起"
    return f"{label} {verdict.current:,} 起（对比期 {verdict.before:,}，{verdict.words}）"


def items(stages: Stages, most: int) -> list[str]:
    """Return the real changes as lines, the largest first, at most ``most``."""
    real = sorted(
        ((key, verdict) for key, verdict in stages.cells() if verdict.is_real),
        key=lambda item: -abs(item[1].current - item[1].before),
    )
    return [
        f"{verdict.mark} **{NATURES[nature]}·{name}·{STAGES[nature][stage]}**：{verdict.change_words}，"
        f"{verdict.words}（校正后 {verdict.q_words}）"
        for (nature, stage, name), verdict in real[:most]
    ]


def maybe(stages: Stages) -> str:
    """Return the possible changes in words, "" when there are none."""
    found = sorted(
        ((key, verdict) for key, verdict in stages.cells() if verdict.words in MAYBE),
        key=lambda item: item[1].p,
    )
    return "；".join(
        f"{NATURES[nature]}·{name}·{STAGES[nature][stage]} {verdict.change_words}"
        for (nature, stage, name), verdict in found[:3]
    )


def show(stages: Stages, nature: str, *, is_by_area: bool) -> None:
    """Show class × stage of one nature as a heat matrix above its data.

    Args:
        stages: the judged counts.
        nature: its code.
        is_by_area: one 责任区 was chosen; its small counts do not leave the page.
    """
    codes = STAGES[nature]
    classes = stages.classes(nature)
    shown = [*classes[:MOST_CLASSES], TOTAL]
    note = "本期（对比期）起数，按各环节日期计。"
    if len(classes) > MOST_CLASSES:
        note += f"另有 {len(classes) - MOST_CLASSES} 类计入合计。"
    verdict_matrix.show_counts(
        _finding(stages, nature),
        key=f"cases_{nature}",
        heads=("类别", "环节"),
        columns=list(codes.values()),
        lines=shown,
        table=[[stages.verdicts.get((nature, code, name), NOTHING) for code in codes] for name in shown],
        note=note,
        is_compared=not stages.withheld,
        has_total_column=False,
        is_suppressed=is_by_area,
    )


def _finding(stages: Stages, nature: str) -> str:
    if stages.withheld:
        return f"{NATURES[nature]}：本期起数，不作比较"
    return verdict_matrix.finding(
        f"{NATURES[nature]}，类别 × 环节", (verdict for key, verdict in stages.cells() if key[0] == nature)
    )
