"""Seeded kills of whole runs: ``make kills N=1000 SEED=…``.

A chain of one to twelve kills takes a world whose sources have changed since its last run. Each kills a run with
SIGKILL before or after a drawn step (an fsync, rename, replace, write, link, a table landed, a model built …) or at a
drawn moment, and the next one takes what it left. After each, readers must see the old generation or the new one and
never another. A last run finishes; then the oracle judges: the content equals that of a run that never failed, the
books balance, no Dagster run stays unfinished. The number of a chain and the seed decide everything about it.

One chain in ten keeps Dagster's history on disk as the product does, the others in memory, which is a third faster.

Belongs here: drawing, repeating, counting. Does not belong here: what a step is (``runner``) and what must hold
(``oracle``).
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass

from orchestration.preloading import parse
from tests.faults import changes, oracle, runner
from tests.faults.harness import Share, Violation, finished, forked, main
from tests.faults.steps import Fault
from tests.faults.world import World

BY_TIME, RECORDED, LONGEST = 0.2, 0.1, 12


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


def prepare(share: Share) -> Whole:
    """Make the world, run it, change it; keep the states ``base`` and ``changed``."""
    world = share.world
    share.create()
    finished(runner.run(world), "first run")
    parse(world.home)
    world.save("base")
    changes.apply(world)
    world.save("changed")
    old = oracle.published(world)
    whole = runner.run(world)
    new = str(finished(whole, "incremental run")["content_hash"])
    world.forget_runs()
    clean = str(finished(runner.run(world), "run that never failed")["content_hash"])
    if not old != new == clean:
        raise Violation(f"incremental run {new}, run that never failed {clean}, before the changes {old}")
    return Whole(old, new, whole.steps, whole.seconds)


def length(number: int, seed: int) -> int:
    """Return how many kills a chain has."""
    return random.Random(f"{seed}:{number}:length").randrange(1, LONGEST + 1)


def draw(number: int, seed: int, whole: Whole) -> tuple[list[Fault], bool]:
    """Return the faults of one chain of kills and whether Dagster's history is kept on disk."""
    dice = random.Random(f"{seed}:{number}")
    faults = []
    for _ in range(length(number, seed)):
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


def chain(share: Share, number: int, whole: Whole) -> None:
    """Do one chain of kills; count the stages they struck, or ``too late`` when a run ended before.

    Raises:
        Violation: a law does not hold.
    """
    world = share.world
    faults, recorded = draw(number, share.seed, whole)
    world.restore("changed")
    struck = []
    for fault in faults:
        outcome = runner.run(world, fault=fault, recorded=recorded)
        if outcome.error or outcome.defect:
            raise Violation(f"a run to be killed failed: {outcome.error or outcome.defect}")
        seen = oracle.published(world)
        if seen not in (whole.old, whole.new):
            raise Violation(f"readers see {seen}, neither old nor new")
        if outcome.killed:
            struck.append("moment" if fault.kind == "time" else whole.steps[fault.step - 1].split(":")[0])
        else:
            struck.append("too late")
            world.restore("changed")
    report = finished(runner.run(world, recorded=recorded), "run after the kills")
    if report["content_hash"] != whole.new:
        raise Violation(f"content {report['content_hash']} after {struck}, {whole.new} without")
    problems = forked(lambda: _problems(world, recorded), "oracle")
    if problems:
        raise Violation("; ".join(problems))
    share.counted.update(struck)


def _problems(world: World, recorded: bool) -> list[str]:
    problems = [
        *oracle.books_problems(world), *oracle.readers_problems(world), *oracle.sources_problems(world)
    ]  # fmt: skip
    if recorded:
        from orchestration.instance import open_instance

        with open_instance(world.home) as instance:
            problems += [f"run {run.run_id} unfinished" for run in instance.get_runs() if not run.is_finished]
    return problems


if __name__ == "__main__":
    sys.exit(main("kills", prepare, chain, length))
