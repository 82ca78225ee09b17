"""What a briefing says: hand-counted figures, words after FDR, nobody named, nothing beyond its reader's rights."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import docx
import openpyxl
import pytest
from planted_world import AS_OF, BEFORE, WEEK, YEAR, World, planted

from jingcang.errors import JingcangError
from jingcang.reports.briefing.blocks import paragraph
from jingcang.reports.briefing.figures import from_row, plain, to_row, typed_numbers
from jingcang.reports.briefing.service import Made
from jingcang.reports.briefing.tips import load_tips, seasonal, tips_for

SECTIONS = [
    "一、概况", "二、刑事", "三、治安", "四、纠纷", "五、诈骗", "六、时段部位", "七、重点警情", "八、防范提示", "附表"
]  # fmt: skip


def text_of(made: Made) -> str:
    """Return the text in the order of the file, paragraphs and cells a line each."""
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    root = docx.Document(io.BytesIO(made.docx)).element
    lines = ["".join(t.text or "" for t in p.iter(f"{w}t")) for p in root.iter(f"{w}p")]
    return "\n".join(lines)


def texts(made: Made, measure: str, metric: str, cell: tuple = (), day: date = WEEK) -> set[str]:
    return {
        figure.text
        for figure in made.register.figures
        if (figure.recipe.measure, figure.recipe.metric, figure.recipe.cell) == (measure, metric, cell)
        and figure.recipe.period is not None
        and figure.recipe.period.start == day
    }


def test_the_sections_stand_in_the_order_stations_use(shared_briefing: Made) -> None:
    lines = text_of(shared_briefing).splitlines()
    assert [line for line in lines if line in SECTIONS] == SECTIONS


def test_counts_are_those_planted(shared_briefing: Made) -> None:
    made = shared_briefing
    effective = "incidents_effective"
    assert texts(made, "count", effective) == {"47"}
    assert texts(made, "count", effective, day=WEEK - timedelta(7)) == {"24"}
    assert texts(made, "count", effective, day=YEAR) == {"23"}
    assert texts(made, "count", "incidents_fraud") == {"24"}
    assert texts(made, "count", "incidents_dispute") == {"14"}
    assert texts(made, "count", "incidents_serious") == {"2"}
    assert texts(made, "count", "incidents_serious_discreet") == {"1"}
    assert texts(made, "count", effective, (("class_level1_label", "刑事"), ("area_no", "S1-A2"))) == {"25"}
    assert texts(made, "share", effective, (("hour_band", "6 时至 11 时"),)) == {"51.1%"}


def test_stages_of_cases_stand_with_their_nature_and_unknown_ones_are_not_zero(shared_briefing: Made) -> None:
    assert texts(shared_briefing, "count", "cases_criminal_filed") == {"12"}
    assert texts(shared_briefing, "count", "cases_criminal_filed", day=BEFORE) == {"11"}
    shown = text_of(shared_briefing)
    criminal, public_order = shown.split("三、治安")[0], shown.split("三、治安")[1].split("四、纠纷")[0]
    assert (
        "刑事立案数 12 起；上周 11 起（+9%），与偶然波动一致；去年同期 10 起（+20%），与偶然波动一致。"
        in criminal
    )
    assert "刑事破案数 1 起；上周 0 起，" in criminal
    assert "来源里没有治安查处数的记录；不等于没有发生。" in public_order
    assert "立案数 " not in public_order


def test_a_percentage_needs_a_base_of_ten_and_a_rise_a_verdict(shared_briefing: Made) -> None:
    made = shared_briefing
    fraud = [figure for figure in made.register.figures if figure.recipe.metric == "incidents_fraud"]
    changes = {figure.text for figure in fraud if figure.recipe.measure == "change"}
    assert changes == {"—"}  # 3 → 24
    assert texts(made, "verdict", "incidents_fraud") == {"明显上升"}
    assert texts(made, "verdict", "incidents_dispute") == {"与偶然波动一致"}
    shown = text_of(made)
    assert "诈骗警情 24 起；上周 3 起，明显上升；去年同期 2 起，明显上升。" in shown
    assert (
        "有效警情（减骚扰） 47 起；上周 24 起（+96%），明显上升；去年同期 23 起（+104%），明显上升。" in shown
    )
    assert "超出偶然波动的变化：" in shown


def test_many_comparisons_are_corrected_together(world: World) -> None:
    """Every pair of counts is judged once, however often its verdict is printed."""
    made = world.make()
    verdicts = [f for f in made.register.figures if f.recipe.measure in ("verdict", "mark")]
    pairs = {(f.recipe.metric, f.recipe.cell, f.recipe.period, f.recipe.base) for f in verdicts}
    assert f"全文共比较 {len(pairs)} 对数" in text_of(made)
    assert len(pairs) < len(verdicts)


def test_a_quiet_week_has_no_trend_and_the_seasonal_tip(new_world: Callable[..., World]) -> None:
    quiet = [row for row in planted() if row[4] in ("100100", "J30100", "509900")]
    shown = text_of(new_world(quiet).make())
    assert "没有超出偶然波动的变化" in shown
    assert "当季常规提示，不是由本周变化得出" in shown
    assert "▲ " not in shown.replace("▲ 明显上升", "")
    assert seasonal(6, load_tips()).text in shown


def test_a_real_rise_chooses_its_own_tip(shared_briefing: Made) -> None:
    shown = text_of(shared_briefing)
    assert "刷单都是诈骗" in shown
    assert "当季常规提示" not in shown
    assert "（针对诈骗警情·刷单返利比去年同期 1 → 23 起）" in shown


def test_key_incidents_have_no_person_or_address_and_the_discreet_ones_are_only_counted(
    shared_briefing: Made,
) -> None:
    shown = text_of(shared_briefing)
    assert "06-24 23 时\n第一责任区\n抢劫案\n已处理" in shown
    assert "06-25 22 时" not in shown  # the rape: counted, not listed
    assert "其中 1 起按规定只计数" in shown


def test_missing_days_are_printed_and_nothing_is_compared(new_world: Callable[..., World]) -> None:
    rows = planted() * 8  # enough a day that three empty days are no chance
    gone = {WEEK - timedelta(3), WEEK - timedelta(2), WEEK - timedelta(1)}
    made = new_world([row for row in rows if row[0] not in gone]).make()
    shown = text_of(made)
    assert "上周缺数：3 天（2026-06-19、2026-06-20、2026-06-21），有关的数偏低，不作比较。" in shown
    against_last_week = {
        f.text for f in made.register.figures
        if f.recipe.measure == "verdict" and f.recipe.base and f.recipe.base.start == WEEK - timedelta(7)
    }  # fmt: skip
    assert against_last_week == {"不作比较"}
    assert "对比期 7 天中有 3 天缺数" in shown


def test_weeks_around_the_spring_festival_are_aligned_on_it(shared_world: World) -> None:
    made = shared_world.make(
        as_of=date(2026, 2, 24)
    )  # week of 02-16, festival 2026-02-17; last year 2025-01-29
    bases = {
        f.recipe.base.start for f in made.register.figures if f.recipe.measure == "verdict" and f.recipe.base
    }
    assert date(2025, 1, 28) in bases
    assert "离春节同样远近" in text_of(made)


def test_the_first_year_has_no_last_year(new_world: Callable[..., World]) -> None:
    young = [row for row in planted() if row[0] >= date(2026, 1, 1)]
    shown = text_of(new_world(young).make())
    assert "去年同期 没有可比的记录" in shown


def test_a_metric_over_its_unmapped_limit_is_withheld_with_the_reason(world: World) -> None:
    import duckdb

    with duckdb.connect(str(world.home.serving / "g000001.duckdb")) as connection:
        connection.execute("update rpt_incident_counts set unmapped_count = 1 where class_code = 'J30100'")
    made = world.make()
    assert "诈骗警情暂不显示：类别未映射或未登记的占" in text_of(made)
    assert texts(made, "count", "incidents_fraud") == set()


def test_an_empty_week_says_so(new_world: Callable[..., World]) -> None:
    made = new_world([row for row in planted() if row[0] < date(2026, 5, 1)]).make()
    assert texts(made, "count", "incidents_effective") == {"0"}


def test_appendix_and_figures_are_locked_and_words_are_free(shared_briefing: Made) -> None:
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    root = docx.Document(io.BytesIO(shared_briefing.docx)).element
    locks = {
        control.find(f"{w}sdtPr/{w}tag").get(f"{w}val"): control.find(f"{w}sdtPr/{w}lock").get(f"{w}val")
        for control in root.iter(f"{w}sdt")
    }
    assert locks.pop("jingcang.appendix") == "sdtContentLocked"
    assert set(locks.values()) == {"contentLocked"}
    outside = [
        t.text
        for t in root.body.iter(f"{w}t")
        if not any(above.tag == f"{w}sdt" for above in t.iterancestors())
    ]
    assert [text for text in outside if typed_numbers(text)] == []


def test_the_excel_file_has_the_same_figures_under_two_headers(shared_briefing: Made) -> None:
    book = openpyxl.load_workbook(io.BytesIO(shared_briefing.xlsx))
    page = book[book.sheetnames[0]]
    assert [cell.value for cell in page[4]][:3] == ["大类", "本周", "上周"]
    assert "C4:E4" in {str(area) for area in page.merged_cells.ranges}
    assert [cell.value for cell in page[5]][1:5] == ["起", "起", "变化", "判断"]
    rows = {
        page.cell(row, 1).value: [page.cell(row, c).value for c in (2, 3, 5)]
        for row in range(6, page.max_row + 1)
    }
    assert rows["刑事"] == [33, 10, "明显上升"]
    assert rows["合计"][:2] == [47, 24]


def test_the_bureau_sees_stations_and_a_unit_narrows_it(shared_world: World) -> None:
    whole = shared_world.make("bureau")
    assert texts(whole, "count", "incidents_effective") == {"54"}
    assert texts(
        whole, "count", "incidents_effective", (("class_level1_label", "求助"), ("unit_no", "S2"))
    ) == {"7"}
    assert texts(shared_world.make("bureau", units=("S1",)), "count", "incidents_effective") == {"47"}


@pytest.mark.parametrize(("who", "rule"), [("officer", "briefing_role"), ("steward", "briefing_role")])
def test_only_leaders_make_briefings_and_refusals_are_audited(
    shared_world: World, who: str, rule: str
) -> None:
    with pytest.raises(JingcangError) as refused:
        shared_world.make(who)
    assert refused.value.rule == rule
    assert shared_world.audit("report_denied")[0]["reason"] == "role"


def test_a_unit_out_of_scope_and_a_day_to_come_are_refused(shared_world: World) -> None:
    with pytest.raises(JingcangError, match="不在您的范围内：S2"):
        shared_world.make(units=("S2",))
    with pytest.raises(JingcangError, match="数据截至 2026-06-30"):
        shared_world.make(as_of=AS_OF + timedelta(1))


def test_a_briefing_is_registered_and_audited_and_numbered(world: World) -> None:
    first, second = world.make(), world.make()
    assert [m.register.report_id for m in (first, second)] == ["JB-20260630-001", "JB-20260630-002"]
    assert {entry["title"] for entry in world.audit("export")} == {"JB-20260630-001", "JB-20260630-002"}
    assert "leader（leader）" in docx.Document(io.BytesIO(first.docx)).sections[0].header.paragraphs[0].text


def test_the_package_opens_and_holds_no_second_member_of_a_name(shared_briefing: Made) -> None:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(shared_briefing.docx)) as package:
        assert package.testzip() is None
        assert len(package.namelist()) == len(set(package.namelist()))
        ids = re.findall(rb'<w:id w:val="(\d+)"/>', package.read("word/document.xml"))
    assert len(ids) == len(set(ids)) > 100


def test_figures_survive_the_register(shared_briefing: Made) -> None:
    figures = shared_briefing.register.figures
    assert [from_row(to_row(figure)) for figure in figures] == list(figures)


def test_a_template_with_a_number_outside_a_control_is_refused() -> None:
    with pytest.raises(JingcangError, match="不在控件中的数字"):
        paragraph("本周", "发生 12 起")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("上升12.5%", ["12.5%"]), ("共１２起", ["12"]), ("三起", ["三起"]), ("近百起", ["百起"]), ("①", ["1"]),
        ("一、概况", []), ("百分之三十", ["百分之三十"]), ("翻番", ["翻番"]), ("统一", []), ("1,234 起", ["1,234"]),
        ("二十余名", ["二十余名"]), ("第三责任区", []),
    ],
)  # fmt: skip
def test_numbers_are_recognised_however_they_are_written(text: str, found: list[str]) -> None:
    assert typed_numbers(text) == found


def test_what_software_changes_on_its_own_is_the_same_text() -> None:
    assert plain(" １，234 ") == plain("1,234") == "1234"
    assert plain("−5%") == plain("-5%")
    assert plain("12.3%") != plain("1.23%")


def test_tips_go_to_the_class_first_and_then_to_the_metric() -> None:
    tips = load_tips()
    chosen = tips_for(
        [("incidents_fraud", "刷单返利"), ("incidents_fraud", "丢包、掉包"), ("incidents_theft", "")], tips
    )
    assert [tip.code for tip, _ in chosen] == ["fraud_task", "fraud_any", "theft_any"]


def test_what_no_source_has_is_not_told_as_zero(shared_briefing: Made) -> None:
    """The planted world has no 治安 class at all; its leader must not read that there was none."""
    shown = text_of(shared_briefing)
    assert "来源里没有治安警情的记录；不等于没有发生。" in shown
    assert "治安警情 0 起" not in shown


def test_a_base_that_is_withheld_is_told_with_its_reason(world: World) -> None:
    import duckdb

    with duckdb.connect(str(world.home.serving / "g000001.duckdb")) as connection:
        connection.execute(
            "update rpt_incident_counts set unmapped_count = 1 where event_date < date '2026-01-01'"
        )
    shown = text_of(world.make())
    assert "去年同期 暂不显示（类别未映射或未登记的占" in shown
