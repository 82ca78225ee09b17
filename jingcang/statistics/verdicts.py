"""From the pairs of counts shown together to a word each, as pages and briefings print it.

Belongs here: which pairs are judged together, and the words and mark of a verdict. Does not belong here: the test
and the false-discovery control (``comparison``), which periods are compared (``periods``), colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .comparison import (
    CHANCE,
    FALLEN,
    MAYBE_FALLEN,
    MAYBE_RISEN,
    RISEN,
    Comparison,
    compare_counts,
    false_discovery,
    verdict_after,
)

MAYBE = (MAYBE_RISEN, MAYBE_FALLEN)
NOT_COMPARED = "不作比较"
_MARKS = {RISEN: "▲", FALLEN: "▼"}


@dataclass(frozen=True)
class Verdict:
    """What two counts say.

    Args:
        current: count of the period.
        before: count of the period compared with.
        words: 明显上升 / 可能上升 / 与偶然波动一致 / 可能下降 / 明显下降.
        q: p-value after false-discovery control over the cells shown together.
        change: counts, with a percentage only from a baseline of ten on.
        p: p-value of this pair alone.
    """

    current: int
    before: int
    words: str
    q: float
    change: str
    p: float = 1.0

    @property
    def is_real(self) -> bool:
        return self.words in _MARKS

    @property
    def is_compared(self) -> bool:
        return self.words != NOT_COMPARED

    @property
    def change_words(self) -> str:
        """The change with its unit: 3 → 1 起, 17 → 81 起（+376%）."""
        counts, _, percent = self.change.replace("（-", "（−").partition("（")
        return f"{counts} 起" + (f"（{percent}" if percent else "")

    @property
    def q_words(self) -> str:
        """The q value as printed; never 0.000."""
        return "q < 0.001" if self.q < 0.001 else f"q = {self.q:.3f}"

    @property
    def mark(self) -> str:
        """▲ or ▼ of a real change, nothing otherwise."""
        return _MARKS.get(self.words, "")


LARGEST_EXACT = 1_000
"""Above this total the E-test takes seconds a cell (0.7 s at 6,000) and equals the score test anyway."""

NOTHING = Verdict(0, 0, CHANCE, 1.0, "0 → 0")


@lru_cache(maxsize=20_000)
def _compare(current: int, before: int, days: int, days_before: int, dispersion: float) -> Comparison:
    if current + before > LARGEST_EXACT:
        dispersion = max(dispersion, 1.0 + 1e-9)  # any phi above 1 takes the closed form
    return compare_counts(
        current, before, current_exposure=days, baseline_exposure=days_before, dispersion=dispersion
    )


@dataclass(frozen=True)
class Pair:
    """Two counts to be judged together with others.

    Args:
        current: count of the period; a negative sum of adjustment rows is judged as zero.
        before: count of the period compared with.
        days: length of the period.
        days_before: length of the period compared with.
        dispersion: overdispersion phi of this pair.
    """

    current: int
    before: int
    days: int
    days_before: int
    dispersion: float = 1.0


def dispersion_of_part(dispersion: float, part: int, whole: int) -> float:
    """Return phi of a part: 1 + (phi − 1) s with its share s; what disperses the whole acts on a part by its mean."""
    return round(1 + (dispersion - 1) * max(part, 0) / (max(whole, 0) or 1), 2)


def judge_together(pairs: Sequence[Pair]) -> list[Verdict]:
    """Return a verdict a pair, controlled for how many pairs are looked at together.

    Args:
        pairs: may differ in length of their periods and in dispersion.
    """
    compared = [
        _compare(max(pair.current, 0), max(pair.before, 0), pair.days, pair.days_before, pair.dispersion)
        for pair in pairs
    ]
    q_values = false_discovery([result.p_value for result in compared])
    return [
        Verdict(
            pair.current,
            pair.before,
            verdict_after(result, float(q)),
            float(q),
            result.change_text,
            result.p_value,
        )
        for pair, result, q in zip(pairs, compared, q_values, strict=True)
    ]


def judge_shares(pairs: Sequence[tuple[int, int, int, int]]) -> list[Verdict]:
    """Return a verdict a pair of shares, controlled for how many pairs are looked at together.

    The hits are compared as rates over their records (``compare_counts`` with the records as exposure). Hits among
    records spread less than Poisson counts, by the factor 1 − share, so the words err on the side of chance.

    Args:
        pairs: (hits of the period, records of the period, hits before, records before).

    Returns:
        Verdicts in order; without records on either side 不作比较, and the pair is not among those controlled for.
    """
    compared = {
        place: _compare(hits, hits_before, n, n_before, 1.0)
        for place, (hits, n, hits_before, n_before) in enumerate(pairs)
        if n and n_before
    }
    q_values = dict(
        zip(compared, false_discovery([result.p_value for result in compared.values()]), strict=True)
    )
    found = not_compared([(hits, hits_before) for hits, _, hits_before, _ in pairs])
    for place, result in compared.items():
        q = float(q_values[place])
        found[place] = Verdict(
            int(result.current),
            int(result.baseline),
            verdict_after(result, q),
            q,
            result.change_text,
            result.p_value,
        )
    return found


def judge(
    pairs: Sequence[tuple[int, int]], days: int, days_before: int, dispersion: float = 1.0
) -> list[Verdict]:
    """Return a verdict a pair of counts of the same two periods; see :func:`judge_together`.

    Args:
        pairs: (count of the period, count of the period compared with).
        days: length of the period.
        days_before: length of the period compared with.
        dispersion: overdispersion phi of the whole series, shared out by :func:`dispersion_of_part`.
    """
    largest = max((a + b for a, b in pairs), default=0)
    return judge_together(
        [Pair(a, b, days, days_before, dispersion_of_part(dispersion, a + b, largest)) for a, b in pairs]
    )


def not_compared(pairs: Sequence[tuple[int, int]]) -> list[Verdict]:
    """Return the counts with no verdict on them, because the two periods must not be compared."""
    return [Verdict(now, then, NOT_COMPARED, 1.0, NOT_COMPARED) for now, then in pairs]
