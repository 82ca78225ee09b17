"""Assembles the Dagster definitions of one home: assets, the job, the daily schedule, the drop-folder sensor.

Belongs here: assembly only. ``dagster_entry`` loads it for the web server and the daemon; the command
line uses the same assets and job for its own run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from jingcang.config import Settings
from jingcang.contracts import load_entities
from jingcang.contracts.model import Profile
from jingcang.home import Home
from orchestration.alerts.assets import KEY as ALERTS
from orchestration.alerts.assets import alerts_asset
from orchestration.check.assets import quality_asset
from orchestration.derive.assets import derived_assets
from orchestration.evaluate.assets import KEY as EVALUATIONS
from orchestration.evaluate.assets import evaluations_asset
from orchestration.ingest.assets import landed_asset, raw_asset
from orchestration.ingest.sensor import change_sensor
from orchestration.ingest.watched import DECISIONS, DROP_FOLDERS, decisions_state, drop_folders_state, seen
from orchestration.publish.assets import publish_asset
from orchestration.transform.assets import dbt_assets

JOB = "pipeline"


def pipeline_assets(profile: Profile, manifest: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """Return every asset of a profile, in the order of the stages.

    Args:
        profile: gives the source tables.
        manifest: dbt's manifest, gives the models.
    """
    models = dbt_assets(manifest, history=False)
    history = dbt_assets(manifest, history=True)
    return [
        *(raw_asset(table) for table in profile.tables),
        landed_asset(profile, sorted(load_entities())),
        *derived_assets(),
        models,
        quality_asset(sorted(models.keys)),
        alerts_asset([dg.AssetKey("quality_results")]),
        evaluations_asset([ALERTS]),
        history,
        publish_asset(
            [*sorted(models.keys), *sorted(history.keys), dg.AssetKey("quality_results"), ALERTS, EVALUATIONS]
        ),
    ]


def pipeline_job() -> dg.UnresolvedAssetJobDefinition:
    """Return the one job: all assets, in this process, one after another."""
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        # A run that hangs is ended by the daemon, so that it cannot hold the lease for ever.
        tags={"dagster/max_runtime": str(6 * 3600)},
    )


def build_definitions(
    home: Home,
    profile: Profile,
    settings: Settings,
    manifest: Mapping[str, Any],
    session_resource: dg.ResourceDefinition,
) -> dg.Definitions:
    """Return the definitions of one home.

    Args:
        home: the home.
        profile, settings: the deployment.
        manifest: dbt's manifest.
        session_resource: makes the session of a run that Dagster itself launches.
    """
    hour, minute = settings.schedule.daily_at.split(":")
    job = pipeline_job()
    return dg.Definitions(
        assets=pipeline_assets(profile, manifest),
        jobs=[job],
        schedules=[
            dg.ScheduleDefinition(
                name="daily",
                job=job,
                cron_schedule=f"{int(minute)} {int(hour)} * * *",
                execution_timezone=profile.timezone,
                default_status=dg.DefaultScheduleStatus.RUNNING,
            )
        ],
        sensors=[
            change_sensor(
                DROP_FOLDERS,
                lambda: drop_folders_state(profile),
                lambda: seen(home).get(DROP_FOLDERS),
                job,
                settings.schedule.watch_drop_folders_seconds,
            ),
            change_sensor(
                DECISIONS,
                lambda: decisions_state(home),
                lambda: seen(home).get(DECISIONS),
                job,
                settings.schedule.watch_decisions_seconds,
            ),
        ],
        resources={"session": session_resource},
        executor=dg.in_process_executor,
    )
