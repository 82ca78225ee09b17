"""What starts a run by itself: files of a file source that appear or change, and decisions that took effect.

Does not belong here: reading files and decisions; the run does, and finds out itself what is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import dagster as dg

from jingcang.contracts.model import Profile
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.standing import decisions_mark


def drop_folders_state(profile: Profile) -> str:
    """Return a digest of names, sizes and times of the files below the profile's file systems."""
    digest = hashlib.sha256()
    for name, system in sorted(profile.systems.items()):
        if system.kind != "files" or system.path is None or not system.path.is_dir():
            continue
        for path in sorted(system.path.rglob("*")):
            # A name that begins with a dot or ends in .tmp or .part is a file still being written.
            if path.is_file() and not path.name.startswith(".") and path.suffix not in (".tmp", ".part"):
                stat = path.stat()
                digest.update(
                    f"{name}/{path.relative_to(system.path)} {stat.st_size} {stat.st_mtime_ns}\n".encode()
                )
    return digest.hexdigest()


def decisions_state(home: Home) -> str:
    """Return what stands of people's decisions; "" while no page has ever opened the workbench."""
    return decisions_mark(Workbench.open(home)) if Workbench.exists(home) else ""


def change_sensor(
    name: str, state_of: Callable[[], str], job: dg.UnresolvedAssetJobDefinition, seconds: int
) -> dg.SensorDefinition:
    """Return a sensor that starts a run when a state has changed.

    Args:
        name: of the sensor.
        state_of: returns what is watched.
        job: what to start.
        seconds: time between two looks.
    """

    @dg.sensor(
        name=name,
        job=job,
        # The daemon goes round every five seconds: an interval of as many is missed by a hair every other time.
        minimum_interval_seconds=seconds - 1,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        state = state_of()
        if context.cursor is None:
            # The first look only remembers what is there; the run that filled the home has seen it.
            return dg.SensorResult(skip_reason="first look", cursor=state)
        if state == context.cursor:
            return dg.SensorResult(skip_reason="nothing new", cursor=state)
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=f"{name} {state}")], cursor=state)

    return watch
