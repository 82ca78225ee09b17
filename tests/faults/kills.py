"""Seeded kills of whole runs: ``make kills N=1000 SEED=…``.

Each kill takes a world whose sources have changed since its last run, kills the run with SIGKILL before or after a
drawn step (an fsync, rename, replace, write, link, a table landed, a model built …) or at a drawn moment,
sometimes kills the next run as well, and lets a last run finish. Then the oracle judges: readers saw the old
generation or the new one and never another, the content equals that of a run that never failed, the books
balance, no Dagster run stays unfinished. The number of a kill and the seed decide everything about it.

The processes that fork must have no threads: everything that computes (Polars, DuckDB) runs in forked ones. One
kill in ten keeps Dagster's history on disk as the product does, the others in memory, which is a third faster.

Belongs here: drawing, repeating, counting. Does not belong here: what a step is (``runner``) and what must hold
(``oracle``).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import changes, oracle, runner
from tests.faults.runner import Fault, Outcome
from tests.faults.world import AREAS, DISPATCHES, INCIDENTS, POINTS, ROOT, SHIFTS, World

TABLES = (INCIDENTS, DISPATCHES, SHIFTS, POINTS, AREAS)
WORKERS = 2
BY_TIME, TWICE, RECORDED = 0.2, 0.1, 0.1


class Violation(Exception):
    """A law of the oracle does not hold."""


@dataclass(frozen=True)
class Whole:
    """What runs without a fault made of the changed world.

    Args:
        old, new: content hashes before and after.
        steps: labels of the steps of the run.
        seconds: its wall time.
    """

    old: str
    new: str
    steps: list[str]
    seconds: float


def _finished(outcome: Outcome, what: str) -> dict[str, Any]:
    if outcome.report is None:
        raise Violation(f"{what}: {outcome.error or outcome.defect or f'exit code {outcome.code}'}")
    return outcome.report


def _forked(work: Any, what: str) -> Any:
    answer, code = runner.fork(lambda: {"value": work()})
    if answer is None:
        raise Violation(f"{what}: exit code {code}, see the traceback above")
    return answer["value"]


def prepare(world: World, extensions: Path) -> Whole:
    """Make the world, run it, change it; keep the states ``base`` and ``changed``."""
    world.create()
    world.home.prepare().extensions.symlink_to(extensions)
    _finished(runner.run(world), "first run")
    world.save("base")
    changes.apply(world)
    world.save("changed")
    old = oracle.published(world)
    whole = runner.run(world)
    new = str(_finished(whole, "incremental run")["content_hash"])
    world.forget_runs()
    clean = str(_finished(runner.run(world), "run that never failed")["content_hash"])
    if not old != new == clean:
        raise Violation(f"incremental run {new}, run that never failed {clean}, before the changes {old}")
    return Whole(old, new, whole.steps, whole.seconds)


def draw(number: int, seed: int, whole: Whole) -> tuple[list[Fault], bool]:
    """Return the faults of one kill and whether Dagster's history is kept on disk."""
    dice = random.Random(f"{seed}:{number}")
    faults = []
    for _ in range(2 if dice.random() < TWICE else 1):
        by_time, step, after = (
            dice.random() < BY_TIME,
            dice.randrange(len(whole.steps)) + 1,
            dice.random() < 0.5,
        )
        moment = dice.random()
        if by_time:
            faults.append(Fault("time", seconds=max(0.05, moment * whole.seconds)))
        else:
            faults.append(Fault("kill", step=step, after=after))
    return faults, dice.random() < RECORDED


def kill(world: World, number: int, seed: int, whole: Whole) -> str:
    """Do one kill.

    Returns:
        Where it struck, for the summary: the stage, or ``too late`` when the run ended before.

    Raises:
        Violation: a law does not hold.
    """
    faults, recorded = draw(number, seed, whole)
    world.restore("changed")
    struck = "too late"
    for fault in faults:
        outcome = runner.run(world, fault=fault, recorded=recorded)
        if outcome.error or outcome.defect:
            raise Violation(f"a run to be killed failed: {outcome.error or outcome.defect}")
        seen = oracle.published(world)
        if seen not in (whole.old, whole.new):
            raise Violation(f"readers see {seen}, neither old nor new")
        if outcome.killed:
            struck = "moment" if fault.kind == "time" else whole.steps[fault.step - 1].split(":")[0]
    report = _finished(runner.run(world, recorded=recorded), "run after the kill")
    if report["content_hash"] != whole.new:
        raise Violation(f"content {report['content_hash']} after the kill, {whole.new} without")
    problems = _forked(lambda: _problems(world, recorded), "oracle")
    if problems:
        raise Violation("; ".join(problems))
    return struck


