"""An alias of a road from proposal to published match and back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb

from jingcang.access import Door
from jingcang.access.accounts import find_account
from jingcang.access.aliases import judge_alias, propose_alias
from jingcang.home import Home
from jingcang.workbench import Workbench

Run = Callable[..., "CompletedProcess[str]"]


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute(query).fetchall()


def run(jingcang: Run, home: Home) -> dict[str, Any]:
    return json.loads(jingcang("run", "--json", "--home", home.root).stdout.splitlines()[-1])


def test_an_alias_locates_its_records_and_its_revocation_takes_that_back(
    stewards_home: Home, jingcang: Run
) -> None:
    home = stewards_home
    # A copy of a home goes on reading the sources of the home it is a copy of.
    registered = json.loads((home.root / "profile.json").read_text())
    sources = shutil.copytree(registered["data"], home.root / "own_sources", symlinks=True)
    (home.root / "profile.json").write_text(json.dumps({**registered, "data": str(sources)}))
    workbench = Workbench.open(home, {})
    door = Door(home, workbench=workbench)
    wang, zhao = (find_account(workbench, name).identity for name in ("wang", "zhao"))
    written = published(
        home,
        """
        select i.road_name from fct_incidents as i
        inner join dim_address as a on i.road_name = a.road_name
        group by 1 order by count(*) desc, 1 limit 1
        """,
    )[0][0]
    standard = "改名后大道"
    with closing(sqlite3.connect(sources / "population.sqlite")) as source, source:
        source.execute(
            "update dz_bzdz set LM = ?, XGSJ = (select max(XGSJ) from dz_bzdz) where LM = ?",
            (standard, written),
        )
    run(jingcang, home)
    count = published(
        home, f"select sum(record_count) from rpt_unmatched_roads where road_name = '{written}'"
    )[0][0]
    assert count > 0
    roads = [
        name
        for (name,) in published(
            home, "select distinct road_name from dim_address where road_name is not null"
        )
    ]
    assert standard in roads
    known = f"select coalesce(sum(record_count), 0) from fct_incidents where road_name = '{standard}'"
    at_first = published(home, known)[0][0]
    before = json.loads((home.serving / f"{Path(os.readlink(home.current_link)).stem}.json").read_text())

    number = propose_alias(
        door, wang, workbench, written, standard, standard_names=roads, reason="路牌写法", generation="g1"
    )
    judge = {"written_name": written, "reason": "看过路牌", "generation": "g1"}
    judge_alias(door, zhao, workbench, number, "approve", seen_version=1, **judge)
    assert run(jingcang, home)["changed"]
    assert published(home, known)[0][0] == at_first + count
    assert published(home, f"select 1 from rpt_unmatched_roads where road_name = '{written}'") == []
    levels = f"select distinct address_match_level from fct_incidents where road_name = '{standard}'"
    assert "none" not in {level for (level,) in published(home, levels)}

    judge_alias(door, zhao, workbench, number, "revoke", seen_version=2, **judge)
    assert run(jingcang, home)["content_hash"] == before["content_hash"]
