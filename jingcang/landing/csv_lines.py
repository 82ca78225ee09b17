"""Delimited text, read strictly: every physical line is a row, part of a row, or a named damage.

Belongs here: decoding, quoting, raggedness, line numbers. Does not belong here: which columns mean what
(``readers``).

Lines that hold nothing at all are no records. A line of delimiters only is a record. ``header_row``
counts physical lines from 0.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from jingcang.errors import JingcangError
from jingcang.landing.delivery import DAMAGED_SCHEMA, LINE

#: A quoted field spanning more lines than this is taken for a stray quote, and its line for damaged.
_LONGEST_RECORD = 200
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """A delimited text.

    Args:
        header: header names as written, trimmed.
        frame: columns ``c0`` … in header order, text, with ``_source_line``.
        damaged: as in :class:`jingcang.landing.delivery.Chunk`, without the file name.
    """

    header: list[str]
    frame: pl.DataFrame
    damaged: pl.DataFrame


def decode(content: bytes, encoding: str) -> tuple[str, list[tuple[int, str]]]:
    """Decode strictly; lines that cannot be decoded or hold NUL are taken out, by number.

    A byte order mark wins over the declared encoding, since nothing else begins with one.

    Returns:
        The text with ``\\n`` line ends, in which damaged lines are empty, and (line number, shown text)
        of each damaged line.

    Raises:
        JingcangError: more than half of the lines cannot be decoded: the declared encoding is wrong.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            encoding = name
            break
    damaged: list[tuple[int, str]] = []
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        lines, rows = [], content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for number, row in enumerate(rows, 1):
            try:
                lines.append(row.decode(encoding))
            except UnicodeDecodeError:
                lines.append("")
                damaged.append((number, row.decode("ascii", "replace")))
        if len(damaged) * 2 > len(rows):
            raise JingcangError(
                f"文件不是声明的编码 {encoding}：{len(rows)} 行中有 {len(damaged)} 行无法解码",
                rule="encoding",
                remedy="请核对来源契约中的 encoding",
            ) from None
        text = "\n".join(lines)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if "\0" in text:
        lines = text.split("\n")
        for index, line in enumerate(lines):
            if "\0" in line:
                damaged.append((index + 1, line.replace("\0", "\ufffd")))
                lines[index] = ""
        text = "\n".join(lines)
    return text, damaged


def read(content: bytes, *, encoding: str, delimiter: str, header_row: int) -> Lines:
    """Read a delimited text.

    Args:
        content: the bytes of the file.
        encoding: Python codec name, applied strictly.
        delimiter: one character.
        header_row: physical line of the header, from 0.

    Returns:
        Rows whose width is the header's; every other line under ``ragged`` or ``encoding``.

    Raises:
        JingcangError: wrong encoding, or no header line.
    """
    text, undecodable = decode(content, encoding)
    lines = text.split("\n")
    if len(lines) <= header_row or not lines[header_row].strip():
        raise JingcangError(
            "文件没有表头行", where=f"第 {header_row + 1} 行", remedy="请核对契约中的 header_row"
        )
    header = [name.strip() for name in next(csv.reader([lines[header_row]], delimiter=delimiter))]
    body = pl.DataFrame({"text": lines[header_row + 1 :]}, schema={"text": pl.String}).with_row_index(
        LINE, offset=header_row + 2
    )
    body = body.with_columns(pl.col(LINE).cast(pl.Int64)).filter(pl.col("text") != "")
    if '"' in text:
        frame, ragged = _quoted(lines, header_row + 1, len(header), delimiter)
    else:
        frame, ragged = _plain(body, len(header), delimiter)
    # Lines above the header are preamble, damaged or not.
    broken = [(number, shown) for number, shown in undecodable if number > header_row + 1]
    damaged = [("encoding", None, number, shown) for number, shown in broken]
    damaged += [("ragged", None, number, shown) for number, shown in ragged]
    return Lines(header, frame, pl.DataFrame(damaged, schema=DAMAGED_SCHEMA, orient="row"))


def _plain(body: pl.DataFrame, width: int, delimiter: str) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Split lines without any quote character, in bulk."""
    fits = body.select(pl.col("text").str.count_matches(delimiter, literal=True) == width - 1).to_series()
    good, bad = body.filter(fits), body.filter(~fits)
    names = [f"c{index}" for index in range(width)]
    if width == 1:
        frame = good.select(pl.col("text").alias("c0"), LINE)
    else:
        parts = pl.col("text").str.split_exact(delimiter, width - 1).struct.rename_fields(names)
        frame = good.select(parts.alias("parts"), LINE).unnest("parts")
    return frame, list(bad.select(LINE, "text").iter_rows())


def _quoted(
    lines: list[str], first: int, width: int, delimiter: str
) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Split lines that hold quotes, record by record, with the line each record begins on."""
    columns: list[list[str]] = [[] for _ in range(width)]
    numbers: list[int] = []
    ragged: list[tuple[int, str]] = []
    for index, record in _records(lines, first, width, delimiter):
        if record is None or len(record) != width:
            ragged.append((index + 1, lines[index]))
            continue
        numbers.append(index + 1)
        for column, value in zip(columns, record, strict=True):
            column.append(value)
    data: dict[str, list[str] | list[int]] = {f"c{number}": column for number, column in enumerate(columns)}
    schema: dict[str, pl.DataType] = {name: pl.String() for name in data}
    return pl.DataFrame(data | {LINE: numbers}, schema=schema | {LINE: pl.Int64()}), ragged


def _records(
    lines: list[str], first: int, width: int, delimiter: str
) -> Iterator[tuple[int, list[str] | None]]:
    """Yield (index of the first line, fields); fields are None where a quote does not close as it should.

    The lines after such a first line are judged each by itself, so that none of them is lost inside it.
    """
    csv.field_size_limit(1 << 27)
    index = first
    while index < len(lines):
        line = lines[index]
        if line == "":
            index += 1
            continue
        record = _complete(line, delimiter)
        end = index + 1
        if record is None:
            joined, joined_end = _joined(lines, index, delimiter)
            if joined is not None and len(joined) == width:
                record, end = joined, joined_end
        yield index, record
        index = end


def _complete(line: str, delimiter: str) -> list[str] | None:
    """Return the fields of a line, or None if a quote is still open at its end."""
    reader = csv.reader([line + "\n", "end"], delimiter=delimiter)
    record = next(reader)
    # An open quote swallows the second line.
    return record if reader.line_num == 1 else None


def _joined(lines: list[str], first: int, delimiter: str) -> tuple[list[str] | None, int]:
    """Return the record of several lines and the index of the line after it, None without a proper end.

    Strict: what closes a quote is followed by a delimiter or the end of the line. A second stray quote does not.
    """
    text = (f"{line}\n" for line in lines[first : first + _LONGEST_RECORD])
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        record = next(reader)
    except csv.Error:
        return None, first + 1
    return record, first + reader.line_num
