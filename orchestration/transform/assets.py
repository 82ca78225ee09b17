"""dbt models as Dagster assets: specs from the manifest, one invocation for all of them."""

# No postponed annotations here: Dagster reads the type of `context` from the annotation itself.
from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.asset_utils import build_dbt_specs

from orchestration.check.steps import conclude
from orchestration.session import Session
from orchestration.step_asset import RESOURCE
from orchestration.transform import dbt, steps

_SETTINGS = DagsterDbtTranslatorSettings(enable_asset_checks=True)


class Translator(DagsterDbtTranslator):
    """Group by folder; keys are dbt's own names, sources are ``landed/<entity>`` and ``derived/<step>``."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the folder below ``models`` (staging, marts, …) or ``seeds``."""
        return (
            str(dbt_resource_props["fqn"][1]) if dbt_resource_props["resource_type"] == "model" else "seeds"
        )

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return nothing: column descriptions stand in the contracts, and Dagster's history stays small."""
        return {}


TESTS = "dbt_tests"
"""One asset check a model stands for all its dbt tests: an event a test would double a run's history."""


def tests_by_asset(check_specs: Sequence[dg.AssetCheckSpec]) -> dict[dg.AssetKey, list[str]]:
    """Return asset key → dbt ids of its tests."""
    found: dict[dg.AssetKey, list[str]] = {}
    for check in check_specs:
        found.setdefault(check.asset_key, []).append(check.metadata["dagster_dbt/unique_id"])
    return found


def dbt_assets(manifest: Mapping[str, Any], *, history: bool) -> dg.AssetsDefinition:
    """Return the assets of all models, or of the history models.

    Args:
        manifest: dbt's manifest.
        history: the models tagged ``history``, built after checks and alarms have landed, or all the others.
    """
    specs, check_specs = build_dbt_specs(
        translator=Translator(_SETTINGS),
        manifest=manifest,
        select=dbt.HISTORY if history else "fqn:*",
        exclude="" if history else dbt.HISTORY,
        selector="",
        io_manager_key=None,
        project=None,
    )
    # Dagster wants the results of one invocation upstream first.
    order = TopologicalSorter(
        {spec.key: [dep.asset_key for dep in spec.deps] for spec in specs}
    ).static_order()
    position = {key: number for number, key in enumerate(order)}
    specs = sorted(specs, key=lambda spec: position[spec.key])
    keys = {spec.metadata["dagster_dbt/unique_id"]: spec.key for spec in specs}
    tested = tests_by_asset(check_specs)
    before = ("quality_results", "alert_signals", "evaluation_results") if history else ()
    extra = [dg.AssetDep(name) for name in before]

    @dg.multi_asset(
        name="dbt_history" if history else "dbt_build",
        specs=[spec.replace_attributes(deps=[*spec.deps, *extra]) for spec in specs],
        check_specs=[
            dg.AssetCheckSpec(TESTS, asset=key, description="dbt 测试，逐项结果见数据质量页")
            for key in tested
        ],
        can_subset=True,
        required_resource_keys={RESOURCE},
    )
    def run(context: AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        results = steps.run_history(session) if history else steps.run_dbt(session, manifest)
        by_id = {item.unique_id: item for item in results}
        for unique_id, key in keys.items():
            # An incremental build leaves what rests on no changed input as it is (``selection``).
            item = by_id.get(unique_id)
            yield dg.MaterializeResult(
                asset_key=key, metadata={"seconds": item.seconds} if item else {"note": "unchanged"}
            )
        for key, unique_ids in tested.items():
            ran = [by_id[name] for name in unique_ids if name in by_id and by_id[name].status != "skipped"]
            bad = [item for item in ran if item.status != "pass"]
            if ran:
                stops = any(item.severity == "error" and item.status != "warn" for item in bad)
                yield dg.AssetCheckResult(
                    asset_key=key,
                    check_name=TESTS,
                    passed=not bad,
                    severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
                    metadata={"tests": len(ran), "failed": [item.name for item in bad]},
                )
        if any(outcome.stops_publishing for outcome in session.outcomes):
            # What a failed test holds back cannot be checked further: land what is known and stop.
            conclude(session)

    return run
