"""The daemon of a home: Dagster's own; what it plans for a run is written without waiting for the disk.

Each run is entered with some 350 planned events, each a transaction that it would sync. Does not belong here: sensors
and schedules (``orchestration.definitions``).
"""

from __future__ import annotations

from orchestration.instance import relieve_storage


def main() -> None:
    """Do what the arguments of ``dagster-daemon`` say."""
    from dagster._daemon.cli import main as dagster_daemon

    relieve_storage()
    dagster_daemon()


if __name__ == "__main__":
    main()
