"""Formats as offices deliver them, as real bytes: workbooks, encodings, archives, cursors."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from jingcang.errors import JingcangError
from jingcang.landing import http_api
from jingcang.landing.excel import joined

from .conftest import HEADER, Scene, call, lines
from .test_http import Api, api  # noqa: F401 - the fixture of a misbehaving interface

NAMES = HEADER.strip().split(",")


def _workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        fill(book)
    return content.getvalue()


def _excel(scene: Scene, **options: Any) -> Scene:
    scene.custom = {"strategy": "files", "path": "*.xlsx", "format": "excel", **options}
    return scene


def _table(page: Any, row: int, *rows: tuple[str, ...]) -> None:
    for offset, values in enumerate(rows):
        page.write_row(row + offset, 0, values)


def test_merged_header_cells_over_two_rows(csv_scene: Scene, law) -> None:
    """报警 spans two columns, the other headings are merged downwards, a title stands above."""
    csv_scene.columns[1]["synonyms"], csv_scene.columns[2]["synonyms"] = ["报警·时间"], ["内容"]

    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("六月")
        page.merge_range(0, 0, 0, 4, "接警单月报")
        for column, name in ((0, "JJDBH"), (3, "AJLB"), (4, "GXSJ")):
            page.merge_range(1, column, 2, column, name)
        page.merge_range(1, 1, 1, 2, "报警")
        page.write_row(2, 1, ["时间", "内容"])
        _table(page, 3, call("J1"), call("J2", kind="20"))

    scene = _excel(csv_scene, header_row=1, header_rows=2)
    scene.file("月报.xlsx", _workbook(fill))
    result = scene.land()
    assert (result.accepted, result.alerts) == (2, [])
    assert scene.rows("select content_text, initial_class_raw, _source_line from landed.incidents order by 3") == [
        ("报警人称手机被盗（J1）", "10", 4), ("报警人称手机被盗（J2）", "20", 5),
    ]  # fmt: skip
    law(scene)


def test_headers_of_three_levels_end_where_the_heading_above_ends() -> None:
    rows = [
        ["编号", "当事人", "", "", "经办", ""],
        ["", "甲方", "", "乙方", "", ""],
        ["", "姓名", "电话", "姓名", "单位", "人员"],
    ]
    assert joined(rows) == [
        "编号", "当事人·甲方·姓名", "当事人·甲方·电话", "当事人·乙方·姓名", "经办·单位", "经办·人员",
    ]  # fmt: skip


def test_several_sheets_by_a_glob_are_files_of_their_own(csv_scene: Scene, law) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name, number in (("2026-05", "J1"), ("2026-06", "J2")):
            page = book.add_worksheet(name)
            _table(page, 0, tuple(NAMES), call(number), call("J9", at="不详"))
        book.add_worksheet("说明").write(0, 0, "填报说明")

    scene = _excel(csv_scene, sheet="2026-*")
    scene.file("年报.xlsx", _workbook(fill))
    result = scene.land()
    assert (result.read, result.accepted, result.quarantined) == (4, 2, 2)
    assert scene.rows("select _source_file, _source_line from landed.incidents order by 1") == [
        ("年报.xlsx/2026-05", 2), ("年报.xlsx/2026-06", 2),
    ]  # fmt: skip
    assert scene.rows("select distinct source_file from landed.quarantined_rows order by 1") == [
        ("年报.xlsx/2026-05",), ("年报.xlsx/2026-06",),
    ]  # fmt: skip
    assert scene.land().batches == ()
    law(scene)
    again = _workbook(lambda book: _table(book.add_worksheet("2026-07"), 0, tuple(NAMES), call("J3")))
    scene.file("年报.xlsx", again)
    scene.land()
    assert [row[0] for row in scene.rows("select content_text from landed.incidents")] == [
        "报警人称手机被盗（J3）"
    ]
    law(scene)
    scene.custom["sheet"] = "2027-*"
    scene.file("b.xlsx", again + b" ")
    with pytest.raises(JingcangError, match=r"没有工作表 2027-\*"):
        _excel(scene, sheet="2027-*").land()


def test_numbers_stored_as_text_and_text_stored_as_numbers_read_alike(csv_scene: Scene) -> None:
    csv_scene.columns[3] |= {"logicalType": "integer"}
    csv_scene.mapping["injured_count"] = {"from": "AJLB", "transform": "integer"}
    moment = dt.datetime.fromisoformat("2026-05-01 08:00:00")

    def fill(book: xlsxwriter.Workbook) -> None:
        page, stamp = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.write_row(0, 0, NAMES)
        page.write_row(1, 0, ["99990120260501", str(moment), "文字单元格", "12", None])
        page.write_number(2, 0, 99990120260501)
        page.write_datetime(2, 1, moment, stamp)
        page.write_string(2, 2, "数字单元格")
        page.write_number(2, 3, 12)

    scene = _excel(csv_scene)
    scene.mapping["incident_no"] = "JJDBH"
    scene.file("a.xlsx", _workbook(fill))
    assert scene.land().quarantined == 0
    found = scene.rows(
        "select distinct incident_no, event_at::varchar, initial_class_raw, injured_count from landed.incidents"
    )
    assert found == [("99990120260501", "2026-05-01 00:00:00+00", "12", 12)]


@pytest.mark.parametrize("mark", [False, True], ids=["plain", "with mark"])
@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "盗窃𠮷"), ("gbk", "盗窃"), ("gb18030", "盗窃𠮷野家"), ("big5", "竊盜臺北"),
        ("utf-16-le", "盗窃𠮷"), ("utf-16-be", "盗窃𠮷"),
    ],
)  # fmt: skip
def test_every_text_format_in_every_encoding(
    csv_scene: Scene, encoding: str, text: str, form: str, mark: bool
) -> None:
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE,
             "gb18030": codecs.BOM_UTF8.decode().encode("gb18030")}  # fmt: skip
    if mark and encoding not in marks:
        mark = False  # a code page without a mark of its own: delivered plain
    row = ("J1", "2026-05-01 08:00:00", text, "10", "2026-05-01 09:00:00")
    if form == "jsonl":
        body = json.dumps(dict(zip(NAMES, row, strict=True)), ensure_ascii=False) + "\n"
    else:
        body = lines(row).replace(",", "\t" if form == "tsv" else ",")
    csv_scene.custom |= {"encoding": encoding, "format": form, "path": "*"}
    csv_scene.file(f"a.{form}", (marks[encoding] if mark else b"") + body.encode(encoding))
    assert csv_scene.land().accepted == 1
    assert csv_scene.rows("select content_text from landed.incidents") == [(text,)]


@pytest.mark.parametrize(("written", "declared"), [("gbk", "utf-8"), ("utf-8", "big5"), ("big5", "utf-8")])
def test_another_encoding_than_declared_is_never_guessed(
    csv_scene: Scene, written: str, declared: str
) -> None:
    csv_scene.custom["encoding"] = declared
    body = "".join(",".join(call(f"J{n}", kind="竊盜")) + "\n" for n in range(9)).replace(
        "报警人称手机被盗", "竊盜臺灣"
    )
    csv_scene.file("a.csv", (HEADER + body).encode(written))
    with pytest.raises(JingcangError, match=f"不是声明的编码 {declared}"):
        csv_scene.land()


@pytest.mark.parametrize(("container", "mode"), [("tar.gz", "w:gz"), ("tar.xz", "w:xz")])
def test_archives_of_archives_tools(csv_scene: Scene, container: str, mode: str, law) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=mode) as archive:
        for name, number in (("五月/a.csv", "J1"), ("六月/b.csv", "J2"), ("说明.txt", "J3")):
            plain = lines(call(number)).encode("gb18030")
            entry = tarfile.TarInfo(name)
            entry.size = len(plain)
            archive.addfile(entry, io.BytesIO(plain))
    csv_scene.custom |= {"container": container, "member": "*.csv", "path": "*.tgz", "encoding": "gb18030"}
    csv_scene.file("d.tgz", content.getvalue())
    assert csv_scene.land().accepted == 2
    found = csv_scene.rows("select distinct _source_file from landed.incidents order by 1")
    assert found == [("d.tgz/五月/a.csv",), ("d.tgz/六月/b.csv",)]
    law(csv_scene)
    csv_scene.file("e.tgz", content.getvalue()[:-40])
    result = csv_scene.land()
    assert result.batches == ()
    assert "压缩包不完整或已损坏" in str(result.refused[0])


class Cursors:
    """Pages by an opaque cursor, as many interfaces hand them out."""

    def __init__(self, interface: Api, size: int = 3) -> None:
        self.interface, self.size, self.loops = interface, size, False

    def __call__(self, number: int, query: dict[str, str]) -> Any:
        assert "page" not in query
        start = int(query.get("after", "c0")[1:])
        records = self.interface.records
        following = start + self.size
        token = "c3" if self.loops and start else f"c{following}" if following < len(records) else None
        body = {"items": records[start:following], "paging": {"next": token}}
        return 200, {}, json.dumps(body).encode()


@pytest.fixture
def cursors(api: tuple[Api, Scene]) -> tuple[Cursors, Scene]:  # noqa: F811
    interface, scene = api
    interface.before = cursors = Cursors(interface)
    scene.custom |= {"records_path": "items", "cursor_path": "paging.next", "cursor_param": "after"}
    return cursors, scene


def test_pages_by_cursor_are_followed_to_their_end(cursors: tuple[Cursors, Scene], law) -> None:
    pages, scene = cursors
    assert scene.land().accepted == 7
    assert [query.get("after") for query in pages.interface.requests] == [None, "c3", "c6"]
    law(scene)


def test_a_cursor_that_comes_again_ends_the_pull(cursors: tuple[Cursors, Scene]) -> None:
    pages, scene = cursors
    pages.loops = True
    with pytest.raises(JingcangError, match="游标重复"):
        scene.land()
    assert scene.rows("select count(*) from landed.incidents") == [(0,)]


def test_a_half_page_among_cursors_is_asked_for_again(cursors: tuple[Cursors, Scene]) -> None:
    pages, scene = cursors
    whole = pages.interface.before
    half = (200, {}, b'{"items": [{"JJDBH": "J0"')
    pages.interface.before = lambda number, query: half if number == 2 else whole(number, query)
    assert scene.land().accepted == 7
    assert [query.get("after") for query in pages.interface.requests] == [None, "c3", "c3", "c6"]


def test_back_off_doubles_and_is_scattered(api: tuple[Api, Scene], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    interface, scene = api
    interface.before = lambda *_: (503, {}, b"")
    waits: list[list[float]] = []
    monkeypatch.setattr(http_api.time, "sleep", lambda seconds: waits[-1].append(seconds))
    monkeypatch.setattr(http_api, "_FIRST_PAUSE_SECONDS", 1.0)
    for _ in range(5):
        waits.append([])
        with pytest.raises(JingcangError, match="503"):
            scene.land()
    for pauses in waits:
        assert all(full / 2 <= pause <= full for pause, full in zip(pauses, (1, 2, 4, 8), strict=True)), (
            pauses
        )
    assert len({pauses[0] for pauses in waits}) == 5, "clients thrown out together come back apart"


def test_a_cursor_parameter_without_a_path_is_refused(api: tuple[Api, Scene]) -> None:  # noqa: F811
    _, scene = api
    scene.custom["cursor_param"] = "after"
    with pytest.raises(JingcangError, match="cursor_param"):
        scene.profile()


def test_header_rows_belong_to_workbooks(csv_scene: Scene, tmp_path: Path) -> None:
    csv_scene.custom["header_rows"] = 2
    with pytest.raises(JingcangError, match="header_rows"):
        csv_scene.profile()
