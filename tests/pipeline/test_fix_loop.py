"""A fix from proposal to published figure and back: two persons, the next run, the trace, the revocation."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from jingcang.access import Door
from jingcang.access.accounts import find_account
from jingcang.access.identity import Identity
from jingcang.access.quarantine import decide_fix, propose_fix, try_fix
from jingcang.contracts import load_profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.fixes import Fix
from jingcang.workbench import Workbench
from jingcang.workbench.fixes import FixBook
from jingcang.workbench.replays import ReplayBook

Run = Callable[..., "CompletedProcess[str]"]
DEMO = Path(__file__).resolve().parents[2] / "data_contracts" / "profiles" / "demo"
SOURCE, RULE, COLUMN = "archive.da_daml", "有校验.enum", "有校验"


def _published(home: Home, query: str) -> list[tuple]:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _hash(home: Home) -> str:
    name = Path(os.readlink(home.current_link)).stem
    return json.loads((home.serving / f"{name}.json").read_text())["content_hash"]


def test_a_fix_loads_rows_with_a_trace_and_its_revocation_takes_them_back(
    stewards_home: Home, jingcang: Run
) -> None:
    home = stewards_home
    workbench = Workbench.open(home, {})
    door = Door(home, workbench=workbench)
    wang, zhao = (find_account(workbench, name).identity for name in ("wang", "zhao"))
    table = load_profile(DEMO, data=home.sources).table(SOURCE)
    before, items = _hash(home), _published(home, "select count(*) from fct_archive_items")[0][0]
    quarantined = (
        "select json_extract_string(raw_values_masked, '$.有校验'), source_key from fct_quarantined_rows"
        f" where source_table = 'da_daml' and rule_id = '{RULE}'"
    )
    rows = _published(home, quarantined)
    assert rows
    fix = Fix("archive", "da_daml", RULE, COLUMN, "replace", {value: "是" for value, _ in rows})

    seen = try_fix(door, wang, home, table, fix)
    assert (seen.rows, seen.changed, seen.accepted, seen.left, seen.unread) == (len(rows),) * 3 + ({}, 0)
    assert {(old, new) for old, new, _ in seen.pairs} == {(value, "是") for value, _ in rows}
    useless = try_fix(door, wang, home, table, Fix("archive", "da_daml", RULE, COLUMN, "normalise"))
    assert (useless.accepted, useless.left) == (0, {RULE: len(rows)})
    with pytest.raises(JingcangError, match="全部单位"):
        try_fix(door, Identity("wang", "王某", "steward", ("99990101",)), home, table, fix)

    number = propose_fix(door, wang, workbench, table, fix, reason="旧系统的写法", generation="g1")
    ReplayBook(workbench).request("archive", "da_jylog", reason="补投", by="wang", generation="g1")
    declared = Fix(**{**vars(fix), "fix_no": number})
    decision = {"seen_version": 1, "reason": "与来源核实", "generation": "g1"}
    with pytest.raises(JingcangError, match="不能审核自己"):
        decide_fix(door, wang, workbench, declared, "approve", **decision)
    decide_fix(door, zhao, workbench, declared, "approve", **decision)
    jingcang("run", "--home", home.root)

    assert _published(home, quarantined) == []
    assert _published(home, "select count(*) from fct_archive_items")[0][0] == items + len(rows)
    traced = f"select source_key, row_state, fix_no from rpt_quality_rows where check_id = '{SOURCE}.{RULE}'"
    assert sorted(_published(home, traced)) == sorted((key, "loaded", number) for _, key in rows)
    books = (
        "select cast(sum(rows_corrected) as bigint), bool_and(is_balanced) from fct_reconciliation"
        " where source_table = 'da_daml'"
    )
    assert _published(home, books) == [(len(rows), True)]
    count = (
        f"select rows_violated from fct_quality_results where is_latest_run and check_id = '{SOURCE}.{RULE}'"
    )
    assert _published(home, count) == [(len(rows),)], "the source is as wrong as before"
    (request,) = ReplayBook(workbench).requested()
    assert request.run_id

    decide_fix(door, wang, workbench, declared, "revoke", seen_version=2, reason="来源已改", generation="g2")
    jingcang("run", "--home", home.root)
    assert sorted(_published(home, quarantined)) == sorted(rows)
    assert _hash(home) == before
    assert [step["action"] for step in FixBook(workbench).actions(number)] == ["propose", "approve", "revoke"]
