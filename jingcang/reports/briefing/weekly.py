"""The weekly 研判简报: its sections and sentences.

Belongs here: which figures stand where, in which words. Does not belong here: values and verdicts (``values``),
the small sentences and tables they are put into (``sentences``), the file (``document``).

Chance is never sold as a trend: a rise is named only where the verdict after FDR says so, over every comparison
printed in the briefing. Names of persons and exact addresses do not occur; the list of 重点警情 has day, hour,
area and class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from jingcang.access import Query
from jingcang.access.metrics import MetricQuery, metric_of
from jingcang.reports.briefing import pictures
from jingcang.reports.briefing.blocks import (
    Block,
    Briefing,
    Heading,
    Paragraph,
    Picture,
    Piece,
    Table,
    Value,
    fixed,
    paragraph,
    pieces,
    with_values,
)  # fmt: skip
from jingcang.reports.briefing.figures import SMALLEST_BASE, Recipe
from jingcang.reports.briefing.request import Request, long_days, short_days
from jingcang.reports.briefing.sentences import Writer, joined
from jingcang.reports.briefing.tips import load_tips, seasonal, tips_for
from jingcang.reports.briefing.values import HOUR_BANDS, Values
from jingcang.statistics.hours import peak_of_day
from jingcang.statistics.verdicts import RISEN, Verdict
from jingcang.statistics.weeks import BAND_WEEKS, SEASON, bands

EFFECTIVE, CRIMINAL, PUBLIC_ORDER = "incidents_effective", "incidents_criminal", "incidents_public_order"
DISPUTE, FRAUD, THEFT = "incidents_dispute", "incidents_fraud", "incidents_theft"
SERIOUS, DISCREET = "incidents_serious", "incidents_serious_discreet"
CRIMINAL_STAGES = ("cases_criminal_filed", "cases_solved")
PUBLIC_ORDER_STAGES = ("cases_public_order_filed", "cases_punished", "cases_public_order_closed")
SHOWN_WEEKS, MOST_CLASSES, MOST_PLACES, MOST_ROWS = 26, 8, 12, 30

_SERIOUS_ROWS = MetricQuery(
    "简报·重点警情",
    """
    select incident_no, event_date, event_hour, unit_no, area_no, class_label, outcome_label
    from {fct_incidents}
    where @counted and record_count > 0 and event_date >= $start and event_date < $end
        and (len($units) = 0 or list_contains($units, unit_no))
    order by event_date, event_hour nulls last, incident_no
    """,
    {"start": date, "end": date, "units": list},
)
_HOLIDAYS = Query(
    "简报·节假日",
    "select date_day, holiday_label from {dim_date} where is_holiday and date_day >= $start and date_day < $end "
    "order by date_day",
    {"start": date, "end": date},
)


def compose(values: Values, request: Request) -> Briefing:
    """Return the briefing of a week with every text filled in.

    Args:
        values: values of the reader.
        request: what it is made for.
    """
    writer = Writer(values, request)
    sections: list[Block] = [
        *_by_class("二、刑事", writer, CRIMINAL, "class_level2_label", (THEFT,)),
        *_stages(writer, CRIMINAL_STAGES),
        *_by_class("三、治安", writer, PUBLIC_ORDER, "class_level2_label"),
        *_stages(writer, PUBLIC_ORDER_STAGES),
        *_by_class("四、纠纷", writer, DISPUTE, "class_label"),
        *_by_class("五、诈骗", writer, FRAUD, "class_label"),
        *_when_and_where(writer),
        *_serious(writer),
    ]
    overview = _overview(writer)
    matrix = _matrix(writer)
    verdicts = values.verdicts(_recipes([*overview, *sections, *matrix]))
    overview.insert(2, _real_changes(writer, verdicts))
    body = (*overview, *sections, *_tips(writer, verdicts))
    appendix = (Heading("附表"), *matrix, *_definitions(writer, verdicts))
    briefing = Briefing("警情研判简报", _under_title(request), body, appendix)
    return with_values(briefing, values.texts(set(_recipes([*body, *appendix]))))


def _under_title(request: Request) -> tuple[Piece, ...]:
    week = request.period.start.isocalendar()
    return (*pieces(request.title), "　", fixed(f"（{week.year} 年第 {week.week} 周）"))


def _recipes(blocks: Iterable[Block]) -> list[Recipe]:
    found: list[Recipe] = []
    for block in blocks:
        parts: list[Iterable[Piece]] = []
        if isinstance(block, Paragraph):
            parts = [block.pieces]
        elif isinstance(block, Picture):
            parts = [block.caption]
        elif isinstance(block, Table):
            parts = [block.caption, *(cell for row in block.rows for cell in row)]
        found += [piece.recipe for part in parts for piece in part if isinstance(piece, Value)]
    return found


def _overview(writer: Writer) -> list[Block]:
    values, request = writer.values, writer.request
    blocks: list[Block] = [
        Heading("一、概况"),
        paragraph(
            "本周（", fixed(short_days(request.period)), "）", *pieces(request.title), "接报",
            *writer.both(EFFECTIVE), "。",
        ),
    ]  # fmt: skip
    for name, days in (
        ("本周", request.period), ("上周", request.previous.before), ("去年同期", request.last_year.before)
    ):  # fmt: skip
        if late := values.missing(days):
            words = fixed(f"{len(late)} 天（{'、'.join(day.isoformat() for day in late)}）")
            blocks.append(paragraph(f"{name}缺数：", words, "，有关的数偏低，不作比较。"))
    groups = writer.largest(EFFECTIVE, "class_level1_label", MOST_CLASSES)
    if groups:
        blocks.append(
            writer.table((fixed("表 1"), "　有效警情各大类"), "大类", EFFECTIVE, "class_level1_label", groups)
        )
    blocks += _trend(writer)
    if holidays := values.run(_HOLIDAYS, start=request.period.start, end=request.period.end):
        names = dict.fromkeys(row["holiday_label"] or "节假日" for row in holidays)
        blocks.append(paragraph("本周有节假日：", *pieces("、".join(names)), "。", is_note=True))
    for name, compared in (("上周", request.previous), ("去年同期", request.last_year)):
        if compared.note:
            blocks.append(paragraph(f"与{name}的比较：", fixed(compared.note), "。", is_note=True))
    return blocks


def _trend(writer: Writer) -> list[Block]:
    weeks = writer.values.weeks(EFFECTIVE, writer.request.period.end)
    phi = writer.values.dispersion(EFFECTIVE, writer.request.period.end)
    limits = bands(weeks, phi)
    if len(limits) < 2:
        return [paragraph("数据完整的周不足，不画周趋势。", is_note=True)]
    first = max(len(weeks.counts) - SHOWN_WEEKS, 0)
    png = pictures.trend(
        weeks.starts[first:], weeks.counts[first:],
        {index - first: limit for index, limit in limits.items() if index >= first},
    )  # fmt: skip
    shown = len(weeks.counts) - first
    about = f"近 {shown} 周有效警情（起，横轴为周起始日；灰色为由此前 {BAND_WEEKS} 个完整周推算的 95% 偶然波动带，"
    about += "橙色点在带外，缺数的周不画）"
    return [Picture(png, (fixed(f"图 1　{about}"),), about)]


def _real_changes(writer: Writer, verdicts: dict[Recipe, Verdict | None]) -> Paragraph:
    real = _real(verdicts)
    if not any(verdicts.values()):
        return paragraph("本周各项均不作比较，原因见口径与数据说明。")
    if not real:
        return paragraph("逐类逐地区看，没有超出偶然波动的变化；以下各数的升降不宜解读为趋势。")
    parts: list[list[Piece]] = []
    for recipe, verdict in real[:5]:
        parts.append([*writer.change_of(recipe), verdict.words])
    return paragraph("超出偶然波动的变化：", *joined(parts, "；"), "。其余各项与偶然波动一致或尚不能下结论。")


def _real(verdicts: dict[Recipe, Verdict | None]) -> list[tuple[Recipe, Verdict]]:
    """Return real changes, rises first, the largest first; of one cell the surer of its two comparisons."""
    found: dict[tuple[str, object], tuple[Recipe, Verdict]] = {}
    for recipe, verdict in verdicts.items():
        if verdict is None or not verdict.is_real:
            continue
        key = (recipe.metric, recipe.cell)
        if key not in found or verdict.q < found[key][1].q:
            found[key] = (recipe, verdict)
    return sorted(
        found.values(), key=lambda item: (item[1].words != RISEN, -abs(item[1].current - item[1].before))
    )


def _by_class(
    heading: str, writer: Writer, metric: str, column: str, also: tuple[str, ...] = ()
) -> list[Block]:
    """Return a section: the metric's totals, others of its kind, its largest classes."""
    blocks: list[Block] = [Heading(heading)]
    if reason := writer.why_nothing(metric):
        return [*blocks, reason]
    blocks.append(paragraph(*writer.both(metric), "。"))
    for other in also:
        if not writer.why_nothing(other):
            blocks.append(paragraph("刑事与治安合计，", *writer.both(other), "。"))
    for shown, by in ((metric, column), *((other, "class_label") for other in also)):
        blocks += _classes(writer, shown, by)
    return blocks


