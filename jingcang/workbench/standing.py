"""Whether what people decided has changed since somebody looked.

Belongs here: one mark over the decisions that change published figures. Does not belong here: what they decide, and
what happens when the mark changes (``orchestration``).
"""

from __future__ import annotations

import sqlalchemy as sa

from jingcang.workbench import tables
from jingcang.workbench.store import Workbench

_STEPS = (
    tables.quarantine_fix_actions, tables.code_mapping_actions, tables.address_alias_actions,
    tables.label_rule_actions,
)  # fmt: skip


def decisions_mark(workbench: Workbench) -> str:
    """Return a mark that changes with each approval, revocation, waiver, request to replay and supported appeal, with
    nothing else.

    The tables only grow, so numbers of rows tell. Proposals, actions on issues and verdicts on labels wait for the next
    run.
    """
    counts = []
    with workbench.read() as connection:
        for steps in _STEPS:
            acting = steps.c.action.in_(("approve", "revoke"))
            counts.append(connection.scalar(sa.select(sa.func.count()).select_from(steps).where(acting)))
        waivers, replays = tables.quarantine_waivers, tables.replay_requests
        counts += connection.execute(
            sa.select(sa.func.count(), sa.func.count(waivers.c.revoked_at)).select_from(waivers)
        ).one()
        counts.append(connection.scalar(sa.select(sa.func.count()).select_from(replays)))
        appeals = tables.kpi_appeals
        supported = appeals.c.state_code.in_(("supported", "partly"))
        counts.append(connection.scalar(sa.select(sa.func.count()).select_from(appeals).where(supported)))
    return "-".join(map(str, counts))
