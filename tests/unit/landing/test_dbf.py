"""dBASE tables: fields as written, damaged records by number, broken files refused, nothing lost."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from jingcang.errors import JingcangError
from jingcang.landing import dbf

from .conftest import HEADER, Scene, call

NAMES = HEADER.strip().split(",")


def table(
    fields: list[tuple[str, str, int]], rows: list[list[str]], *, encoding: str = "gbk", marks: str = ""
) -> bytes:
    """Return a dBASE III table; texts are padded on the right, all else on the left."""
    length = 1 + sum(size for _, _, size in fields)
    described = b"".join(
        name.encode(encoding).ljust(11, b"\0")
        + kind.encode()
        + bytes(4)
        + bytes([size % 256, size // 256])
        + bytes(14)
        for name, kind, size in fields
    )
    head = struct.pack("<B3BIHH20x", 3, 126, 6, 30, len(rows), 32 + len(described) + 1, length)
    records = b""
    for number, row in enumerate(rows):
        records += marks[number].encode() if marks else b" "
        for (_, kind, size), value in zip(fields, row, strict=True):
            raw = value.encode(encoding)
            records += raw.ljust(size) if kind == "C" else raw.rjust(size)
    return head + described + b"\r" + records + b"\x1a"


def read(content: bytes, *wanted: str, encoding: str = "gbk") -> list[tuple[object, ...]]:
    """Return header and rows with the record's number first."""
    header, frame, _ = dbf.read(content, encoding, frozenset(wanted))
    return [("", *header), *frame.select("_source_line", *[f"c{n}" for n in range(len(header))]).rows()]


@pytest.mark.parametrize("value", ["1e999999", "1e-999999", "9E+39"])
def test_an_exponent_no_column_can_hold_is_left_to_the_rules(value: str) -> None:
    assert read(table([("N", "N", 12)], [[value]]))[1] == (1, value)


def test_fields_stay_as_written_but_for_the_padding() -> None:
    fields = [
        ("PDGrid", "C", 6),
        ("N", "N", 9),
        ("F", "F", 19),
        ("D", "D", 8),
        ("L", "L", 1),
        ("区域", "C", 300),
    ]
    content = table(
        fields,
        [
            ["2E10", "573", "1.81341583328e+005", "20170829", "T", "城北 "],
            [" 0010", "3.0000", "-2.5e-003", "", "?", ""],
            ["", "*********", "", "00000000", "", "甲" * 150],
        ],
    )
    assert read(content) == [
        ("", "PDGrid", "N", "F", "D", "L", "区域"),
        (1, "2E10", "573", "181341.583328", "20170829", "T", "城北"),
        (2, " 0010", "3.0000", "-0.0025", None, None, None),
        (3, None, "*********", None, None, None, "甲" * 150),
    ]


def test_deleted_records_are_none_and_numbers_of_records_stay() -> None:
    content = table([("A", "C", 2)], [["a"], ["b"], ["c"]], marks=" * ")
    assert read(content) == [("", "A"), (1, "a"), (3, "c")]


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda good: good[:40], "表头"),
        (lambda good: good[:20], "比表头还短"),
        (lambda good: good[:-2], "写明 3 条记录，文件在第 3 条处中断"),
        (lambda good: good[:-1] + b" zz\x1a", "之后还有"),
        (lambda good: good[:4] + struct.pack("<I", 2) + good[8:], "写明 2 条记录，之后还有"),
        (lambda good: good.replace(b" bb", b"xbb"), "第 2 条记录的首字节"),
        (lambda good: good[:10] + struct.pack("<H", 9) + good[12:], "各字段共 3 字节，一条记录却写明 9 字节"),
        (lambda good: b"JJDBH,BJSJ\n" * 20, "表头"),
    ],
)
def test_broken_tables_are_refused_with_the_record(break_it: object, said: str) -> None:
    good = table([("A", "C", 2)], [["aa"], ["bb"], ["cc"]])
    with pytest.raises(JingcangError, match=said):
        read(break_it(good))  # type: ignore[operator]


def test_a_memo_is_refused_only_where_the_contract_names_it() -> None:
    content = table([("A", "C", 2), ("MEMO", "M", 10)], [["a", "1"]])
    assert read(content) == [("", "A"), (1, "a")]
    with pytest.raises(JingcangError, match="字段 MEMO 是备注或二进制类型"):
        read(content, "MEMO")


def test_a_wrong_encoding_is_refused_and_one_bad_record_is_damage() -> None:
    content = table([("A", "C", 8)], [["城北所"], ["城南所"], ["abc"]], encoding="gbk")
    with pytest.raises(JingcangError, match="不是声明的编码 utf-8：3 条记录中有 2 条"):
        read(content, encoding="utf-8")
    spoilt = table([("A", "C", 8)], [["城北所"], ["zz"], ["abc"]]).replace(b"zz", b"z\xff")
    _, frame, damaged = dbf.read(spoilt, "gbk", frozenset())
    assert frame.height == 2
    assert damaged.select("rule_id", "_source_line").rows() == [("encoding", 2)]


def test_a_table_lands_like_any_file_and_the_books_balance(tmp_path: Path) -> None:
    scene = Scene(
        tmp_path,
        kind="files",
        custom={"strategy": "files", "path": "*.dbf", "format": "dbf", "encoding": "gbk"},
    )
    rows = [list(call("J1")), list(call("J2")), ["", *call("J3")[1:]], list(call("J4"))]
    content = table([(name, "C", 60) for name in NAMES], rows).replace(b"J4", b"J\xff", 1)
    scene.file("a.dbf", content)
    result = scene.land()
    assert (result.read, result.accepted, result.quarantined) == (4, 2, 2)
    assert scene.rows("select incident_no, _source_line from landed.incidents order by 1") == [
        ("J1", 1),
        ("J2", 2),
    ]
    scene.file("b.dbf", content[:-90])
    assert "b.dbf" in str(scene.land().refused)
    assert scene.rows("select count(*) from landed.incidents") == [(2,)]
