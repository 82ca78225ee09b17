"""The code server of a home: Dagster's own, whose runs are forked from a process that has what a run needs.

Dagster starts a new process for each run, which imports and parses for many seconds before its first step.

Belongs here: where the processes of runs come from. Does not belong here: definitions (``dagster_entry``).
"""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from typing import Any

PARENT = "orchestration.serve.run_parent"


def main() -> None:
    """Serve what the arguments of ``dagster api`` name."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PARENT])
    forkserver.ensure_running()
    from dagster._cli import main as dagster
    from dagster._grpc.server import DagsterApiServer

    made = DagsterApiServer.__init__

    def initialise(server: Any, *arguments: Any, **options: Any) -> None:
        made(server, *arguments, **options)
        server._mp_ctx = context

    setattr(DagsterApiServer, "__init__", initialise)  # noqa: B010 - its type is another
    dagster()


if __name__ == "__main__":
    main()
