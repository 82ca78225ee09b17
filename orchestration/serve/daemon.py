"""The daemon of a home: Dagster's own, made for one home whose stewards wait for what they approved.

What it plans for a run is written without waiting for the disk: each run is entered with some 350 planned events, each
a transaction that it would sync. It goes round its sensors every second; left alone it does so every five.

Does not belong here: sensors and schedules (``orchestration.definitions``).
"""

from __future__ import annotations

from orchestration.event_storage import relieve_storage

ROUND_SECONDS = 1
"""Between two rounds of the sensors; each sensor says itself how often it looks."""


def main() -> None:
    """Do what the arguments of ``dagster-daemon`` say."""
    from dagster._daemon import sensor
    from dagster._daemon.cli import main as dagster_daemon

    relieve_storage()
    assert sensor.MIN_INTERVAL_LOOP_TIME > ROUND_SECONDS  # noqa: S101 - renamed or mended there: look again
    sensor.MIN_INTERVAL_LOOP_TIME = ROUND_SECONDS
    dagster_daemon()


if __name__ == "__main__":
    main()