def _stages(writer: Writer, metrics: tuple[str, ...]) -> list[Block]:
    """Return what was done on cases in the week, a sentence a stage; a stage is no part of another."""
    blocks: list[Block] = [
        writer.why_nothing(metric) or paragraph(*writer.both(metric), "。") for metric in metrics
    ]
    note = "办案各数按该环节发生在本周计，破案、查处和结案的不限于本周立案的案件，不能相除。"
    return [*blocks, paragraph(note, is_note=True)]


def _classes(writer: Writer, metric: str, column: str) -> list[Block]:
    """Return a metric's classes: a table with comparisons, or one sentence where there is too little to compare."""
    classes = writer.largest(metric, column, MOST_CLASSES)
    now = [
        name for name in classes if writer.values.count(metric, writer.request.period, ((column, name),)) > 0
    ]
    name_zh = metric_of(metric).name_zh
    if writer.values.count(metric, writer.request.period) >= SMALLEST_BASE and len(classes) > 1:
        caption = (fixed(f"表 {writer.next_table()}"), f"　{name_zh}主要类别")
        return [writer.table(caption, "类别", metric, column, classes)]
    if not now:
        return []
    told: list[list[Piece]] = [
        [*pieces(name or "未映射"), " ", writer.count(metric, ((column, name),)), " 起"] for name in now
    ]
    return [paragraph(f"{name_zh}按类别：", *joined(told, "，"), "。")]


