"""The locked appendix of a weekly briefing: the matrix of places and classes, definitions and the state of the data.

Belongs here: what a reader needs to check the body. Does not belong here: the body (``weekly``, ``sections``).
"""

from __future__ import annotations

from dataclasses import replace

from jingcang.reports.briefing.blocks import Block, Piece, Table, fixed, paragraph, pieces
from jingcang.reports.briefing.figures import Recipe
from jingcang.reports.briefing.request import long_days
from jingcang.reports.briefing.sections import MOST_CLASSES
from jingcang.reports.briefing.sentences import EFFECTIVE, Writer
from jingcang.statistics.series import KINDS
from jingcang.statistics.verdicts import Verdict

MOST_PLACES = 12


def matrix(writer: Writer) -> list[Block]:
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


def definitions(writer: Writer, verdicts: dict[Recipe, Verdict | None]) -> list[Block]:
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
        f"过离散系数由此前完整的周估计，不足 {KINDS['week'].enough} 周的按泊松计；对比数不足 10 的不写百分比。",
        *([f"不作比较的原因：{'；'.join(sorted(reasons))}。"] if reasons else []),
        "正文里每个数都在锁定的控件里，文字可以改；改后请用 jingcang report verify 核对。图不参加核对，以表为准。",
    ]
    table = Table(
        (fixed("附表 2　口径与数据说明"),), [("指标",), ("口径",), ("未映射",), ("暂不显示的原因",)], rows
    )
    return [table, *(replace(paragraph(fixed(line)), is_note=True) for line in lines)]
