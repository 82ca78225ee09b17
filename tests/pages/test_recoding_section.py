"""诚信审计, blind second coding: what is shown of a use, what is kept, and what the results say."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import Open, table, words

from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.access.archive_recodings import BLIND, recode
from jingcang.access.door import Forbidden
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.statistics import wilson_interval
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.archive_recodings import RecodingBook

PURPOSES = (
    "insert into dim_dictionary (dictionary, code, name_zh) values ('archive_use_purpose', 'case', '办案'), "
    "('archive_use_purpose', 'lookup', '仅查找')"
)
ADDRESS = {"year": "2025-12-21 至 2026-12-21"}


def test_a_use_is_shown_without_its_purpose_and_kept_with_the_code(
    open_changed: Open, tmp_path: Path
) -> None:
    app = open_changed("integrity", PURPOSES, role="integrity_reviewer", address=ADDRESS)
    assert not app.error
    assert "侦办目的甲" not in words(app) + "".join(str(frame.value) for frame in app.dataframe)
    (shown,) = table(app, "关联案件类别")
    assert (shown["门类"], shown["关联"]) == ("行政案件卷", "案件 A0")
    assert "还有 23 次" in words(app)
    app.radio(key="recoding_code_z0").set_value("lookup")
    app.text_input(key="recoding_reason_z0").set_value("登记簿只写查找")
    (button,) = [item for item in app.button if item.label == "记下，看下一次"]
    button.click().run()
    assert "JY000 的复核编码已记下" in words(app)
    assert "还有 22 次" in words(app)
    kept = RecodingBook(Workbench.open(Home(tmp_path))).by_use()["z0"]
    assert (kept.purpose_code, kept.reason, kept.version, kept.unit_no) == (
        "lookup",
        "登记簿只写查找",
        1,
        "S1",
    )
    (entry,) = AuditLog(Workbench.open(Home(tmp_path))).entries(limit=1, action="archive_recoding")
    assert "JY000" in entry.detail


def test_a_code_and_what_it_rests_on_are_asked_for(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("integrity", PURPOSES, role="integrity_reviewer", address=ADDRESS)
    app.text_input(key="recoding_reason_z0").set_value("对照案卷")
    (button,) = [item for item in app.button if item.label == "记下，看下一次"]
    button.click().run()
    assert [item.value for item in app.error] == ["没有这个利用目的。请在列表里选一个。"]
    app.radio(key="recoding_code_z0").set_value("case")
    app.text_input(key="recoding_reason_z0").set_value("")
    (button,) = [item for item in app.button if item.label == "记下，看下一次"]
    button.click().run()
    assert [item.value for item in app.error] == ["请写明理由。理由会随处理一起留存。"]
    assert not RecodingBook(Workbench.open(Home(tmp_path))).versions()


DRAWN = """
    insert into fct_archive_recodings by name
    select 'drawn-' || archive_use_id as archive_recoding_id, archive_use_id, use_no, unit_no, user_officer_no,
        event_date, file_no, cast(date_trunc('month', event_date) as date) as month_start, 1 as sample_rank
    from fct_archive_uses where use_no in ('Y45', 'Y63');
    update fct_archive_uses set purpose_label = '目的乙', event_date = date '2026-05-10'
        where use_no in ('Y45', 'Y63', 'Y81');
    update fct_archive_use_flags set purpose_label = '目的乙', event_date = date '2026-05-10'
        where use_no in ('Y45', 'Y63', 'Y81')
