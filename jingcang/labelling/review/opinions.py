"""What reviewers say about a case's labels, and the state that follows.

Belongs here: opinions by person and their resolution. Does not belong here: estimates over many cases (``quality``).

A person who judged an item has an opinion on the label judged, on every label named as missing, and, by naming none,
on every label that somebody else named as missing there. A verdict counts while the text it was given on stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .records import ADJUDICATION, Verdict, standing

YES, NO, UNSURE = "yes", "no", "unsure"
_SAID = {"correct": YES, "wrong": NO, "missing": YES, "uncertain": UNSURE}
STATES = {"confirmed": "已确认", "rejected": "已否定", "disputed": "有分歧", "uncertain": "不确定"}


@dataclass(frozen=True)
class LabelReview:
    """The state of one label of one case after review.

    Args:
        case_id, label_code, label_group: the label.
        review_state: a key of :data:`STATES`.
        evidence_from, evidence_to: place in the text marked by the person who named it missing; else None.
        reviewer_count: people with an opinion.
    """

    case_id: str
    label_code: str
    label_group: str
    review_state: str
    evidence_from: int | None
    evidence_to: int | None
    reviewer_count: int


@dataclass
class Judged:
    """One item as one person judged it.

    Args:
        verdict: the closing verdict; None while the person has only named missing labels.
        label_code: the label it is about.
        missing: labels named as missing.
    """

    verdict: str | None = None
    label_code: str | None = None
    first_no: int = 0
    missing: dict[str, Verdict] = field(default_factory=dict)

    @property
    def is_closed(self) -> bool:
        """Whether the person has finished with the item."""
        return self.verdict is not None

    def opinion(self, label_code: str) -> str | None:
        """Return what the person says about a label: yes, no, unsure, or None while not finished."""
        if label_code in self.missing:
            return YES
        if self.verdict is None:
            return None
        if label_code == self.label_code or (self.label_code is None and self.verdict == "uncertain"):
            return _SAID[self.verdict]
        return NO


def current(verdicts: Iterable[Verdict], digests: Mapping[str, str]) -> list[Verdict]:
    """Return the standing verdicts on texts that have not changed since.

    Args:
        verdicts: the whole log.
        digests: case → MD5 of its text now; a case that is gone is missing.
    """
    return [item for item in standing(verdicts) if digests.get(item.case_id) == item.text_digest]


def judged_items(verdicts: Iterable[Verdict]) -> dict[int, dict[str, Judged]]:
    """Return item → person → what the person judged, from verdicts that stand."""
    found: dict[int, dict[str, Judged]] = {}
    for item in verdicts:
        if item.purpose == ADJUDICATION:
            continue
        one = found.setdefault(item.sample_no, {}).setdefault(item.user_id, Judged())
        if item.verdict == "missing" and item.label_code:
            one.missing.setdefault(item.label_code, item)
        else:
            one.verdict, one.label_code, one.first_no = item.verdict, item.label_code, item.verdict_no
    return found


def label_reviews(verdicts: Iterable[Verdict], digests: Mapping[str, str]) -> list[LabelReview]:
    """Return the state of every label that somebody judged or missed.

    An adjudication decides; else the majority of opinions, one a person, the newest where a case was judged in several
    items. As many for as against is ``disputed``; only doubt is ``uncertain``.

    Args:
        verdicts: the whole log.
        digests: case → MD5 of its text now.

    Returns:
        One row a case and label, ordered by both.
    """
    standing_now = current(verdicts, digests)
    items = judged_items(standing_now)
    by_case: dict[tuple[str, str], list[dict[str, Judged]]] = {}
    named: dict[tuple[str, str, str], Verdict | None] = {}
    final: dict[tuple[str, str, str], str] = {}
    for item in standing_now:
        key = (item.case_id, item.label_group)
        if items.get(item.sample_no) and items[item.sample_no] not in by_case.setdefault(key, []):
            by_case[key].append(items[item.sample_no])
        if item.label_code is None:
            continue
        label = (*key, item.label_code)
        if item.purpose == ADJUDICATION:
            final[label] = _SAID[item.verdict]
        if item.verdict == "missing":
            named[label] = named.get(label) or item
        named.setdefault(label, None)
    found = []
    for (case_id, group, code), marked in sorted(named.items(), key=lambda entry: entry[0]):
        people: dict[str, str] = {}
        for item_people in by_case.get((case_id, group), []):
            for user_id, one in item_people.items():
                said = one.opinion(code)
                if said is not None and (code in (one.label_code, *one.missing) or marked is not None):
                    people[user_id] = said
        decided = final.get((case_id, group, code))
        state = _state(list(people.values())) if decided is None else _state([decided])
        found.append(
            LabelReview(
                case_id, code, group, state, marked.evidence_from if marked else None,
                marked.evidence_to if marked else None, len(people),
            )
        )  # fmt: skip
    return found


def _state(opinions: list[str]) -> str:
    yes, no = opinions.count(YES), opinions.count(NO)
    if yes == no:
        return "disputed" if yes else "uncertain"
    return "confirmed" if yes > no else "rejected"
