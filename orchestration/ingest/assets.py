"""Dagster assets of the landing stage; thin, the work is in ``steps``."""

# No postponed annotations here: Dagster reads the type of `context` from the annotation itself.
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster import AssetExecutionContext

from jingcang.contracts.model import Profile, SourceTable
from orchestration.ingest import steps
from orchestration.session import Session
from orchestration.step_asset import RESOURCE


def raw_asset(table: SourceTable) -> dg.AssetsDefinition:
    """Return the asset of one source table: its landed batches, with the split's and witness's checks."""
    key = dg.AssetKey(table.asset_name)
    checks = [
        dg.AssetCheckSpec("split", asset=key, description="契约规则逐行分流：违规行进入隔离区"),
        dg.AssetCheckSpec("witness", asset=key, description="独立见证：与分流逐条规则计数一致"),
    ]

    @dg.multi_asset(
        name=table.asset_name,
        specs=[dg.AssetSpec(key, group_name="ingest", description=table.title_zh, kinds={"polars"})],
        check_specs=checks,
        can_subset=True,
        required_resource_keys={RESOURCE},
    )
    def land_source_table(context: AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        result = steps.land(session, table)
        if result is None:
            yield dg.MaterializeResult(asset_key=key, metadata={"note": session.unreachable[table.qualified]})
            return
        counts = {
            "rows_read": result.read,
            "rows_accepted": result.accepted,
            "rows_quarantined": result.quarantined,
            "rows_superseded": result.superseded,
            "rows_repeated": result.repeated,
        }
        yield dg.MaterializeResult(asset_key=key, metadata={**counts, "batches": len(result.batches)})
        if result.batches:
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name="split",
                passed=result.quarantined == 0,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"rules": dict(result.rule_counts)},
            )
            differing = result.disagreements
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name="witness",
                passed=not differing,
                metadata={"rows": result.witnessed_rows, "rules": sorted(differing)},
            )

    return land_source_table


def landed_asset(profile: Profile, entities: list[str]) -> dg.AssetsDefinition:
    """Return the assets ``landed/<entity>``: yielded only when the cut differs from the published one."""
    sources: dict[str, set[str]] = {entity: set() for entity in entities}
    for table in profile.tables:
        for mapping in table.mappings:
            sources.setdefault(mapping.entity, set()).add(table.asset_name)
    everything = sorted(table.asset_name for table in profile.tables)
    specs = [
        dg.AssetSpec(
            ["landed", entity],
            # Every entity waits for every table: the cut is one decision over all of them.
            deps=everything,
            group_name="landed",
            skippable=True,
            metadata={"source_tables": sorted(tables)},
        )
        for entity, tables in sorted(sources.items())
    ]

    @dg.multi_asset(name="cut", specs=specs, required_resource_keys={RESOURCE})
    def cut(context: AssetExecutionContext) -> Iterator[Any]:
        session: Session = context.resources.session
        if steps.decide(session):
            for spec in specs:
                yield dg.MaterializeResult(asset_key=spec.key)
        else:
            context.log.info("Nothing changed since the published generation; it is kept.")

    return cut
