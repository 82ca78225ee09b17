"""The sentence of a narrative in which a clue or a label stands, for a case in the reader's scope.

Belongs here: the one way from the page 线索 to sentences: grounds, scope and sealing through the door. Does not belong
here: whole narratives, and where they are kept (``narratives``).

Other numbers in the sentence are covered; stewards read none.
"""

from __future__ import annotations

from dataclasses import dataclass

from jingcang.access.door import Door
from jingcang.access.grounds import CaseGrounds
from jingcang.access.identity import Identity
from jingcang.access.narratives import narratives
from jingcang.access.query import Query
from jingcang.home import Home
from jingcang.labelling.clues import find_clues
from jingcang.labelling.frames import mask

READERS = frozenset({"leader_station", "leader_bureau", "officer"})
ENDS = "。；！？\n"
LONGEST = 160
"""Characters kept on each side of the place when a sentence does not end."""

CASES = Query(
    "线索·案件原文",
    "select case_id, _source_batch_id as batch_id from {fct_cases} where list_contains($case_ids, case_id)",
    {"case_ids": list},
)
PLACES = Query(
    "线索·可看的位置",
    """
    select case_id, evidence_from as place_from, evidence_to as place_to from {fct_case_clues}
    union
    select first_case_id, first_evidence_from, first_evidence_to from {fct_case_links}
    union
    select second_case_id, second_evidence_from, second_evidence_to from {fct_case_links}
    """,
)

Place = tuple[str, int, int]


@dataclass(frozen=True)
class Sentence:
    """A sentence around a place.

    Args:
        before, found, after: the text up to the place, at the place, behind it.
    """

    before: str
    found: str
    after: str


def read_sentences(
    door: Door, identity: Identity, home: Home, grounds: CaseGrounds, places: list[Place]
) -> dict[Place, Sentence]:
    """Return the sentences of places that may be read.

    Args:
        door, identity: who asks through which door.
        home: where landing lives.
        grounds: the case in hand.
        places: case key, first character, one past the last, as ``fct_case_clues`` and ``fct_case_links`` give them.

    Returns:
        One entry a place whose case is in scope and that the door shows under these grounds; others are left out.

    Raises:
        Forbidden: the role, the case or the grounds do not allow it.
        JingcangError: the audit cannot be written.
    """
    if identity.role not in READERS or not places:
        return {}
    shown = set(door.run(PLACES, identity, grounds=grounds).iter_rows())
    wanted = [place for place in places if place in shown]
    cases = door.run(CASES, identity, case_ids=sorted({case for case, _, _ in wanted}))
    in_scope = set(cases["case_id"])
    wanted = [place for place in wanted if place[0] in in_scope]
    if not wanted:
        return {}
    door.record(
        identity, "case_sentences_read", "cases.narrative_text", case_no=grounds.case_no, purpose=grounds.purpose,
        statement=grounds.statement, cases=sorted({case for case, _, _ in wanted}),
    )  # fmt: skip
    texts = dict(narratives(home, cases).iter_rows())
    return {place: around(texts[place[0]], place[1], place[2]) for place in wanted if texts.get(place[0])}


def around(text: str, start: int, end: int) -> Sentence:
    """Return the sentence around ``text[start:end]``, other numbers in it covered.

    Args:
        text: a narrative.
        start, end: half-open characters.
    """
    low = max((text.rfind(mark, max(0, start - LONGEST), start) + 1 for mark in ENDS), default=0)
    low = max(low, start - LONGEST, 0)
    ends = [place + 1 for mark in ENDS if (place := text.find(mark, end, end + LONGEST)) >= 0]
    high = min(ends, default=min(end + LONGEST, len(text)))
    covered = {
        (clue.start, clue.end): mask(clue)
        for clue in find_clues(text)
        if clue.kind not in ("money", "url", "app") and (clue.end <= start or clue.start >= end)
    }
    return Sentence(_covered(text, low, start, covered), text[start:end], _covered(text, end, high, covered))


def _covered(text: str, low: int, high: int, covered: dict[tuple[int, int], str]) -> str:
    parts, place = [], low
    for (start, end), shown in sorted(covered.items()):
        if start < place or end > high:
            continue
        parts += [text[place:start], shown]
        place = end
    return "".join([*parts, text[place:high]])
