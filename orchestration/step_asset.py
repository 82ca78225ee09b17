"""A Dagster asset of one step: what most stages are, a function of the session that tells what it did.

Belongs here: the shape they share. Does not belong here: what a step does (the stages' ``steps``); assets with checks
or of several tables have a function of their own.
"""

# No postponed annotations here: Dagster reads the type of `context` from the annotation itself.
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext

from orchestration.session import Session

RESOURCE = "session"
"""Name of the Dagster resource that holds the run's session."""


def step_asset(
    name: str, spec: dg.AssetSpec, work: Callable[[Session], Mapping[str, Any]]
) -> dg.AssetsDefinition:
    """Return the asset of one step.

    Args:
        name: of the step.
        spec: of the asset.
        work: does it and returns what to keep of it in Dagster's history.
    """

    @dg.multi_asset(name=name, specs=[spec], required_resource_keys={RESOURCE})
    def run(context: AssetExecutionContext) -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key=spec.key, metadata=dict(work(context.resources.session)))

    return run
