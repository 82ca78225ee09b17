"""dBASE tables (.dbf), read strictly: every record is a row or a named damage.

Belongs here: header and records of one table, its fields as text. Does not belong here: which columns mean what
(``readers``), shapes beside the table (``shapefiles``).

A general reader of shapefiles guesses types: a code such as 2E10 becomes a number and an unreadable number becomes
nothing. Here text stays as written but for the padding, a number keeps its digits (an exponent is written out), and
what is no number stays for the rules of the contract. The layout is dBASE III's, which all later kinds keep for the
types read here: dBASE Table File Format, "Table File Header", "Table Field Descriptors", "Table Records".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import polars as pl

from jingcang.errors import JingcangError
from jingcang.landing.delivery import DAMAGED_SCHEMA, LINE

_HEADER, _FIELD, _END_OF_FIELDS = 32, 32, b"\r"
_IN_USE, _DELETED, _END_OF_FILE = b" ", b"*", b"\x1a"
_TEXT, _NUMBERS, _OTHERS = "C", "NF", "DL"
_MOST_DIGITS = 38
"""A number with a larger exponent stays as written, for the rules: written out it may be gigabytes."""
_NO_DIGITS = {"D": "00000000", "L": "?"}
"""How a date and a truth value say that there is none."""


@dataclass(frozen=True)
class _Field:
    name: str
    kind: str
    start: int
    end: int


def read(
    content: bytes, encoding: str, wanted: frozenset[str]
) -> tuple[list[str], pl.DataFrame, pl.DataFrame]:
    """Read a table.

    Args:
        content: the file's bytes.
        encoding: of names and texts, as the contract declares it; the code page byte of the file is not trusted.
        wanted: names of the contract's columns; a field of a type that is not read (memo, binary) is refused only
            where the contract names it.

    Returns:
        Header, frame of columns ``c0`` … as text with ``_source_line`` (number of the record, from 1), damaged
        records (``encoding``). Records marked as deleted are no records, as dBASE has it; blank fields are absent.

    Raises:
        JingcangError: no dBASE table, a header that contradicts itself, a file that ends within a record or goes on
            after the last, a record whose mark is neither in use nor deleted, or a wanted field of another type.
    """
    count, first, length = _sizes(content)
    fields = _fields(content, first, length, encoding)
    unread = [field for field in fields if field.kind not in _TEXT + _NUMBERS + _OTHERS]
    refused = [field.name for field in unread if field.name in wanted]
    if refused:
        raise _wrong(
            f"字段 {'、'.join(refused)} 是备注或二进制类型，不能读成文字", "请向来源单位要不含备注字段的导出"
        )
    _check_end(content, count, first, length)
    shown = [field for field in fields if field not in unread]
    rows: list[list[str | None]] = []
    lines: list[int] = []
    damaged: list[tuple[str, None, int, str]] = []
    for number in range(count):
        record = content[first + number * length : first + (number + 1) * length]
        mark = record[:1]
        if mark == _DELETED:
            continue
        if mark != _IN_USE:
            raise _wrong(
                f"第 {number + 1} 条记录的首字节既不是在用也不是删除标记", "记录已错位；请重新导出后投放"
            )
        try:
            rows.append([_text(record[field.start : field.end], field.kind, encoding) for field in shown])
        except UnicodeDecodeError:
            damaged.append(("encoding", None, number + 1, record.decode("ascii", "replace")))
        else:
            lines.append(number + 1)
    if len(damaged) * 2 > count:
        raise JingcangError(
            f"文件不是声明的编码 {encoding}：{count} 条记录中有 {len(damaged)} 条无法解码",
            rule="encoding",
            remedy="请核对来源契约中的 encoding",
        )
    columns = {
        f"c{place}": pl.Series([row[place] for row in rows], dtype=pl.String) for place in range(len(shown))
    }
    frame = pl.DataFrame(columns | {LINE: pl.Series(lines, dtype=pl.Int64)})
    return [field.name for field in shown], frame, pl.DataFrame(damaged, schema=DAMAGED_SCHEMA, orient="row")


def record_count(content: bytes) -> int:
    """Return the number of records the header tells, deleted ones included.

    Raises:
        JingcangError: no dBASE table.
    """
    return _sizes(content)[0]


def _sizes(content: bytes) -> tuple[int, int, int]:
    """Return the number of records, where the first begins, and the length of one."""
    if len(content) < _HEADER + 1:
        raise _wrong("文件比表头还短", "请核对文件是否传完")
    count, first, length = struct.unpack("<IHH", content[4:12])
    if first <= _HEADER or first > len(content) or length < 2:
        raise _wrong("表头写明的长度与文件不符", "请核对文件是否完整，是不是 dBASE 表")
    return count, first, length


def _fields(content: bytes, first: int, length: int, encoding: str) -> list[_Field]:
    fields: list[_Field] = []
    place, start = _HEADER, 1
    while place + _FIELD <= first and content[place : place + 1] != _END_OF_FIELDS:
        told = content[place : place + _FIELD]
        try:
            name = told[:11].split(b"\0")[0].decode(encoding).strip()
        except UnicodeDecodeError as error:
            raise _wrong(
                f"第 {len(fields) + 1} 个字段名不是声明的编码 {encoding}", "请核对契约中的 encoding"
            ) from error
        kind, size = chr(told[11]), told[16] + (256 * told[17] if chr(told[11]) == _TEXT else 0)
        fields.append(_Field(name, kind, start, start + size))
        start += size
        place += _FIELD
    if not fields or content[place : place + 1] != _END_OF_FIELDS or start != length:
        raise _wrong(
            f"表头里各字段共 {start} 字节，一条记录却写明 {length} 字节", "表头已损坏；请重新导出后投放"
        )
    return fields


def _check_end(content: bytes, count: int, first: int, length: int) -> None:
    """Refuse a file whose records are not those the header tells."""
    whole = (len(content) - first) // length
    if whole < count:
        raise _wrong(
            f"表头写明 {count:,} 条记录，文件在第 {whole + 1:,} 条处中断",
            "文件没有传完；请重新投放，本次一条也没有入库",
        )
    after = content[first + count * length :]
    if after.strip(_END_OF_FILE + b"\0"):
        raise _wrong(
            f"表头写明 {count:,} 条记录，之后还有 {len(after):,} 字节", "表头没有随记录更新；请重新导出后投放"
        )


def _text(value: bytes, kind: str, encoding: str) -> str | None:
    """Return a field as text, None where it is blank."""
    text = value.decode(encoding if kind == _TEXT else "ascii").rstrip(" \0")
    if kind == _TEXT:
        return text or None
    text = text.strip()
    if not text or text == _NO_DIGITS.get(kind):
        return None
    if kind in _NUMBERS and set(text) & set("eE"):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        return format(number, "f") if abs(number.adjusted()) <= _MOST_DIGITS else text
    return text


def _wrong(what: str, remedy: str) -> JingcangError:
    return JingcangError(what, rule="file", remedy=remedy)
