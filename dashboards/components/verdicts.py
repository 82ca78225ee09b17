"""From two counts to a word: 明显上升, 明显下降, 与偶然波动一致.

Belongs here: the wording and its colour. The test and the false-discovery control are those of
``jingcang.statistics``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.components.charts import VERDICT_COLOURS
from dashboards.components.wording import change

Q_LIMIT = 0.05
WORDS = {"rise": "明显上升", "fall": "明显下降", "chance": "与偶然波动一致"}
MARKS = {"rise": "▲", "fall": "▼", "chance": ""}


@dataclass(frozen=True)
class Verdict:
    """What two counts say.

    Args:
        current: count of the period.
        before: count of the period compared with.
        kind: ``rise``, ``fall`` or ``chance``.
        q: false-discovery-adjusted p-value.
    """

    current: int
    before: int
    kind: str
    q: float

    @property
    def words(self) -> str:
        return WORDS[self.kind]

    @property
    def mark(self) -> str:
        return MARKS[self.kind]

    @property
    def colour(self) -> str:
        return VERDICT_COLOURS[self.kind]

    @property
    def change(self) -> str:
        return change(self.current, self.before)


def judge(pairs: Sequence[tuple[int, int]], days: int, days_before: int) -> list[Verdict]:
    """Return a verdict a pair of counts, controlled for how many pairs are looked at together.

    Args:
        pairs: (count of the period, count of the period compared with).
        days: length of the period.
        days_before: length of the period compared with.
    """
    from jingcang.statistics import compare_counts, false_discovery_q

    p_values = [compare_counts(max(a, 0), days, max(b, 0), days_before).p_value for a, b in pairs]
    verdicts = []
    for (current, before), q in zip(pairs, false_discovery_q(p_values), strict=True):
        is_rise = current * days_before > before * days
        kind = "chance" if q > Q_LIMIT else "rise" if is_rise else "fall"
        verdicts.append(Verdict(current, before, kind, q))
    return verdicts
