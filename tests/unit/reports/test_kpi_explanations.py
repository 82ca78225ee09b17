"""考核说明: every figure explained, hostile text inert, the same input the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import docx
import pytest

from jingcang.contracts.kpis import load_kpis
from jingcang.reports.briefing.document import printable
from jingcang.reports.duty_sheets import DutySheet
from jingcang.reports.duty_sheets import to_docx as duty_docx
from jingcang.reports.kpi_explanations import ExplainedKpi, UnitExplanation, to_docx

MADE = datetime(2026, 6, 30, tzinfo=UTC)
HOSTILE = ("=cmd|' /C calc'!A0", "<w:instrText>DDE</w:instrText>", "\x00\x07控制\x1b字符\ufffe", "𠮷野𪚥")


def one(reason: str = "诉讼卷已移交") -> ExplainedKpi:
    return ExplainedKpi(
        load_kpis()["archive_in_time"], 40, 100, "40.0%", "30.9–49.8", "低于预期", "", [(reason, 3), ("未登记", 1)],
        ["差距：比同组水平少 46 条。"],
    )  # fmt: skip


def made(*units: UnitExplanation, source: str = "数据截至 2026-06-30") -> bytes:
    return to_docx(units, period="考核周期（公示）", source=source, watermark="张三导出于今日", made_at=MADE)


def test_each_unit_has_its_figures_definitions_reasons_and_shortfall() -> None:
    content = made(UnitExplanation("城北", [one()]), UnitExplanation("城南", [one()]))
    document = docx.Document(io.BytesIO(content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert [p.text for p in document.paragraphs if p.style.name == "Title"] == [
        "档案利用考核说明：城北", "档案利用考核说明：城南",
    ]  # fmt: skip
    assert text.count("本期：分子 40，分母 100，值 40.0%，95% 区间 30.9–49.8。") == 2
    assert "定义：第 1 版，2024-12-21 起" in text
    assert "差距：比同组水平少 46 条。" in text
    first, reasons = document.tables[:2]
    assert [cell.text for cell in first.rows[1].cells] == [
        "及时归档率", "40.0%", "40", "100", "30.9–49.8", "低于预期", "4", "第 1 版",
    ]  # fmt: skip
    assert [[cell.text for cell in row.cells] for row in reasons.rows[1:]] == [
        ["诉讼卷已移交", "3"], ["未登记", "1"],
    ]  # fmt: skip
    assert document.sections[0].header.paragraphs[0].text == "张三导出于今日"
    assert made(UnitExplanation("城北", [one()]), UnitExplanation("城南", [one()])) == content


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_and_the_file_opens(text: str) -> None:
    """Fault rows 33 and 34 for Word: no field, no markup, no character that XML forbids."""
    content = made(UnitExplanation(text, [one(text)]), source=text)
    document = docx.Document(io.BytesIO(content))
    assert document.paragraphs[0].text == f"档案利用考核说明：{printable(text)}"
    assert document.tables[1].rows[1].cells[0].text == printable(text)
    body = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert "<w:instrText" not in body
    assert "<w:fldSimple" not in body
    sheet = duty_docx([DutySheet(text, ())], source=text, watermark=text, made_at=MADE)
    assert docx.Document(io.BytesIO(sheet)).paragraphs[0].text == printable(text)
