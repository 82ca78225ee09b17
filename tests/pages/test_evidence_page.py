"""What the cases lack, as the officer in charge and as a steward see it."""

from __future__ import annotations

from reading import Open, page, table, words

from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench


def test_an_officer_sees_what_the_own_open_cases_lack_and_no_other(open_page: Open) -> None:
    app = open_page("officer", page("mine"))
    assert not app.exception
    shown = words(app)
    assert "其中 2 起缺 3 项必备的证据材料" in shown
    rows = table(app, "缺的材料")
    assert [(row["案件编号"], row["缺的材料"]) for row in rows] == [
        ("A1", "受案回执"),
        ("A1", "询问笔录"),
        ("A0", "受案回执"),
    ]
    assert {row["要求依据"] for row in rows} == {"公安机关办理行政案件程序规定（2019）第61条"}


def test_a_steward_sees_the_items_and_the_cases_behind_them(open_page: Open) -> None:
    app = open_page("steward", page("evidence"))
    assert not app.exception
    assert "缺 41.7%（5/12），在办案件的有 4 项；缺得最多的是“受案回执”" in words(app)
    items = {row["材料"]: row for row in table(app, "应有（起）")}
    assert (
        items["受案回执"]["缺（起）"],
        items["受案回执"]["其中在办"],
        items["受案回执"]["应有（起）"],
    ) == (
        3,
        2,
        4,
    )
    assert items["受案登记表"]["缺（起）"] == 0
    assert {row["案件性质"] for row in items.values()} == {"治安"}
    assert "受案回执（治安，受案）" in app.selectbox(key="item").options
    assert {row["缺 %"] for row in items.values()} == {None}, "no percent of a base below ten"
    assert "缺得最多的材料：“受案回执”缺 3/4" in words(app)
    assert [row["案件编号"] for row in table(app, "主办民警")] == ["A1", "A0"]
    app.toggle(key="open_only").set_value(False).run()
    assert [row["案件编号"] for row in table(app, "主办民警")] == ["A1", "A0", "A3"]
    assert "缺“受案回执”的案件：3 起" in words(app)


def test_relations_of_own_open_cases_are_read_only_when_asked_for_and_recorded(
    open_page: Open,
    synthetic_home: Home,
) -> None:
    log = AuditLog(Workbench.open(synthetic_home))

    def reads() -> int:
        entries = log.entries(limit=10_000)
        return sum("案情中的关系" in str(entry) for entry in entries)

    before = reads()
    app = open_page("officer", page("mine"))
    assert not any("内容（遮盖）" in frame.value.columns for frame in app.dataframe)
    assert reads() == before
    app.toggle(key="relations_shown").set_value(True).run()
    rows = table(app, "内容（遮盖）")
    assert [(row["案件编号"], row["关系"], row["内容（遮盖）"]) for row in rows] == [
        ("A0", "嫌疑人—电话", "138****1939")
    ]
    assert reads() > before
