"""What a steward decides about the name of a road.

Belongs here: the one way from pages to these decisions, with rights, a check against the published addresses, and
audit. Does not belong here: keeping decisions (``jingcang.workbench``), likely names (``jingcang.addresses``).
"""

from __future__ import annotations

from collections.abc import Collection

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.mappings import may_map
from jingcang.errors import JingcangError
from jingcang.workbench import Workbench
from jingcang.workbench.address_aliases import AliasBook


def propose_alias(
    door: Door, identity: Identity, workbench: Workbench, written_name: str, standard_name: str | None, *,
    standard_names: Collection[str], reason: str, generation: str,
) -> int:  # fmt: skip
    """Propose that a name as written is a standard road; another person must approve.

    Args:
        standard_names: the roads of the published standard addresses.

    Returns:
        Number of the proposal.

    Raises:
        Forbidden: the identity may not decide about names.
        JingcangError: the standard name is not one, the store refuses, or the audit cannot be written.
    """
    _require_right(identity, written_name)
    if standard_name is None or standard_name not in standard_names:
        raise JingcangError(
            "请选择一个标准路名", where=written_name, rule="address_alias", remedy="从标准地址的路名里选"
        )
    door.record(identity, "alias_proposed", written_name, standard_name=standard_name, generation=generation)
    return AliasBook(workbench).propose(
        written_name=written_name, standard_name=standard_name, reason=reason, by=identity.user_id,
        generation=generation,
    )  # fmt: skip


def judge_alias(
    door: Door, identity: Identity, workbench: Workbench, number: int, action: str, *,
    written_name: str, seen_version: int, reason: str, generation: str,
) -> None:  # fmt: skip
    """Approve, reject, withdraw or revoke an alias.

    Args:
        number: the alias.
        action: a key of :data:`jingcang.workbench.proposals.ACTIONS`.
        written_name: for message and audit.
        seen_version: the version the decision was taken on.

    Raises:
        Forbidden: the identity may not decide about names.
        JingcangError: the store refuses (self-approval, stale version), or the audit cannot be written.
    """
    _require_right(identity, written_name)
    door.record(
        identity, f"alias_{action}", written_name, alias=number, version=seen_version + 1,
        generation=generation,
    )  # fmt: skip
    AliasBook(workbench).decide(
        number, action, seen_version=seen_version, reason=reason, by=identity.user_id, generation=generation
    )


def _require_right(identity: Identity, written_name: str) -> None:
    if not may_map(identity):
        raise Forbidden(
            "路名的含义对全部单位相同，只有范围为全部单位的数据管理员可以决定别名",
            where=written_name, rule="alias_scope", remedy="请联系全局范围的数据管理员",
        )  # fmt: skip
