"""Rows of the review: strata, sampled items, verdicts. Belongs here: their shape and which verdicts stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

UNLABELLED = "unlabelled"
"""Stratum of the cases that have no label of the group."""
VERDICTS = {"correct": "对", "wrong": "错", "missing": "漏标", "uncertain": "不确定"}
"""``correct`` of an item without a label says that no (further) label of the group belongs to the case; ``missing``
names one that does. ``undone`` is a row that takes an earlier one back."""
UNDONE = "undone"
REVIEW, ADJUDICATION = "review", "adjudication"


@dataclass(frozen=True)
class Stratum:
    """One stratum of one draw.

    Args:
        stratum_no: its number.
        week_start: first day of the week it was drawn for.
        label_group: the group reviewed.
        definition_version: of all labels of the group, see :func:`.sampling.definition_version`.
        stratum_code: a label, or :data:`UNLABELLED`.
        rule_version: of that label; None for cases without one.
        stratum_count: cases in it.
        sampled_count: cases drawn for this week. The chance of a case to be drawn is sampled_count / stratum_count.
        case_count: cases in all strata of the group.
    """

    stratum_no: int
    week_start: dt.date
    label_group: str
    definition_version: str
    stratum_code: str
    rule_version: str | None
    stratum_count: int
    sampled_count: int
    case_count: int


@dataclass(frozen=True)
class SampleItem:
    """One case drawn in one stratum.

    Args:
        sample_no: its number.
        stratum_no: its stratum.
        case_id: the case.
        label_codes: labels of the group that the case had, separated by commas; "" for none.
        is_overlap: two people judge it.
    """

    sample_no: int
    stratum_no: int
    case_id: str
    label_codes: str
    is_overlap: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the group that the case had when it was drawn."""
        return tuple(self.label_codes.split(",")) if self.label_codes else ()


@dataclass(frozen=True)
class Verdict:
    """One row of the log of verdicts.

    Args:
        verdict_no: its number; a later one is greater.
        sample_no, case_id, label_group: the item.
        label_code: the label judged or missing; None where an item without a label was judged.
        verdict: a key of :data:`VERDICTS`, or ``undone``.
        undoes: number of the row taken back; None unless undone.
        evidence_from, evidence_to: place in the text of a missing label, half-open characters.
        text_digest: MD5 of the text that was read.
        purpose: ``review``, or ``adjudication`` of two that differ.
        user_id: who.
        comment: what the person wrote beside it.
        decided_at: when, UTC.
    """

    verdict_no: int
    sample_no: int
    case_id: str
    label_group: str
    label_code: str | None
    verdict: str
    undoes: int | None
    evidence_from: int | None
    evidence_to: int | None
    text_digest: str
    purpose: str
    user_id: str
    comment: str | None = None
    decided_at: dt.datetime | None = None


def standing(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts that were not taken back, in the order they were given."""
    every = sorted(verdicts, key=lambda item: item.verdict_no)
    gone = {item.undoes for item in every if item.verdict == UNDONE}
    return [item for item in every if item.verdict != UNDONE and item.verdict_no not in gone]
