"""The asset ``evaluation_results``: after the checks have passed, before run history is shown."""

# No postponed annotations here: Dagster reads the type of `context` from the annotation itself.
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext

from orchestration.evaluate.steps import evaluate_patrols

RESOURCE = "session"
KEY = dg.AssetKey("evaluation_results")


def evaluations_asset(after: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset of the results of evaluations.

    Args:
        after: what must stand before: figures that a blocking check refuses give no verdict.
    """

    @dg.multi_asset(
        name="evaluations",
        specs=[dg.AssetSpec(KEY, deps=after, group_name="evaluate")],
        required_resource_keys={RESOURCE},
    )
    def run(context: AssetExecutionContext) -> Iterator[Any]:
        landed = evaluate_patrols(context.resources.session)
        yield dg.MaterializeResult(asset_key=KEY, metadata={"landed": landed})

    return run
