"""A briefing as a .docx file: styles, content controls, the locked appendix.

Belongs here: how blocks look and how figures are bound to their ids. Does not belong here: what is said
(``weekly``) and reading a file back (``reading``).

Protection needs no password and works without macros: every figure is an inline content control locked against
editing (a sentence with its figures may still be deleted as a whole), and the appendix is one block control
locked against both. Words between the figures stay free. Page size and margins follow GB/T 9704-2012.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

from jingcang.reports.briefing.blocks import (
    Block,
    Briefing,
    Heading,
    Paragraph,
    Picture,
    Piece,
    Table,
    numbered,
    pieces,
)
from jingcang.reports.briefing.figures import Figure, Register, plain, to_row

APPENDIX_TAG = "jingcang.appendix"
NAMESPACE = "urn:jingcang:briefing:1"
BODY_FONT, HEADING_FONT = "仿宋", "黑体"
_DIGIT_FONT = "Times New Roman"
NOTE, CELL = "Briefing Note", "Briefing Cell"
"""Paragraph styles of small print and table cells; the size is the paragraph's, so that controls take it everywhere."""
_TABLE_WIDTH = Mm(156)
_SHORT = 14
"""Cells up to this many characters are centred."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write(
    briefing: Briefing, register: Register, *, watermark: str, made_at: datetime
) -> tuple[bytes, Register]:
    """Return the file and its register, with figures and the appendix's digest filled in.

    Args:
        briefing: texts of all figures filled in.
        register: who, for what, from which generation.
        watermark: line in the header of every page.
        made_at: moment of making, written into the file's properties.

    Returns:
        The .docx, the same bytes for the same input, and the register to be kept.
    """
    figures = numbered(briefing)
    document = docx.Document()
    set_up(document, watermark)
    names = iter(figures)
    title = document.add_paragraph(style="Title")
    _fill(title, (briefing.title,), names)
    under = document.add_paragraph()
    under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _fill(under, briefing.under_title, names)
    for block in briefing.body:
        _add(document, block, names)
    body = document.element.body
    before = len(body)
    document.add_page_break()
    for block in briefing.appendix:
        _add(document, block, names)
    digest = _lock_appendix(body, before - 1)
    register = replace(register, figures=figures, appendix_digest=digest)
    _describe(document, briefing, register, made_at)
    _embed(document, register)
    out = io.BytesIO()
    document.save(out)
    return steady(out.getvalue()), register


def appendix_digest(text: str) -> str:
    """Return SHA-256 over a text without what software changes on its own."""
    return hashlib.sha256(plain(text).encode()).hexdigest()


def printable(text: str) -> str:
    """Return text without the characters that XML 1.0 does not allow; a file that holds one cannot be opened."""
    return _NOT_XML.sub("", text)


def set_up(document: Any, watermark: str) -> None:
    """Give an empty document the page, the styles, the watermark and the page numbers of the house."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    for name, font, size, bold in (
        ("Normal", BODY_FONT, 14, False), ("Title", "宋体", 22, True), ("Heading 1", HEADING_FONT, 15, False),
        ("Heading 2", "楷体", 14, False), ("Caption", HEADING_FONT, 10.5, False),
    ):  # fmt: skip
        style = document.styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.font.name = _DIGIT_FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
    for name, spacing in ((NOTE, 1.2), (CELL, 1.05)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size = Pt(10.5)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(1), spacing
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")  # otherwise every word is marked as misspelt
    normal = document.styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing = Pt(4), 1.35
    heading = document.styles["Title"]
    heading.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.paragraph_format.space_after = Pt(6)
    for border in heading.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)
    for level in ("Heading 1", "Heading 2"):
        document.styles[level].paragraph_format.space_before = Pt(10)
        document.styles[level].paragraph_format.space_after = Pt(4)
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _small(header.add_run(printable(watermark)), grey=True)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for words, field in (("第 ", "PAGE"), (" 页，共 ", "NUMPAGES"), (" 页", "")):
        _small(footer.add_run(words))
        if field:
            element = OxmlElement("w:fldSimple")
            element.set(qn("w:instr"), field)
            run = footer.add_run("1")
            _small(run)
            element.append(run._r)
            footer._p.append(element)


def _small(run: Any, *, grey: bool = False) -> None:
    run.font.size = Pt(9)
    if grey:
        run.font.color.rgb = RGBColor(0x5A, 0x67, 0x75)


def _add(document: Any, block: Block, names: Iterator[Figure]) -> None:
    if isinstance(block, Heading):
        _fill(document.add_paragraph(style=f"Heading {block.level}"), tuple(pieces(block.text)), names)
    elif isinstance(block, Paragraph):
        paragraph = document.add_paragraph(style=NOTE if block.is_note else None)
        if not block.is_note:
            paragraph.paragraph_format.first_line_indent = Pt(28)
        _fill(paragraph, block.pieces, names)
    elif isinstance(block, Picture):
        holder = document.add_paragraph()
        holder.alignment = WD_ALIGN_PARAGRAPH.CENTER
        holder.paragraph_format.keep_with_next = True
        shape = holder.add_run().add_picture(io.BytesIO(block.png), width=Mm(150))
        shape._inline.docPr.set("descr", block.alternative)
        caption = document.add_paragraph(style="Caption")
        caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _fill(caption, block.caption, names)
    else:
        _add_table(document, block, names)


