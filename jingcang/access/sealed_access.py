"""Asking for, and judging, the reading of the sealed records of a case.

Belongs here: the one way from pages to these decisions, with rights, scope and audit. Does not belong here: keeping
them (``jingcang.workbench.sealed_access``) and what an approval opens (``door``).
"""

from __future__ import annotations

from jingcang.access import policy
from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.query import Query
from jingcang.workbench import Workbench
from jingcang.workbench.sealed_access import SealedAccess, SealedAccessBook

CASES_IN_SCOPE = Query(
    "线索·范围内的案件",
    "select distinct case_no from {fct_cases} where list_contains($case_nos, case_no)",
    {"case_nos": list},
)


def in_scope(door: Door, identity: Identity, case_nos: list[str]) -> set[str]:
    """Return which of some case numbers lie in the reader's scope."""
    return set(door.run(CASES_IN_SCOPE, identity, case_nos=sorted(set(case_nos)))["case_no"])


def may_approve(identity: Identity) -> bool:
    """Return whether an identity may judge requests: leaders, for cases of their units."""
    return identity.role in policy.SEALED_APPROVERS


def ask_for_sealed(
    door: Door, identity: Identity, workbench: Workbench, *,
    case_no: str, purpose: str, valid_days: int, reason: str, generation: str,
) -> int:  # fmt: skip
    """Write a request and return its number.

    Raises:
        Forbidden: the role may not ask, or the case is not in scope.
        JingcangError: the store refuses, or the audit cannot be written.
    """
    _require(door, identity, case_no, identity.role in policy.SEALED_READERS)
    door.record(identity, "sealed_access_proposed", case_no, purpose=purpose, days=valid_days)
    return SealedAccessBook(workbench).ask(
        case_no=case_no, purpose=purpose, valid_days=valid_days, reason=reason, by=identity.user_id,
        generation=generation,
    )  # fmt: skip


def judge_sealed(
    door: Door, identity: Identity, workbench: Workbench, request: SealedAccess, action: str, *,
    reason: str, generation: str,
) -> None:  # fmt: skip
    """Approve, reject, revoke or withdraw a request.

    Args:
        request: as it was seen; the decision is taken on its version.
        action: a key of :data:`jingcang.workbench.proposals.ACTIONS`.

    Raises:
        Forbidden: the role may not judge, or the case is not in scope.
        JingcangError: the store refuses (own request, stale version), or the audit cannot be written.
    """
    allowed = may_approve(identity) or (action == "withdraw" and request.granted_to == identity.user_id)
    _require(door, identity, request.case_no, allowed)
    door.record(
        identity, f"sealed_access_{action}", request.case_no, request=request.request_no,
        granted_to=request.granted_to, version=request.version + 1,
    )  # fmt: skip
    SealedAccessBook(workbench).decide(
        request.request_no, action, seen_version=request.version, reason=reason, by=identity.user_id,
        generation=generation,
    )  # fmt: skip


def _require(door: Door, identity: Identity, case_no: str, is_allowed: bool) -> None:
    if is_allowed and in_scope(door, identity, [case_no]):
        return
    door.record(identity, "query_denied", case_no, reason="sealed_access")
    raise Forbidden(
        "封存记录的查阅由民警或领导申请、由案件主办单位的所领导或分局领导审批", where=case_no, rule="sealed_access",
        remedy="请核对案件编号和范围",
    )  # fmt: skip
