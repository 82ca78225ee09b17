"""A bureau's own codes from its table to published labels: imported, mapped to, imported again, withdrawn."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest

from jingcang.access import Door
from jingcang.access.accounts import find_account
from jingcang.access.mappings import Meaning, decide_meaning, judge_meaning
from jingcang.home import Home
from jingcang.labelling.dictionaries import load_dictionary
from jingcang.workbench import Workbench

Run = Callable[..., "CompletedProcess[str]"]
FIELD = "incidents.initial_class_raw"
CODE = "B20001"
COLUMNS = "name_zh, path_zh, level1_code, level2_code, standard_ref, valid_from, valid_to, is_bureau_code"


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute(query).fetchall()


def run(jingcang: Run, home: Home) -> dict[str, Any]:
    return json.loads(jingcang("run", "--json", "--home", home.root).stdout.splitlines()[-1])


@pytest.fixture
def profile(stewards_home: Home, tmp_path: Path) -> Path:
    """The home's profile in a folder of its own, as a bureau has it."""
    record = stewards_home.root / "profile.json"
    registered = json.loads(record.read_text())
    own = shutil.copytree(registered["directory"], tmp_path / "profile")
    record.write_text(json.dumps({**registered, "directory": str(own)}))
    return own


def write_table(path: Path, *more: tuple[str, str, str, str]) -> Path:
    codes = load_dictionary("incident_class").codes.values()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("代码", "名称", "上级代码", "别名"))
        writer.writerows((c.code, c.name_zh, c.parent_code, "|".join(c.aliases)) for c in codes)
        writer.writerows(more)
    return path


def test_own_codes_label_facts_change_nothing_twice_and_keep_their_history(
    stewards_home: Home, profile: Path, jingcang: Run, tmp_path: Path
) -> None:
    home = stewards_home
    workbench = Workbench.open(home, {})
    door = Door(home, workbench=workbench)
    wang, zhao = (find_account(workbench, name).identity for name in ("wang", "zhao"))
    known = published(home, "select count(*) from dim_dictionary")[0][0]
    assert published(home, "select count(*) from dim_dictionary where is_bureau_code")[0][0] == 0
    table = write_table(tmp_path / "本局警情类别.csv", (CODE, "电动车扰民", "200000", "炸街"))

    def bring_in(day: str) -> str:
        return jingcang(
            "dictionary", "import", table, "--dictionary", "incident_class", "--output", profile / "dictionaries",
            "--valid-from", day,
        ).stdout  # fmt: skip

    assert "新增 1，停用 0" in bring_in("2026-06-01")
    # A source value mapped to the code is labelled with its name.
    system, value, count = published(
        home,
        "select source_system, source_value, record_count from rpt_unmapped_values"
        f" where field_name = '{FIELD}' order by record_count desc, source_value limit 1",
    )[0]
    meaning = Meaning(system, FIELD, value, "incident_class", "mapped", CODE, "exact")
    number, _ = decide_meaning(door, wang, workbench, meaning, reason="本局自编", generation="g1")
    judge = {"field_name": FIELD, "reason": "与本局代码表一致", "generation": "g1"}
    judge_meaning(door, zhao, workbench, number, "approve", seen_version=1, **judge)
    assert run(jingcang, home)["changed"]
    of_code = f"select {COLUMNS} from dim_dictionary where dictionary = 'incident_class' and code = '{CODE}'"
    reference = "本局代码表 本局警情类别.csv"
    first_day = dt.date(2026, 6, 1)
    row = ("电动车扰民", "治安 / 电动车扰民", "200000", CODE, reference, first_day, None, True)
    assert published(home, of_code) == [row]
    assert published(home, "select count(*) from dim_dictionary")[0][0] == known + 1

    labels = (
        "select initial_class_code, initial_class_label, count(*) from fct_incidents"
        f" where initial_class_raw = '{value}' group by all"
    )
    assert published(home, labels) == [(CODE, "电动车扰民", count)]

    # A second import of the same table changes nothing.
    assert "新增 0，停用 0，改名 0" in bring_in("2026-06-02")
    assert not run(jingcang, home)["changed"]

    # Withdrawn, it ends on its day; its row and the labels of old records stay.
    write_table(table)
    assert "新增 0，停用 1" in bring_in("2026-06-29")
    assert run(jingcang, home)["changed"]
    ended = dt.date(2026, 6, 29)
    assert published(home, of_code) == [(*row[:6], ended, True)]
    assert published(home, labels) == [(CODE, "电动车扰民", count)]