def _when_and_where(writer: Writer) -> list[Block]:
    values, period = writer.values, writer.request.period
    blocks: list[Block] = [Heading("六、时段部位")]
    if reason := writer.why_nothing(EFFECTIVE):
        return [*blocks, reason]
    if values.count(EFFECTIVE, period) == 0:
        return [*blocks, paragraph("本周没有有效警情记录，时段部位从略。")]
    bands_now = values.parts(EFFECTIVE, period, ("hour_band",))
    if not any(count for (band,), count in bands_now.items() if band):
        blocks.append(paragraph("来源没有登记时刻，时段从略。"))
    else:
        by_hour = [values.count(EFFECTIVE, period, (("event_hour", str(hour)),)) for hour in range(24)]
        peak = peak_of_day(by_hour)
        if peak is None:
            blocks.append(paragraph("看不出集中的时段；各时段起数见下表。"))
        else:
            hours = [str((peak + step) % 24) for step in range(4)]
            counts: list[list[Piece]] = [
                [fixed(f"{hour} 时"), writer.count(EFFECTIVE, (("event_hour", hour),)), " 起"]
                for hour in hours
            ]
            blocks.append(
                paragraph(
                    "全天以", fixed(f"{hours[0]} 时起的四小时"), "最集中：", *joined(counts, "，"), "。"
                )
            )
        blocks.append(writer.hours_table(f"表 {writer.next_table()}", [*HOUR_BANDS, ""]))
        grid = [
            [
                values.parts(EFFECTIVE, period, ("weekday_number", "event_hour")).get(
                    (str(day), str(hour)), 0
                )
                for hour in range(24)
            ]
            for day in range(1, 8)
        ]
        about = "本周有效警情的星期（纵，1 为周一）与小时（横）分布，格内为起数，空格为零"
        blocks.append(Picture(pictures.week_hours(grid), (fixed(f"图 2　{about}"),), about))
    places = writer.largest(EFFECTIVE, "place_type_label", MOST_CLASSES)
    if [name for name in places if name]:
        blocks.append(writer.places_table(f"表 {writer.next_table()}", places))
    else:
        blocks.append(paragraph("来源没有登记部位，部位从略。"))
    return blocks


