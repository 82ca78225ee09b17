"""What the seeded harnesses share: command line, workers that fork, one patrol interface, the summary.

The processes that fork must have no thread pools: everything that computes (Polars, DuckDB) runs in forked ones.

Belongs here: the frame. Does not belong here: what is drawn and judged (``kills``, ``histories``).
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
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults import processes, runner
from tests.faults.records import AREAS, DISPATCHES, INCIDENTS, POINTS, SHIFTS
from tests.faults.runner import Outcome
from tests.faults.world import ROOT, World

TABLES = (INCIDENTS, DISPATCHES, SHIFTS, POINTS, AREAS)


class Violation(Exception):
    """A law of the oracle does not hold."""


@dataclass
class Share:
    """What a worker is to do.

    Args:
        world: the worker's own world, not created yet.
        extensions: folder of DuckDB's extensions, for the home to link to.
        numbers: its chains of kills or histories.
        seed: of the harness.
        counted: what happened, for the summary.
        clean: the numbers that were clean.
    """

    world: World
    extensions: Path
    numbers: list[int]
    seed: int
    counted: Counter[str] = field(default_factory=Counter)
    clean: list[int] = field(default_factory=list)

    def create(self) -> None:
        """Write the world and link the extensions."""
        self.world.create()
        self.world.home.prepare().extensions.symlink_to(self.extensions)


def finished(outcome: Outcome, what: str) -> dict[str, Any]:
    """Return the report of a run that must have succeeded."""
    if outcome.report is None:
        raise Violation(f"{what}: {outcome.error or outcome.defect or f'exit code {outcome.code}'}")
    return outcome.report


def forked(work: Callable[[], Any], what: str) -> Any:
    """Return what some work returns, done in a process of its own."""
    answer, code = processes.fork(lambda: {"value": work()})
    if answer is None:
        raise Violation(f"{what}: exit code {code}, see the traceback above")
    return answer["value"]


def main(
    title: str,
    prepare: Callable[[Share], Any],
    one: Callable[[Share, int, Any], None],
    size: Callable[[int, int], int] = lambda number, seed: 1,
) -> int:
    """Run a harness and print its summary.

    Args:
        title: ``kills`` or ``histories``; also the make target.
        prepare: makes a worker's world; what it returns is handed to ``one``.
        one: does and judges one number.
        size: (number, seed) → how many of ``--n`` a number stands for.

    Returns:
        The exit code: 1 when a law was broken.
    """
    parser = argparse.ArgumentParser(description=f"Seeded {title}.")
    parser.add_argument("--n", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=None, help="decides everything; drawn when not given")
    parser.add_argument("--workers", type=int, default=2, help="how many side by side")
    parser.add_argument("--only", type=int, default=None, help="number of the one to repeat")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(10**9) if options.seed is None else options.seed
    print(f"{title}: seed {seed}", flush=True)
    started = time.perf_counter()
    numbers = [options.only] if options.only is not None else []
    while options.only is None and sum(size(number, seed) for number in numbers) < options.n:
        numbers.append(len(numbers))
    shares = [numbers[worker :: options.workers] for worker in range(min(options.workers, len(numbers)))]
    results = _work(prepare, one, shares, seed)
    counted: Counter[str] = Counter()
    for result in results:
        counted.update(result["counted"])
    failed = [result["failed"] for result in results if result["failed"]]
    what = ", ".join(f"{name} {count}" for name, count in counted.most_common())
    clean = sum(size(number, seed) for result in results for number in result["clean"])
    seconds = time.perf_counter() - started
    print(f"{title}: {clean} clean, {len(failed)} failed, seed {seed}, {seconds:.0f} s ({what})")
    for number, reason in failed:
        print(
            f"{title} {number}: {reason}\n  repeat: make {title} SEED={seed} ONLY={number}", file=sys.stderr
        )
    return 1 if failed else 0


def _work(
    prepare: Callable[[Share], Any],
    one: Callable[[Share, int, Any], None],
    shares: list[list[int]],
    seed: int,
) -> list[dict[str, Any]]:
    """Let the workers do their shares side by side; the number decides everything, never the worker."""
    folder = Path(tempfile.mkdtemp(prefix="jingcang-faults-"))
    # What a killed run leaves of temporary folders goes with the rest.
    tempfile.tempdir = str(folder)
    os.environ["PYTHONWARNINGS"] = "ignore"
    os.environ["JINGCANG_PSEUDONYM_KEY"] = "harness"
    command = [sys.executable, "-m", "tests.faults.patrol_server", str(folder)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        runner.preload()
        forked(lambda: _install(folder), "extensions")
        children = []
        for worker, numbers in enumerate(shares):
            world = World(folder / str(worker) / "world", TABLES)
            share = Share(world, folder / "extensions", numbers, seed)
            share.world.root.parent.mkdir()
            place = f"{url}/{worker}/world/data"
            children.append(processes.start(lambda share=share, place=place: _do(share, place, prepare, one)))  # type: ignore[misc]
        return [
            answer or {"counted": {}, "clean": [], "failed": [-1, f"a worker ended with {code}"]}
            for answer, code in map(processes.finish, children)
        ]
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _install(folder: Path) -> bool:
    from jingcang.home import Home
    from jingcang.landing.duckdb_extensions import install

    home = Home(folder / "installed")
    install(home)
    home.extensions.rename(folder / "extensions")
    return True


def _do(
    share: Share, place: str, prepare: Callable[[Share], Any], one: Callable[[Share, int, Any], None]
) -> dict[str, Any]:
    os.environ["WORLD_PATROL_URL"] = place
    number, failed = -1, None
    try:
        prepared = prepare(share)
        for number in share.numbers:
            one(share, number, prepared)
            share.clean.append(number)
            if len(share.clean) % 10 == 0:
                print(f"  {len(share.clean)} of {len(share.numbers)} done by one worker", flush=True)
    except Violation as violation:
        failed = [number, str(violation)]
    return {"counted": share.counted, "clean": share.clean, "failed": failed}
