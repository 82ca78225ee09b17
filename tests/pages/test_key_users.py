"""重点利用对象 on 利用成效: who uses which files for what, in counts that add up, and who was asked about it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from issue_tables import AS_OF
from reading import Open, page, table, words

from dashboards.sections import key_users
from dashboards.sections.key_users import half

ADDRESS = {"year": "2025-12-21 至 2026-12-21"}


def test_uses_by_unit_purpose_and_class_add_up(open_page: Open) -> None:
    app = open_page("evaluator", page("outcomes"), **ADDRESS)
    assert not app.error, words(app)
    assert "360 次利用，2 个“单位和目的”占了一半（共 3 个）" in words(app)
    groups = table(app, "利用目的")
    assert [row["次数"] for row in groups] == [120, 120, 120]
    assert {row["结论"] for row in groups} == {"不能说多于均分"}
    assert (
        sum(row["次数"] for row in table(app, "使用单位") if "门类" in row and "利用目的" not in row) == 360
    )


def test_visits_stand_beside_the_units_that_use(open_page: Open) -> None:
    app = open_page("evaluator", page("outcomes"), **ADDRESS)
    visited = {row["使用单位"]: (row["回访·次数"], row["回访·最近"]) for row in table(app, "回访·次数")}
    last = (AS_OF - timedelta(10)).isoformat()
    assert visited["城北派出所"] == (2, last)
    assert sorted(count for count, _ in visited.values()) == [0, 1, 2]


def test_without_the_source_of_visits_there_is_no_count_of_them(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = SimpleNamespace(has_source=lambda entity: entity != "archive_follow_ups")
    monkeypatch.setattr(key_users, "deployment", lambda _: lacking)
    rows = table(open_page("evaluator", page("outcomes"), **ADDRESS), "回访·次数")
    assert [row["回访·次数"] for row in rows] == [None, None, None]


def test_demand_beyond_an_even_share_and_files_used_often_are_told(open_changed: Open) -> None:
    app = open_changed(
        "outcomes",
        "update fct_archive_uses set purpose_label = '不计' where unit_no = 'S3'; "
        "update fct_archive_uses set purpose_label = '群众服务' where unit_no = 'S2' and use_no in ('Y1', 'Y4', 'Y7'); "
        "update fct_archive_uses set file_no = 'X-9', archive_item_id = 'a0' where use_no in ('Y0', 'Y1', 'Y3')",
        role="evaluator",
        address=ADDRESS,
    )
    groups = {(row["使用单位"], row["利用目的"]): row for row in table(app, "利用目的")}
    assert sum(row["次数"] for row in groups.values()) == 240
    assert all(str(row["最多的门类"]).startswith("行政案件卷") for row in groups.values())
    words_of = {row["次数"]: row["结论"] for row in groups.values()}
    assert words_of == {120: "重点", 117: "重点", 3: "不能说多于均分"}
    (file,) = table(app, "使用单位数")
    assert (file["档号"], file["次数"], file["使用单位数"], file["目的数"]) == ("X-9", 3, 2, 2)
    assert file["数字副本"] == "部分"


def test_without_uses_the_section_says_why(open_changed: Open) -> None:
    app = open_changed(
        "outcomes",
        "update fct_archive_uses set is_opened = false, is_hit = false",
        role="evaluator",
        address=ADDRESS,
    )
    assert "这个时段没有调阅或命中的利用" in words(app)


def test_half_of_the_uses_is_reached_by_the_largest_groups() -> None:
    assert half([5, 3, 1, 1]) == 1
    assert half([4, 4, 2]) == 2
