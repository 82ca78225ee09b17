"""What a .docx says, whoever saved it last: controls with their text, loose numbers, the appendix.

Belongs here: reading the package safely and finding figures by tag, however runs are split. Does not belong
here: whether what is found is right (``verification``).
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from jingcang.errors import JingcangError
from jingcang.reports.briefing.document import APPENDIX_TAG, NAMESPACE, appendix_digest
from jingcang.reports.briefing.figures import plain, typed_numbers

LARGEST_PACKAGE = 64 << 20
"""Bytes a package may unpack to; a briefing has well under one megabyte."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = {f"{_W}del", f"{_W}moveFrom", _MC_FALLBACK}
_SNIPPET = 24


@dataclass(frozen=True)
class Found:
    """A control or a loose number in the text.

    Args:
        tag: tag of the control; "" for a number outside controls.
        text: its text.
        paragraph: number of its paragraph in the file.
        where: place in plain Chinese: section, paragraph or table cell, and the words around it.
        section: heading it stands under.
    """

    tag: str
    text: str
    paragraph: int
    where: str
    section: str


@dataclass(frozen=True)
class Content:
    """What was read of a file.

    Args:
        report_id: number of the briefing, "" when the file has none.
        controls: controls with one of our tags, in the order of the text.
        loose: numbers outside them, outside the appendix.
        appendix: digest of the appendix's text; None when its control is gone.
    """

    report_id: str
    controls: tuple[Found, ...]
    loose: tuple[Found, ...]
    appendix: str | None


@dataclass
class _Place:
    headings: frozenset[str]
    section: str = ""
    number: int = 0
    paragraphs: int = -1
    tables: list[Any] = field(default_factory=list)


def report_id_of(path: Path) -> str:
    """Return the number of the briefing in a file.

    Raises:
        JingcangError: the file cannot be read, is no .docx, or is none of ours.
    """
    with _package(path) as package:
        for name in package.namelist():
            if name.startswith("customXml/item") and name.endswith(".xml"):
                root = _xml(package.read(name), path)
                if root.tag == f"{{{NAMESPACE}}}briefing":
                    return str(json.loads(root.text or "{}").get("report_id", ""))
        if "docProps/core.xml" in package.namelist():
            core = _xml(package.read("docProps/core.xml"), path)
            for element in core.iter("{http://purl.org/dc/elements/1.1/}identifier"):
                if (element.text or "").startswith("JB-"):
                    return str(element.text)
    raise JingcangError(
        "这个文件不是警仓生成的研判简报，或简报编号已被去掉", where=path.name, rule="briefing_file",
        remedy="请核对文件；从别处复制文字得到的新文件无法核对，请在原文件上修改",
    )  # fmt: skip


def read(path: Path, headings: frozenset[str]) -> Content:
    """Return what a file says.

    Args:
        path: the .docx.
        headings: headings of the briefing as it was handed out, for telling places.

    Raises:
        JingcangError: the file cannot be read or is no .docx.
    """
    with _package(path) as package:
        if "word/document.xml" not in package.namelist():
            raise _unreadable(path, "缺少正文")
        raw = package.read("word/document.xml").replace(
            _STRICT.encode(), _W.strip("{}").encode()
        )  # the strict variant names the same elements differently
        root = _xml(raw, path)
    body = root.find(f"{_W}body")
    if body is None:
        raise _unreadable(path, "缺少正文")
    place = _Place(headings)
    controls: list[Found] = []
    loose: list[Found] = []
    appendix: str | None = None
    for control in body.iter(f"{_W}sdt"):
        if _tag(control) == APPENDIX_TAG:
            appendix = appendix_digest("".join(text for _, text in _pieces(control, deep=True)))
    for paragraph in body.iter(f"{_W}p"):
        if _is_gone(paragraph):
            continue
        place.paragraphs += 1
        _read_paragraph(paragraph, place, controls, loose)
    return Content(report_id_of(path), tuple(controls), tuple(loose), appendix)