def _serious(writer: Writer) -> list[Block]:
    values, request = writer.values, writer.request
    blocks: list[Block] = [Heading("七、重点警情")]
    if reason := writer.why_nothing(SERIOUS):
        return [*blocks, reason]
    days = {"start": request.period.start, "end": request.period.end, "units": list(request.units)}
    hidden = {row["incident_no"] for row in values.run(_SERIOUS_ROWS.of(metric_of(DISCREET)), **days)}
    rows = [
        row for row in values.run(_SERIOUS_ROWS.of(metric_of(SERIOUS)), **days)
        if row["incident_no"] not in hidden
    ]  # fmt: skip
    blocks.append(
        paragraph(
            *writer.both(SERIOUS), "；其中 ", writer.count(DISCREET),
            " 起按规定只计数、不逐起列出。列入标准见附表。",
        )
    )  # fmt: skip
    if not rows:
        return blocks
    cells: list[tuple[Piece, ...]] = []
    table: list[list[tuple[Piece, ...]]] = []
    for row in rows[:MOST_ROWS]:
        hour = "时刻未登记" if row["event_hour"] is None else f"{row['event_hour']} 时"
        place = row[request.place_column]
        cells = [
            (fixed(f"{row['event_date']:%m-%d} {hour}"),),
            tuple(pieces(request.places.get(place, place) or "未登记")),
            tuple(pieces(row["class_label"])),
            tuple(pieces(row["outcome_label"] or "未反馈")),
            (fixed(row["incident_no"]),),
        ]
        table.append(cells)
    caption: list[Piece] = [fixed(f"表 {writer.next_table()}"), "　重点警情逐起"]
    if len(rows) > MOST_ROWS:
        caption.append(fixed(f"（只列前 {MOST_ROWS} 起，共 {len(rows)} 起）"))
    place_name = "责任区" if request.place_column == "area_no" else "单位"
    columns = [("时间",), (place_name,), ("类别",), ("处理结果",), ("警情编号",)]
    return [*blocks, Table(tuple(caption), columns, table)]


def _tips(writer: Writer, verdicts: dict[Recipe, Verdict | None]) -> list[Block]:
    rises = []
    for recipe, verdict in _real(verdicts):
        columns = dict(recipe.cell)
        label = columns.get("class_label", columns.get("class_level2_label", ""))
        if verdict.words == RISEN and not ({"area_no", "unit_no"} & columns.keys()):
            rises.append((recipe, (recipe.metric, label)))
    blocks: list[Block] = [Heading("八、防范提示")]
    chosen = tips_for([key for _, key in rises], load_tips())
    for tip, key in chosen:
        recipe = next(recipe for recipe, found in rises if found == key)
        blocks.append(paragraph("（针对", *writer.change_of(recipe), "）", *pieces(tip.text)))
    if not chosen:
        month = (writer.request.period.end - timedelta(1)).month
        blocks.append(
            paragraph("（当季常规提示，不是由本周变化得出）", *pieces(seasonal(month, load_tips()).text))
        )
    return blocks


