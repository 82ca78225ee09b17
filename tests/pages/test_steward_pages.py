"""The stewards' work pages with no, one and ten thousand issues; what may be decided there, and by whom."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from issue_tables import AS_OF, quality_tables, write_tables
from reading import Open, cells, table, words
from streamlit.testing.v1 import AppTest

from dashboards import session
from dashboards.registry import PAGES
from dashboards.sections.check_history import drift
from dashboards.sections.closing import month_to_close
from jingcang.access import sessions
from jingcang.access.accounts import add_account, list_accounts
from jingcang.contracts import CONTRACTS_ROOT, load_profile
from jingcang.contracts.history import record_versions
from jingcang.home import Home
from jingcang.workbench import Actor, AuditLog, IssueBoard, Published, Workbench

SHELL = Path(session.__file__).with_name("shell.py")
WORK = [spec for spec in PAGES if spec.section == "数据管理"]
MANY = 10_000
ISSUE = Published("0" * 32, "case.pj_jjdb.rule_3", True, 1, 12, "g000001")
RESULTS = """
    insert into fct_quality_results by name
    select 'r2' as run_id, 12 as run_no, date '2026-06-30' as as_of_date, check_id, check_id as root_check_id,
        source_system, object_name, dimension, 'quarantine' as severity, status, status_label, rows_checked,
        rows_violated, note, owner, checked_by, true as is_latest_result, true as is_latest_run
    from fct_quality_issues where check_id not in (select check_id from fct_quality_results)
