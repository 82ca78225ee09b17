"""专项行动 on 交接与日程 and on the charts: of the rosters, as declared, where they are marked and where not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from issue_tables import AS_OF
from planted_operations import OPERATION
from reading import Open, page, table, words
from streamlit.testing.v1 import AppTest

from jingcang.access import Door, Identity
from jingcang.access.accounts import list_accounts
from jingcang.access.door import Forbidden
from jingcang.access.operations import KIND, declare_operation
from jingcang.access.statements import withdraw
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.operations import OperationBook

VIEW = {"view": "专项行动"}


def who(home: Home, role: str) -> Identity:
    accounts = list_accounts(Workbench.open(home))
    return next(a.identity for a in accounts if a.identity.role == role and a.is_demo)


def declare(home: Home, role: str = "leader_station", **changed: Any) -> int:
    workbench = Workbench.open(home)
    stated: dict[str, Any] = {
        "name": "市场清查", "programme_no": None, "class_codes": [], "places": [("S1", "S1-A2")],
        "start": date(2026, 5, 4), "last": date(2026, 5, 17), "reason": "部署", "generation": "g000001",
    }  # fmt: skip
    door = Door(home, workbench=workbench)
    return declare_operation(door, who(home, role), workbench, **stated | changed)


def marked(app: AppTest) -> dict[str, str]:
    """Return first day of a week → what the chart marks there as an operation."""
    rows = [(str(row["周起始日"]), str(row["情况"])) for row in table(app, "周起始日")]
    return {day: said for day, said in rows if "专项：" in said}


@pytest.mark.parametrize(
    ("area", "weeks"),
    [("城北第1责任区", ["2026-04-06", "2026-04-13"]), ("城北第2责任区", []), ("城北第3责任区", []), ("", [])],
)
def test_a_rostered_operation_is_marked_where_it_was_and_nowhere_else(
    open_changed: Open, area: str, weeks: list[str]
) -> None:
    app = open_changed("trends", address={"area": area} if area else {})
    assert not app.error
    assert list(marked(app)) == weeks
    assert ("不等于由它引起" in words(app)) is bool(weeks)


def test_a_declared_operation_is_marked_at_once_on_its_area_and_class_only(
    open_changed: Open, tmp_path: Path
) -> None:
    app = open_changed("trends", address={"area": "城北第2责任区"})
    assert marked(app) == {}
    declare(Home(tmp_path), class_codes=["100100"])
    assert list(marked(app.run())) == ["2026-05-04", "2026-05-11"]
    assert "市场清查（部分类别）" in marked(app)["2026-05-04"]
    app.selectbox(key="class_of_").set_value("100000").run()
    assert "专项：市场清查" in marked(app)["2026-05-04"], "the class above it"
    app.selectbox(key="class_of_100000").set_value("200100").run()
    assert marked(app) == {}, "another class"
    app.selectbox(key="class_of_200100").set_value("").run()
    app.selectbox(key="area").set_value("城北第3责任区").run()
    assert marked(app) == {}, "another area"
    app.selectbox(key="area").set_value("全部").run()
    assert marked(app) == {}, "the station, of which it covers one area"


def test_an_operation_of_the_whole_station_is_marked_on_it_and_on_each_area(
    open_changed: Open, tmp_path: Path
) -> None:
    app = open_changed("trends")
    declare(Home(tmp_path), places=[("S1", "")])
    assert list(marked(app.run())) == ["2026-05-04", "2026-05-11"]
    app.selectbox(key="area").set_value("城北第3责任区").run()
    assert list(marked(app)) == ["2026-05-04", "2026-05-11"]


def test_another_station_sees_nothing_of_it(open_changed: Open, open_page: Open, tmp_path: Path) -> None:
    app = open_changed("handover", role="leader_bureau", address=VIEW)
    declare(Home(tmp_path), "leader_bureau", places=[("S2", "S2-A1")])
    assert "市场清查" in [row["名称"] for row in table(app.run(), "计划小时")]
    station = open_page("leader_station", page("handover"), Home(tmp_path), **VIEW)
    assert [row["名称"] for row in table(station, "计划小时")] == ["专项 ZX01"]


def test_operations_are_shaded_on_the_pages_of_now_and_of_alerts(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("situation", address={"area": "城北第1责任区"})
    assert list(marked(app)) == ["2026-04-06", "2026-04-13"]
    declare(Home(tmp_path), places=[("S1", "")], class_codes=["100100"])
    app.switch_page("app_pages/leadership/alerts.py").run()
    assert "市场清查" in marked(app)["2026-05-04"], "the alert is of 盗窃 in S1"


def test_the_list_tells_what_rosters_planned_and_delivered_and_asks_nothing_they_know(
    open_changed: Open,
) -> None:
    app = open_changed("handover", address=VIEW)
    (row,) = table(app, "计划小时")
    assert (row["名称"], row["来源"], row["班次"], row["计划小时"], row["落实小时"]) == (
        "专项 ZX01", "排班", 14, 98, 49,
    )  # fmt: skip
    assert (row["从"], row["到"]) == tuple(day.isoformat() for day in OPERATION)
    assert "数据截至日没有进行中的专项行动" in words(app)
    app.text_input(key="operation_name_new").set_value("春季清查")
    app.selectbox(key="operation_programme_new").set_value("ZX01")
    app.text_input(key="operation_reason_new").set_value("排班没有名称")
    next(button for button in app.button if button.label == "登记").click().run()
    assert not app.error, words(app)
    assert (
        "第 1 号专项行动“春季清查”已保存（2026-04-06（周一）至2026-04-19（周日）），各页的图即刻标出"
        in words(app)
    )
    (row,) = table(app, "计划小时")
    assert (row["名称"], row["来源"], row["发布"]) == ("春季清查", "排班", "下一次运行后进入发布")


def test_a_form_without_reason_or_place_keeps_nothing(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("handover", address=VIEW)
    app.text_input(key="operation_name_new").set_value("夏夜巡查")
    next(button for button in app.button if button.label == "登记").click().run()
    assert "专项行动要有地点" in words(app)
    app.multiselect(key="operation_places_new").set_value([("S1", "S1-A1")])
    next(button for button in app.button if button.label == "登记").click().run()
    assert "请写明理由" in words(app)
    assert OperationBook(Workbench.open(Home(tmp_path))).versions() == []
    app.text_input(key="operation_reason_new").set_value("警情上升")
    next(button for button in app.button if button.label == "登记").click().run()
    (kept,) = OperationBook(Workbench.open(Home(tmp_path))).versions()
    assert (kept.places, kept.start_date, kept.last_date) == (
        "S1/S1-A1", AS_OF, AS_OF + timedelta(27),
    )  # fmt: skip
    assert "正在进行的专项行动 1 项：“夏夜巡查”（城北第1责任区）" in words(app)


def test_a_stale_version_is_refused_and_a_withdrawn_one_marks_nothing(
    open_changed: Open, tmp_path: Path
) -> None:
    app, home = open_changed("trends", address={"area": "城北第2责任区"}), Home(tmp_path)
    number = declare(home)
    declare(home, number=number, seen_version=1, name="改了名")
    with pytest.raises(JingcangError, match="改为第 2 版“已登记”，您的处理没有保存"):
        declare(home, number=number, seen_version=1, name="也改名")
    assert "专项：改了名" in marked(app.run())["2026-05-04"]
    workbench = Workbench.open(home)
    withdraw(
        Door(home, workbench=workbench), who(home, "leader_station"), KIND, OperationBook(workbench), number,
        seen_version=2, reason="登错了", generation="g000001",
    )  # fmt: skip
    assert marked(app.run()) == {}


@pytest.mark.parametrize(
    ("role", "changed"),
    [
        ("leader_station", {"places": [("S2", "")]}),
        ("leader_station", {"places": [("S1", "S2-A1")]}),
        ("leader_station", {"places": [("S1", "S1-A1"), ("S2", "S2-A1")]}),
        ("steward", {}),
        ("officer", {}),
    ],
)
def test_whoever_is_no_leader_of_every_place_is_refused(
    open_changed: Open, tmp_path: Path, role: str, changed: dict[str, Any]
) -> None:
    open_changed("handover")
    home = Home(tmp_path)
    with pytest.raises(Forbidden, match="或者它不在您的范围内"):
        declare(home, role, **changed)
    assert OperationBook(Workbench.open(home)).versions() == []
    assert AuditLog(Workbench.open(home)).entries(limit=1)[0].action == "operation_denied"


def test_a_station_does_not_change_what_the_bureau_declared(open_changed: Open, tmp_path: Path) -> None:
    open_changed("handover")
    home = Home(tmp_path)
    number = declare(home, "leader_bureau")
    with pytest.raises(Forbidden):
        declare(home, number=number, seen_version=1)
    assert OperationBook(Workbench.open(home)).latest()[number].unit_no == "B"


def test_without_any_operation_the_page_says_how_there_will_be_one(open_changed: Open) -> None:
    app = open_changed("handover", "delete from fct_operations", address=VIEW)
    assert not app.error
    assert "还没有专项行动" in words(app)
    assert "登记一项专项行动" in words(app)


def test_charts_of_a_generation_from_before_operations_still_open(open_changed: Open) -> None:
    app = open_changed("trends", "drop table fct_operations")
    assert not app.error
    assert table(app, "周起始日")
