"""The narrative of a case, for the roles that work on texts: in scope, with a purpose, audited, identities covered.

Belongs here: the one way from pages to narratives. Does not belong here: what is covered
(``jingcang.labelling.redaction``).

Narratives are not published: the door decides whether the case is in scope, the audit trail is written, and only then
the landed row that the published case was made from is read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from jingcang.access import policy
from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.query import Query
from jingcang.home import Home
from jingcang.labelling.redaction import cover
from jingcang.landing import store

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
        None when no such case is in the reader's scope, or it has a sealed record: a text does not say which of its
        sentences are about whom.

    Raises:
        Forbidden: the role reads no narratives.
        JingcangError: the audit cannot be written.
    """
    if identity.role not in policy.TEXT_ROLES:
        door.record(identity, "query_denied", CASE.name, reason="text_roles")
        raise Forbidden(
            f"{identity.role_label}无权查看案情文字", where=CASE.name, rule="text_roles",
            remedy="有权的角色：数据管理员",
        )  # fmt: skip
    rows = door.without_sealed(door.run(CASE, identity, case=case_id)).to_dicts()
    if not rows:
        return None
    row = rows[0]
    door.record(identity, "case_text_read", "cases.narrative_text", case=case_id, purpose=purpose)
    text = _narrative(home, row["batch_id"], case_id)
    return CaseText(
        case_id, row["case_no"], row["class_label"], row["event_date"], cover(text, keep=keep),
        hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
    )  # fmt: skip


def _narrative(home: Home, batch_id: str | None, case_id: str) -> str:
    path = store.accepted_file(home, "cases", batch_id or "")
    if not path.is_file():
        return ""
    found = pl.scan_parquet(path).filter(pl.col("case_id") == case_id).select("narrative_text").collect()
    return str(found.item() or "") if found.height else ""
