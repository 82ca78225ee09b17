"""The weekly 研判简报: its sections in order, the overview, what changed beyond chance.

Belongs here: putting the parts together. Does not belong here: the sections (``sections``) and the appendix
(``appendix``), values and verdicts (``values``), the small sentences and tables (``sentences``), the file
(``document``).

Chance is never sold as a trend: a rise is named only where the verdict after FDR says so, over every comparison
printed in the briefing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from jingcang.access import Query
from jingcang.reports.briefing import pictures
from jingcang.reports.briefing.appendix import definitions, matrix
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
from jingcang.reports.briefing.figures import Recipe
from jingcang.reports.briefing.request import Request, short_days
from jingcang.reports.briefing.sections import (
    MOST_CLASSES,
    by_class,
    real,
    serious,
    stages,
    tips,
    when_and_where,
)
from jingcang.reports.briefing.sentences import EFFECTIVE, Writer, joined
from jingcang.reports.briefing.values import Values
from jingcang.statistics.series import KINDS, bands
from jingcang.statistics.verdicts import Verdict

CRIMINAL, PUBLIC_ORDER, DISPUTE = "incidents_criminal", "incidents_public_order", "incidents_dispute"
FRAUD, THEFT = "incidents_fraud", "incidents_theft"
CRIMINAL_STAGES = ("cases_criminal_filed", "cases_solved")
PUBLIC_ORDER_STAGES = ("cases_public_order_filed", "cases_punished", "cases_public_order_closed")
SHOWN_WEEKS = 26

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
        *by_class("二、刑事", writer, CRIMINAL, "class_level2_label", (THEFT,)),
        *stages(writer, CRIMINAL_STAGES),
        *by_class("三、治安", writer, PUBLIC_ORDER, "class_level2_label"),
        *stages(writer, PUBLIC_ORDER_STAGES),
        *by_class("四、纠纷", writer, DISPUTE, "class_label"),
        *by_class("五、诈骗", writer, FRAUD, "class_label"),
        *when_and_where(writer),
        *serious(writer),
    ]
    overview = _overview(writer)
    table = matrix(writer)
    verdicts = values.verdicts(_recipes([*overview, *sections, *table]))
    overview.insert(2, _real_changes(writer, verdicts))
    body = (*overview, *sections, *tips(writer, verdicts))
    appendix = (Heading("附表"), *table, *definitions(writer, verdicts))
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
    about = f"近 {shown} 周有效警情（起，横轴为周起始日；灰色为由此前 {KINDS['week'].band} 个完整周推算的"
    about += " 95% 偶然波动带，橙色点在带外，缺数的周不画）"
    return [Picture(png, (fixed(f"图 1　{about}"),), about)]


def _real_changes(writer: Writer, verdicts: dict[Recipe, Verdict | None]) -> Paragraph:
    changed = real(verdicts)
    if not any(verdicts.values()):
        return paragraph("本周各项均不作比较，原因见口径与数据说明。")
    if not changed:
        return paragraph("逐类逐地区看，没有超出偶然波动的变化；以下各数的升降不宜解读为趋势。")
    parts: list[list[Piece]] = []
    for recipe, verdict in changed[:5]:
        parts.append([*writer.change_of(recipe), verdict.words])
    return paragraph("超出偶然波动的变化：", *joined(parts, "；"), "。其余各项与偶然波动一致或尚不能下结论。")
