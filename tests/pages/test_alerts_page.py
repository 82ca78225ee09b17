"""预警 in AppTest: what leaders read, who may dispose, what a disposition changes, and the empty and late states."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import duckdb
import pytest
from conftest import write_serving_file
from issue_tables import AS_OF, write_tables
from planted_alerts import LAST, alert_tables
from reading import Open, cells, page, words
from streamlit.testing.v1 import AppTest

from dashboards.sections import alert_list, alert_record
from dashboards.sections.alert_list import Alert
from jingcang.access import Door, Identity
from jingcang.access.accounts import add_account, create_demo_accounts, list_accounts
from jingcang.access.alerts import decide_alert
from jingcang.access.door import Forbidden
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.alert_decisions import AlertBook, AlertDecision

Make = Callable[[int | None], Home]


@pytest.fixture(scope="module")
def make_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    made: list[Home] = []

    def make(count: int | None) -> Home:
        home = Home(tmp_path_factory.mktemp("alerts"))
        write_serving_file(home)
        if count is not None:
            with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
                tables = alert_tables(count)
                for name in ("fct_alerts", "fct_alert_signals"):
                    connection.execute(f"create or replace table {name} as from {name} where false")
                kept = {name: rows for name, rows in tables.items() if rows and name.startswith("fct_")}
                for name in kept:
                    connection.execute(f"drop table {name}")
                write_tables(connection, kept)
        create_demo_accounts(
            Workbench.open(home), seed=11, bureau_unit_no="B", station_unit_no="S1", officer_no="1001",
            officer_unit_no="S1",
        )  # fmt: skip
        made.append(home)
        return home

    yield make
    for home in made:
        Workbench.open(home).close()


@pytest.fixture(scope="module")
def planted(make_home: Make) -> Home:
    return make_home(None)


def leader(home: Home, role: str) -> Identity:
    return next(
        a.identity for a in list_accounts(Workbench.open(home)) if a.identity.role == role and a.is_demo
    )


def dispose(app: AppTest, disposition: str, reason: str) -> AppTest:
    next(box for box in app.selectbox if box.label == "处置").set_value(disposition)
    next(box for box in app.text_input if box.label.startswith("理由")).set_value(reason)
    return next(button for button in app.button if button.label == "保存处置").click().run()


def test_the_bureau_reads_every_open_alert_surest_first(open_page: Open, planted: Home) -> None:
    app = open_page("leader_bureau", page("alerts"), planted)
    said = words(app)
    assert "在办预警 2 条，其中 1 条多重比较校正后仍成立" in said
    assert "首先是城北派出所的盗窃：一周 31 起，平常 12 起左右，超过 22 起才报警" in said
    assert "2 条待处置" in said
    assert app.dataframe[0].value["类别"].to_list() == ["盗窃", "电信网络诈骗"]
    assert app.dataframe[0].value["地点"].to_list() == ["城北派出所", "全局"]
    assert "实际为名义的 0.94 倍，与名义相符" in said
    assert "最近 8 周有 1 处未检验" in said
    assert "河西派出所" in cells(app)
    assert "涉及本单位" not in said


def test_the_station_reads_its_own_and_its_part_in_the_bureaus(open_page: Open, make_home: Make) -> None:
    home = make_home(None)
    app = open_page("leader_station", page("alerts"), home)
    said = words(app)
    assert "在办预警 1 条" in said
    assert "城南" not in said + cells(app)
    assert "涉及本单位" not in said  # the bureau's alert has its part in another station
    workbench = Workbench.open(home)
    add_account(
        workbench, user_id="south", display_name="城南所长", role="leader_station", unit_nos=("S2",),
        password="long enough for a test",
    )  # fmt: skip
    south = next(a.identity for a in list_accounts(workbench) if a.identity.user_id == "south")
    seen = Door(home, workbench=workbench).run(alert_list.alerts.SIGNALS, south, since=date(2025, 1, 1))
    assert set(seen["alert_id"]) == {"a2", "a3"}


def test_a_disposition_is_kept_with_its_reason_and_seen_at_once(open_page: Open, make_home: Make) -> None:
    home = make_home(None)
    app = open_page("leader_station", page("alerts"), home)
    assert "请写明理由" in words(dispose(app, "true", " "))
    assert AlertBook(Workbench.open(home)).decisions() == []
    app = dispose(
        open_page("leader_station", page("alerts"), home), "true", "城北市场连续失窃，<b>已布控</b>"
    )
    kept = AlertBook(Workbench.open(home)).decisions()
    assert [(k.alert_id, k.version, k.disposition, k.last_week_start) for k in kept] == [
        ("a1", 1, "true", LAST)
    ]
    assert "判为“真”（第 1 次处置）" in words(app)
    assert "都已有人跟进" in words(app)
    assert "下一次运行后进入发布的数据" in words(app)
    app = dispose(app, "handled", "已抓获")
    assert "没有在办的预警" in words(app)
    assert "处置过的 1 条里 1 条为真" in words(app)
    audit = [entry.action for entry in AuditLog(Workbench.open(home)).entries(limit=50)]
    assert {"alert_true", "alert_handled"} <= set(audit)


def test_a_decision_on_an_old_version_is_refused_and_names_who_was_first(planted: Home) -> None:
    workbench = Workbench.open(planted)
    door, bureau = Door(planted, workbench=workbench), leader(planted, "leader_bureau")
    given = {"reason": "核过", "last_week": LAST, "generation": "g000001"}
    decide_alert(door, bureau, workbench, "a4", "false", seen_version=0, **given)
    with pytest.raises(JingcangError, match=rf"{bureau.user_id} 已于 .*判为“误”，您的处置没有保存"):
        decide_alert(door, bureau, workbench, "a4", "true", seen_version=0, **given)
    assert decide_alert(door, bureau, workbench, "a4", "true", seen_version=1, **given) == 2


@pytest.mark.parametrize(
    ("role", "alert_id"),
    [("leader_station", "a2"), ("leader_station", "a3"), ("leader_station", "-"), ("steward", "a1"), ("officer", "a1")],
)  # fmt: skip
def test_the_door_refuses_whoever_is_no_leader_of_the_place(planted: Home, role: str, alert_id: str) -> None:
    workbench = Workbench.open(planted)
    before = AlertBook(workbench).decisions()
    with pytest.raises(Forbidden, match="没有这条预警，或者它不在您的范围内"):
        decide_alert(
            Door(planted, workbench=workbench), leader(planted, role), workbench, alert_id, "true", reason="试",
            seen_version=0, last_week=LAST, generation="g000001",
        )  # fmt: skip
    assert AlertBook(workbench).decisions() == before
    last = AuditLog(workbench).entries(limit=1, action="alert_denied")[0]
    assert last.object_name == alert_id


@pytest.mark.parametrize(
    ("count", "sentence"), [(0, "没有在办的预警"), (1, "在办预警 1 条"), (60, "在办预警 60 条")]
)
def test_no_one_and_many_alerts(open_page: Open, make_home: Make, count: int, sentence: str) -> None:
    app = open_page("leader_station", page("alerts"), make_home(count))
    assert not app.exception
    assert not app.error
    assert sentence in words(app)
    assert ("先看这几条" in words(app)) is (count > 0)
    links = [link for link in app.get("page_link") if "起才报警" in link.proto.label]
    assert len(links) == min(count, 5)


def test_nothing_judged_yet_says_what_to_wait_for(open_page: Open, make_home: Make) -> None:
    home = make_home(0)
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("delete from rpt_alert_weeks")
        connection.execute("delete from rpt_alert_replays")
    assert "积累满八个完整周" in words(open_page("leader_bureau", page("alerts"), home))


def decided(disposition: str | None, number: int, *, expired: bool = False, last: date = LAST) -> Alert:
    row = alert_tables(1)["fct_alerts"][0] | {"is_expired": expired, "last_week_start": last}
    made = None if disposition is None else AlertDecision(
        number, f"n{number}", 1, disposition, "核过", LAST, "zhang", "leader_station", "g1",
        datetime(2026, 6, 30, tzinfo=UTC),
    )  # fmt: skip
    return Alert(row, made)


def test_precision_counts_real_among_decided_and_gives_no_percent_under_ten() -> None:
    few = [decided("true", 1), decided("handled", 2), decided("false", 3), decided(None, 4)]
    assert alert_record.precision(few) == "处置过的 3 条里 2 条为真（含已处置）；不足 10 条，不算比率"
    many = [decided("true", n) for n in range(6)] + [decided("false", n) for n in range(6)]
    # Wilson interval of 6 of 12 by hand: (0.5 ± 1.96² …): 25.4%–74.6%.
    assert "12 条里 6 条为真（含已处置），准确率 50%（95% 区间 25%–75%）" in alert_record.precision(many)
    assert "还没有处置过" in alert_record.precision([decided(None, 1)])


def test_a_dealt_with_alert_that_alarms_again_is_open_again() -> None:
    again = decided("handled", 1, last=date(2026, 6, 29))
    assert (again.state, again.is_open) == ("reopened", True)
    assert decided("false", 1, last=date(2026, 6, 29)).state == "false_alarm"
    assert decided("handled", 1).is_open is False
    assert AS_OF > LAST


@pytest.mark.parametrize(
    ("is_accepted", "ci_high", "words_said"),
    [(True, 1.1, "与名义相符"), (True, 0.55, "低于名义，报警偏少、偏慢"), (False, 2.5, "高于名义，报警偏多")],
)
def test_the_rate_is_called_what_its_interval_says(
    is_accepted: bool, ci_high: float, words_said: str
) -> None:
    assert alert_record.rate_words({"is_accepted": is_accepted, "ci_high": ci_high}) == words_said
