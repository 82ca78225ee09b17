"""The sections of a weekly briefing from 二、刑事 to 八、防范提示.

Belongs here: which figures each section tells. Does not belong here: the overview and the order of sections
(``weekly``), the appendix (``appendix``), the words of a figure (``sentences``).

Names of persons and exact addresses do not occur; the list of 重点警情 has day, hour, area and class.
"""

from __future__ import annotations

from datetime import date, timedelta

from jingcang.access.metrics import MetricQuery, metric_of
from jingcang.reports.briefing import pictures
from jingcang.reports.briefing.blocks import Block, Heading, Picture, Piece, Table, fixed, paragraph, pieces
from jingcang.reports.briefing.figures import SMALLEST_BASE, Recipe
from jingcang.reports.briefing.sentences import EFFECTIVE, Writer, joined
from jingcang.reports.briefing.tips import load_tips, seasonal, tips_for
from jingcang.reports.briefing.values import HOUR_BANDS
from jingcang.statistics.hours import peak_of_day
from jingcang.statistics.verdicts import RISEN, Verdict

SERIOUS, DISCREET = "incidents_serious", "incidents_serious_discreet"
MOST_CLASSES, MOST_ROWS = 8, 30

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


def by_class(
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


def stages(writer: Writer, metrics: tuple[str, ...]) -> list[Block]:
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


def when_and_where(writer: Writer) -> list[Block]:
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


def serious(writer: Writer) -> list[Block]:
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


def tips(writer: Writer, verdicts: dict[Recipe, Verdict | None]) -> list[Block]:
    rises = []
    for recipe, verdict in real(verdicts):
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


def real(verdicts: dict[Recipe, Verdict | None]) -> list[tuple[Recipe, Verdict]]:
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
