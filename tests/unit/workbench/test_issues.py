"""Decisions on quality issues: states, stale versions, undo, re-opening; tickets that only a run can close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml

from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import current_cut, land_issue_decisions
from jingcang.landing.manifests import manifests
from jingcang.landing.store import accepted_file
from jingcang.workbench import Actor, IssueBoard, IssueState, Published, Workbench, effective_state
from jingcang.workbench.tickets import TicketBook, TicketRow, progress

CHEN, WANG = Actor("chenhui", "steward"), Actor("wangwu", "steward")
ISSUE = Published("a" * 32, "case.pj_jjdb.BJSJ.format", True, 1, 9, "g000003")
NOW = dt.datetime(2026, 6, 30, 2, tzinfo=dt.UTC)
DUE = dt.date(2026, 7, 14)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[IssueBoard]:
    workbench = Workbench.open(Home(tmp_path), {})
    yield IssueBoard(workbench, lambda: NOW)
    workbench.close()


def act(board: IssueBoard, action: str, version: int, issue: Published = ISSUE, **words: object) -> str:
    return board.act([(issue, version)], action, CHEN, **words)[0].state  # type: ignore[arg-type]


def test_from_new_to_resolved_every_step_is_kept(board: IssueBoard) -> None:
    assert effective_state(ISSUE, None) == "new"
    assert act(board, "acknowledge", 0) == "acknowledged"
    assert act(board, "assign", 1, assigned_to="李四", due_date=DUE) == "assigned"
    assert act(board, "resolve", 2, reason="来源已按单改正") == "resolved"
    states = board.states()[ISSUE.issue_id]
    assert (states.version, states.assigned_to, states.due_date, states.changed_by) == (
        3,
        "李四",
        DUE,
        "chenhui",
    )
    log = board.actions(ISSUE.issue_id)
    assert [(row["action"], row["from_state"], row["to_state"]) for row in log] == [
        ("acknowledge", "new", "acknowledged"),
        ("assign", "acknowledged", "assigned"),
        ("resolve", "assigned", "resolved"),
    ]
    assert {row["generation"] for row in log} == {"g000003"}
    assert log[-1]["reason"] == "来源已按单改正"


@pytest.mark.parametrize(
    ("action", "words", "missing"),
    [
        ("resolve", {}, "理由"),
        ("resolve", {"reason": "  "}, "理由"),
        ("undo", {}, "理由"),
        ("assign", {}, "承办人"),
    ],
)
def test_what_is_required_is_asked_for(board: IssueBoard, action: str, words: dict, missing: str) -> None:
    with pytest.raises(JingcangError, match=missing):
        act(board, action, 0, **words)
    assert board.actions() == []


def test_a_stale_version_is_refused_with_who_changed_it(board: IssueBoard) -> None:
    board.act([(ISSUE, 0)], "assign", WANG, assigned_to="李四")
    with pytest.raises(JingcangError, match=r"wangwu 已于 .*改为“已指派”") as refused:
        act(board, "acknowledge", 0)
    assert refused.value.rule == "stale_version"
    assert len(board.actions()) == 1


def test_a_page_older_than_the_decision_is_refused(board: IssueBoard) -> None:
    act(board, "acknowledge", 0)
    with pytest.raises(JingcangError, match="旧版本的数据"):
        act(board, "resolve", 1, replace(ISSUE, run_no=8), reason="已改")


def test_a_batch_is_all_or_none(board: IssueBoard) -> None:
    other = replace(ISSUE, issue_id="b" * 32)
    board.act([(other, 0)], "acknowledge", WANG)
    with pytest.raises(JingcangError, match="wangwu"):
        board.act([(ISSUE, 0), (other, 0)], "acknowledge", CHEN)
    assert ISSUE.issue_id not in board.states()


def test_nobody_acts_on_a_closed_issue(board: IssueBoard) -> None:
    with pytest.raises(JingcangError, match="已关闭"):
        act(board, "resolve", 0, replace(ISSUE, is_open=False), reason="已改")


def test_undo_leads_back_step_by_step(board: IssueBoard) -> None:
    act(board, "assign", 0, assigned_to="李四", due_date=DUE)
    act(board, "assign", 1, assigned_to="赵六")
    act(board, "resolve", 2, reason="已改")
    assert act(board, "undo", 3, reason="点错了") == "assigned"
    assert board.states()[ISSUE.issue_id].assigned_to == "赵六"
    assert act(board, "undo", 4, reason="点错了") == "assigned"
    assert board.states()[ISSUE.issue_id].assigned_to == "李四"
    assert act(board, "undo", 5, reason="点错了") == "new"
    with pytest.raises(JingcangError, match="没有可以撤销"):
        act(board, "undo", 6, reason="点错了")


def test_a_run_that_still_fails_opens_again_and_a_second_spell_starts_anew(board: IssueBoard) -> None:
    act(board, "resolve", 0, reason="已改")
    decision = board.states()[ISSUE.issue_id]
    assert effective_state(ISSUE, decision) == "resolved"
    assert effective_state(replace(ISSUE, run_no=10), decision) == "reopened"
    assert effective_state(replace(ISSUE, run_no=10, is_open=False), decision) == "closed"
    assert effective_state(replace(ISSUE, run_no=12, spell_no=2), decision) == "reopened"
    again = replace(ISSUE, run_no=12, spell_no=2)
    assert act(board, "acknowledge", 1, again) == "acknowledged"
    assert board.states()[ISSUE.issue_id].assigned_to is None


def test_decisions_land_once_and_the_newest_batch_holds_all(board: IssueBoard, tmp_path: Path) -> None:
    home, day = Home(tmp_path), dt.date(2026, 6, 30)
    assert land_issue_decisions(home, [], as_of=day) == ()
    act(board, "assign", 0, assigned_to="李四", due_date=DUE)
    first = land_issue_decisions(home, board.actions(), as_of=day)
    before = current_cut(home).hash
    assert land_issue_decisions(home, board.actions(), as_of=day) == ()
    act(board, "resolve", 1, reason="已改")
    second = land_issue_decisions(home, board.actions(), as_of=day)
    assert first != second
    assert current_cut(home).batches == second
    assert current_cut(home).hash != before
    rows = pl.read_parquet(accepted_file(home, "quality_decisions", second[0]))
    assert rows["state_code"].to_list() == ["assigned", "resolved"]
    assert rows["decided_at"].to_list() == [NOW, NOW]
    assert set(rows["_source_system"]) == {"_workbench"}
    assert manifests(home)[-1].rows["accepted"] == 2


def test_a_ticket_closes_only_by_a_later_run_without_its_rows(board: IssueBoard, tmp_path: Path) -> None:
    book = TicketBook(Workbench.open(Home(tmp_path), {}), lambda: NOW)
    rows = [TicketRow("case.pj_jjdb.BJSJ.format", "case.pj_jjdb", key) for key in ("JJ1", "JJ2")]
    with pytest.raises(JingcangError, match="承办人"):
        book.create(rows, CHEN, unit_no="S1", assigned_to=" ", due_date=DUE, run_no=9, generation="g3")
    assert (
        book.create(rows, CHEN, unit_no="S1", assigned_to="李四", due_date=DUE, run_no=9, generation="g3")
        == 1
    )
    ticket = book.tickets()[0]
    both = {("case.pj_jjdb.BJSJ.format", "JJ1"), ("case.pj_jjdb.BJSJ.format", "JJ2")}
    ran = {"case.pj_jjdb.BJSJ.format"}
    assert progress(ticket, set(), ran, 9) == ("等待下一次取数", 0)
    assert progress(ticket, both, ran, 10) == ("未更正", 2)
    one = {("case.pj_jjdb.BJSJ.format", "JJ1"), ("other", "JJ2")}
    assert progress(ticket, one, ran, 10) == ("部分更正", 1)
    assert progress(ticket, set(), ran, 10) == ("已关闭", 0)
    assert progress(ticket, set(), set(), 10) == ("2 行无法复核", 0)
    assert progress(ticket, one, set(), 10) == ("1 行无法复核", 1)


def test_pages_and_mart_apply_one_rule_for_the_state() -> None:
    """The states the mart's unit test expects are those the pages work out from the same rows."""
    root = Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "marts"
    tests = yaml.safe_load((root / "unit_tests_quality_issues.yml").read_text(encoding="utf-8"))["unit_tests"]
    test = next(test for test in tests if test["model"] == "fct_quality_issues")
    given = {item["input"]: item["rows"] for item in test["given"]}
    runs = [row for row in given["ref('int_quality_issue_runs')"] if row["recency_rank"] == 1]
    latest = max(row["run_no"] for row in runs)
    with duckdb.connect() as connection:
        decisions = connection.execute(given["ref('stg_quality_decisions')"]).pl()
        ids = {
            row["check_id"]: connection.execute("select md5(?)", [row["check_id"]]).fetchall()[0][0]
            for row in runs
        }
    states = {}
    for run in runs:
        check = run["check_id"]
        issue = Published(ids[check], check, run["is_failing"] == 1, run["spell_no"], latest, "g1")
        rows = decisions.filter(issue_id=ids[check]).to_dicts()
        decision = (
            IssueState(
                ids[check], check, rows[0]["state_code"], rows[0]["spell_no"], rows[0]["run_no"], None, None, None,
                rows[0]["decision_version"], rows[0]["decided_by"], NOW,
            )
            if rows
            else None
        )  # fmt: skip
        states[check] = effective_state(issue, decision)
    expected = {row["check_id"]: row["state_code"] for row in test["expect"]["rows"]}
    assert states == expected
    assert len(set(states.values())) >= 4
