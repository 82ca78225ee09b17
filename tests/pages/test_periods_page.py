"""周期管理: the steps of a period to 冻结, and what is told about records that moved since."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import write_serving_file
from reading import Open, page, table, words
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.access.accounts import add_account
from jingcang.access.door import Forbidden
from jingcang.access.kpi_periods import take_step, verified
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.kpi_periods import PeriodBook, Pinned
from orchestration.cli import app as command

START, END = date(2024, 12, 21), date(2025, 12, 20)
FIRST = Identity("kao1", "kao1", "evaluator", (ALL_UNITS,))
SECOND = Identity("kao2", "kao2", "evaluator", (ALL_UNITS,))
STATION = Identity("kao3", "kao3", "evaluator", ("S1",))
CLOSED = "; ".join(
    f"update {table} set period_start = date '{START}', period_end = date '{END}'"
    for table in ("fct_kpi_records", "rpt_kpi_values")
)
MOVES = """
    delete from fct_kpi_records where kpi_record_id = 'archive_in_time-10';
    update fct_kpi_records set in_numerator = 1 - in_numerator, numerator_value = 1 - numerator_value
        where kpi_record_id = 'archive_in_time-11';
    update fct_kpi_records set unit_no = 'S2' where kpi_record_id = 'archive_used-12';
    update fct_kpi_records set officer_no = '1099' where kpi_record_id = 'archive_used-13';
    insert into fct_kpi_records by name
        select * replace ('archive_complete-new' as kpi_record_id, 'S1' as unit_no)
        from fct_kpi_records where kpi_record_id = 'archive_complete-15';
"""
"""One record gone, one with another verdict, one of another unit, one of another officer, one more."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.delenv("JINGCANG_WORKBENCH_URL", raising=False)
    made = Home(tmp_path / "home")
    write_serving_file(made)
    _change(made, CLOSED)
    workbench = Workbench.open(made)
    for identity in (FIRST, SECOND, STATION):
        add_account(
            workbench, user_id=identity.user_id, display_name=identity.user_id, role="evaluator",
            unit_nos=identity.unit_nos, password="long enough for a test",
        )  # fmt: skip
    yield made
    workbench.close()


def _change(home: Home, sql: str, name: str = "g000001") -> None:
    with duckdb.connect(str(home.serving / f"{name}.duckdb")) as connection:
        connection.execute(sql)


def _publish(home: Home, sql: str) -> None:
    """Publish what SQL makes of the generation now published: readers may hold that one open."""
    for suffix in ("duckdb", "json"):
        shutil.copy(home.serving / f"g000001.{suffix}", home.serving / f"g000002.{suffix}")
    _change(home, sql, "g000002")
    home.current_link.unlink()
    home.current_link.symlink_to("g000002.duckdb")


def _door(home: Home) -> Door:
    return Door(home, is_current=lambda identity: True)


def _step(home: Home, identity: Identity, state: str, seen: int, reason: str = "到期") -> None:
    take_step(
        _door(home), identity, Workbench.open(home), START, END, state, seen_version=seen, reason=reason
    )


def _freeze(home: Home) -> None:
    for seen, state in enumerate(("draft", "announced", "appeals")):
        _step(home, FIRST, state, seen)
    _step(home, SECOND, "frozen", 3)