def _read_paragraph(paragraph: Any, place: _Place, controls: list[Found], loose: list[Found]) -> None:
    parts = _joined(_pieces(paragraph))
    whole = "".join(text for _, text in parts)
    is_appendix = any(_tag(above) == APPENDIX_TAG for above in paragraph.iterancestors(f"{_W}sdt"))
    if plain(whole) in place.headings:
        place.section, place.number = whole.strip(), 0
    elif _cell(paragraph) is None:
        place.number += 1
    start = 0
    for tag, text in parts:
        around = whole[max(start - _SNIPPET, 0) : start + len(text) + _SNIPPET]
        where = _where(paragraph, place, around)
        start += len(text)
        if tag:
            controls.append(Found(tag, text, place.paragraphs, where, place.section))
        elif not is_appendix:
            loose += [
                Found("", number, place.paragraphs, where, place.section) for number in typed_numbers(text)
            ]


def _where(paragraph: Any, place: _Place, around: str) -> str:
    section = f"“{place.section}”" if place.section else "开头"
    cell = _cell(paragraph)
    if cell is None:
        return f"{section}第 {max(place.number, 1)} 段：…{around.strip()}…"
    table = next(cell.iterancestors(f"{_W}tbl"))
    rows = [row for row in table.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl")) is table]
    row = next(cell.iterancestors(f"{_W}tr"))
    cells = [one for one in row.iter(f"{_W}tc") if next(one.iterancestors(f"{_W}tr")) is row]
    first = "".join(text for _, text in _pieces(cells[0], deep=True)).strip()
    return f"{section}表格第 {rows.index(row) + 1} 行第 {cells.index(cell) + 1} 列（{first}）"


def _cell(paragraph: Any) -> Any:
    return next(paragraph.iterancestors(f"{_W}tc"), None)


def _is_gone(element: Any) -> bool:
    return any(above.tag in _GONE for above in element.iterancestors())


def _pieces(element: Any, *, deep: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (tag of our innermost control, text) of the texts of a paragraph; nested paragraphs have their own turn."""
    paragraph = element if element.tag == f"{_W}p" else None
    for text in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}noBreakHyphen"):
        above = list(text.iterancestors())
        if any(one.tag in _GONE for one in above):
            continue
        if not deep and next((one for one in above if one.tag == f"{_W}p"), None) is not paragraph:
            continue
        tag = next((found for one in above if one.tag == f"{_W}sdt" and (found := _figure_tag(one))), "")
        if text.tag == f"{_W}t":
            yield tag, text.text or ""
        elif not tag:
            yield "", "-" if text.tag == f"{_W}noBreakHyphen" else " "


def _joined(parts: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pieces with neighbours of the same tag put together: software splits runs as it likes."""
    joined: list[tuple[str, str]] = []
    for tag, text in parts:
        if joined and joined[-1][0] == tag:
            joined[-1] = (tag, joined[-1][1] + text)
        else:
            joined.append((tag, text))
    return joined


def _tag(control: Any) -> str:
    element = control.find(f"{_W}sdtPr/{_W}tag")
    return "" if element is None else str(element.get(f"{_W}val") or "")


def _figure_tag(control: Any) -> str:
    tag = _tag(control)
    return tag if len(tag) >= 4 and tag[0] == "f" and tag[1:].isdigit() else ""


def _package(path: Path) -> zipfile.ZipFile:
    try:
        package = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        if isinstance(error, FileNotFoundError):
            raise JingcangError("没有这个文件", where=path.name, remedy="请核对文件名") from error
        raise _unreadable(path, "不是 .docx，或文件已损坏、加了密") from error
    if sum(info.file_size for info in package.infolist()) > LARGEST_PACKAGE:
        package.close()
        raise _unreadable(path, "解开后过大")
    return package


def _xml(content: bytes, path: Path) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _unreadable(path, "内容不是有效的 XML") from error


def _unreadable(path: Path, why: str) -> JingcangError:
    return JingcangError(
        f"文件读不出来：{why}",
        where=path.name,
        rule="briefing_file",
        remedy="请用 Word 或 WPS 另存为 .docx 再核对",
    )
