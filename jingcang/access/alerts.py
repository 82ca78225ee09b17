"""What a leader does about an alert.

Belongs here: the one way from pages to these decisions, with the right, the scope and the audit. Does not belong here:
keeping them (``jingcang.workbench.alert_decisions``).
"""

from __future__ import annotations

import datetime as dt

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.query import Query
from jingcang.workbench import Workbench
from jingcang.workbench.alert_decisions import DECIDERS, AlertBook

ALERT = Query(
    "预警·一条",
    "select alert_id, last_week_start from {fct_alerts} where alert_id = $alert_id",
    {"alert_id": str},
)


def may_decide(identity: Identity) -> bool:
    """Return whether the role decides about alerts: leaders, about those of their units."""
    return identity.role in DECIDERS


def decide_alert(
    door: Door, identity: Identity, workbench: Workbench, alert_id: str, disposition: str, *,
    reason: str, seen_version: int, last_week: dt.date, generation: str,
) -> int:  # fmt: skip
    """Keep a decision about an alert and return its version.

    Args:
        alert_id: the alert.
        disposition: ``true``, ``false`` or ``handled``.
        reason: why.
        seen_version: version of the latest decision the person saw, 0 for none.
        last_week: the alert's last week as the person saw it.
        generation: published data seen.

    Raises:
        Forbidden: no leader, or the alert is not one of the person's units; told alike and recorded.
        JingcangError: the store refuses (stale version, no reason), or the audit cannot be written.
    """
    is_allowed = may_decide(identity) and not door.run(ALERT, identity, alert_id=alert_id).is_empty()
    if not is_allowed:
        door.record(identity, "alert_denied", alert_id, disposition=disposition)
        raise Forbidden(
            "没有这条预警，或者它不在您的范围内", where=alert_id, rule="alert_scope",
            remedy="本所的预警由所领导处置，全局的预警由分局领导处置",
        )  # fmt: skip
    door.record(
        identity, f"alert_{disposition}", alert_id, version=seen_version + 1, last_week=last_week.isoformat(),
        generation=generation,
    )  # fmt: skip
    return AlertBook(workbench).decide(
        alert_id, disposition, reason=reason, seen_version=seen_version, last_week=last_week,
        by=identity.user_id, generation=generation,
    )  # fmt: skip
