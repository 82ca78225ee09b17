"""Seeded histories of sources: ``make histories N=1000 SEED=…``.

A history is a few days of inserts, updates, deletes, late and duplicate records, returning keys, drift, new codes'
mappings, moved boundaries, delivered files, kills and reruns. After the last day the law must hold: what was built
day by day equals a full refresh of the same landing, and (asked of every second) a first run on the sources as they
are now. The number of a history and the seed decide everything. Every twentieth history goes through whole runs with
real kills (``runner``), the others through the compiled SQL (``compiled``).

Belongs here: drawing days, comparing. Does not belong here: processes and building.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from orchestration.preloading import parse
from tests.faults import changes, oracle, runner
from tests.faults.harness import Share, Violation, finished, forked, main
from tests.faults.records import (
    CLASSES,
    COLUMNS,
    DISPATCHES,
    INCIDENTS,
    area,
    dispatch,
    incident,
    points,
    shift,
)
from tests.faults.steps import Fault
from tests.faults.world import AS_OF, World

WHOLE_EVERY, FIRST_RUN = 20, 0.5
TARGETS = ("100000", "200000", "300000", "400000")


@dataclass
class Sources:
    """Draws what happens to the sources of a world on one day.

    Args:
        world: the world.
        dice: the history's own.
        today: number of the day; versions written on it are newer than those of the day before.
    """

    world: World
    dice: random.Random
    today: int = 0
    fresh: int = 1000
    gone: list[int] = field(default_factory=list)
    shifted: int = 0

    def version(self) -> str:
        """Return an update time of today, later than all before."""
        self.fresh += 1
        moment = dt.datetime(2026, 7, 1 + self.today) + dt.timedelta(seconds=self.fresh)  # noqa: DTZ001 - local
        return f"{moment:%Y%m%d%H%M%S}"

    def keys(self) -> list[str]:
        """Return the keys of the calls in the source, oldest first."""
        with closing(sqlite3.connect(self.world.sqlite(INCIDENTS))) as connection:
            return [key for (key,) in connection.execute("select distinct JJDBH from pj_jjdb order by 1")]

    def one(self) -> str:
        """Return a drawn key."""
        return self.dice.choice(self.keys())

    def insert(self) -> None:
        self.fresh += 1
        row = incident(
            self.fresh, self.dice.randrange(20), GXSJ=self.version(), BJLB=self.dice.choice(CLASSES)
        )
        self.world.insert(INCIDENTS, [row])
        if self.dice.random() < 0.5:
            self.world.insert(DISPATCHES, [dispatch(self.fresh, GXSJ=self.version())])

    def late(self) -> None:
        self.fresh += 1
        self.world.insert(
            INCIDENTS, [incident(self.fresh, -self.dice.randrange(1, 500), GXSJ=self.version())]
        )

    def update(self) -> None:
        value = self.dice.choice(
            [f"SSRS = '{self.dice.randrange(9)}'", f"BJLB = '{self.dice.choice(CLASSES)}'", "SSRS = '不详'",
             f"BJSJ = '202606{self.dice.randrange(1, 20):02d}080000', JJSJ = '20260630080000'"]
        )  # fmt: skip
        self.world.sql(
            INCIDENTS, f"update pj_jjdb set {value}, GXSJ = '{self.version()}' where JJDBH = '{self.one()}'"
        )

    def update_dispatch(self) -> None:
        number = self.dice.randrange(40)
        change = f"DCSJ = null, BSYHJ = 'DC', GXSJ = '{self.version()}'"
        self.world.sql(DISPATCHES, f"update pj_cjdb set {change} where CJDBH = '{dispatch(number)['CJDBH']}'")

    def delete(self) -> None:
        key = self.one()
        self.gone.append(int(key[6:]))
        self.world.sql(INCIDENTS, f"delete from pj_jjdb where JJDBH = '{key}'")

    def delete_dispatch(self) -> None:
        number = self.dice.randrange(40)
        self.world.sql(DISPATCHES, f"delete from pj_cjdb where CJDBH = '{dispatch(number)['CJDBH']}'")

    def come_back(self) -> None:
        if self.gone:
            number = self.gone.pop(self.dice.randrange(len(self.gone)))
            self.world.insert(INCIDENTS, [incident(number, self.dice.randrange(20), GXSJ=self.version())])

    def duplicate(self) -> None:
        change = "SSRS" if self.dice.random() < 0.5 else "'7'"
        names = ", ".join(change if name == "SSRS" else name for name in COLUMNS[INCIDENTS])
        key, version = self.one(), self.version()
        self.world.sql(
            INCIDENTS,
            f"update pj_jjdb set GXSJ = '{version}' where JJDBH = '{key}'",
            f"insert into pj_jjdb select {names} from pj_jjdb where JJDBH = '{key}' limit 1",
        )

    def drift(self) -> None:
        self.fresh += 1
        self.world.sql(INCIDENTS, f"alter table pj_jjdb add column X{self.fresh} text")
        self.world.sql(INCIDENTS, f"alter table pj_jjdb drop column X{self.fresh}")
        self.world.sql(DISPATCHES, f"alter table pj_cjdb add column X{self.fresh} text")

    def mapping(self) -> None:
        self.world.map_class(self.dice.choice(CLASSES), self.dice.choice(TARGETS))

    def boundary(self) -> None:
        self.world.drop_areas([area(number, east=self.dice.choice([0.0, 0.01, 0.02])) for number in range(3)])

    def file(self) -> None:
        number = self.dice.randrange(8)
        self.world.drop_points(number, points(number, self.dice.randrange(1, 30)))

    def shift(self) -> None:
        self.shifted += 1
        number = self.dice.randrange(40)
        at = self.version()
        moment = f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[8:10]}:{at[10:12]}:{at[12:]}"
        rows = [row for row in self.world.shifts() if row["PBID"] != shift(number)["PBID"]]
        self.world.set_shifts([*rows, shift(number, BCLX=self.dice.choice("123"), GXSJ=moment)])

    def rerun(self) -> None:
        """Nothing happens: the day's run finds no news."""

    def day(self) -> list[str]:
        """Let a day happen; returns its events."""
        self.today += 1
        names = [self.dice.choice(EVENTS) for _ in range(self.dice.randrange(1, 5))]
        for name in names:
            getattr(self, name)()
        return names


