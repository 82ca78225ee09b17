"""诚信审计: what is asked about, of which unit, when it is heaped, and who may see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import Open, page, table, words

from dashboards.queries import integrity
from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.access.door import Forbidden
from jingcang.home import Home
from jingcang.statistics import wilson_interval
from jingcang.workbench import AuditLog, Workbench

ADDRESS = {"year": "2025-12-21 至 2026-12-21"}


def test_the_counts_are_those_of_the_planted_uses(open_page: Open) -> None:
    app = open_page("integrity_reviewer", page("integrity"), **ADDRESS)
    assert not app.error
    # 360 uses: every second one unlinked (odd), every ninth left quickly.
    assert (
        "360 次利用中有 40 次（11.1%）在用法上需要核查，最多的是“停留过短”（40 次）；没有有效关联的 180 次（50.0%）"
        in words(app)
    )
    (unlinked,) = [row for row in table(app, "规则") if row["理由"] == "无有效关联"]
    low, high = wilson_interval(180, 360)
    assert (unlinked["次数"], unlinked["95% 区间"]) == (180, f"{100 * low:.1f}%–{100 * high:.1f}%")
    units = table(app, "需核查")
    assert sum(row["利用"] for row in units) == 360
    assert sum(row["需核查"] for row in units) == 40
    assert sum(row["无有效关联"] for row in units) == 180
    assert sum(row["其中·停留过短"] for row in units) == 40
    assert "不是结论" in words(app)
    assert "本人或同户：人员系统没有登记证件号码的民警" in words(app)


def test_even_months_are_no_heap(open_page: Open) -> None:
    app = open_page("integrity_reviewer", page("integrity"), **ADDRESS)
    assert "月末没有多于偶然的集中登记" in words(app)


def test_a_month_filled_at_its_end_is_named(open_changed: Open) -> None:
    heaped = open_changed(
        "integrity",
        "update fct_archive_uses set event_date = date '2026-05-30' "
        "where unit_no = 'S1' and event_date between date '2026-05-01' and date '2026-05-31'",
        role="integrity_reviewer",
        address=ADDRESS,
    )
    (row,) = [row for row in table(heaped, "月末·次数") if row["结论"] == "多于偶然"]
    assert row["月份"] == "2026-05"
    assert row["月末·次数"] == row["利用"]
    assert "1 个单位月份在最后 3 天集中登记" in words(heaped)


def test_records_are_shown_on_request_and_that_is_audited(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("integrity", role="integrity_reviewer", address=ADDRESS)
    assert not [frame for frame in app.dataframe if "依据" in frame.value.columns]
    app.selectbox(key="reason").set_value("停留过短").run()
    app.toggle(key="rows_shown").set_value(True).run()
    rows = table(app, "依据")
    assert len(rows) == 40
    assert {row["依据"] for row in rows} == {"4 秒后又调阅另一件"}
    assert all(row["来源主键"] for row in rows)
    (entry,) = AuditLog(Workbench.open(Home(tmp_path))).entries(limit=1, action="integrity_review")
    assert '"left_quickly"' in entry.detail


@pytest.mark.parametrize("role", ["evaluator", "leader_bureau", "steward", "officer", "administrator"])
def test_the_door_refuses_everybody_else(synthetic_home: Home, role: str) -> None:
    door = Door(synthetic_home, is_current=lambda identity: True)
    other = Identity("x", "x", role, (ALL_UNITS,), "1004" if role == "officer" else None)
    with pytest.raises(Forbidden):
        door.run(integrity.ROWS, other, start=None, end=None, units=[], flag_code="")
