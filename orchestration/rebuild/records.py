"""KPI records made again from the batches that were in force, in a home of their own: ``python -m`` this module.

Run inside the tree of the program to rebuild with, the running one or an unpacked one (``process``). The order is a
JSON file; a key may be added to it, none may change its meaning: programs of other versions read it.

Belongs here: the pipeline's own steps for what ``fct_kpi_records`` rests on, derived tables included; nothing is
published, and the landing zone is read only. Does not belong here: comparing the result.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from jingcang.access.kpi_periods import RECORDS
from jingcang.config import Build, Settings
from jingcang.contracts import load_profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import Cut
from orchestration.derive.steps import STEPS, derive
from orchestration.registration import Registration, register
from orchestration.session import Session
from orchestration.transform import build_database, dbt
from orchestration.transform.state import RefreshPlan

MODEL = "fct_kpi_records"


@dataclass(frozen=True)
class Order:
    """What to rebuild and with what.

    Args:
        landing: the landing zone.
        scratch: an empty folder for the home of the rebuild.
        profile: folder with the ``profile.yaml`` in force then.
        batches: ids of the batches in force then, oldest first.
        as_of: "today" of that run, ISO date.
        run_id: that run.
        period_start, period_end: first and last day of the period, ISO dates.
        threads, memory_limit: for the build database.
        output: Parquet file for the records.
    """

    landing: str
    scratch: str
    profile: str
    batches: list[str]
    as_of: str
    run_id: str
    period_start: str
    period_end: str
    threads: int
    memory_limit: str
    output: str


def rebuild(order: Order) -> pl.DataFrame:
    """Return the KPI records of a period, as :data:`jingcang.access.kpi_periods.RECORDS` reads them.

    Raises:
        JingcangError: a model failed.
    """
    home = Home(Path(order.scratch))
    home.landing.symlink_to(order.landing)
    home.prepare()
    profile = load_profile(Path(order.profile))
    register(home, Registration(name=profile.name, directory=str(profile.directory)))
    session = Session(
        home=home,
        profile=profile,
        as_of=dt.date.fromisoformat(order.as_of),
        settings=Settings(build=Build(threads=order.threads, memory_limit=order.memory_limit)),
        run_id=order.run_id,
        cut=Cut(batches=tuple(order.batches), hash=""),
    )
    needed = dbt.sources_of(dbt.prepared_manifest(home), MODEL)
    for step in STEPS:
        if f"derived.{step.name}" in needed:
            derive(session, step)
    connection = build_database.open_build_database(session)
    try:
        build_database.show_inputs(connection, session)
        build_database.write_control(connection, session, RefreshPlan(True, "", {}))
    finally:
        connection.close()
    only_models = ["--exclude-resource-types", "test", "--select", f"+{MODEL}"]
    results = dbt.build(home, only_models, on_node=lambda name: None)
    failed = [item for item in results if item.status not in ("success", "pass")]
    if failed:
        raise JingcangError(
            f"模型 {failed[0].name} 重建失败（共 {len(failed)} 个）",
            where=" ".join((failed[0].message or "").split())[:500],
        )
    with duckdb.connect(str(home.build_database), read_only=True) as opened:
        opened.execute("set TimeZone = 'UTC'")
        days = {name: dt.date.fromisoformat(getattr(order, name)) for name in RECORDS.filters}
        return opened.execute(RECORDS.render({MODEL: MODEL}), days).pl()


def main(path: str) -> None:
    """Carry out the order in a file; what goes wrong is said on standard error in one line, exit code 1."""
    content: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    order = Order(**{name: content[name] for name in Order.__dataclass_fields__})
    try:
        rebuild(order).write_parquet(order.output)
    except JingcangError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1])
