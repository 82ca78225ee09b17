"""One Dagster asset a derived table."""

# No postponed annotations here: Dagster reads the type of `context` from the annotation itself.
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext

from orchestration.derive.reviews import SUMMARIES, Summary, summarise
from orchestration.derive.steps import STEPS, Step, derive
from orchestration.session import Session

RESOURCE = "session"


def derived_assets() -> list[dg.AssetsDefinition]:
    """Return the assets ``derived/<table>``."""
    return [*(_asset(step) for step in STEPS), *(_summary_asset(summary) for summary in SUMMARIES)]


def _asset(step: Step) -> dg.AssetsDefinition:
    spec = dg.AssetSpec(
        ["derived", step.name],
        deps=[dg.AssetKey(["landed", item.entity]) for item in step.inputs],
        group_name="derive",
        kinds={"polars"},
    )

    @dg.multi_asset(name=f"derive_{step.name}", specs=[spec], required_resource_keys={RESOURCE})
    def run(context: AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        session.progress.start("derive", len(STEPS))
        computed = derive(session, step)
        yield dg.MaterializeResult(asset_key=spec.key, metadata={"computed_batches": computed})

    return run


def _summary_asset(summary: Summary) -> dg.AssetsDefinition:
    spec = dg.AssetSpec(
        ["derived", summary.name],
        deps=[dg.AssetKey(["landed", "cases"])],
        group_name="derive",
        kinds={"polars"},
    )

    @dg.multi_asset(name=f"derive_{summary.name}", specs=[spec], required_resource_keys={RESOURCE})
    def run(context: AssetExecutionContext) -> Iterator[Any]:
        computed = summarise(context.resources.session, summary)
        yield dg.MaterializeResult(asset_key=spec.key, metadata={"computed": computed})

    return run