def _problems(world: World, recorded: bool) -> list[str]:
    problems = [
        *oracle.books_problems(world), *oracle.readers_problems(world), *oracle.sources_problems(world)
    ]  # fmt: skip
    if recorded:
        from orchestration.instance import open_instance

        with open_instance(world.home) as instance:
            problems += [f"run {run.run_id} unfinished" for run in instance.get_runs() if not run.is_finished]
    return problems


def work(
    folder: Path, extensions: Path, worker: int, numbers: list[int], seed: int, url: str
) -> dict[str, Any]:
    """Do a worker's share of the kills.

    Returns:
        ``struck`` (stage → kills) and ``failed`` (number and reason of the first violation, or None).
    """
    os.environ["WORLD_PATROL_URL"] = f"{url}/{worker}/world/data"
    os.environ["JINGCANG_PSEUDONYM_KEY"] = "kills"
    world, struck, number = World(folder / str(worker) / "world", TABLES), Counter(), -1
    try:
        whole = prepare(world, extensions)
        for number in numbers:
            struck[kill(world, number, seed, whole)] += 1
            if sum(struck.values()) % 25 == 0:
                print(f"  worker {worker}: {sum(struck.values())} of {len(numbers)}", flush=True)
    except Violation as violation:
        return {"struck": struck, "failed": [number, str(violation)]}
    return {"struck": struck, "failed": None}


def main() -> int:
    """Run the harness; see the module."""
    parser = argparse.ArgumentParser(description="Seeded kills of whole runs.")
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", type=int, default=None, help="number of the one kill to repeat")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(10**9) if options.seed is None else options.seed
    print(f"kills: seed {seed}", flush=True)
    started = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="jingcang-kills-"))
    os.environ["PYTHONWARNINGS"] = "ignore"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.patrol_server", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        runner.preload()
        extensions = folder / "extensions"
        _forked(lambda: _install(extensions), "extensions")
        numbers = [options.only] if options.only is not None else list(range(options.n))
        results = _share(folder, extensions, numbers, seed, url)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    struck: Counter[str] = Counter()
    for result in results:
        struck.update(result["struck"])
    where = ", ".join(f"{name} {count}" for name, count in struck.most_common())
    failed = [result["failed"] for result in results if result["failed"]]
    seconds = time.perf_counter() - started
    print(
        f"kills: {sum(struck.values())} clean, {len(failed)} failed, seed {seed}, {seconds:.0f} s ({where})"
    )
    for number, reason in failed:
        print(f"kill {number}: {reason}\n  repeat: make kills SEED={seed} ONLY={number}", file=sys.stderr)
    return 1 if failed else 0


def _install(target: Path) -> bool:
    from jingcang.home import Home
    from jingcang.landing.duckdb_extensions import install

    home = Home(target.parent / "extensions-home")
    install(home)
    home.extensions.rename(target)
    return True


def _share(folder: Path, extensions: Path, numbers: list[int], seed: int, url: str) -> list[dict[str, Any]]:
    """Let the workers do their shares side by side."""
    import threading

    results: list[dict[str, Any]] = []
    pipes = []
    for worker in range(WORKERS):
        share = numbers[worker::WORKERS]
        if share:
            (folder / str(worker)).mkdir()
            pipes.append(runner.start(lambda worker=worker, share=share: work(  # type: ignore[misc]
                folder, extensions, worker, share, seed, url
            )))  # fmt: skip
    for pipe in pipes:
        answer, code = runner.finish(pipe)
        results.append(answer or {"struck": {}, "failed": [-1, f"worker ended with {code}"]})
    assert threading.active_count() == 1
    return results


if __name__ == "__main__":
    sys.exit(main())
