"""The asset ``evaluation_results``: after the checks have passed, before run history is shown."""

from __future__ import annotations

import dagster as dg

from orchestration.evaluate.steps import evaluate_patrols
from orchestration.step_asset import step_asset

KEY = dg.AssetKey("evaluation_results")


def evaluations_asset(after: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset of the results of evaluations.

    Args:
        after: what must stand before: figures that a blocking check refuses give no verdict.
    """
    spec = dg.AssetSpec(KEY, deps=after, group_name="evaluate")
    return step_asset("evaluations", spec, lambda session: {"landed": evaluate_patrols(session)})
