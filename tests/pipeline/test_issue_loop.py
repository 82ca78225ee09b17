"""The loop of a quality issue through whole runs: decided, landed, mended in the source, closed by the next extract."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb

from jingcang.home import Home
from jingcang.workbench import Actor, IssueBoard, Published, Workbench

MENDED, LEFT = "case.pj_jjdb.BJSJ.format", "case.pj_jjdb.JJSJ.format"
STEWARD = Actor("chenhui", "steward")


def issues(home: Path) -> dict[str, dict[str, Any]]:
    with duckdb.connect(os.path.realpath(home / "serving" / "current"), read_only=True) as connection:
        rows = connection.execute("select * from fct_quality_issues").pl().to_dicts()
        books = connection.execute(
            "select rows_accepted from fct_reconciliation where source_table = 'quality_issue_actions'"
        ).fetchall()
    return {row["check_id"]: row | {"workbench_rows": books} for row in rows}


def failing_rows(home: Path, check: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.path.realpath(home / "serving" / "current"), read_only=True) as connection:
        return connection.execute(
            "select source_key, row_state, batch_id from rpt_quality_rows where check_id = ? order by 1",
            [check],
        ).fetchall()


def published(row: dict[str, Any]) -> Published:
    return Published(
        row["issue_id"],
        row["check_id"],
        row["is_issue_open"],
        row["spell_no"],
        row["latest_run_no"],
        "g000001",
    )


def test_resolved_issues_close_when_the_next_extract_passes_and_open_again_when_it_does_not(
    copy_of_demo_home: Path, jingcang: Callable[..., CompletedProcess[str]]
) -> None:
    home = copy_of_demo_home
    before = issues(home)
    assert {before[check]["state_code"] for check in (MENDED, LEFT)} == {"new"}
    keys = [key for key, state, batch in failing_rows(home, MENDED) if state == "quarantined" and batch]
    assert len(keys) == before[MENDED]["rows_violated"]
    workbench = Workbench.open(Home(home))
    board = IssueBoard(workbench)
    for check in (MENDED, LEFT):
        board.act([(published(before[check]), 0)], "resolve", STEWARD, reason="已请录入单位改正")
    workbench.close()
    with sqlite3.connect(home / "sources" / "case.sqlite") as connection:
        marks = ", ".join("?" * len(keys))
        connection.execute(f"delete from pj_jjdb where JJDBH in ({marks})", keys)
    jingcang("demo", "--size", "small", "--no-serve", "--json", "--home", home)
    after = issues(home)
    assert failing_rows(home, MENDED) == []
    mended, left = after[MENDED], after[LEFT]
    assert (mended["state_code"], mended["change_code"], mended["is_issue_open"]) == (
        "closed",
        "resolved",
        False,
    )
    assert (left["state_code"], left["change_code"], left["is_issue_open"]) == (
        "reopened",
        "persisting",
        True,
    )
    assert (left["decided_by"], left["reason"], left["decision_version"]) == (
        "chenhui",
        "已请录入单位改正",
        1,
    )
    assert mended["workbench_rows"] == [(2,)]
    assert left["latest_run_no"] > before[LEFT]["latest_run_no"]
