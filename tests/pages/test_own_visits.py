"""我的走访: what the officer has to visit, by the leaders' definition, and names for a stated purpose only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from issue_tables import AS_OF
from planted_community import DUE, LATE, MISSED, WEEKS_BACK, visited_name, visits, write_visited_names
from reading import Open, cells, page, table, words
from streamlit.testing.v1 import AppTest

from dashboards.queries.home_visits import MOST_MINE
from dashboards.sections import own_visits
from dashboards.sections.own_visits import _NAMES, _Names
from jingcang.access.door import Forbidden
from jingcang.contracts.deployment import Deployment, deployment
from jingcang.home import Home
from jingcang.landing.store import accepted_file
from jingcang.workbench import AuditLog, Workbench

MINE = [row for row in visits() if row["officer_no"] == "1001"]
TO_DO = {row["visit_no"] for row in MINE if not row["is_visited"]}
EVERYBODY = {visited_name(row["visit_no"]) for row in visits()}
Look = Callable[..., AppTest]


@pytest.fixture
def look(open_changed: Open, tmp_path: Path) -> Iterator[Look]:
    """Return a function that opens 我的 on a changed copy of the planted home, with names in its landing."""
    home = Home(tmp_path)

    def opened(sql: str = "select 1", **choices: str) -> AppTest:
        write_visited_names(accepted_file(home, "home_visits", "b1"))
        return open_changed("mine", sql, role="officer", **choices)

    yield opened
    Workbench.open(home).close()


def ask(app: AppTest, purpose: str | None = None, which: str = "") -> AppTest:
    """Choose a purpose and a list and press the button."""
    if purpose:
        app.selectbox(key="visit_purpose").set_value(purpose)
    if which:
        app.selectbox(key="visit_list").set_value(which)
    return next(button for button in app.button if button.label == "显示姓名").click().run()


def named(app: AppTest) -> set[str]:
    """Return the planted people whose names are anywhere on the page."""
    shown = f"{words(app)}\n{cells(app)}"
    return {name for name in EVERYBODY if name in shown}


def read_audits(root: Path) -> list[dict[str, object]]:
    log = AuditLog(Workbench.open(Home(root)))
    return [json.loads(entry.detail) for entry in log.entries(limit=50, action="visit_names_read")]


def listed(app: AppTest) -> list[dict[str, object]]:
    """Return the rows of both lists."""
    return [
        row for frame in app.dataframe if "逾期天数" in frame.value for row in frame.value.to_dict("records")
    ]


def to_do(app: AppTest) -> list[dict[str, object]]:
    return [row for row in listed(app) if "走访日期" not in row]


def made(app: AppTest) -> list[dict[str, object]]:
    return [row for row in listed(app) if "走访日期" in row]


def test_what_is_to_be_visited_comes_first_and_nobody_is_named(look: Look, tmp_path: Path) -> None:
    app = look()
    assert not app.error
    shown = words(app)
    assert (
        f"走访：逾期未走访 {MISSED} 次，待走访 1 次；最近 90 天走访 {DUE - MISSED} 次，其中逾期完成 {LATE} 次。"
        in shown
    )
    oldest = min(row["due_date"] for row in MINE if not row["is_visited"])
    assert f"我的走访：逾期未走访 {MISSED} 次，最早的一次已逾期 {(AS_OF - oldest).days} 天" in shown
    rows = to_do(app)
    assert [row["状态"] for row in rows] == ["逾期未走访"] * MISSED + ["待走访"]
    assert [row["应走访"] for row in rows] == sorted(str(row["应走访"]) for row in rows)
    assert {row["走访编号"] for row in rows} == TO_DO
    assert {(row["类别"], row["间隔天数"]) for row in rows} == {("独居老人", 15), ("刑满释放人员", 30)}
    assert Counter(row["状态"] for row in made(app)) == {"按期": DUE - MISSED - LATE, "逾期完成": LATE}
    assert {row["逾期天数"] for row in made(app) if row["状态"] == "逾期完成"} == {3}
    assert {row["责任区"] for row in listed(app)} == {"城北第1责任区"}
    assert named(app) == set()
    assert "没有显示姓名" in shown
    assert read_audits(tmp_path) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "update fct_home_visits set is_in_time = null where not is_visited",
        "update fct_home_visits set is_in_time = not is_in_time where is_visited",
        "update fct_home_visits set is_visited = false where visit_no like '%5'",
    ],
)
def test_overdue_means_what_it_means_to_leaders(
    open_changed: Open, open_page: Open, tmp_path: Path, sql: str
) -> None:
    rows = table(open_changed("community", sql, address={"area": "城北第1责任区"}), "逾期未走访")
    leaders = {
        state: sum(int(str(row[state])) for row in rows) for state in ("按期", "逾期完成", "逾期未走访")
    }
    app = open_page("officer", page("mine"), Home(tmp_path))
    since, until = str(WEEKS_BACK - timedelta(28)), str(WEEKS_BACK)
    own = Counter(str(row["状态"]) for row in listed(app) if since <= str(row["应走访"]) < until)
    assert {state: own[state] for state in leaders} == leaders


def test_names_stand_in_the_list_asked_for_once_a_purpose_was_chosen(look: Look, tmp_path: Path) -> None:
    app = ask(look())
    assert "请先选查看姓名的目的" in words(app)
    assert (named(app), read_audits(tmp_path)) == (set(), [])
    ask(app, "visit")
    assert not app.error
    assert {row["走访编号"]: row["姓名"] for row in to_do(app)} == {no: visited_name(no) for no in TO_DO}
    assert named(app) == {visited_name(no) for no in TO_DO}, (
        "the other list, and another officer's, stay without"
    )
    assert "“要走访的”的姓名为上门走访显示，已记入审计日志" in words(app)
    (told,) = read_audits(tmp_path)
    assert told == {
        "purpose": "visit",
        "visits": sorted(row["home_visit_id"] for row in MINE if row["visit_no"] in TO_DO),
    }
    assert not [name for name in EVERYBODY if any(name in str(value) for value in app.query_params.values())]
    app.run()
    assert len(read_audits(tmp_path)) == 1, "a page drawn anew reads nothing anew"
    ask(app, "verify", "最近 90 天走访过的")
    assert {row["走访编号"]: row["姓名"] for row in made(app)} == {
        row["visit_no"]: visited_name(row["visit_no"]) for row in MINE if row["is_visited"]
    }
    assert "姓名" not in to_do(app)[0]
    assert [told["purpose"] for told in read_audits(tmp_path)] == ["verify", "visit"]
    next(button for button in app.button if button.label == "收起姓名").click().run()
    assert named(app) == set()


def test_a_list_with_names_is_not_handed_out(look: Look) -> None:
    def handed(app: AppTest) -> set[str]:
        return {name for name in ("visits_to_do", "visits_made") for button in app.get("download_button")
                if button.proto.id.endswith(f"csv_{name}")}  # fmt: skip

    app = look()
    assert handed(app) == {"visits_to_do", "visits_made"}
    assert handed(ask(app, "visit")) == {"visits_made"}


@pytest.mark.parametrize("of", [("another", "g000001"), ("", "g000000")])
def test_names_another_account_or_generation_left_are_not_shown(look: Look, of: tuple[str, str]) -> None:
    app = ask(look(), "visit")
    kept: _Names = app.session_state[_NAMES]
    app.session_state[_NAMES] = _Names(of[0] or kept.user_id, of[1], kept.listed, "visit", kept.names)
    app.run()
    assert named(app) == set()
    assert _NAMES not in app.session_state


def test_a_refusal_says_so_and_shows_no_name(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> dict[str, str]:
        raise Forbidden("有的走访不在您名下，没有显示任何姓名", remedy="请刷新页面后再查看")

    app = ask(look(), "visit")
    assert named(app)
    monkeypatch.setattr(own_visits, "visit_names", refuse)
    ask(app, "visit")
    assert "有的走访不在您名下，没有显示任何姓名。请刷新页面后再查看。" in words(app)
    assert named(app) == set(), "names read before are gone too"


def test_names_that_landing_does_not_hold_are_left_empty(open_changed: Open, tmp_path: Path) -> None:
    app = ask(open_changed("mine", role="officer"), "visit")
    assert not app.error
    assert [row["姓名"] for row in to_do(app)] == [None] * (MISSED + 1)
    assert len(read_audits(tmp_path)) == 1
    Workbench.open(Home(tmp_path)).close()


@pytest.mark.parametrize(
    ("sql", "told", "left"),
    [
        (
            "delete from fct_home_visits where officer_no = '1001'",
            "您名下没有待走访的，最近 90 天也没有走访登记",
            0,
        ),
        (
            "delete from fct_home_visits where visit_no <> 'ZFS1-A100'",
            "走访：逾期未走访 1 次；最近 90 天没有走访登记。",
            1,
        ),
        (
            "delete from fct_home_visits where visit_no <> 'ZFS1-A119'",
            "走访：没有登记为待走访的；最近 90 天走访 1 次，其中逾期完成 0 次。",
            1,
        ),
        (
            "delete from fct_home_visits where visit_no <> 'ZFS1-A119'; update fct_home_visits set due_date = null, "
            "is_in_time = null, is_visited = false",
            "走访：没有应走访日期 1 次；",
            1,
        ),
        (
            "update fct_home_visits set event_date = event_date - 365 where is_visited",
            "没有走访登记",
            MISSED + 1,
        ),
    ],
)
def test_none_one_and_long_ago(look: Look, sql: str, told: str, left: int) -> None:
    app = look(sql)
    assert not app.error
    assert told in words(app)
    assert len(listed(app)) == left
    assert any(button.label == "显示姓名" for button in app.button) is bool(left)


def test_many_are_paged_and_the_limit_is_said(look: Look) -> None:
    app = look(
        "insert into fct_home_visits by name select home_visit_id || '-' || n as home_visit_id, "
        "* exclude (home_visit_id, n) from fct_home_visits cross join range(100) as t(n) where officer_no = '1001'"
    )
    assert not app.error
    assert f"只列前 {MOST_MINE - 101 * (MISSED + 1):,} 行，还有更多" in words(app)
    assert len(to_do(app)) == 200, "a page of the table"


@pytest.mark.parametrize(("entities", "has_files", "has_visits"), [
    ({"home_visits"}, False, True), ({"cases"}, True, False), ({"cases", "home_visits"}, True, True),
    ({"incidents"}, False, False),
])  # fmt: skip
def test_the_section_stands_where_a_source_of_visits_does(
    look: Look, monkeypatch: pytest.MonkeyPatch, entities: set[str], has_files: bool, has_visits: bool
) -> None:
    titles = deployment("demo").titles
    known = Deployment(titles, {"a.b": frozenset(entities)}, True)
    monkeypatch.setattr("dashboards.deployment.deployment", lambda _: known)
    app = look()
    assert not app.error
    shown = words(app)
    assert ("应归未归" in shown) is has_files
    assert ("我的走访：" in shown) is has_visits
    assert ("走访：逾期未走访" in shown) is has_visits
    assert ("这里没有接入案件、档案和走访的来源" in shown) is not (has_files or has_visits)
    assert "只含警号 1001 的记录" in shown or not (has_files or has_visits)


def test_the_leaders_page_and_the_serving_file_hold_no_name(open_page: Open, serving_copy: Path) -> None:
    app = open_page("leader_station", page("community"))
    app.toggle(key="community_visit_rows_shown").set_value(True).run()
    assert "走访编号" in cells(app)
    assert named(app) == set()
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns where column_name = 'visited_name'"
        ).fetchall()
    assert columns == []
