"""One Dagster asset a derived table."""

from __future__ import annotations

import dagster as dg

from orchestration.derive.reviews import SUMMARIES, Summary, summarise
from orchestration.derive.steps import STEPS, Step, derive
from orchestration.session import Session
from orchestration.step_asset import step_asset


def derived_assets() -> list[dg.AssetsDefinition]:
    """Return the assets ``derived/<table>``."""
    return [*(_asset(step) for step in STEPS), *(_summary_asset(summary) for summary in SUMMARIES)]


def _asset(step: Step) -> dg.AssetsDefinition:
    def work(session: Session) -> dict[str, int]:
        session.progress.start("derive", len(STEPS))
        return {"computed_batches": derive(session, step)}

    return step_asset(f"derive_{step.name}", _spec(step.name, [item.entity for item in step.inputs]), work)


def _summary_asset(summary: Summary) -> dg.AssetsDefinition:
    return step_asset(
        f"derive_{summary.name}",
        _spec(summary.name, ["cases"]),
        lambda session: {"computed": summarise(session, summary)},
    )


def _spec(name: str, entities: list[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["derived", name],
        deps=[dg.AssetKey(["landed", entity]) for entity in entities],
        group_name="derive",
        kinds={"polars"},
    )