def _matrix(writer: Writer) -> list[Block]:
    """Return the appendix's table of classes by place with a verdict a cell, this week against the week before."""
    if writer.why_nothing(EFFECTIVE):
        return []
    request = writer.request
    groups = writer.largest(EFFECTIVE, "class_level1_label", MOST_CLASSES)
    places = writer.largest(EFFECTIVE, request.place_column, MOST_PLACES)
    what = "责任区" if request.place_column == "area_no" else "单位"
    if not places or places == [""]:
        return [paragraph(f"来源没有登记{what}，不列各地区。", is_note=True)]
    names = {place: request.places.get(place, place) or f"未登记{what}" for place in places}
    rows: list[list[tuple[Piece, ...]]] = []
    for place in places:
        row: list[tuple[Piece, ...]] = [tuple(pieces(names[place]))]
        for group in groups:
            cell = (("class_level1_label", group), (request.place_column, place))
            before = writer.count(EFFECTIVE, cell, request.previous.before)
            now = writer.count(EFFECTIVE, cell)
            row.append((now, "（", before, "）", writer.mark(EFFECTIVE, cell)))
        rows.append(row)
    columns = [(what,), *((group or "未映射",) for group in groups)]
    note = "格内为本周（上周）起数；▲ 明显上升，▼ 明显下降，＝ 与偶然波动一致或尚不能下结论，／ 不作比较。"
    caption = (fixed(f"附表 1　{what} × 大类"),)
    return [Table(caption, columns, rows), paragraph(note, is_note=True)]


def _definitions(writer: Writer, verdicts: dict[Recipe, Verdict | None]) -> list[Block]:
    values, request = writer.values, writer.request
    rows: list[list[tuple[Piece, ...]]] = []
    for code in writer.used():
        total = values.total(code, request.period)
        share = total.unmapped_share
        unmapped = (
            "—" if share is None else f"{100 * share:.1f}%（{total.unmapped_count:,}/{total.unmapped_of:,}）"
        )
        texts = (
            total.name_zh,
            f"第 {total.version} 版：{total.definition_zh}",
            unmapped,
            total.withheld or "—",
        )
        rows.append([(fixed(text),) for text in texts])
    missed, of = values.not_located(EFFECTIVE, request.period)
    located = (
        "没有记录" if not of else f"{missed:,}/{of:,}" + (f"（{100 * missed / of:.1f}%）" if of >= 10 else "")
    )
    compared = [verdict for verdict in verdicts.values() if verdict is not None]
    reasons = {
        reason
        for recipe in verdicts
        if recipe.period
        and recipe.base
        and (reason := values.not_compared(recipe.metric, recipe.period, recipe.base))
    }
    lines = [
        f"本周 {long_days(request.period)}；上周 {long_days(request.previous.before)}；"
        f"去年同期 {long_days(request.last_year.before)}。为 {request.as_of.isoformat()} 生成，仓库数据截至 "
        f"{values.generation.as_of}，版本 {values.generation.name}，内容校验 {values.generation.content_hash[:16]}。",
        f"未定位（没有可用坐标）{located}。缺数："
        + ("无" if not values.missing(request.period) else f"{len(values.missing(request.period))} 天")
        + "。",
        f"全文共比较 {len(compared)} 对数，按 Benjamini–Hochberg 一并校正（q ≤ 0.05 为明显）；"
        f"过离散系数由此前完整的周估计，不足 {SEASON} 周的按泊松计；对比数不足 10 的不写百分比。",
        *([f"不作比较的原因：{'；'.join(sorted(reasons))}。"] if reasons else []),
        "正文里每个数都在锁定的控件里，文字可以改；改后请用 jingcang report verify 核对。图不参加核对，以表为准。",
    ]
    table = Table(
        (fixed("附表 2　口径与数据说明"),), [("指标",), ("口径",), ("未映射",), ("暂不显示的原因",)], rows
    )
    return [table, *(replace(paragraph(fixed(line)), is_note=True) for line in lines)]
