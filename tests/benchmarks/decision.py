"""From a steward's approval to the published answer, on a home in which the demo ran.

What is decided is the meaning of the most frequent unmapped class of incidents: approved, and revoked, so that the
content in the end is that of the beginning. Measured twice: ``jingcang run`` in a process of its own, stage by stage;
and the way a station goes, with ``jingcang serve`` up, from the approval until readers have the new generation.
Processor seconds are those of all processes together; on a machine that does other work they say more than the clock.

Usage: ``python -m tests.benchmarks.decision --home DIR [--repeat N]``
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psutil

from jingcang.access import Door
from jingcang.access.accounts import add_account, find_account
from jingcang.access.identity import Identity
from jingcang.access.mappings import Meaning, decide_meaning, judge_meaning
from jingcang.config import load_settings
from jingcang.home import Home
from jingcang.workbench import Workbench
from orchestration.instance import open_instance
from orchestration.publish.generations import current_generation, current_name
from orchestration.serve.processes import Services, free_port
from orchestration.serve.services import start_dagster
from tests.benchmarks.measure import measure

FIELD = "incidents.initial_class_raw"
STEWARDS = ("bench-one", "bench-two")
LIMIT_S = 30.0
WAIT_S = 600.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="decision")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--repeat", type=int, default=1)
    given = parser.parse_args()
    report(given.home, given.repeat)


def report(root: Path, repeat: int = 1) -> None:
    """Measure both ways and print.

    Args:
        root: home of a demo; what is decided there is revoked again.
        repeat: how often an approval and a revocation are measured.
    """
    home = Home(root.resolve())
    before = current_generation(home)
    assert before is not None
    # What the code or another demo has changed since is not the decision's.
    measure(_run(home))
    started = current_generation(home)
    decision = Decision.on(home)
    for _ in range(repeat):
        for title, act in (("approved", decision.approve), ("revoked", decision.revoke)):
            act()
            _tell_run(title, home)
    ended = current_generation(home)
    assert started is not None
    assert ended is not None
    assert ended.content_hash == started.content_hash
    with served(home) as services:
        for title, act in (("approved", decision.approve), ("revoked", decision.revoke)):
            _tell_served(title, home, services, act)


@dataclass
class Decision:
    """The meaning of one source value, by two stewards."""

    workbench: Workbench
    door: Door
    meaning: Meaning
    number: int = 0

    @classmethod
    def on(cls, home: Home) -> Decision:
        """Choose the most frequent unmapped class of a home."""
        with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
            system, value, dictionary, count = connection.execute(
                "select source_system, source_value, dictionary, record_count from rpt_unmapped_values"
                f" where field_name = '{FIELD}' order by record_count desc, source_value limit 1"
            ).fetchone() or ("", "", "", 0)
        print(f"decided: {value}, {count} incidents")
        workbench = Workbench.open(home, {})
        for user_id in STEWARDS:
            if find_account(workbench, user_id) is None:
                add_account(
                    workbench, user_id=user_id, display_name=user_id, role="steward", unit_nos=("*",),
                    password="long enough for a benchmark",
                )  # fmt: skip
        meaning = Meaning(system, FIELD, value, dictionary, "mapped", "200000", "broader")
        return cls(workbench, Door(home, workbench=workbench), meaning)

    def approve(self) -> None:
        """Propose and approve it."""
        one, two = self._stewards()
        self.number, _ = decide_meaning(
            self.door, one, self.workbench, self.meaning, reason="benchmark", generation="g1"
        )
        judge_meaning(
            self.door, two, self.workbench, self.number, "approve", seen_version=1, **self._judgement()
        )

    def revoke(self) -> None:
        """Take it back."""
        _, two = self._stewards()
        judge_meaning(
            self.door, two, self.workbench, self.number, "revoke", seen_version=2, **self._judgement()
        )

    def _stewards(self) -> list[Identity]:
        known = [account for name in STEWARDS if (account := find_account(self.workbench, name))]
        return [account.identity for account in known]

    def _judgement(self) -> dict[str, Any]:
        return {"field_name": FIELD, "reason": "benchmark", "generation": "g1"}


def _run(home: Home) -> list[str]:
    return ["run", "--json", "--home", str(home.root)]


def _tell_run(title: str, home: Home) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome, wall, peak = measure(_run(home))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert outcome["changed"]
    assert not outcome["full_refresh"]
    seconds, processor = outcome["seconds"], outcome["processor_seconds"]
    inside = [name for name in seconds if name != "total"]
    rows = [
        ("start and imports", wall - seconds["total"], used - processor["total"]),
        *((name, seconds[name], processor[name]) for name in inside),
        (
            "between the stages",
            seconds["total"] - sum(seconds[name] for name in inside),
            processor["total"] - sum(processor[name] for name in inside),
        ),
        ("all", wall, used),
    ]
    print(f"{title}, run in a new process, peak {peak / 1024**3:.2f} GB, load {os.getloadavg()[0]:.1f}")
    for name, clock, cpu in rows:
        print(f"  {name:20s} {clock:6.2f} s by the clock, {cpu:6.2f} s of the processor")
    facts = {name: [round(clock, 2), round(cpu, 2)] for name, clock, cpu in rows}
    print(json.dumps({"benchmark": f"decision {title}, new process", **facts}), flush=True)


@contextmanager
def served(home: Home) -> Iterator[Services]:
    """Serve Dagster's part of a home until its sensor has looked for the first time."""
    settings = load_settings(home)
    listen, looked = settings.dagster.model_copy(update={"port": free_port()}), _looks(home)
    with Services(home.logs) as services:
        start_dagster(services, home, settings.model_copy(update={"dagster": listen}))
        services.wait_until_healthy()
        _wait(lambda: _looks(home) > looked)
        yield services


def _looks(home: Home) -> int:
    with open_instance(home) as instance:
        return sum(
            1 for state in instance.all_instigator_state()
            if state.instigator_name == "decisions" and getattr(state.instigator_data, "cursor", None) is not None
        )  # fmt: skip


def _tell_served(title: str, home: Home, services: Services, act: Callable[[], None]) -> None:
    name, before = current_name(home), _processor(services)
    act()
    started = time.time()
    _wait(lambda: current_name(home) != name)
    wall, used = time.time() - started, _processor(services) - before
    _wait(lambda: not home.lock.exists())
    with open_instance(home) as instance:
        record = instance.get_run_records(limit=1)[0]
    noticed, running = record.create_timestamp.timestamp() - started, (record.start_time or 0) - started
    print(
        f"{title}, served: {wall:.1f} s by the clock, limit {LIMIT_S:g} s (noticed after {noticed:.1f} s, "
        f"under way after {running:.1f} s), {used:.1f} s of the processor, load {os.getloadavg()[0]:.1f}"
    )
    facts = {
        "benchmark": f"decision {title}, served", "seconds": round(wall, 2), "limit_s": LIMIT_S,
        "noticed_s": round(noticed, 2), "under_way_s": round(running, 2), "processor_s": round(used, 2),
    }  # fmt: skip
    print(json.dumps(facts), flush=True)


def _processor(services: Services) -> float:
    """Return the processor seconds of the services, of what they started and of what of it has ended."""
    total = 0.0
    for service in services.running:
        parent = psutil.Process(service.process.pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                total += sum(process.cpu_times()[:4])
            except psutil.NoSuchProcess:
                continue
    return total


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.1)


if __name__ == "__main__":
    main()
