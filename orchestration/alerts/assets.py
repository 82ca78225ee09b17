"""The asset ``alert_signals``, with near repeats: after the checks have passed, before run history is shown."""

from __future__ import annotations

import dagster as dg

from orchestration.alerts.near_repeats import find_near_repeats
from orchestration.alerts.steps import raise_alerts
from orchestration.session import Session
from orchestration.step_asset import step_asset

KEY = dg.AssetKey("alert_signals")


def alerts_asset(after: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset of the run's alarms.

    Args:
        after: what must stand before: figures that a blocking check refuses raise no alarm.
    """

    def work(session: Session) -> dict[str, int]:
        raised = raise_alerts(session)
        near = find_near_repeats(session)
        return {"weeks": raised.weeks, "alarms": raised.alarms, "near_repeats": near}

    return step_asset("alerts", dg.AssetSpec(KEY, deps=after, group_name="alerts"), work)
