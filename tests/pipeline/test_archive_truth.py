"""What the demo plants in the archive (padding, misuse, a transfer, a mix of classes) against what the product says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from dashboards.queries import archive, integrity, overview
from dashboards.sections import kpi_guard, kpi_matrix
from jingcang.access import Door, Identity
from jingcang.contracts.kpis import load_kpis
from jingcang.home import Home
from jingcang.kpis import MORE, UnitMonth, judge_months
from jingcang.kpis.quarters import assessment_year
from jingcang.statistics.funnel import BELOW, WITHIN
from jingcang.workbench import Workbench

THIS_YEAR, LAST_YEAR = (date(2025, 12, 21), date(2026, 12, 20)), (date(2024, 12, 21), date(2025, 12, 20))
EVALUATOR = Identity("u", "王五", "evaluator", ("*",))
REVIEWER = Identity("v", "赵六", "integrity_reviewer", ("*",))


@pytest.fixture(scope="module")
def truth(demo_home: Path) -> dict[str, Any]:
    effects: dict[str, Any] = json.loads((demo_home / "sources" / "truth.json").read_text("utf-8"))["effects"]
    return effects


@pytest.fixture(scope="module")
def door(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Door:
    """A door to the published tables; what it notes goes to a workbench beside the shared home."""
    beside = Home(tmp_path_factory.mktemp("workbench")).prepare()
    return Door(Home(demo_home), workbench=Workbench.open(beside, {}), is_current=lambda identity: True)


@pytest.fixture(scope="module")
def published(
    demo_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables; a copy, since one process opens a file in one way only, and the door has its own."""
    copy = shutil.copy((demo_home / "serving" / "current").resolve(), tmp_path_factory.mktemp("published"))
    with duckdb.connect(copy, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def evaluator(door: Door) -> Any:
    """What sections of 考核总览 need of a page's context."""
    return SimpleNamespace(
        run=lambda query, **filters: door.run(query, EVALUATOR, **filters),
        unit_name=lambda unit: unit or "",
        units={},
    )


def flags(published: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Return reason → log numbers."""
    rows = published.execute(
        "select flag_code, list(use_no) from fct_archive_use_flags group by 1"
    ).fetchall()
    return {code: set(numbers) for code, numbers in rows}


SIGNS = {
    "repeated": 10, "unlinked": 12, "not_opened": 8, "left_quickly": 10, "back_dated": 10, "own_file": 4,
    "off_shift": 10,
}  # fmt: skip


@pytest.mark.parametrize("sign", SIGNS)
def test_planted_uses_show_their_sign_and_no_other(
    published: duckdb.DuckDBPyConnection, truth: dict[str, Any], sign: str
) -> None:
    planted = truth["archive_misuse"]["flags"]
    found = flags(published)
    assert len(planted[sign]) == SIGNS[sign]
    assert set(planted[sign]) <= found[sign], "planted and not found"
    elsewhere = {number for code, numbers in planted.items() if code != sign for number in numbers}
    wrongly = found[sign] & (elsewhere | set(truth["archive_misuse"]["near_misses"]))
    assert not wrongly, "flagged without a cause"
    if sign in ("own_file", "back_dated"):
        # Nothing else in the demo has these signs.
        assert found[sign] == set(planted[sign])


def test_near_misses_and_uses_of_a_transfer_are_not_asked_about(
    published: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    told = truth["archive_misuse"]
    quiet = {*told["near_misses"], *told["transfer"]["before"], *told["transfer"]["after"]}
    assert len(quiet) == 75
    assert not quiet & set().union(*flags(published).values())
    (known,) = published.execute(
        "select count(*) from fct_archive_uses where list_contains(?, use_no)", [sorted(quiet)]
    ).fetchone()  # type: ignore[misc]
    assert known == 75


def test_the_month_filled_at_its_end_is_the_only_one(door: Door, truth: dict[str, Any]) -> None:
    start, end = THIS_YEAR[0], date(2026, 6, 30)
    rows = door.run(integrity.MONTHS, REVIEWER, start=start, end=end, units=[]).to_dicts()
    judged = judge_months([UnitMonth(**row) for row in rows], start, end)
    assert sum(item.found is not None for item in judged) >= 25
    heaped = [item.month for item in judged if item.word == MORE]
    planted = truth["archive_misuse"]["month_end"]
    assert [(month.unit_no, f"{month.month_start:%Y-%m}") for month in heaped] == [
        (planted["unit_no"], planted["month"])
    ]


def reasons(context: Any, period: tuple[date, date]) -> dict[str, str]:
    rows = context.run(overview.VALUES, period_start=period[0]).to_dicts()
    return kpi_guard.reasons(context, rows, *period, kpi_matrix.counted(rows))


def test_returns_heaped_on_the_last_day_stop_the_comparison(evaluator: Any, truth: dict[str, Any]) -> None:
    unit = truth["archive_misuse"]["heaped_returns"]["unit_no"]
    heaped = reasons(evaluator, LAST_YEAR)["archive_returned_in_time"]
    assert heaped.startswith(f"{unit}的日期堆在期限最后一天"), heaped
    # Where nobody heaped them the same guard lets the comparison stand.
    assert "archive_returned_in_time" not in reasons(evaluator, THIS_YEAR)


def test_uses_belong_to_the_unit_of_their_day(
    published: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    moved = truth["archive_misuse"]["transfer"]
    rows = published.execute(
        "select record_no, unit_no from fct_kpi_records "
        "where kpi_code = 'archive_effective' and period_start = ? and officer_no = ?",
        [LAST_YEAR[0], moved["officer_no"]],
    ).fetchall()
    assert len(moved["before"]) == len(moved["after"]) == 10
    assert dict(rows) == {
        **dict.fromkeys(moved["before"], moved["from_unit_no"]),
        **dict.fromkeys(moved["after"], moved["to_unit_no"]),
    }


def test_a_mix_of_classes_is_not_taken_for_a_worse_unit(evaluator: Any, truth: dict[str, Any]) -> None:
    pair = truth["class_mix"]
    rows = evaluator.run(overview.VALUES, period_start=THIS_YEAR[0]).to_dicts()
    own = [row for row in rows if row["kpi_code"] == "archive_in_time"]
    cells = kpi_matrix.build(evaluator, own, {}, ())["archive_in_time"]
    mixed, other = cells[pair["unit_no"]].judged, cells[pair["other_unit_no"]].judged
    assert mixed is not None
    assert other is not None
    assert mixed.hits / mixed.trials < other.hits / other.trials - 0.15, "the raw rates differ"
    assert (mixed.crude_word, other.crude_word) == (BELOW, WITHIN)
    assert (mixed.word, other.word) == (WITHIN, WITHIN)
    assert not [unit for unit, cell in cells.items() if cell.judged and cell.judged.is_outside]


def test_the_class_mix_was_planted_as_told(
    published: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    pair = truth["class_mix"]
    rows = published.execute(
        "select count(*), sum(in_numerator) from fct_kpi_records where kpi_code = 'archive_in_time' "
        "and period_start = ? and record_no like 'JF8%'",
        [THIS_YEAR[0]],
    ).fetchone()
    assert rows == (pair["disputes"], pair["filed_in_time"])


def test_an_officers_period_has_both_units(door: Door, truth: dict[str, Any]) -> None:
    moved = truth["archive_misuse"]["transfer"]
    for unit in (moved["from_unit_no"], moved["to_unit_no"]):
        rows = door.run(
            archive.BY_OFFICER,
            EVALUATOR,
            period_start=LAST_YEAR[0],
            kpi_code="archive_effective",
            units=[unit],
        ).to_dicts()
        (own,) = [row for row in rows if row["officer_no"] == moved["officer_no"]]
        assert own["denominator_records"] == 10


def test_quarters_of_every_kpi_add_up_to_the_published_year(door: Door) -> None:
    year = assessment_year(THIS_YEAR[0], "12-21")
    assert (year.starts[0], year.end) == THIS_YEAR
    told = door.run(archive.BY_UNIT, EVALUATOR, period_start=THIS_YEAR[0], units=[]).to_dicts()
    names = (
        "denominator_records",
        "numerator_records",
        "denominator_value",
        "numerator_value",
        "excluded_records",
    )
    compared = 0
    for code, kpi in load_kpis().items():
        if kpi.counted_by == "period":
            continue
        rows = door.run(
            archive.BY_QUARTER, EVALUATOR, kpi_code=code, units=[], first=year.starts[0], second=year.starts[1],
            third=year.starts[2], fourth=year.starts[3], end=year.end,
        ).to_dicts()  # fmt: skip
        for unit in {row["unit_no"] for row in rows}:
            own = [row for row in rows if row["unit_no"] == unit]
            (whole,) = [row for row in told if (row["kpi_code"], row["unit_no"]) == (code, unit)]
            assert {name: sum(row[name] for row in own) for name in names} == {
                name: whole[name] for name in names
            }
            compared += len(own)
        assert rows, code
    assert compared >= 100
