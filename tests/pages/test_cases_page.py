"""案件办理: the planted rise, natures apart, limits with reasons, and what a late, empty or other source does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from issue_tables import AS_OF
from planted_cases import LIMITS
from streamlit.testing.v1 import AppTest

from dashboards import session
from dashboards.sections.case_limits import reason
from jingcang.access import sessions
from jingcang.access.accounts import list_accounts
from jingcang.home import Home
from jingcang.workbench import Workbench

SHELL = Path(session.__file__).with_name("shell.py")
Open = Callable[..., AppTest]


@pytest.fixture
def open_after(synthetic_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that runs SQL on a copy of the serving file and opens the page as a role."""

    def opened(
        sql: str = "select 1", role: str = "leader_station", profile: str = "demo", **choices: str
    ) -> AppTest:
        home = Home(tmp_path).prepare()
        for name in ("serving", "workbench"):
            shutil.copytree(synthetic_home.root / name, tmp_path / name, symlinks=True, dirs_exist_ok=True)
        with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
            connection.execute(sql)
        told = home.serving / "g000001.json"
        told.write_text(told.read_text(encoding="utf-8").replace('"demo"', f'"{profile}"'), encoding="utf-8")
        monkeypatch.setenv("JINGCANG_HOME", str(tmp_path))
        workbench = Workbench.open(home)
        account = next(a for a in list_accounts(workbench) if a.identity.role == role and a.is_demo)
        monkeypatch.setattr(session, "read_token", lambda: token)
        token = sessions.open_session(workbench, account)
        app = AppTest.from_file(str(SHELL), default_timeout=60).run()
        app = app.switch_page("app_pages/leadership/cases.py").run()
        for name, value in choices.items():
            app.selectbox(key=name).set_value(value)
        return app.run() if choices else app

    return opened


def words(app: AppTest) -> str:
    kinds = ("header", "subheader", "markdown", "caption", "info", "error", "warning")
    parts = [str(element.value) for kind in kinds for element in getattr(app, kind)]
    return "\n".join(parts + [str(element.proto.body) for element in app.get("html")])


def table(app: AppTest, column: str, place: int = 0) -> list[dict[str, object]]:
    """Return the rows of a table that has a column."""
    frames = [frame.value for frame in app.dataframe if column in frame.value.columns]
    return list(frames[place].to_dict("records"))


def test_the_planted_rise_is_found_and_nothing_else(open_after: Open) -> None:
    shown = words(open_after())
    assert "▲ **刑事·盗窃案·立案**" in shown
    assert shown.count("▲ **") == 1
    assert "▼ **" not in shown


def test_the_natures_stay_apart(open_after: Open) -> None:
    shown = words(open_after(role="leader_bureau"))
    assert "刑事立案 " in shown
    assert "治安立案 " in shown
    assert "查处 " in shown


def test_limits_are_listed_the_ones_in_time_first_with_reasons(open_after: Open) -> None:
    app = open_after()
    rows = table(app, "剩余天数")
    rows = [row for row in rows if "案件编号" in row] or table(app, "剩余天数", 1)
    assert [row["案件编号"] for row in rows] == ["L1", "L2", "L3", "L4"]
    told = {row["案件编号"]: row for row in rows}
    assert "延长 1 次，扣除鉴定、听证 5 天" in str(told["L2"]["原因"])
    assert "超过法定次数" in str(told["L3"]["原因"])
    assert "鉴定进行中" in str(told["L4"]["原因"])
    assert str(told["L1"]["应办日期"]) == (AS_OF + timedelta(3)).isoformat()
    assert {row["单位"] for row in rows} == {"城北派出所"}
    assert "一百一十八条" in str(told["L1"]["依据"])
    assert told["L1"]["来源文件"]
    shown = words(app)
    assert "已逾期 2 起、临近期限 1 起" in shown
    assert "**临近期限 1 起**：最近的 2026-07-03（周五）到期" in shown
    assert "**逾期 180 天以上 1 起**" in shown


def test_the_bureau_sees_the_limits_of_all(open_after: Open) -> None:
    overdue = sum(limit[2] == "overdue" for limit in LIMITS)
    assert f"已逾期 {overdue} 起" in words(open_after(role="leader_bureau"))


def test_without_cases_the_page_says_why(open_after: Open) -> None:
    app = open_after("delete from rpt_case_counts; delete from fct_case_limits; delete from fct_cases")
    assert "都没有案件，也没有未结案件" in words(app)
    assert not app.error


def test_one_case_has_no_percentage(open_after: Open) -> None:
    app = open_after(
        "create or replace table rpt_case_counts as select * from rpt_case_counts where unit_no = 'S1' "
        f"and stage_code = 'filed' and nature_code = 'criminal' and event_date < date '{AS_OF - timedelta(3)}' "
        "order by event_date desc, area_no, class_label limit 1; update rpt_case_counts set case_count = 1; "
        "delete from fct_case_limits"
    )
    shown = words(app)
    assert "刑事立案 1 起（对比期 0" in shown
    assert "没有正在计算期限的未结案件" in shown
    assert not app.error


@pytest.mark.parametrize(("back", "name"), [(5, "本期"), (45, "对比期")])
def test_a_late_source_stops_the_comparison(open_after: Open, back: int, name: str) -> None:
    app = open_after(
        "insert into rpt_freshness by name select 'case' as source_system, 'aj_ajxx' as source_table, "
        f"date '{AS_OF - timedelta(back)}' as event_date, 0 as row_count, true as is_missing"
    )
    shown = words(app)
    assert f"{name}“案件信息”缺 1 天" in shown or f"{name}“" in shown
    assert "不与对比期比较" in shown
    assert "▲ **" not in shown


@pytest.mark.parametrize("role", ["officer", "evaluator"])
def test_other_roles_are_refused(open_after: Open, role: str) -> None:
    app = open_after(role=role)
    assert "无权查看" in words(app)
    assert not app.dataframe


@pytest.mark.parametrize("profile", ["st_louis", "taipei_theft", "seattle_911_2015", "milwaukee_cfs_2018"])
def test_a_profile_without_cases_says_what_the_source_lacks(open_after: Open, profile: str) -> None:
    assert "没有案件" in words(open_after(profile=profile))


def test_rows_of_a_stage_are_two_clicks_away(open_after: Open) -> None:
    app = open_after(cases_nature="治安")
    app.selectbox(key="cases_stage").set_value("查处")
    app.toggle(key="cases_rows_shown").set_value(True).run()
    rows = table(app, "环节日期")
    assert rows
    assert all(row["处罚决定"] == row["环节日期"] for row in rows)
    assert all(row["来源文件"] and row["行号"] is not None for row in rows)


def test_reasons() -> None:
    row = {"start_date": date(2026, 5, 2), "filed_date": date(2026, 5, 2), "accepted_date": date(2026, 5, 1),
           "limit_days": 30, "limit_label": "办理", "extension_count": 0, "is_over_extended": False, "excluded_days": 0,
           "suspended_label": None}  # fmt: skip
    assert reason(row) == "办理：2026-05-02 立案起算 30 天"
    assert reason(row | {"start_date": date(2026, 5, 1)}) == "办理：2026-05-01 受案起算 30 天"
