"""The one door to narratives: which cases' texts a reader may have, and the landed texts themselves.

Belongs here: the role, scope and sealing of texts. Does not belong here: why a text is read, its row in the audit trail
(``case_texts``, ``case_sentences``, ``label_rules``), finding it in landing (``landed_texts``), and what is shown of it
(``jingcang.labelling``).

Narratives are not published. Of a published case the text is in the landed batch that the case was made from.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from jingcang.access import policy
from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.landed_texts import landed_texts
from jingcang.access.query import Query
from jingcang.home import Home


def readable_cases(door: Door, identity: Identity, query: Query, **filters: Any) -> pl.DataFrame:
    """Return the cases of a query whose texts an identity may read; a refusal is audited.

    A text does not say which of its sentences are about whom: a case with a sealed record is left out whole.

    Args:
        door, identity: who asks through which door.
        query: with ``case_id``.
        **filters: exactly the query's filters.

    Returns:
        Rows of the query, in its order.

    Raises:
        Forbidden: the role reads no narratives or no cases.
        JingcangError: the audit cannot be written.
    """
    if identity.role not in policy.TEXT_ROLES:
        door.record(identity, "query_denied", query.name, reason="text_roles")
        raise Forbidden(
            f"{identity.role_label}无权查看案情文字", where=query.name, rule="text_roles",
            remedy="有权的角色：数据管理员",
        )  # fmt: skip
    return door.without_sealed(door.run(query, identity, **filters))


def narratives(home: Home, cases: pl.DataFrame) -> pl.DataFrame:
    """Return the texts of cases that the caller was let to and has audited.

    Args:
        home: where landing lives.
        cases: ``case_id, batch_id``, the batch the published case was made from; one row a case.

    Returns:
        ``case_id, narrative_text`` in the order of ``cases``; a case without a batch, or whose batch is not kept or
        does not hold it, is left out.
    """
    return landed_texts(home, "cases", "case_id", "narrative_text", cases)