EVENTS = (
    "insert", "insert", "late", "update", "update", "update_dispatch", "delete", "delete_dispatch", "come_back",
    "duplicate", "drift", "mapping", "boundary", "file", "shift", "rerun",
)  # fmt: skip


def prepare(share: Share) -> None:
    """Make the world, keep its base state, dbt's SQL and seeds."""
    from orchestration.transform.dbt import prepared_manifest
    from tests.faults import compiled

    world = share.world
    world.settings["confirmed_deletions"] = [INCIDENTS, DISPATCHES]
    share.create()
    finished(runner.run(world, recorded=False), "first run")
    parse(world.home)
    compiled.keep_sql(world, "full")
    world.save("base")
    changes.apply(world)
    report = finished(runner.run(world, recorded=False), "incremental run")
    if report["full_refresh"]:
        raise Violation("the second run was no incremental one")
    compiled.keep_sql(world, "incremental")
    forked(lambda: compiled.keep_seeds(world, prepared_manifest(world.home)), "seeds")
    world.restore("base")


def through_sql(world: World, dice: random.Random) -> dict[str, Any]:
    """Live one history through the compiled SQL, in this process.

    Returns:
        ``events`` in order, ``different`` tables by comparison.
    """
    from orchestration.transform.dbt import prepared_manifest
    from tests.faults import compiled

    manifest = prepared_manifest(world.home)
    warehouse = compiled.Warehouse(world, world.home, manifest, compiled.models(world, manifest))
    sources, events, as_of = Sources(world, dice), [], AS_OF
    for _ in range(dice.randrange(2, 5)):
        events += sources.day()
        as_of += dt.timedelta(days=1)
        profile = world.profile()
        if dice.random() < 0.2:
            events.append("kill")
            _interrupted(warehouse, profile, as_of, dice)
        events.append("full" if warehouse.run(profile, as_of) else "incremental")
    stepwise = warehouse.tables()
    (world.home.build / "state.json").unlink()
    warehouse.run(profile, as_of)
    refreshed = warehouse.tables()
    lived = {
        "events": events,
        "full refresh": sorted(name for name in stepwise if stepwise[name] != refreshed[name]),
        "books": [*oracle.books_problems(world), *oracle.sources_problems(world)],
    }
    if dice.random() < FIRST_RUN:
        first = _first_run(warehouse, profile, as_of)
        lived["first run"] = sorted(name for name in stepwise if stepwise[name] != first[name])
    return lived