def test_a_period_goes_from_open_to_frozen_step_by_step(home: Home) -> None:
    with pytest.raises(JingcangError, match="不能直接转为“冻结”"):
        _step(home, FIRST, "frozen", 0)
    _step(home, FIRST, "draft", 0)
    with pytest.raises(JingcangError, match="kao1 已于"):
        _step(home, SECOND, "announced", 0)
    with pytest.raises(JingcangError, match="请写明理由"):
        _step(home, FIRST, "announced", 1, reason=" ")
    _step(home, FIRST, "announced", 1)
    _step(home, SECOND, "draft", 2, reason="有一卷漏登，改后重新公示")
    _step(home, FIRST, "announced", 3)
    _step(home, FIRST, "appeals", 4)
    with pytest.raises(JingcangError, match="公示和冻结不能由同一人办理"):
        _step(home, FIRST, "frozen", 5)
    _step(home, SECOND, "frozen", 5)
    with pytest.raises(JingcangError, match="不能直接转为“初稿”"):
        _step(home, FIRST, "draft", 6)
    kept = PeriodBook(Workbench.open(home)).of(START)
    assert [(step.state_code, step.user_id) for step in kept] == [
        ("draft", "kao1"), ("announced", "kao1"), ("draft", "kao2"), ("announced", "kao1"), ("appeals", "kao1"),
        ("frozen", "kao2"),
    ]  # fmt: skip


def test_only_evaluators_of_all_units_take_steps_and_a_refusal_is_recorded(home: Home) -> None:
    for identity in (STATION, Identity("lin", "林", "integrity_reviewer", (ALL_UNITS,))):
        with pytest.raises(Forbidden, match="管理全部单位的考核员"):
            _step(home, identity, "draft", 0)
    actions = Counter(entry.action for entry in AuditLog(Workbench.open(home)).entries())
    assert actions["kpi_period_denied"] == 2
    assert PeriodBook(Workbench.open(home)).of(START) == []


def test_a_period_that_is_not_over_stays_open(home: Home) -> None:
    with pytest.raises(JingcangError, match="才结束"):
        take_step(
            _door(home), FIRST, Workbench.open(home), date(2025, 12, 21), date(2026, 12, 20), "draft", seen_version=0,
            reason="早了",
        )  # fmt: skip


def test_a_frozen_period_names_every_record_that_moved_and_its_own_figures_stay(home: Home) -> None:
    workbench = Workbench.open(home)
    assert verified(_door(home), FIRST, workbench, START) is None
    _freeze(home)
    found = verified(_door(home), FIRST, workbench, START)
    assert found is not None
    assert found.is_equal
    before = found.sums.select("kpi_code", "unit_no", "frozen_numerator_value", "frozen_denominator_value")
    _publish(home, MOVES)
    found = verified(_door(home), FIRST, workbench, START)
    assert found is not None
    assert not found.is_equal
    assert found.is_intact
    assert Counter(found.moved["moved_code"]) == {
        "removed": 1,
        "verdict": 1,
        "unit": 1,
        "officer": 1,
        "added": 1,
    }
    after = found.sums.select("kpi_code", "unit_no", "frozen_numerator_value", "frozen_denominator_value")
    assert after.equals(before)
    with duckdb.connect(str(home.serving / "g000002.duckdb"), read_only=True) as connection:
        by_hand = connection.execute(
            "select kpi_code, unit_no, sum(numerator_value)::bigint, sum(denominator_value)::bigint "
            "from fct_kpi_records group by all order by 1, 2"
        ).fetchall()
    shown = found.sums.select("kpi_code", "unit_no", "now_numerator_value", "now_denominator_value").rows()
    assert shown == by_hand
    theirs = verified(_door(home), STATION, workbench, START)
    assert theirs is not None
    assert set(theirs.sums["unit_no"]) == {"S1"}


def test_content_that_was_touched_is_not_what_was_frozen(home: Home) -> None:
    _freeze(home)
    frozen = PeriodBook(Workbench.open(home)).frozen(START)
    assert frozen is not None
    assert frozen.is_intact
    assert not replace(frozen, content=frozen.content + b"\0").is_intact