"""
"""Two uses of May are drawn, a third is not; the rest are of other days."""


def test_a_use_that_waits_keeps_its_purpose_from_the_coder(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("integrity", f"{PURPOSES}; {DRAWN}", role="integrity_reviewer", address=ADDRESS)
    app.toggle(key="rows_shown").set_value(True).run()
    shown = {row["登记号"]: row["目的"] for row in table(app, "依据")}
    assert (shown["Y45"], shown["Y63"], shown["Y81"]) == ("待复核编码", "待复核编码", "目的乙")
    assert not [row for row in table(app, "依据") if "目的" in str(row["依据"])]
    # June is not over: any use of it may be drawn with the next run.
    assert {row["目的"] for row in table(app, "依据") if str(row["日期"]) >= "2026-06-01"} == {"待复核编码"}
    home = Home(tmp_path)
    workbench = Workbench.open(home)
    RecodingBook(workbench).code(
        "v45", "case", unit_no="S1", seen_version=0, reason="对照案卷", by="lianzheng", generation="g000001"
    )
    app.run()
    assert {row["登记号"]: row["目的"] for row in table(app, "依据")}["Y45"] == "目的乙"


@pytest.mark.parametrize(("role", "is_kept"), [("integrity_reviewer", True), ("evaluator", False)])
def test_no_other_page_tells_the_coder(open_changed: Open, role: str, is_kept: bool) -> None:
    uses = "update fct_archive_uses set effect_verdict_label = '目的只是查找', effect_verdict_code = 'lookup_only' "
    listed = "where use_no in ('Y45', 'Y63', 'Y81')"
    changed = f"{DRAWN}; {uses} {listed}"
    app = open_changed("outcomes", changed, role=role, address=ADDRESS | {"verdict": "目的只是查找"})
    app.toggle(key="uses_shown").set_value(True).run()
    found = {row["登记号"] for row in table(app, "登记号")}
    assert found == ({"Y81"} if is_kept else {"Y45", "Y63", "Y81"})
    assert ("另有 2 次暂不列出" in words(app)) is is_kept


@pytest.mark.parametrize(("role", "is_kept"), [("integrity_reviewer", True), ("evaluator", False)])
def test_records_do_not_tell_the_coder_what_was_made_of_the_purpose(
    open_changed: Open, role: str, is_kept: bool
) -> None:
    records = """
        delete from fct_kpi_records where kpi_record_id <> 'archive_in_time-45';
        update fct_kpi_records set record_kind = 'archive_use', record_id = 'v45', event_date = date '2026-05-10',
            evidence = '判定 目的只是查找'
    """
    app = open_changed("archive", f"{DRAWN}; {records}", role=role, address=ADDRESS | {"kpi": "及时归档率"})
    app.toggle(key="records_shown").set_value(True).run()
    assert [row["依据"] for row in table(app, "依据")] == ["待复核编码" if is_kept else "判定 目的只是查找"]


def test_results_tell_share_direction_and_agreement(open_changed: Open) -> None:
    app = open_changed("integrity", PURPOSES, role="integrity_reviewer", address=ADDRESS)
    low, high = wilson_interval(8, 20)
    share = f"40.0%（{100 * low:.1f}%–{100 * high:.1f}%）"
    assert f"误分 {share}，偏向高估" in words(app)
    rows = {(row["单位"], row["月份"]): row for row in table(app, "方向·高估")}
    assert len(rows) == 5
    whole = rows["全部", "周期合计"]
    assert (whole["抽中"], whole["已判"], whole["看不出"], whole["误分·次数"]) == (23, 20, 1, 8)
    assert (whole["误分·率和 95% 区间"], whole["方向·高估"], whole["方向·低估"]) == (share, 8, 0)
    waiting = next(row for (_, month), row in rows.items() if month == "2026-05" and row["抽中"] == 2)
    assert (waiting["已判"], waiting["误分·率和 95% 区间"], waiting["方向·结论"]) == (
        0,
        "样本不足",
        "样本不足",
    )


def test_all_coded_says_so(open_changed: Open) -> None:
    app = open_changed(
        "integrity", "delete from fct_archive_recodings", role="integrity_reviewer", address=ADDRESS
    )
    assert "还没有满一个月的利用可抽" in words(app)


def identity(**changed: object) -> Identity:
    stated = {
        "user_id": "lianzheng",
        "display_name": "廉",
        "role": "integrity_reviewer",
        "unit_nos": (ALL_UNITS,),
    }
    return Identity(**{**stated, **changed})  # type: ignore[arg-type]


def test_own_uses_and_those_of_others_are_refused(synthetic_home: Home, tmp_path: Path) -> None:
    workbench = Workbench.open(Home(tmp_path), {})
    door = Door(synthetic_home, workbench=workbench, is_current=lambda identity: True)
    with pytest.raises(JingcangError, match="自己的利用不能由自己复核"):
        recode(door, identity(officer_no="1001"), workbench, "z21", "case", seen_version=0, reason="x")
    with pytest.raises(Forbidden, match="没有这一次抽中的利用"):
        recode(door, identity(unit_nos=("S1",)), workbench, "z21", "case", seen_version=0, reason="x")
    with pytest.raises(Forbidden, match="没有这一次抽中的利用"):
        recode(door, identity(), workbench, "nothing", "case", seen_version=0, reason="x")


@pytest.mark.parametrize("role", ["evaluator", "leader_bureau", "steward", "officer", "administrator"])
def test_the_door_refuses_everybody_else(synthetic_home: Home, role: str) -> None:
    door = Door(synthetic_home, is_current=lambda identity: True)
    with pytest.raises(Forbidden):
        door.run(BLIND, identity(role=role, officer_no="1004" if role == "officer" else None), units=[])


def test_no_query_of_the_coder_names_the_first_code() -> None:
    assert "purpose" not in BLIND.sql
    assert "outcome" not in BLIND.sql
    assert "recod" not in BLIND.sql.replace("fct_archive_recodings", "")
