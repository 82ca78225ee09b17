"""The asset ``alert_signals``, with near repeats: after the checks have passed, before run history is shown."""

# No postponed annotations here: Dagster reads the type of `context` from the annotation itself.
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext

from orchestration.alerts.near_repeats import find_near_repeats
from orchestration.alerts.steps import raise_alerts

RESOURCE = "session"
KEY = dg.AssetKey("alert_signals")


def alerts_asset(after: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset of the run's alarms.

    Args:
        after: what must stand before: figures that a blocking check refuses raise no alarm.
    """

    @dg.multi_asset(
        name="alerts",
        specs=[dg.AssetSpec(KEY, deps=after, group_name="alerts")],
        required_resource_keys={RESOURCE},
    )
    def run(context: AssetExecutionContext) -> Iterator[Any]:
        raised = raise_alerts(context.resources.session)
        near = find_near_repeats(context.resources.session)
        yield dg.MaterializeResult(
            asset_key=KEY, metadata={"weeks": raised.weeks, "alarms": raised.alarms, "near_repeats": near}
        )

    return run
