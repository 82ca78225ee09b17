"""The narrative of a case, for the roles that work on texts: in scope, with a purpose, audited, identities covered.

Belongs here: from a case to its text as a reader may see it. Does not belong here: who may read texts and from where
(``narratives``), what is covered (``jingcang.labelling.redaction``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.narratives import narratives, readable_cases
from jingcang.access.query import Query
from jingcang.home import Home
from jingcang.labelling.redaction import cover

CASE = Query(
    "案情·一起案件",
    """
    select case_id, case_no, class_label, event_date, _source_batch_id as batch_id
    from {fct_cases}
    where case_id = $case
    """,
    {"case": str},
)


@dataclass(frozen=True)
class CaseText:
    """A narrative as a reader may see it.

    Args:
        case_id, case_no, class_label, event_date: the case.
        text: the narrative, covered; offsets are those of the narrative itself. "" when there is none.
        digest: MD5 of the narrative itself, by which a changed text is told.
    """

    case_id: str
    case_no: str
    class_label: str | None
    event_date: dt.date | None
    text: str
    digest: str


def read_case_text(
    door: Door, identity: Identity, home: Home, case_id: str, *, purpose: str,
    keep: Collection[tuple[int, int]] = (),
) -> CaseText | None:  # fmt: skip
    """Return one narrative.

    Args:
        door, identity: who asks through which door.
        home: where landing lives.
        case_id: the case.
        purpose: why, for the audit trail.
        keep: places of evidence, see :func:`jingcang.labelling.redaction.cover`.

    Returns:
        None when no such case is in the reader's scope, or it has a sealed record.

    Raises:
        Forbidden: the role reads no narratives.
        JingcangError: the audit cannot be written.
    """
    found = readable_cases(door, identity, CASE, case=case_id)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    door.record(identity, "case_text_read", "cases.narrative_text", case=case_id, purpose=purpose)
    texts = narratives(home, found)["narrative_text"]
    text = str(texts[0] or "") if len(texts) else ""
    return CaseText(
        case_id, row["case_no"], row["class_label"], row["event_date"], cover(text, keep=keep),
        hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
    )  # fmt: skip