"""
NOTHING = "; ".join(
    f"delete from {table}"
    for table in (
        "fct_quality_results", "fct_quality_issues", "rpt_quality_rows", "rpt_quality_units", "fct_quality_failures",
        "fct_quarantined_rows", "rpt_unmapped_values",
    )
)  # fmt: skip


def make_home(source: Home, root: Path, issues: int) -> Home:
    """Return a copy of the synthetic home with a number of issues."""
    home = Home(root).prepare()
    for name in ("serving", "workbench"):
        shutil.copytree(source.root / name, root / name, symlinks=True, dirs_exist_ok=True)
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        if issues == 0:
            connection.execute(NOTHING)
        elif issues > 1:
            made = quality_tables(issues=issues)
            for table in made:
                connection.execute(f"drop table {table}")
            write_tables(connection, made)
            connection.execute(RESULTS)
    return home


@pytest.fixture(scope="module")
def homes(synthetic_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Home]]:
    made = {
        count: make_home(synthetic_home, tmp_path_factory.mktemp("issues"), count) for count in (0, 1, MANY)
    }
    yield made
    for home in made.values():
        Workbench.open(home).close()


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.delenv("JINGCANG_WORKBENCH_URL", raising=False)

    def open_as_steward(home: Home, path: str, user_id: str = "", **query: str) -> AppTest:
        monkeypatch.setenv("JINGCANG_HOME", str(home.root))
        workbench = Workbench.open(home)
        account = next(
            a for a in list_accounts(workbench)
            if a.identity.role == "steward" and (a.identity.user_id == user_id or (not user_id and a.is_demo))
        )  # fmt: skip
        token = sessions.open_session(workbench, account)
        monkeypatch.setattr(session, "read_token", lambda: token)
        app = AppTest.from_file(str(SHELL), default_timeout=120).run()
        for name, value in query.items():
            app.query_params[name] = value
        spec = next(spec for spec in PAGES if spec.path == path)
        return app.switch_page(f"app_pages/{spec.file}").run()

    return open_as_steward


@pytest.mark.parametrize("count", [0, 1, MANY])
@pytest.mark.parametrize("spec", WORK, ids=lambda spec: spec.path)
def test_every_work_page_with_no_one_and_ten_thousand_issues(
    homes: dict[int, Home], open_page: Open, spec: object, count: int
) -> None:
    app = open_page(homes[count], spec.path)  # type: ignore[attr-defined]
    assert not app.exception
    assert not app.error, words(app)
    assert app.header
    assert "数据截至" in words(app)
    assert "<script>" not in words(app)
    assert all(len(frame.value) <= 200 for frame in app.dataframe), "a table is not paged"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "还没有检查结果"), (1, "有 1 个问题未关闭"), (MANY, "有 10,000 个问题未关闭")],
)
def test_the_inbox_says_how_many_stand_open(
    homes: dict[int, Home], open_page: Open, count: int, said: str
) -> None:
    assert said in words(open_page(homes[count], "issues"))


def test_one_key_takes_a_decision_and_undo_takes_it_back(
    synthetic_home: Home, open_page: Open, tmp_path: Path
) -> None:
    home = make_home(synthetic_home, tmp_path, 1)
    app = open_page(home, "issues")
    keys = {button.key: button.proto.shortcut for button in app.button if button.key.startswith("issue_")}
    assert len(set(keys.values())) == 4
    app.button(key="issue_acknowledge").click().run()
    assert "作“知悉”处理" in words(app)
    assert IssueBoard(Workbench.open(home)).states()[ISSUE.issue_id].state == "acknowledged"
    entry = AuditLog(Workbench.open(home)).entries(action="quality_issue")[0]
    assert entry.object_name == "case.pj_jjdb.rule_3"
    app.button(key="issue_resolve").click().run()
    assert "请写明理由" in words(app)
    app.text_input(key="issue_reason").set_value("来源已改").run()
    app.button(key="issue_resolve").click().run()
    assert "1 个等待下一次取数复核" in words(app)
    app.segmented_control(key="view").set_value("等待复核").run()
    app.text_input(key="issue_reason").set_value("点错了").run()
    app.button(key="issue_undo").click().run()
    assert IssueBoard(Workbench.open(home)).states()[ISSUE.issue_id].state == "acknowledged"
    Workbench.open(home).close()


def test_a_decision_on_a_stale_page_is_refused_with_the_name(
    synthetic_home: Home, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(synthetic_home, tmp_path, 1)
    app = open_page(home, "issues")
    board = IssueBoard(Workbench.open(home))
    real = IssueBoard.act

    def overtaken(self: IssueBoard, *arguments: object, **words: object) -> object:
        monkeypatch.setattr(IssueBoard, "act", real)
        board.act([(ISSUE, 0)], "assign", Actor("wangwu", "steward"), assigned_to="李四")
        return real(self, *arguments, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(IssueBoard, "act", overtaken)
    app.button(key="issue_acknowledge").click().run()
    assert re.search("wangwu 已于 .*改为“已指派”，您的处理没有保存", words(app))
    assert board.states()[ISSUE.issue_id].version == 1
    Workbench.open(home).close()


def test_the_scorecard_leads_to_the_rows_in_one_click(homes: dict[int, Home], open_page: Open) -> None:
    app = open_page(homes[1], "quality")
    links = [link.proto for link in app.get("page_link") if link.proto.page == "rows"]
    assert any("case.pj_jjdb.rule_3" in link.query_string for link in links)
    rows = open_page(homes[1], "rows", check="case.pj_jjdb.rule_3")
    assert "这一行：JJ0" in words(rows)
    assert "违规 10.00%（40/400）" in words(rows)


def test_a_row_names_the_runs_that_listed_it_and_no_other(homes: dict[int, Home], open_page: Open) -> None:
    app = open_page(homes[1], "rows", check="case.pj_jjdb.rule_3")
    history = next(frame.value for frame in app.dataframe if "批次或运行" in frame.value.columns)
    checked = history[history["发生了什么"] == "违反检查"]
    assert list(checked["批次或运行"]) == ["第 10 号运行", "第 12 号运行"]
    assert list(checked["日期"]) == [str(AS_OF - timedelta(2)), str(AS_OF)]


def test_statuses_that_say_nothing_never_count_as_passed(homes: dict[int, Home], open_page: Open) -> None:
    app = open_page(homes[1], "quality")
    scorecard = next(frame.value for frame in app.dataframe if "在限内 %" in frame.value.columns)
    row = scorecard.iloc[0]
    # Two pass, one within its limit, one fails, one could not run, one does not apply: 3 of 5.
    assert row["在限内 %"] == 60
    assert (row["执行错误"], row["不适用"]) == (1, 1)
    assert (row["违规行次"], row["检查行次"]) == (52, 7300)


@pytest.mark.parametrize(
    ("by", "change", "group", "said"),
    [
        ("来源", "source_system = 'alarm'", "alarm", "1 组的检查都不适用"),
        ("表", "object_name = 'case.aj_wpxx'", "case.aj_wpxx", "1 组的检查都不适用"),
        ("维度", "dimension = 'timeliness'", "timeliness", "1 组的检查都不适用"),
        ("来源", None, "", "按来源看：没有一项检查适用"),
        ("单位", None, "", "按单位看：没有可检查的行"),
    ],
)
def test_a_group_without_an_applicable_check_is_listed_last_and_never_counts_as_passed(
    homes: dict[int, Home],
    open_page: Open,
    tmp_path: Path,
    by: str,
    change: str | None,
    group: str,
    said: str,
) -> None:
    home = make_home(homes[1], tmp_path / "none", 1)
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        if change is None:
            connection.execute("update fct_quality_results set status = 'not_applicable', rows_checked = 0")
            connection.execute("update rpt_quality_units set rows_checked = 0, rows_violated = 0")
        else:
            connection.execute(f"update fct_quality_results set {change} where status = 'not_applicable'")
    app = open_page(home, "quality", by=by)
    assert not app.exception
    assert said in words(app)
    assert "都在限内" not in words(app)
    if change is not None:
        rows = table(app, "在限内 %")
        assert [row["在限内 %"] for row in rows[:-1]] == [60]
        assert rows[-1]["不适用"] == 1


def test_raw_values_are_masked_and_reading_a_row_outside_the_scope_is_not_possible(
    synthetic_home: Home, open_page: Open, tmp_path: Path
) -> None:
    home = make_home(synthetic_home, tmp_path, 5)
    add_account(
        Workbench.open(home), user_id="liqiang", display_name="李强", role="steward", unit_nos=["S2"],
        password="correct horse battery",
    )  # fmt: skip
    app = open_page(home, "rows", "liqiang", check="case.pj_jjdb.rule_3")
    assert "JJ0" not in words(app) + cells(app)
    assert "不在您的单位范围内" in words(app)
    app = open_page(home, "rows", "liqiang", check="case.pj_jjdb.rule_7")
    assert "这一行：JJ4" in words(app)
    app = open_page(home, "rows", check="case.pj_jjdb.rule_4")
    assert "`case.pj_jjdb.rule_4` 现在没有违规行" in words(app)
    Workbench.open(home).close()


def publish_next(home: Home, *statements: str) -> None:
    """Publish the next run's generation: the first one after some statements."""
    shutil.copy(home.serving / "g000001.duckdb", home.serving / "g000002.duckdb")
    with duckdb.connect(str(home.serving / "g000002.duckdb")) as connection:
        for statement in ("update fct_quality_results set run_no = run_no + 1", *statements):
            connection.execute(statement)
    shutil.copy(home.serving / "g000001.json", home.serving / "g000002.json")
    home.current_link.unlink()
    home.current_link.symlink_to("g000002.duckdb")


