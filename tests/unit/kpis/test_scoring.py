"""Points by targets, which table holds for a period, ranges of ranks, and what is still needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jingcang.contracts.kpi_scoring import read_scoring_tables, table_for
from jingcang.contracts.kpis import load_kpis
from jingcang.errors import JingcangError
from jingcang.kpis.scoring import score_units, still_needed

PATH = Path("profile.yaml")
START = date(2025, 12, 21)
TABLE: dict[str, Any] = {
    "version": "1", "valid_from": "2025-12-21", "signed_by": "张三", "signed_on": "2025-12-01", "reason": "本单位确认",
    "kpis": {
        "archive_in_time": {"weight": 40, "target": 90, "deducted_per_unit": 2, "added_per_unit": 1, "most_added": 3},
        "archive_search_without_hit": {"weight": 10, "target": 10, "deducted_per_unit": 1},
    },
}  # fmt: skip


def scores(counts: dict[str, dict[str, tuple[int, int]]]) -> Any:
    return score_units(read_scoring_tables(PATH, [TABLE])[0], load_kpis(), counts)


def test_points_are_those_of_the_targets() -> None:
    whole = {"archive_search_without_hit": (10, 100)}
    found = scores({
        "城北": {"archive_in_time": (90, 100), **whole},
        "城南": {"archive_in_time": (85, 100), **whole},
        "城东": {"archive_in_time": (100, 100), **whole},
        "城西": {"archive_in_time": (10, 100), "archive_search_without_hit": (15, 100)},
    })  # fmt: skip
    assert [round(unit.total, 6) for unit in found] == [50, 40, 53, 5]
    assert found[3].points == pytest.approx({"archive_in_time": 0, "archive_search_without_hit": 5})


def test_a_kpi_without_a_value_earns_and_costs_nothing_and_there_is_no_rank() -> None:
    found = scores({"城北": {"archive_in_time": (90, 100)}, "城南": {"archive_in_time": (0, 0)}})
    assert (found[0].total, found[0].possible, found[0].rank_low) == (40, 40, None)
    assert (found[1].total, found[1].possible) == (0, 0)


def test_units_alike_share_their_ranks_and_one_far_off_does_not() -> None:
    alike = {"archive_in_time": (88, 100), "archive_search_without_hit": (20, 100)}
    poor = {"archive_in_time": (86, 100), "archive_search_without_hit": (20, 100)}
    worst = {"archive_in_time": (40, 100), "archive_search_without_hit": (60, 100)}
    found = scores({"城北": alike, "城南": poor, "城东": alike, "城西": worst})
    assert [(unit.rank_low, unit.rank_high) for unit in found] == [(1, 3), (1, 3), (1, 3), (4, 4)]


def test_weights_fixed_after_the_period_began_give_no_score() -> None:
    def why(**changed: str) -> str:
        return table_for(read_scoring_tables(PATH, [{**TABLE, **changed}]), START)[1]

    assert why() == ""
    assert "晚于本考核周期开始" in why(valid_from="2025-12-22")
    assert "不早于本考核周期开始" in why(signed_on="2026-01-03")
    assert table_for((), START) == (None, "方案没有赋分表")


def test_the_newest_valid_table_holds() -> None:
    newer = {**TABLE, "version": "2", "valid_from": "2026-12-21"}
    tables = read_scoring_tables(PATH, [newer, TABLE])
    for start, version in ((START, "1"), (date(2026, 12, 21), "2")):
        found, _ = table_for(tables, start)
        assert found is not None
        assert found.version == version


@pytest.mark.parametrize(
    "items",
    [
        [TABLE, {**TABLE, "version": "2"}],
        [{**TABLE, "kpis": {"unknown": TABLE["kpis"]["archive_in_time"]}}],
        [{**TABLE, "kpis": {"archive_used": TABLE["kpis"]["archive_in_time"]}}],
        [{**TABLE, "signed_by": ""}],
    ],
)
def test_what_is_wrong_is_refused(items: list[dict[str, Any]]) -> None:
    with pytest.raises(JingcangError) as refused:
        read_scoring_tables(PATH, items)
    assert "scoring_tables" in str(refused.value.where)


def test_what_is_still_needed_reaches_the_target_and_one_less_does_not() -> None:
    needed = still_needed(40, 55, 0.9)
    assert (40 + needed) / (55 + needed) >= 0.9
    assert (40 + needed - 1) / (55 + needed - 1) < 0.9
    assert still_needed(9, 10, 0.9) == 0
