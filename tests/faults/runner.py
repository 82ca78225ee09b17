"""Runs of the whole pipeline in forked processes, with a fault inside if one is asked for.

A run in a new process pays seconds for imports; a fork of a process that has imported everything and started no
thread pool pays nothing, may be killed like any process, and shares no cache with the next run. The witness,
too, is forked beside each run instead of started. ``python -m tests.faults.runner`` is such a process: it answers
one JSON line a request (:class:`Runner` asks). The kill harness forks by itself.

Belongs here: processes and where a fault strikes. Does not belong here: worlds, and what must hold afterwards.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.processes import fork
from tests.faults.steps import Fault, Steps
from tests.faults.world import AS_OF, ROOT, World

KILL_EXIT = -signal.SIGKILL


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Args:
        report: the run's report; None if it failed or was killed.
        error: the message a person reads; None if it did not fail.
        defect: traceback of an error that is no JingcangError.
        code: 0, or the negative number of the signal that ended the process.
        steps: labels of the steps passed.
        seconds: wall time.
    """

    report: dict[str, Any] | None = None
    error: str | None = None
    defect: str | None = None
    code: int = 0
    steps: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def killed(self) -> bool:
        return self.code == KILL_EXIT


class _Witness:
    """The witness's process, forked before the run starts a thread; stands in for ``subprocess.Popen``."""

    def __init__(self) -> None:
        from orchestration.ingest import witness_process

        question, self_in = os.pipe()
        self_out, answer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.environ["POLARS_MAX_THREADS"] = "1"
            os.dup2(question, 0)
            os.dup2(answer, 1)
            for descriptor in (question, self_in, self_out, answer):
                os.close(descriptor)
            try:
                witness_process._serve()
            finally:
                os._exit(0)
        os.close(question)
        os.close(answer)
        self.stdin, self.stdout = os.fdopen(self_in, "wb"), os.fdopen(self_out, "rb")

    def poll(self) -> int | None:
        """Return None while it runs."""
        return None if os.waitpid(self.pid, os.WNOHANG)[0] == 0 else 0

    def wait(self) -> int:
        """Wait for its end."""
        os.waitpid(self.pid, 0)
        return 0


def preload() -> None:
    """Import what a run and its witness import; start nothing."""
    from jingcang.contracts import witness
    from orchestration import preloading

    preloading.preload()
    witness.load_engine()


def run(
    world: World,
    *,
    as_of: dt.date = AS_OF,
    fault: Fault | None = None,
    force: bool = False,
    recorded: bool = True,
    patches: Mapping[str, Any] | None = None,
) -> Outcome:
    """Run the pipeline on a world in a forked process.

    Args:
        world: sources, profile, home.
        as_of: the run's "today".
        fault: what goes wrong.
        force: build although nothing changed.
        recorded: keep Dagster's history in the home, as the product does; False keeps it in memory, which
            saves a third of a run.
        patches: ``module:name`` → value of a constant in this run, such as a time-out.
    """
    wanted = fault or Fault()
    started = time.perf_counter()
    answer, code = fork(
        lambda: _run(world, as_of, wanted, force, recorded, patches or {}),
        after=wanted.seconds if wanted.kind == "time" else 0.0,
    )
    seconds = round(time.perf_counter() - started, 2)
    return Outcome(code=code, seconds=seconds, **(answer or {}))


def _run(
    world: World, as_of: dt.date, fault: Fault, force: bool, recorded: bool, patches: Mapping[str, Any]
) -> dict[str, Any]:
    from jingcang.errors import JingcangError
    from orchestration.ingest import witness_process
    from orchestration.run import run_pipeline

    witness_process._running = _Witness()  # type: ignore[assignment]
    if not recorded:
        _forget_history()
    for place, value in patches.items():
        module, name = place.split(":")
        assert hasattr(sys.modules[module], name), place
        setattr(sys.modules[module], name, value)
    steps = Steps(fault, world.home.root)
    steps.install()
    try:
        report = run_pipeline(world.profile(), world.home, as_of=as_of, force=force, progress=steps)
    except JingcangError as error:
        return {"error": str(error), "steps": steps.labels}
    except Exception:
        return {"defect": traceback.format_exc(), "steps": steps.labels}
    finally:
        witness_process.stop()
    return {"report": json.loads(json.dumps(asdict(report), default=str)), "steps": steps.labels}


def _forget_history() -> None:
    import dagster as dg

    from orchestration import event_storage, instance

    event_storage.relieve_storage()  # as the instance on disk does

    @contextmanager
    def in_memory(home: Any) -> Any:
        with dg.DagsterInstance.ephemeral() as made:
            yield made

    instance.open_instance = in_memory  # type: ignore[assignment]


class Runner:
    """Asks a process that forks runs; used by tests, whose own process has thread pools and must not fork."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.runner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **environment},
            text=True,
        )

    def run(
        self, world: World, *, as_of: dt.date = AS_OF, fault: Fault | None = None, force: bool = False,
        recorded: bool = False, environment: dict[str, str] | None = None, patches: dict[str, Any] | None = None,
    ) -> Outcome:  # fmt: skip
        """See :func:`run`; ``environment`` is set for this run only."""
        request = {
            "root": str(world.root), "tables": list(world.tables), "settings": world.settings,
            "as_of": as_of.isoformat(), "fault": asdict(fault or Fault()), "force": force, "recorded": recorded,
            "environment": environment or {}, "patches": patches or {},
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    preload()
    for line in sys.stdin:
        request = json.loads(line)
        world = World(Path(request["root"]), tuple(request["tables"]), request["settings"])
        before = dict(os.environ)
        os.environ.update(request["environment"])
        outcome = run(
            world,
            as_of=dt.date.fromisoformat(request["as_of"]),
            fault=Fault(**request["fault"]),
            force=request["force"],
            recorded=request["recorded"],
            patches=request["patches"],
        )
        os.environ.clear()
        os.environ.update(before)
        answers.write(json.dumps(asdict(outcome)) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
