"""What a steward decides about the meaning of a source code.

Belongs here: the one way from pages to these decisions, with rights, a check against the published dictionary, what
rests on a code, and audit. Does not belong here: keeping decisions (``jingcang.workbench``) and suggesting codes
(``jingcang.labelling.dictionaries``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.contracts.lineage import entity_column, load_lineage
from jingcang.workbench import Workbench
from jingcang.workbench.code_mappings import MappingBook


@dataclass(frozen=True)
class Meaning:
    """A meaning to be decided; see :class:`jingcang.workbench.code_mappings.DeclaredMapping`."""

    source_system: str
    field_name: str
    source_value: str
    dictionary: str
    outcome: str
    code: str | None = None
    equivalence: str | None = None
    valid_from: dt.date | None = None


@dataclass(frozen=True)
class Reach:
    """What rests on the codes of a field.

    Args:
        tables, pages, kpis: names of published tables, titles of pages, ids of KPIs.
    """

    tables: tuple[str, ...]
    pages: tuple[str, ...]
    kpis: tuple[str, ...]


def reach(field_name: str) -> Reach:
    """Return the published tables, pages and KPIs that rest on a field such as ``incidents.initial_class_raw``."""
    found = load_lineage().consumers([entity_column(field_name)])
    return Reach(found.published, found.pages, found.kpis)


def may_map(identity: Identity) -> bool:
    """Return whether an identity may decide: a code means the same for every unit."""
    return identity.is_steward_of_all


def decide_meaning(
    door: Door, identity: Identity, workbench: Workbench, meaning: Meaning, *, reason: str, generation: str
) -> tuple[int, str]:
    """Propose a meaning; where no KPI rests on the field it stands at once, a deferral always does.

    Returns:
        Number and state of the decision.

    Raises:
        Forbidden: the identity may not decide about codes.
        JingcangError: the store refuses, or the audit cannot be written.
    """
    _require_right(identity, meaning.field_name)
    needs_second = bool(reach(meaning.field_name).kpis)
    book = MappingBook(workbench)
    door.record(
        identity, "mapping_proposed", meaning.field_name, value=meaning.source_value, outcome=meaning.outcome,
        code=meaning.code or "", generation=generation,
    )  # fmt: skip
    number = book.propose(
        **vars(meaning), needs_second=needs_second, reason=reason, by=identity.user_id, generation=generation
    )
    if needs_second or meaning.outcome == "deferred":
        return number, "deferred" if meaning.outcome == "deferred" else "proposed"
    made = book.decide(
        number, "approve", seen_version=1, reason=reason, by=identity.user_id, generation=generation
    )
    return number, made.state_code


def judge_meaning(
    door: Door, identity: Identity, workbench: Workbench, number: int, action: str, *,
    field_name: str, seen_version: int, reason: str, generation: str,
) -> None:  # fmt: skip
    """Approve, reject, withdraw, revoke or take up again a decision on a code.

    Args:
        number: the decision.
        action: a key of :data:`jingcang.workbench.proposals.ACTIONS`.
        field_name: for message and audit.
        seen_version: the version the decision was taken on.

    Raises:
        Forbidden: the identity may not decide about codes.
        JingcangError: the store refuses (self-approval, stale version), or the audit cannot be written.
    """
    _require_right(identity, field_name)
    door.record(
        identity, f"mapping_{action}", field_name, mapping=number, version=seen_version + 1,
        generation=generation,
    )  # fmt: skip
    MappingBook(workbench).decide(
        number, action, seen_version=seen_version, reason=reason, by=identity.user_id, generation=generation
    )


def _require_right(identity: Identity, field_name: str) -> None:
    if not may_map(identity):
        raise Forbidden(
            "代码的含义对全部单位相同，只有范围为全部单位的数据管理员可以决定映射",
            where=field_name,
            rule="mapping_scope",
            remedy="请联系全局范围的数据管理员",
        )
