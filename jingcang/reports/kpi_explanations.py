"""考核说明: what stands behind each figure of a unit in an assessment period, as a Word document.

Belongs here: how the document is laid out. Does not belong here: values, words and shortfalls (``jingcang.kpis``), who
takes it out.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import docx
from docx.shared import Mm, Pt

from jingcang.contracts.kpis import Kpi
from jingcang.reports.briefing.document import CELL, NOTE, printable, set_up, steady

COLUMNS = ("指标", "值", "分子", "分母", "95% 区间", "结论", "剔除", "定义")
_MILLIMETRES = (34, 18, 16, 16, 26, 22, 12, 12)
REASONS = ("剔除理由", "记录数")
SIGNATURES = "考核员（签字）：＿＿＿＿＿＿　被考核单位（签字）：＿＿＿＿＿＿　日期：＿＿＿＿＿＿"


@dataclass(frozen=True)
class ExplainedKpi:
    """One KPI of the unit.

    Args:
        kpi: definition.
        numerator, denominator: sums of its records.
        value: the value with its unit in words, or why there is none.
        interval: 95% interval in words, — without one.
        word: 高于预期, 正常范围 … 不可比.
        why: why there is no word of the first three, "" otherwise.
        exclusions: (reason, records) of what was left out, the most frequent first.
        shortfall: sentences on what is lacking to the peers' level and to the target; empty where nothing is.
    """

    kpi: Kpi
    numerator: int
    denominator: int
    value: str
    interval: str
    word: str
    why: str
    exclusions: Sequence[tuple[str, int]]
    shortfall: Sequence[str]


@dataclass(frozen=True)
class UnitExplanation:
    """One unit.

    Args:
        unit_name: its name.
        kpis: its KPIs in order.
    """

    unit_name: str
    kpis: Sequence[ExplainedKpi]


def to_docx(
    units: Sequence[UnitExplanation], *, period: str, source: str, watermark: str, made_at: datetime
) -> bytes:
    """Return the document: a unit begins on a page of its own, with all KPIs in a table and each explained below.

    Args:
        units: at least one.
        period: first and last day and state of the period in words.
        source: what the figures rest on.
        watermark: who took it out and when, in the header of every page.
        made_at: written into the file's properties.
    """
    document = docx.Document()
    set_up(document, watermark)
    section = document.sections[0]
    section.top_margin = section.bottom_margin = Mm(25)
    document.styles["Title"].font.size = Pt(18)
    for place, unit in enumerate(units):
        if place:
            document.add_page_break()
        document.add_paragraph(printable(f"档案利用考核说明：{unit.unit_name}"), style="Title")
        document.add_paragraph(printable(period), style=NOTE)
        document.add_paragraph(printable(source), style=NOTE)
        _table(document, COLUMNS, [_row(one) for one in unit.kpis], _MILLIMETRES)
        for one in unit.kpis:
            _explain(document, one)
        document.add_paragraph(SIGNATURES, style=NOTE)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = "档案利用考核说明", "警仓", "警仓"
    properties.comments, properties.language = "", "zh-CN"
    properties.created = properties.modified = made_at.replace(tzinfo=None, microsecond=0)
    out = io.BytesIO()
    document.save(out)
    return steady(out.getvalue())


def _row(one: ExplainedKpi) -> tuple[str, ...]:
    excluded = sum(count for _, count in one.exclusions)
    return (
        one.kpi.name_zh, one.value, f"{one.numerator:,}", f"{one.denominator:,}", one.interval, one.word,
        f"{excluded:,}", f"第 {one.kpi.version} 版",
    )  # fmt: skip


def _explain(document: Any, one: ExplainedKpi) -> None:
    kpi = one.kpi
    document.add_paragraph(printable(f"{kpi.name_zh}（{kpi.unit}）"), style="Heading 2")
    lines = [
        f"定义：{kpi.standing_zh}。{kpi.limits_zh}。",
        f"分子：{kpi.numerator_zh}。",
        f"分母：{kpi.denominator_zh}。",
        f"剔除：{kpi.exclusions_zh}。归期：{kpi.anchor_zh}。",
        *([f"说明：{kpi.note_zh}。"] if kpi.note_zh else []),
        f"本期：分子 {one.numerator:,}，分母 {one.denominator:,}，值 {one.value}，95% 区间 {one.interval}。",
        f"结论：{one.word}" + (f"，{one.why}。" if one.why else "。"),
        *one.shortfall,
    ]
    for line in lines:
        document.add_paragraph(printable(line), style=NOTE)
    if one.exclusions:
        rows = [(reason, f"{count:,}") for reason, count in one.exclusions]
        _table(document, REASONS, rows, (120, 36))


def _table(
    document: Any, columns: Sequence[str], rows: Sequence[Sequence[str]], millimetres: Sequence[int]
) -> None:
    table = document.add_table(rows=1 + len(rows), cols=len(columns), style="Table Grid")
    for row, cells in zip(table.rows, (columns, *rows), strict=True):
        for cell, value, width in zip(row.cells, cells, millimetres, strict=True):
            cell.width = Mm(width)
            cell.paragraphs[0].style = document.styles[CELL]
            cell.paragraphs[0].add_run(printable(value)).bold = cells is columns
    document.add_paragraph(style=CELL)