def test_a_ticket_is_written_once_and_waits_for_the_next_extract(
    synthetic_home: Home, open_page: Open, tmp_path: Path
) -> None:
    home = make_home(synthetic_home, tmp_path, 1)
    app = open_page(home, "corrections")
    app.text_input(key="ticket_assignee").set_value("李四")
    next(button for button in app.button if "登记退回" in button.label).click().run()
    assert not app.error, words(app)
    assert "已登记第 1 号退回单，1 行次" in words(app)
    assert "等待下一次取数" in cells(app)
    publish_next(home, "delete from rpt_quality_rows")
    app = open_page(home, "corrections")
    assert "其中 1 单经下一次取数复核已关闭" in words(app)
    Workbench.open(home).close()


@pytest.mark.parametrize(
    "change",
    [
        "status = 'error'",
        "status = 'not_applicable'",
        "checked_by = 'sql', rows_violated = 10001",
        "check_id = 'gone'",
    ],
)
def test_a_ticket_of_a_check_that_did_not_look_stays_open(
    synthetic_home: Home, open_page: Open, tmp_path: Path, change: str
) -> None:
    home = make_home(synthetic_home, tmp_path, 1)
    app = open_page(home, "corrections")
    app.text_input(key="ticket_assignee").set_value("李四")
    next(button for button in app.button if "登记退回" in button.label).click().run()
    of_ticket = "check_id in (select check_id from rpt_quality_rows)"
    publish_next(
        home, f"update fct_quality_results set {change} where {of_ticket}", "delete from rpt_quality_rows"
    )
    app = open_page(home, "corrections")
    assert "其中 0 单经下一次取数复核已关闭" in words(app)
    assert "1 行无法复核" in cells(app)
    Workbench.open(home).close()