def _add_table(document: Any, block: Table, names: Iterator[Figure]) -> None:
    caption = document.add_paragraph(style="Caption")
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    _fill(caption, block.caption, names)
    levels = max(len(path) for path in block.columns)
    table = document.add_table(rows=levels + len(block.rows), cols=len(block.columns))
    table.style, table.alignment = document.styles["Table Grid"], WD_TABLE_ALIGNMENT.CENTER
    widths = _widths(block)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    _write_header(table, block.columns, levels)
    for index, row in enumerate(block.rows):
        cells = table.rows[levels + index].cells
        for number, (cell, part) in enumerate(zip(cells, row, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.style = document.styles[CELL]
            if (
                number
                and sum(len(piece if isinstance(piece, str) else piece.text) for piece in part) <= _SHORT
            ):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _fill(paragraph, part, names)
    document.add_paragraph(style=CELL)


def _write_header(table: Any, columns: Sequence[tuple[str, ...]], levels: int) -> None:
    for level in range(levels):
        row = table.rows[level]
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
        start = 0
        for column in range(1, len(columns) + 1):
            same = (
                column < len(columns) and level < levels - 1 and len(columns[column]) > 1
                and columns[column][: level + 1] == columns[start][: level + 1]
            )  # fmt: skip
            if same:
                continue
            path = columns[start]
            if level < len(path):
                cell = row.cells[start]
                if column - start > 1:
                    cell = cell.merge(row.cells[column - 1])
                if level == len(path) - 1 and level < levels - 1:
                    cell = cell.merge(table.rows[levels - 1].cells[start])
                paragraph = cell.paragraphs[0]
                paragraph.style, paragraph.alignment = CELL, WD_ALIGN_PARAGRAPH.CENTER
                paragraph.add_run(path[level]).bold = True
            start = column


def _widths(block: Table) -> list[int]:
    """Return column widths in proportion to the longest text, wide characters counted double."""
    longest = []
    for number, path in enumerate(block.columns):
        texts = [
            path[-1],
            *("".join(p if isinstance(p, str) else p.text for p in row[number]) for row in block.rows),
        ]
        length = max(sum(2 if ord(character) > 255 else 1 for character in text) for text in texts)
        longest.append(min(length, 44) + 4)
    return [int(_TABLE_WIDTH * length / sum(longest)) for length in longest]


def _fill(paragraph: Any, part: tuple[Piece, ...], names: Iterator[Figure]) -> None:
    for piece in part:
        if isinstance(piece, str):
            paragraph.add_run(printable(piece))
        else:
            paragraph._p.append(_control(next(names)))


def _control(figure: Figure) -> Any:
    """Return an inline plain-text control: it may be deleted with its sentence, not edited."""
    control, properties, content = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    for name, value in (
        ("alias", figure.title[:60]), ("tag", figure.id), ("id", str(1_000 + int(figure.id[1:]))),
        ("lock", "contentLocked"),
    ):  # fmt: skip
        element = OxmlElement(f"w:{name}")
        element.set(qn("w:val"), value)
        properties.append(element)
    properties.append(OxmlElement("w:text"))
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = figure.text
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(text)
    content.append(run)
    control.extend([properties, content])
    return control


def _lock_appendix(body: Any, start: int) -> str:
    """Put everything from child ``start`` on into one locked block control; return the digest of its text."""
    inside = [child for child in list(body)[start:] if child.tag != qn("w:sectPr")]
    control, properties, content = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    for name, value in (
        ("alias", "附表（锁定）"),
        ("tag", APPENDIX_TAG),
        ("id", "999"),
        ("lock", "sdtContentLocked"),
    ):
        element = OxmlElement(f"w:{name}")
        element.set(qn("w:val"), value)
        properties.append(element)
    control.extend([properties, content])
    body.insert(start, control)
    for child in inside:
        content.append(child)
    return appendix_digest("".join(text.text or "" for text in content.iter(qn("w:t"))))


def _describe(document: Any, briefing: Briefing, register: Register, made_at: datetime) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = briefing.title, "警仓", "警仓"
    properties.identifier, properties.comments, properties.language = register.report_id, "", "zh-CN"
    properties.created = properties.modified = made_at.replace(tzinfo=None, microsecond=0)
    properties.subject = f"版本 {register.generation}"


def _embed(document: Any, register: Register) -> None:
    """Store the number and the figures' definitions as a custom XML part beside the document."""
    data = {
        "report_id": register.report_id, "kind": register.kind, "as_of": register.as_of.isoformat(),
        "generation": register.generation, "content_hash": register.content_hash,
        "figures": [to_row(figure) for figure in register.figures],
    }  # fmt: skip
    root = OxmlElement("w:x").makeelement(f"{{{NAMESPACE}}}briefing", nsmap={None: NAMESPACE})
    root.text = json.dumps(data, ensure_ascii=False)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    name = document.part.package.next_partname("/customXml/item%d.xml")
    part = Part(name, "application/xml", content, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


def steady(content: bytes) -> bytes:
    """Return the package with the same times on every member, so that the same briefing is the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, _EPOCH), old.read(info), zipfile.ZIP_DEFLATED)
    return out.getvalue()
