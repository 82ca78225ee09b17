"""What starts a run by itself: files of a file source that appear or change, and decisions that took effect.

Does not belong here: what is watched (``watched``), reading it; the run does, and finds out itself what is new.
"""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg


def change_sensor(
    name: str,
    state_of: Callable[[], str],
    seen: Callable[[], str | None],
    job: dg.UnresolvedAssetJobDefinition,
    seconds: int,
) -> dg.SensorDefinition:
    """Return a sensor that starts a run when a state has changed.

    Args:
        name: of the sensor.
        state_of: returns what is watched.
        seen: returns its state when the last run began; None when no run has said so.
        job: what to start.
        seconds: time between two looks.
    """

    @dg.sensor(
        name=name,
        job=job,
        minimum_interval_seconds=seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        state = state_of()
        before = context.cursor if context.cursor is not None else seen()
        if before is None:
            return dg.SensorResult(skip_reason="first look", cursor=state)
        if state == before:
            return dg.SensorResult(skip_reason="nothing new", cursor=state)
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=f"{name} {state}")], cursor=state)

    return watch