@pytest.mark.parametrize(
    ("shares", "trend"),
    [
        ([1.0, 1.1, 1.2, 1.3, 1.4, 1.5], "上升"),
        ([1.5, 1.4, 1.3, 1.2, 1.1, 1.0], "下降"),
        ([1.0, 1.1, 1.2, 1.3, 1.4], ""),
        ([1.0, 1.4, 1.1, 1.5, 1.0, 1.3, 1.2], ""),
        ([2.0] * 12, ""),
        ([9.0] * 20 + [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.1], "上升"),
    ],
)
def test_a_drift_is_told_only_beyond_chance(shares: list[float], trend: str) -> None:
    assert drift(shares) == trend


def test_checks_within_their_limits_that_rise_slowly_are_listed_and_open_ones_are_not(
    synthetic_home: Home, tmp_path: Path, open_page: Open
) -> None:
    """Eight runs of a check that passes, of the one that is an open issue, and of one that goes up and down."""
    shares = {"rule_0": "number / 10.0", "rule_3": "number / 10.0", "rule_1": "(number % 2) / 10.0"}
    runs = "; ".join(
        "create temp table latest as from fct_quality_results "
        f"where check_id = 'case.pj_jjdb.{rule}' and is_latest_run; "
        f"delete from fct_quality_results where check_id = 'case.pj_jjdb.{rule}'; "
        "insert into fct_quality_results by name select latest.* replace ("
        "'s' || number as run_id, number as run_no, as_of_date - 8 + cast(number as integer) as as_of_date, "
        f"number = 8 as is_latest_run, number = 8 as is_latest_result, {share} as violated_pct) "
        "from latest, range(1, 9) as t(number); drop table latest"
        for rule, share in shares.items()
    )
    home = make_home(synthetic_home, tmp_path, 1)
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute(runs)
    shown = open_page(home, "issues")
    assert "1 项检查仍在限内，但违规占比在缓慢上升" in words(shown)
    assert table(shown, "较早 %") == [{"编号": "case.pj_jjdb.rule_0", "较早 %": 0.1, "最近 %": 0.8}]
    Workbench.open(home).close()


def test_a_silent_source_is_told_by_sentence_chart_and_closing_list_alike(
    homes: dict[int, Home], open_page: Open, tmp_path: Path
) -> None:
    home = make_home(homes[1], tmp_path / "silent", 1)
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        # No unit is known to deliver daily, as in a deployment without units; the source just stopped.
        connection.execute("update rpt_freshness set is_missing = false")
        connection.execute("update rpt_freshness set row_count = 0 where event_date >= date '2026-05-25'")
    app = open_page(home, "arrivals")
    told = re.findall(r"有 (\d+) 个来源缺该到的日子", words(app))
    drawn = re.findall(r"(\d+) 个来源近 \d+ 天有缺数的日子", words(app))
    assert told, words(app)
    assert told == drawn
    assert re.search(r"[否✗].*各来源本月每日都已到数", cells(open_page(home, "fixes")))


