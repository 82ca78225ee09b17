"""A decided meaning of a code from proposal to published figure and back: only its dates are rebuilt."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb

from jingcang.access import Door
from jingcang.access.accounts import find_account
from jingcang.access.mappings import Meaning, decide_meaning, judge_meaning
from jingcang.home import Home
from jingcang.workbench import Workbench

Run = Callable[..., "CompletedProcess[str]"]
FIELD = "incidents.initial_class_raw"


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute(query).fetchall()


def run(jingcang: Run, home: Home) -> dict[str, Any]:
    return json.loads(jingcang("run", "--json", "--home", home.root).stdout.splitlines()[-1])


def test_a_decision_acts_on_its_dates_and_its_revocation_restores_them(
    stewards_home: Home, jingcang: Run
) -> None:
    home = stewards_home
    workbench = Workbench.open(home, {})
    door = Door(home, workbench=workbench)
    wang, zhao = (find_account(workbench, name).identity for name in ("wang", "zhao"))
    unmapped = (
        "select source_system, source_value, dictionary, record_count from rpt_unmapped_values"
        f" where field_name = '{FIELD}' order by record_count desc, source_value limit 1"
    )
    system, value, dictionary, count = published(home, unmapped)[0]
    labels = f"select initial_class_label, count(*) from fct_incidents where initial_class_raw = '{value}' group by 1"
    assert published(home, labels) == [("未映射", count)]
    name = Path(os.readlink(home.current_link)).stem
    before = json.loads((home.serving / f"{name}.json").read_text())["content_hash"]

    meaning = Meaning(system, FIELD, value, dictionary, "mapped", "200000", "broader")
    number, state = decide_meaning(door, wang, workbench, meaning, reason="老系统的代码", generation="g1")
    assert state == "proposed"
    judge = {"field_name": FIELD, "reason": "与来源核实", "generation": "g1"}
    judge_meaning(door, zhao, workbench, number, "approve", seen_version=1, **judge)
    report = run(jingcang, home)
    assert report["changed"]
    assert not report["full_refresh"]
    assert published(home, labels) == [("治安", count)]
    assert (
        published(
            home,
            f"select 1 from rpt_unmapped_values where source_value = '{value}' and field_name = '{FIELD}'",
        )
        == []
    )
    decided = published(home, "select count(*) from fct_reconciliation where source_system = '_workbench'")
    assert decided != []

    judge_meaning(door, wang, workbench, number, "revoke", seen_version=2, **judge)
    report = run(jingcang, home)
    assert not report["full_refresh"]
    assert report["content_hash"] == before
    assert published(home, labels) == [("未映射", count)]
