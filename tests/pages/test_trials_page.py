"""口径试算: the definition in force gives the published counts again, another one moves them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from reading import Open, page, table, words

from dashboards.queries import trials
from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.access.door import Forbidden
from jingcang.home import Home

LOANS = (
    "update fct_archive_uses set due_date = event_date + 5, "
    "returned_date = event_date + 5 + cast(substr(use_no, 2) as integer) % 10; "
)
PUBLISHED = (
    "delete from rpt_kpi_values where kpi_code = 'archive_returned_in_time'; "
    "insert into rpt_kpi_values (kpi_code, period_start, period_end, unit_no, kpi_record_count, "
    "denominator_record_count, numerator_record_count, excluded_record_count, denominator_total, numerator_total) "
    "select 'archive_returned_in_time', date '2025-12-21', date '2026-12-21', unit_no, count(*), count(*), "
    "count(*) filter (where returned_date <= due_date), 0, count(*), "
    "count(*) filter (where returned_date <= due_date) from fct_archive_uses "
    "where due_date <= date '2026-06-30' group by unit_no; "
)


def test_without_grace_the_counts_are_those_in_force(open_changed: Open) -> None:
    app = open_changed("trials", LOANS + PUBLISHED, role="evaluator", address={"days": "0"})
    assert not app.error
    assert "没有改动口径" in words(app)
    rows = table(app, "差")
    assert len(rows) == 3
    assert all(row["现行·分子"] == row["试算·分子"] and row["现行·分母"] == row["试算·分母"] for row in rows)
    assert all(0 < row["现行·分子"] < row["现行·分母"] for row in rows)


def test_days_of_grace_move_what_came_back_within_them(open_changed: Open, serving_copy: Path) -> None:
    app = open_changed("trials", LOANS + PUBLISHED, role="evaluator", address={"days": "4"})
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        wanted = dict(
            connection.execute(
                "select unit_no, count(*) from fct_archive_uses where event_date + 5 <= date '2026-06-30' "
                "and cast(substr(use_no, 2) as integer) % 10 <= 4 group by unit_no"
            ).fetchall()
        )
    rows = table(app, "差")
    assert sorted(row["试算·分子"] for row in rows) == sorted(wanted.values())
    assert all(row["差"] > 0 for row in rows)
    assert "到期后宽限 4 天" in words(app)
    assert "3 个单位中 3 个的数会变" in words(app)


def test_a_shorter_window_and_linked_uses_alone(open_changed: Open) -> None:
    app = open_changed(
        "trials",
        "update fct_archive_uses set outcome_date = event_date + 40 where has_confirmed_outcome and unit_no = 'S1'; "
        "update fct_archive_uses set outcome_date = event_date + 10 where has_confirmed_outcome and unit_no <> 'S1'",
        role="evaluator",
        address={"trial": "利用成效：期限和条件", "window": "30", "linked": "true"},
    )
    rows = {row["单位"]: row for row in table(app, "差")}
    assert sum(row["试算·分母"] for row in rows.values()) == 180
    assert sum(row["试算·分子"] for row in rows.values()) == 60
    assert [row["试算·分子"] for row in rows.values()].count(0) == 1
    assert "成效须在利用后 30 天内、分母只算有有效编号的" in words(app)


def test_excluded_records_can_be_put_into_the_denominator(open_page: Open) -> None:
    app = open_page("evaluator", page("trials"), trial="剔除的记录：改为计入分母", kpi="及时归档率")
    rows = table(app, "差")
    assert sum(row["试算·分母"] - row["现行·分母"] for row in rows) == 8
    assert all(row["试算·分子"] == row["现行·分子"] for row in rows)


@pytest.mark.parametrize("role", ["integrity_reviewer", "evaluator"])
def test_who_may_read_the_marts_may_try(synthetic_home: Home, role: str) -> None:
    door = Door(synthetic_home, is_current=lambda identity: True)
    found = door.run(
        trials.PUBLISHED, Identity("x", "x", role, (ALL_UNITS,)), kpi_code="archive_in_time", units=[]
    )
    assert found.height


def test_an_officer_sees_no_trial(synthetic_home: Home) -> None:
    door = Door(synthetic_home, is_current=lambda identity: True)
    with pytest.raises(Forbidden):
        door.run(
            trials.EFFECTIVE, Identity("x", "x", "leader_station", ("S1",)), days=1, is_opened_only=False,
            is_linked_only=False, units=[],
        )  # fmt: skip