def _first_run(warehouse: Any, profile: Any, as_of: dt.date) -> dict[str, str]:
    """Return table → digest of a first run on the sources as they are now."""
    from jingcang.home import Home
    from tests.faults import compiled

    world = warehouse.world
    fresh = compiled.Warehouse(world, Home(world.root / "fresh"), warehouse.manifest, warehouse.sql)
    fresh.home.prepare().extensions.symlink_to(os.path.realpath(warehouse.home.extensions))
    fresh.run(profile, as_of)
    return fresh.tables()


def _interrupted(warehouse: Any, profile: Any, as_of: dt.date, dice: random.Random) -> None:
    """Run until a drawn step of landing, or build only some models."""
    from tests.faults.compiled import Interrupted

    if dice.random() < 0.3:
        warehouse.run(profile, as_of, stop_after=dice.randrange(len(warehouse.sql)))
        return
    falls = dice.randrange(1, 60)
    real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in ("fsync", "replace")}
    passed = 0

    def wrapped(name: str) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal passed
            passed += 1
            if passed == falls:
                raise Interrupted
            return real[name](*args, **kwargs)

        return step

    for name in real:
        setattr(os, name, wrapped(name))
    try:
        warehouse.run(profile, as_of)
    except Interrupted:
        return
    finally:
        for name, step in real.items():
            setattr(os, name, step)


def through_runs(world: World, dice: random.Random) -> dict[str, Any]:
    """Live one history through whole runs; kills are real."""
    sources, events, as_of = Sources(world, dice), [], AS_OF
    for _ in range(dice.randrange(2, 4)):
        events += sources.day()
        as_of += dt.timedelta(days=1)
        if dice.random() < 0.5:
            events.append("kill")
            runner.run(world, as_of=as_of, fault=Fault("kill", step=dice.randrange(1, 300)), recorded=False)
        report = finished(runner.run(world, as_of=as_of, recorded=False), f"run after {events}")
        events.append("full" if report["full_refresh"] else "incremental")
    problems = forked(
        lambda: [
            *oracle.books_problems(world),
            *oracle.readers_problems(world),
            *oracle.sources_problems(world),
        ],
        "oracle",
    )
    stepwise = report["content_hash"]
    world.forget_runs()
    clean = finished(runner.run(world, as_of=as_of, recorded=False), "first run")["content_hash"]
    return {"events": events, "first run": [] if clean == stepwise else [stepwise, clean], "books": problems}


def history(share: Share, number: int, _: None) -> None:
    """Live and judge one history; count its events.

    Raises:
        Violation: the law does not hold.
    """
    world = share.world
    dice = random.Random(f"{share.seed}:{number}")
    world.restore("base")
    if number % WHOLE_EVERY == WHOLE_EVERY - 1:
        lived = through_runs(world, dice)
    else:
        lived = forked(lambda: through_sql(world, dice), "history through the compiled SQL")
    events = lived.pop("events")
    wrong = {name: found for name, found in lived.items() if found}
    if wrong:
        raise Violation(f"{wrong} after {', '.join(events)}")
    share.counted.update(events)


if __name__ == "__main__":
    sys.exit(main("histories", prepare, history))
