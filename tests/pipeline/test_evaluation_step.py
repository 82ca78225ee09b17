"""The stage "evaluate" on a small build database: what counts, what lands again, what waits for data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jingcang.config import Settings
from jingcang.contracts import load_profile
from jingcang.contracts.evaluations import DeclaredEvaluation
from jingcang.home import Home
from jingcang.landing import EVALUATIONS, current_cut, land_decisions, landed_history
from jingcang.workbench.evaluations import landed_rows
from orchestration import PROJECT_ROOT
from orchestration.evaluate.steps import evaluate_patrols
from orchestration.session import Session

AS_OF = dt.date(2026, 6, 30)
START, LAST = dt.date(2026, 5, 4), dt.date(2026, 6, 28)
STATED = DeclaredEvaluation(
    evaluation_code="x", evaluation_name="夜巡", programme_no="ZX", class_codes=("100100",), chosen_because="directive",
    decided_by="zhang", decided_on=dt.date(2026, 4, 1), reason="部署",
)  # fmt: skip


def build(home: Home) -> None:
    """Write two years of incidents in four 责任区, one a day, half of it in A1 from the start on, and a roster."""
    home.build.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute(f"""
            create table dim_area as select 'A' || n as area_no, 'S1' as unit_no, 'beat' as area_level_code,
                date '2020-01-01' as valid_from from range(1, 5) as t(n);
            create table fct_incidents as
            select area_no, 'S1' as unit_no, cast(day as date) as event_date, '100100.01' as class_code,
                'phone_110' as report_channel_code, true as is_effective, 1 as record_count, 'case' as _source_system,
                'case.pj_jjdb' as _source_table
            from dim_area, range(date '2024-06-01', date '{AS_OF}', interval 1 day) as days(day)
            where area_no <> 'A1' or day < date '{START}' or dayofyear(day) % 2 = 0;
            insert into fct_incidents select area_no, unit_no, event_date, class_code, 'patrol', true, 5, 'case',
                'case.pj_jjdb' from fct_incidents where area_no = 'A1' and event_date = date '{START}';
            insert into fct_incidents select area_no, unit_no, event_date, '200100', 'phone_110', true, 5, 'case',
                'case.pj_jjdb' from fct_incidents where area_no = 'A1' and event_date = date '{START}';
            insert into fct_incidents select area_no, unit_no, event_date, '100100', 'phone_110', false, 5, 'case',
                'case.pj_jjdb' from fct_incidents where area_no = 'A1' and event_date = date '{START}';
            create table fct_patrol_shifts as
            select 's' || cast(day as date) as shift_id, 'S1' as unit_no, 'A1' as area_no,
                cast(day as date) as event_date, 'ZX' as programme_no, 14400 as planned_seconds,
                14000 as observed_seconds, 12000 as delivered_seconds
            from range(date '{START}', date '{LAST + dt.timedelta(1)}', interval 1 day) as days(day);
            create table rpt_freshness as
            select 'case' as source_system, 'case.pj_jjdb' as source_table, 'S1' as unit_no,
                date '{AS_OF}' as event_date, false as is_missing
        """)


def change(home: Home, sql: str) -> None:
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute(sql)


def reckon(home: Home, *stated: DeclaredEvaluation, withdrawn: bool = False) -> int:
    rows: list[dict[str, Any]] = landed_rows([], stated)
    if withdrawn:
        rows = [row | {"state_code": "withdrawn"} for row in rows]
    land_decisions(home, EVALUATIONS, rows, as_of=AS_OF)
    profile = load_profile(PROJECT_ROOT / "data_contracts" / "profiles" / "demo")
    session = Session(home, profile, AS_OF, Settings(), "r1", cut=current_cut(home))
    return evaluate_patrols(session)


def last(home: Home) -> dict[str, Any]:
    return landed_history(home, current_cut(home), "evaluation_results").sort("run_no").row(-1, named=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path).prepare()
    build(made)
    return made


def test_what_is_of_the_class_effective_and_reported_counts_and_lands_once(home: Home) -> None:
    assert reckon(home, STATED) == 1
    row = last(home)
    assert (row["treated_areas"], row["control_areas"], row["unit_no"]) == ("A1", "A2,A3,A4", "S1")
    assert (row["after_start"], row["after_last"]) == (START, LAST), "of the roster"
    assert (row["treated_before_count"], row["treated_after_count"]) == (364, 28)
    assert (row["control_before_count"], row["control_after_count"]) == (3 * 364, 3 * 56)
    assert row["patrol_generated_count"] == 5
    assert (row["verdict_label"], float(row["delivered_pct"])) == ("明显下降", pytest.approx(83.33))
    assert reckon(home, STATED) == 0, "nothing new to say"
    change(
        home, f"update fct_incidents set record_count = 3 where area_no = 'A2' and event_date = date '{LAST}'"
    )
    assert reckon(home, STATED) == 1
    assert last(home)["control_after_count"] == 3 * 56 + 2
    assert len(landed_history(home, current_cut(home), "evaluation_results")) == 2, (
        "what was said before stays"
    )


def test_patrol_generated_incidents_are_counted_only_where_stated_and_then_named(home: Home) -> None:
    reckon(home, STATED.model_copy(update={"excludes_patrol_generated": False}))
    row = last(home)
    assert (row["treated_after_count"], row["verdict_label"]) == (33, "无法判断")
    assert row["design_faults"].startswith("结果含巡逻自行产生的警情：其中 5 起")


def test_shifts_ahead_are_none_that_nobody_went_on(home: Home) -> None:
    ahead = "event_date + 14 as event_date, programme_no, 14400 as planned_seconds, 0 as observed_seconds, 0"
    change(
        home,
        f"insert into fct_patrol_shifts select 'n' || shift_id, unit_no, area_no, {ahead} from fct_patrol_shifts "
        f"where event_date > date '{LAST - dt.timedelta(10)}'",
    )
    reckon(home, STATED)
    row = last(home)
    assert (row["state_label"], row["verdict_label"], row["after_last"]) == (
        "进行中",
        None,
        LAST + dt.timedelta(14),
    )
    assert float(row["delivered_pct"]) == pytest.approx(83.33, abs=0.01)
    minutes = STATED.model_copy(
        update={"programme_no": None, "planned_minutes": 120 * 56, "treated_areas": ("A1",), "after_start": START,
                "after_last": START + dt.timedelta(2 * 57 - 1)}
    )  # fmt: skip
    reckon(home, minutes)
    assert last(home)["planned_minutes"] == 120 * 56 / 2, "of the days that are over"


def test_days_without_data_at_the_end_are_waited_for(home: Home) -> None:
    gap = f"'case', 'case.pj_jjdb', 'S1', date '{LAST}', true"
    change(home, f"insert into rpt_freshness values ({gap})")
    reckon(home, STATED)
    assert (last(home)["state_label"], last(home)["verdict_label"]) == ("等迟到的数据", None)
    change(home, "update rpt_freshness set unit_no = 'S9' where is_missing")
    reckon(home, STATED)
    assert last(home)["verdict_label"] == "明显下降", "another station's gap"


def test_a_roster_without_fixes_is_told_from_one_nobody_went_on(home: Home) -> None:
    change(home, "update fct_patrol_shifts set observed_seconds = 0, delivered_seconds = 0")
    reckon(home, STATED)
    assert (last(home)["verdict_label"], last(home)["delivered_pct"]) == ("明显下降", None), (
        "no fix of anybody"
    )
    change(
        home,
        "insert into fct_patrol_shifts select 'o' || shift_id, 'S2', 'B1', event_date, null, 14400, 14000, 12000 "
        "from fct_patrol_shifts",
    )
    reckon(home, STATED)
    assert (last(home)["verdict_label"], last(home)["delivered_pct"]) == ("未执行", 0), "others were seen"


def test_what_was_taken_back_or_never_stated_is_not_reckoned(home: Home) -> None:
    assert reckon(home) == 0
    assert reckon(home, STATED, withdrawn=True) == 0
    assert reckon(home, STATED.model_copy(update={"programme_no": "ZX09"})) == 1
    assert (last(home)["state_label"], last(home)["state_note"]) == ("不能比较", "排班里没有专项 ZX09 的班次")