def test_the_month_to_close_is_the_last_one_until_its_days_of_grace_are_over() -> None:
    assert month_to_close(AS_OF)[0].isoformat() == "2026-06-01"
    assert [day.isoformat() for day in month_to_close(AS_OF.replace(month=7, day=5))] == [
        "2026-06-01",
        "2026-07-01",
    ]
    assert month_to_close(AS_OF.replace(month=1, day=3))[0].isoformat() == "2025-12-01"
    assert month_to_close(AS_OF.replace(month=7, day=6))[0].isoformat() == "2026-07-01"


@pytest.mark.parametrize(
    ("as_of", "held"),
    [
        # Seven rows: one of May, two of June, one without a date, two of July, one of a year before.
        (AS_OF, "3 行"),
        (AS_OF.replace(month=7, day=3), "3 行"),
        (AS_OF.replace(month=7, day=20), "3 行"),
        (AS_OF.replace(month=8, day=20), "1 行"),
    ],
)
def test_the_closing_list_counts_the_quarantined_rows_of_its_month_and_those_without_a_date(
    homes: dict[int, Home],
    open_page: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    as_of: date,
    held: str,
) -> None:
    home = make_home(homes[1], tmp_path / "closing", 1)
    days = ["2026-05-31", "2026-06-01", "2026-06-30", None, "2026-07-01", "2026-07-02", "2025-06-15"]
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        for number, day in enumerate(days):
            connection.execute(
                "update fct_quarantined_rows set event_date = ? where source_key = ?", [day, f"JJ{number}"]
            )
    monkeypatch.setattr("dashboards.sections.closing.month_to_close", lambda _: month_to_close(as_of))
    closing = {row["条件"]: row["现状"] for row in table(open_page(home, "fixes"), "满足")}
    assert closing["没有仍在隔离的本月来源行"] == f"{held}（含无日期的）"


def test_what_was_never_checked_does_not_let_a_month_close(homes: dict[int, Home], open_page: Open) -> None:
    listed = {}
    for count in (0, 1):
        app = open_page(homes[count], "fixes")
        frame = next(frame.value for frame in app.dataframe if "满足" in frame.value.columns)
        listed[count] = dict(zip(frame["条件"], frame["满足"], strict=True))
    assert listed[0]["没有检查执行错误"] == "否"
    assert listed[0]["没有阻断检查不通过"] == "否"
    assert listed[1]["没有检查执行错误"] == "否"
    assert listed[1]["没有阻断检查不通过"] == "是"
    assert listed[1]["每张来源表的账目平衡"] == "是"


def test_the_contract_page_tells_what_changed_from_one_version_to_the_next(
    synthetic_home: Home, open_page: Open, tmp_path: Path
) -> None:
    home = make_home(synthetic_home, tmp_path / "home", 1)
    assert "还没有版本记录" in words(open_page(home, "contracts", table="case.aj_wpxx"))
    profile = load_profile(CONTRACTS_ROOT / "profiles" / "demo", data=tmp_path)
    record_versions(home, profile, as_of=AS_OF, run_id="r1")
    assert "一直是同一版本" in words(open_page(home, "contracts", table="case.aj_wpxx"))
    root = tmp_path / "data_contracts"
    shutil.copytree(CONTRACTS_ROOT, root)
    path = root / "sources" / "case" / "aj_wpxx.odcs.yaml"
    head, _, tail = path.read_text(encoding="utf-8").rpartition("required: true")
    path.write_text(f"{head}required: false{tail}", encoding="utf-8")
    record_versions(
        home, load_profile(root / "profiles" / "demo", data=tmp_path, root=root), as_of=AS_OF, run_id="r2"
    )
    app = open_page(home, "contracts", table="case.aj_wpxx")
    assert "版本：2 个，0 个含破坏性变化" in words(app)
    assert "第 2 个版本比前一个改了 1 处" in words(app)
    listed = next(frame.value for frame in app.dataframe if "理由" in frame.value.columns)
    assert listed["判定"].tolist() == ["兼容"]
    Workbench.open(home).close()
