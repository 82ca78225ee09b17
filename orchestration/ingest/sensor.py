"""The drop-folder sensor: a run starts when files of a file source appear or change.

Does not belong here: reading the files; the run does, and finds out itself what is new.
"""

from __future__ import annotations

import hashlib

import dagster as dg

from jingcang.contracts.model import Profile


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


def drop_folder_sensor(
    profile: Profile, job: dg.UnresolvedAssetJobDefinition, seconds: int
) -> dg.SensorDefinition:
    """Return the sensor.

    Args:
        profile: gives the folders to watch.
        job: what to start.
        seconds: least time between two looks.
    """

    @dg.sensor(
        name="drop_folder",
        job=job,
        minimum_interval_seconds=seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        state = drop_folders_state(profile)
        if context.cursor is None:
            # The first look only remembers what is there; it was landed by the run that filled the home.
            return dg.SensorResult(skip_reason="first look", cursor=state)
        if state == context.cursor:
            return dg.SensorResult(skip_reason="nothing new", cursor=state)
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=state)], cursor=state)

    return watch