def test_the_command_tells_what_moved(home: Home) -> None:
    asked = ["kpi", "verify", "--no-rebuild", "--home", str(home.root), "--period", START.isoformat()]
    refused = CliRunner().invoke(command, asked)
    assert isinstance(refused.exception, JingcangError)
    _freeze(home)
    assert "逐条与冻结时一致" in CliRunner().invoke(command, asked).output
    _publish(home, MOVES)
    told = CliRunner().invoke(command, [*asked, "--rows"])
    assert told.exit_code == 0
    assert "及时归档率：现已没有 1 条" in told.output
    assert "及时归档率：结论变动 1 条" in told.output
    assert "利用率：单位变动 1 条" in told.output
    assert "archive.da_daml" in told.output
    workbench = Workbench.open(home)
    with workbench.write() as connection:
        connection.exec_driver_sql("drop trigger kpi_frozen_periods_no_update")
        connection.exec_driver_sql("update kpi_frozen_periods set content_hash = 'x'")
    broken = CliRunner().invoke(command, asked)
    assert broken.exit_code == 1
    assert "校验值不符" in broken.output


def test_a_start_that_another_calendar_has_used_is_refused(home: Home) -> None:
    _step(home, FIRST, "draft", 0)
    with pytest.raises(JingcangError, match="按另一种考核日历办理（到 2025-12-20）"):
        take_step(
            _door(home), FIRST, Workbench.open(home), START, date(2025, 3, 20), "announced", seen_version=1,
            reason="按季考核",
        )  # fmt: skip


def test_data_published_without_its_program_cannot_be_frozen(home: Home) -> None:
    path = home.serving / "g000001.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "code": ""}), encoding="utf-8")
    with pytest.raises(JingcangError, match="没有留存批次和程序"):
        _freeze(home)
    assert PeriodBook(Workbench.open(home)).frozen(START) is None


def test_a_frozen_period_names_the_batches_and_the_program_it_came_from(open_page: Open, home: Home) -> None:
    _freeze(home)
    book = PeriodBook(Workbench.open(home))
    frozen = book.frozen(START)
    assert frozen is not None
    assert frozen.pinned == Pinned("g000001", "planted", ("b1",), "planted")
    assert book.pinned_batches() == {"b1"}
    assert "1 批数据，程序 planted" in words(open_page("evaluator", page("periods"), home))


def test_an_evaluator_takes_a_step_on_the_page(open_page: Open, home: Home) -> None:
    app = open_page("evaluator", page("periods"), home)
    assert "状态为“开放”，下一步是“初稿”" in words(app)
    app.text_input(key="period_reason").set_value("年度结束，数据到齐")
    _submit(app)
    assert not app.exception
    assert "已转为“初稿”" in words(app)
    assert table(app, "理由")[0]["状态"] == "初稿"
    assert "档案" in words(open_page("evaluator", page("archive"), home))


def test_the_page_lists_what_moved_since_the_freeze(open_page: Open, home: Home) -> None:
    _freeze(home)
    assert "现在的数据逐条与冻结时一致" in words(open_page("evaluator", page("periods"), home))
    _publish(home, MOVES)
    app = open_page("evaluator", page("periods"), home)
    assert "此后有 5 条记录变动，涉及 3 项指标" in words(app)
    assert {row["变动"] for row in table(app, "变动")} == {
        "后来新增",
        "现已没有",
        "单位变动",
        "民警变动",
        "结论变动",
    }
    assert not [button for button in app.button if button.label == "办理"]
    assert "冻结（kao2" in words(open_page("evaluator", page("archive"), home))


def test_the_evaluator_of_the_demo_may_take_steps(open_changed: Open) -> None:
    app = open_changed("periods", CLOSED, role="evaluator")
    assert [button for button in app.button if button.label == "办理"]


def test_a_reader_without_the_right_sees_the_state_and_no_form(open_changed: Open) -> None:
    app = open_changed("periods", CLOSED, role="integrity_reviewer")
    assert "状态为“开放”" in words(app)
    assert not [button for button in app.button if button.label == "办理"]


def test_the_page_without_records_says_so(open_changed: Open) -> None:
    app = open_changed("periods", "delete from fct_kpi_records; delete from rpt_kpi_values", role="evaluator")
    assert "还没有考核记录" in words(app)


def _submit(app: AppTest) -> None:
    next(button for button in app.button if button.label == "办理").click().run()
