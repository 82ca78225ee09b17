"""The asset ``quality_results``: checks landed as run history; a blocking failure stops what follows."""

# No postponed annotations here: Dagster reads the type of `context` from the annotation itself.
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext

from orchestration.check import steps
from orchestration.session import Session
from orchestration.step_asset import RESOURCE


def quality_asset(after: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset of the run's checks.

    Args:
        after: the models that must stand before the checks run.
    """
    key = dg.AssetKey("quality_results")
    checks = [
        dg.AssetCheckSpec("quality_rules", asset=key, description="质量规则：有限值的检查"),
        dg.AssetCheckSpec("reconciliation", asset=key, description="对账：读入行数等于各去向之和"),
    ]

    @dg.multi_asset(
        name="check",
        specs=[dg.AssetSpec(key, deps=after, group_name="check")],
        check_specs=checks,
        can_subset=True,
        required_resource_keys={RESOURCE},
    )
    def run(context: AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        outcomes = steps.check(session)
        for name, makers in (("quality_rules", ("sql",)), ("reconciliation", ("reconciliation",))):
            mine = [item for item in outcomes if item.checked_by in makers]
            bad = sorted(item.check_id for item in mine if item.status in ("fail", "error"))
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name=name,
                passed=not bad,
                severity=dg.AssetCheckSeverity.ERROR
                if any(item.stops_publishing for item in mine)
                else dg.AssetCheckSeverity.WARN,
                metadata={"checks": len(mine), "failed": bad},
            )
        steps.conclude(session)
        yield dg.MaterializeResult(asset_key=key, metadata={"checks": len(session.outcomes)})

    return run
