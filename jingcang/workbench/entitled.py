"""Who may take a decision of the workbench, and that a reason is given.

Belongs here: what every such decision is asked for in the store itself, whoever asks. Does not
belong here: which page a role sees (``dashboards``) and which rows it reads (``jingcang.access``).
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench.store import Workbench
from jingcang.workbench.tables import accounts

ROLES = ("steward", "administrator")
LEADERS = ("leader_station", "leader_bureau")
MOST_CHARACTERS = 500
"""Length of a reason that is kept."""


def entitled_role(workbench: Workbench, user_id: str, roles: Collection[str] = ROLES) -> str:
    """Return the role of an account that may decide.

    Args:
        workbench: the operational store.
        user_id: the account.
        roles: the roles that may; by default those that decide about quarantined rows.

    Raises:
        JingcangError: no such account, out of use, or of another role.
    """
    with workbench.read() as connection:
        account = connection.execute(sa.select(accounts).where(accounts.c.user_id == user_id)).one_or_none()
    if account is None or account.is_disabled or account.role not in roles:
        if roles is not ROLES:
            raise JingcangError(
                "这个账号不在用，或它的角色不能这样处理",
                where=user_id,
                rule="entitled",
                remedy="请由有权的人处理",
            )
        raise JingcangError(
            "只有在用的数据管理员或系统管理员账号可以决定隔离行的去留",
            where=user_id,
            remedy="用 jingcang users list 查看账号，由有权的人决定",
        )
    return str(account.role)


def stated_reason(text: str, rule: str) -> str:
    """Return a reason as it is kept: without blanks around it, at most :data:`MOST_CHARACTERS` long.

    Args:
        text: what was written.
        rule: kind of decision, for the message.

    Raises:
        JingcangError: nothing was written.
    """
    reason = text.strip()[:MOST_CHARACTERS]
    if not reason:
        raise JingcangError("请写明理由", rule=rule, remedy="理由会随处理一起留存")
    return reason
