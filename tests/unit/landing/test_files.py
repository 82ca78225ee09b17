"""Drop folders: formats, encodings, containers, damage, re-delivery."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingcang.contracts import FileOptions
from jingcang.errors import JingcangError
from jingcang.landing import containers, csv_lines, reconcile
from jingcang.landing.manifests import current_cut

from .conftest import HEADER, Scene, age, call, lines


def test_identical_rows_all_count_without_a_key(csv_scene: Scene, law) -> None:
    csv_scene.file("a.csv", lines(call("J1"), call("J1")))
    csv_scene.file("b.csv", lines(call("J1")))
    result = csv_scene.land()
    assert (result.read, result.accepted, result.repeated) == (3, 3, 0)
    assert len({row[0] for row in csv_scene.rows("select incident_id from landed.incidents")}) == 3
    assert csv_scene.rows("select _source_key, _source_line from landed.incidents order by 1") == [
        ("a.csv:2", 2), ("a.csv:3", 3), ("b.csv:2", 2),
    ]  # fmt: skip
    assert csv_scene.land().batches == ()
    law(csv_scene)


def test_redelivered_file_replaces_only_itself(csv_scene: Scene, law) -> None:
    csv_scene.file("a.csv", lines(call("J1"), call("J2")))
    csv_scene.file("b.csv", lines(call("J3", "2026-05-02 08:00:00")))
    csv_scene.land()
    csv_scene.file("a.csv", lines(call("J1", "2026-05-09 08:00:00")))
    result = csv_scene.land()
    assert result.affected == {"incidents": {dt.date(2026, 5, 1), dt.date(2026, 5, 9)}}
    assert len(csv_scene.in_force()) == 2
    frame = csv_scene.books()
    assert (frame["rows_accepted"].to_list(), frame["rows_superseded"].to_list()) == ([1, 1], [2, 0])
    law(csv_scene)
    assert reconcile(csv_scene.home, current_cut(csv_scene.home))[1] == []


def test_same_content_under_a_new_time_is_no_news_and_a_vanished_file_stays(csv_scene: Scene) -> None:
    path = csv_scene.file("a.csv", lines(call("J1")))
    csv_scene.land()
    age(path)
    assert csv_scene.land().batches == ()
    path.unlink()
    csv_scene.file("b.csv", lines(call("J2")))
    csv_scene.land()
    assert len(csv_scene.in_force()) == 2


def keyed(tmp_path: Path) -> Scene:
    return Scene(tmp_path, kind="files", custom={"strategy": "files", "path": "*.csv", "format": "csv"})


def test_later_file_wins_for_a_key_whatever_the_order_of_arrival(tmp_path: Path, law) -> None:
    scene = keyed(tmp_path)
    scene.file("2026-06.csv", lines(call("J1", kind="new")))
    scene.land()
    scene.file("2026-05.csv", lines(call("J1", kind="old"), call("J2")))
    result = scene.land()
    assert (result.accepted, result.superseded) == (1, 1)
    assert scene.in_force() == [("J1", "new"), ("J2", "10")]
    stepwise = scene.in_force()
    law(scene)
    scene.home_name = "fresh"
    scene.land()
    assert scene.in_force() == stepwise


def test_file_between_two_equal_ones_does_not_win(tmp_path: Path, law) -> None:
    scene = keyed(tmp_path)
    for name, kind in (("a.csv", "X"), ("c.csv", "X"), ("b.csv", "Y")):
        scene.file(name, lines(call("J1", kind=kind)))
        scene.land()
    assert scene.in_force() == [("J1", "X")]
    scene.file("d.csv", lines(call("J1", kind="Z")))
    scene.land()
    assert scene.in_force() == [("J1", "Z")]
    law(scene)


def test_redelivery_of_a_keyed_file_brings_back_what_it_had_superseded(tmp_path: Path, law) -> None:
    scene = keyed(tmp_path)
    scene.file("a.csv", lines(call("J1", kind="first")))
    scene.land()
    scene.file("b.csv", lines(call("J1", kind="second"), call("J2")))
    scene.land()
    scene.file("b.csv", lines(call("J2", kind="22")))
    scene.land()
    assert scene.in_force() == [("J1", "first"), ("J2", "22")]
    law(scene)


def test_ragged_and_undecodable_lines_are_quarantined_by_line(csv_scene: Scene, law) -> None:
    good = lines(call("J1")).encode() + ",".join(call("J2")).encode()[:-3] + b"\xff\xfe\xff\n"
    csv_scene.file("a.csv", good + b"J3,only two\n" + ",".join(call("J4", kind="a\0b")).encode() + b"\n")
    result = csv_scene.land()
    assert (result.read, result.accepted, result.quarantined) == (4, 1, 3)
    found = csv_scene.rows(
        "select rule_id, source_line, raw_values_masked from landed.quarantined_rows order by 2"
    )
    assert [row[:2] for row in found] == [("encoding", 3), ("ragged", 4), ("encoding", 5)]
    assert "only" not in found[1][2]
    law(csv_scene)


def test_quotes_newlines_and_a_quote_that_never_closes(csv_scene: Scene, law) -> None:
    body = (
        'J1,2026-05-01 08:00:00,"两行\n文字, ""引号""",10,2026-05-01 09:00:00\r\n'
        'J2,2026-05-01 08:00:00,5" 水管,10,2026-05-01 09:00:00\r\n'
        'J3,2026-05-01 08:00:00,"没有结束,10,2026-05-01 09:00:00\r\n'
        "J4,2026-05-01 08:00:00,正常,10,2026-05-01 09:00:00\r\n"
    )
    csv_scene.file("a.csv", HEADER + body)
    result = csv_scene.land()
    assert (result.read, result.accepted, result.quarantined) == (4, 3, 1)
    texts = csv_scene.rows("select _source_line, content_text from landed.incidents order by 1")
    assert texts == [(2, '两行\n文字, "引号"'), (4, '5" 水管'), (6, "正常")]
    assert csv_scene.rows("select rule_id, source_line from landed.quarantined_rows") == [("ragged", 5)]
    law(csv_scene)


def test_two_stray_quotes_hide_no_row_between_them(csv_scene: Scene, law) -> None:
    rows = [list(call(f"J{number}")) for number in range(1, 6)]
    rows[0][2], rows[3][2] = '"报警人称被打', '"对方说滚'
    csv_scene.file("a.csv", lines(*(tuple(row) for row in rows)))
    result = csv_scene.land()
    assert (result.read, result.accepted, result.quarantined) == (5, 3, 2)
    assert [number for number, _ in csv_scene.in_force()] == ["a.csv:3", "a.csv:4", "a.csv:6"]
    found = csv_scene.rows("select rule_id, source_line from landed.quarantined_rows order by 2")
    assert found == [("ragged", 2), ("ragged", 5)]
    law(csv_scene)


def test_every_line_of_a_quoted_record_of_wrong_width_is_counted(csv_scene: Scene, law) -> None:
    swallowing = 'J1,2026-05-01 08:00:00,"没有结束,10\n'
    closing = 'J3,2026-05-01 08:00:00,结束",10,2026-05-01 09:00:00,多一列\n'
    csv_scene.file(
        "a.csv", HEADER + swallowing + ",".join(call("J2")) + "\n" + closing + ",".join(call("J4")) + "\n"
    )
    result = csv_scene.land()
    assert (result.read, result.accepted, result.quarantined) == (4, 2, 2)
    assert [number for number, _ in csv_scene.in_force()] == ["a.csv:3", "a.csv:5"]
    found = csv_scene.rows("select rule_id, source_line from landed.quarantined_rows order by 2")
    assert found == [("ragged", 2), ("ragged", 4)]
    law(csv_scene)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.lists(st.text(alphabet='甲a,"\n 5', max_size=8), min_size=3, max_size=3), min_size=1, max_size=6
    )
)
def test_what_is_written_with_every_field_quoted_reads_back(rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["x", "y", "z"], *rows])
    read = csv_lines.read(written.getvalue().encode(), encoding="utf-8", delimiter=",", header_row=0)
    assert read.damaged.is_empty()
    assert [list(row) for row in read.frame.drop("_source_line").iter_rows()] == rows


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp950", "竊盜臺北"),
        ("gb18030", "盗窃𠮷野家"),
        ("cp1252", "café – 5€"),
        ("utf-8", "盗窃𠮷"),
        ("utf-16", "盗窃"),
    ],
)
def test_encodings_are_lossless(csv_scene: Scene, encoding: str, text: str) -> None:
    csv_scene.custom["encoding"] = encoding
    row = ("J1", "2026-05-01 08:00:00", text, "10", "2026-05-01 09:00:00")
    csv_scene.file("a.csv", lines(row).encode(encoding))
    assert csv_scene.land().accepted == 1
    assert csv_scene.rows("select content_text from landed.incidents") == [(text,)]


def test_byte_order_mark_wins_over_the_declared_encoding(csv_scene: Scene) -> None:
    csv_scene.custom["encoding"] = "gb18030"
    csv_scene.file("a.csv", codecs.BOM_UTF8 + lines(call("J1")).encode())
    assert csv_scene.land().accepted == 1


def test_wrong_declared_encoding_refuses_the_file_and_the_others_land(csv_scene: Scene) -> None:
    csv_scene.file("a.csv", lines(call("J1")))
    csv_scene.file(
        "b.csv", HEADER.encode() + "".join(",".join(call(f"J{n}")) + "\n" for n in range(9)).encode("gb18030")
    )
    result = csv_scene.land()
    assert result.accepted == 1
    assert "b.csv" in str(result.refused[0])
    assert csv_scene.land().refused, "a refused file is looked at again"
    csv_scene.file("b.csv", lines(call("J9")))
    assert csv_scene.land().accepted == 1


def test_header_layouts_through_synonyms(csv_scene: Scene) -> None:
    csv_scene.file("a.csv", lines(call("J1")))
    csv_scene.file("b.csv", "BJSJ, 案件类别 ,JJDBH\n2026-05-03 10:00:00,33,J2\n")
    assert csv_scene.land().accepted == 2
    assert ("b.csv:2", "33") in csv_scene.in_force()


def test_excel_jsonl_parquet_and_geojson_read_alike(tmp_path: Path) -> None:
    rows = [call("J1"), call("J2")]
    names = HEADER.strip().split(",")
    book = io.BytesIO()
    workbook = xlsxwriter.Workbook(book, {"in_memory": True})
    sheet = workbook.add_worksheet("接警")
    sheet.write_row(0, 0, ["接警单导出"])
    sheet.write_row(1, 0, names)
    sheet.write_row(2, 0, rows[0])
    stamp = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_row(4, 0, rows[1])
    sheet.write_datetime(4, 1, dt.datetime.fromisoformat("2026-05-01 08:00:00"), stamp)
    workbook.close()
    records = [dict(zip(names, row, strict=True)) for row in rows]
    parquet = io.BytesIO()
    typed = pl.DataFrame(records).with_columns(pl.col("BJSJ", "GXSJ").str.to_datetime())
    typed.write_parquet(parquet)
    geojson = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": record, "geometry": {"type": "Point", "coordinates": [121.5, 31.2]}}
        for record in records
    ]}  # fmt: skip
    contents: dict[str, tuple[bytes, dict[str, object]]] = {
        "excel": (book.getvalue(), {"sheet": "接警", "header_row": 1}),
        "jsonl": ("\n".join(json.dumps(record) for record in records).encode(), {}),
        "parquet": (parquet.getvalue(), {}),
        "geojson": (json.dumps(geojson).encode(), {}),
        "tsv": (lines(*rows).replace(",", "\t").encode(), {}),
    }
    landed = {}
    for kind, (content, options) in contents.items():
        folder = tmp_path / kind
        folder.mkdir()
        scene = Scene(
            folder, kind="files", custom={"strategy": "files", "path": "*", "format": kind, **options}
        )
        scene.file(f"data.{kind}", content)
        assert scene.land().accepted == 2, kind
        landed[kind] = scene.rows(
            "select incident_no, event_at, content_text, _row_hash from landed.incidents order by 1"
        )
    assert all(rows == landed["tsv"] for rows in landed.values())


def test_pieces_of_one_area_are_one_row_with_its_whole_shape(tmp_path: Path) -> None:
    """Two features of one call, the second with two polygons; one that tells something else, and twice at that;
    and two without a number, which stay apart for the rule of the key."""

    def square(corner: int) -> list[list[list[int]]]:
        return [[[corner, 0], [corner, 1], [corner + 1, 1], [corner, 0]]]

    shapes = [
        {"type": "Polygon", "coordinates": square(1)},
        {"type": "MultiPolygon", "coordinates": [square(3), square(5)]},
        {"type": "Polygon", "coordinates": square(7)},
        {"type": "Polygon", "coordinates": square(7)},
        {"type": "Polygon", "coordinates": square(9)},
        {"type": "Polygon", "coordinates": square(11)},
    ]
    names = HEADER.strip().split(",")
    records = [dict(zip(names, call(number), strict=True)) for number in ("J1", "J1", "J2", "J2", "", "")]
    document = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": record, "geometry": shape}
        for record, shape in zip(records, shapes, strict=True)
    ]}  # fmt: skip
    scene = Scene(tmp_path, kind="files", custom={"strategy": "files", "path": "*", "format": "geojson"})
    scene.columns.append({"name": "geometry", "logicalType": "string"})
    scene.mapping["content_text"] = "geometry"
    scene.file("areas.geojson", json.dumps(document).encode())
    result = scene.land()
    assert (result.read, result.accepted, result.quarantined, result.repeated) == (5, 2, 2, 1)
    landed = scene.rows("select incident_no, _source_line, content_text from landed.incidents order by 1")
    assert [row[:2] for row in landed] == [("J1", 1), ("J2", 3)]
    assert [json.loads(row[2])["coordinates"] for row in landed] == [
        [square(1), square(3), square(5)],
        square(7),
    ]


def test_containers_open_and_name_their_members(tmp_path: Path) -> None:
    plain = lines(call("J1")).encode()
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:xz") as archive:
        for name in ("b.csv", "a.csv", "readme.txt"):
            entry = tarfile.TarInfo(name)
            entry.size = len(plain)
            archive.addfile(entry, io.BytesIO(plain))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/a.csv", plain)
    for kind, content, files in (
        ("tar.xz", tar.getvalue(), ["d.bin/a.csv", "d.bin/b.csv"]),
        ("zip", zipped.getvalue(), ["d.bin/x/a.csv"]),
        ("gz", gzip.compress(plain), ["d.bin"]),
    ):
        folder = tmp_path / kind
        folder.mkdir()
        custom = {"strategy": "files", "path": "*.bin", "container": kind, "format": "csv"}
        scene = Scene(
            folder, kind="files", custom=custom | ({} if kind == "gz" else {"member": "*.csv"})
        ).keyless()
        scene.file("d.bin", content)
        assert scene.land().accepted == len(files)
        found = scene.rows("select distinct _source_file from landed.incidents order by 1")
        assert [row[0] for row in found] == files
        scene.file("d.bin", content)
        assert scene.land().batches == ()


def options(container: str = "none", form: str = "csv") -> FileOptions:
    return FileOptions("*", container, None, form, "utf-8", ",", 0, None)


@pytest.mark.parametrize(
    ("container", "form", "content"),
    [
        ("none", "csv", b"PK\x03\x04 not text"), ("none", "excel", b"a,b\n"), ("none", "parquet", b"a,b\n"),
        ("gz", "csv", b"a,b\n"), ("zip", "csv", b"\x1f\x8b"), ("tar.xz", "csv", b"PK\x03\x04"), ("none", "csv", b""),
        ("gz", "csv", gzip.compress(b"a" * 1000, mtime=0)[:-9]), ("gz", "csv", gzip.compress(b"PK\x03\x04", mtime=0)),
    ],
)  # fmt: skip
def test_wrong_magic_bytes_and_broken_archives_are_refused(
    tmp_path: Path, container: str, form: str, content: bytes
) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    with pytest.raises(JingcangError, match="文件 f"):
        list(containers.members(path, "f", options(container, form)))


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    limits = containers.Limits(unpacked_bytes=5_000_000, ratio=50, ratio_from=1_000_000, members=3)
    path = tmp_path / "bomb"
    zeros = b"0" * 4_000_000
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("z.csv")
        entry.size = len(zeros)
        archive.addfile(entry, io.BytesIO(zeros))
    zipped, many = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("z.csv", zeros)
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(9):
            archive.writestr(f"{number}.csv", "x")
    for container, content in (
        ("gz", gzip.compress(zeros)), ("tar.xz", lzma.compress(tar.getvalue())), ("zip", zipped.getvalue()),
        ("zip", many.getvalue()),
    ):  # fmt: skip
        path.write_bytes(content)
        with pytest.raises(JingcangError):
            list(containers.members(path, "bomb", options(container), limits))
        if content != many.getvalue():
            generous = containers.Limits(ratio=10**6)
            assert len(list(containers.members(path, "bomb", options(container), generous))) == 1


def test_bombs_in_headers_and_members_that_nobody_wants_are_refused(tmp_path: Path) -> None:
    limits = containers.Limits(unpacked_bytes=5_000_000, ratio=50, ratio_from=1_000_000)
    path = tmp_path / "bomb"
    for headers, name in (({"comment": "0" * 4_000_000}, "z.csv"), ({}, ".z.csv")):
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
            entry = tarfile.TarInfo(name)
            entry.size = 0 if headers else 4_000_000
            archive.addfile(entry, io.BytesIO(b"0" * entry.size))
        path.write_bytes(gzip.compress(tar.getvalue()))
        with pytest.raises(JingcangError, match="已损坏" if headers else "压缩炸弹"):
            list(containers.members(path, "bomb", options("tar.gz"), limits))


def test_missing_folder_and_no_file_say_so(csv_scene: Scene) -> None:
    with pytest.raises(JingcangError, match="没有符合"):
        csv_scene.land()


@pytest.mark.parametrize("has_key", [False, True])
def test_a_file_delivered_again_without_rows_waits_for_a_steward(
    tmp_path: Path, csv_scene: Scene, has_key: bool, law
) -> None:
    scene = keyed(tmp_path / "keyed") if has_key else csv_scene
    scene.root.mkdir(exist_ok=True)
    scene.file("a.csv", lines(call("J1"), call("J2")))
    scene.land()
    scene.file("a.csv", HEADER)
    scene.file("b.csv", lines(call("J3")))
    assert any("confirmed_deletions" in alert for alert in scene.land().alerts)
    assert len(scene.in_force()) == 3
    again = scene.land()
    assert again.batches == ()
    assert any("a.csv" in alert for alert in again.alerts)
    law(scene)
    scene.settings["confirmed_deletions"] = ["case.calls"]
    scene.land()
    assert len(scene.in_force()) == 1
    law(scene)


def zip_of(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_a_container_without_a_wanted_member_is_refused(tmp_path: Path, is_confirmed: bool) -> None:
    custom = {
        "strategy": "files", "path": "*.zip", "container": "zip", "format": "csv", "member": "calls*.csv"
    }  # fmt: skip
    settings = {"confirmed_deletions": ["case.calls"]} if is_confirmed else {}
    scene = Scene(tmp_path, kind="files", custom=custom, settings=settings).keyless()
    scene.file("june.zip", zip_of(("calls_06.csv", lines(call("J1")).encode())))
    scene.land()
    scene.file("june.zip", zip_of(("renamed.csv", lines(call("J1")).encode())))
    assert any("calls*.csv" in alert and "june.zip" in alert for alert in scene.land().alerts)
    assert len(scene.in_force()) == 1


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_member_names_without_the_flag_of_their_encoding_are_read(tmp_path: Path, encoding: str) -> None:
    """A Chinese Windows writes GBK, a Mac UTF-8."""
    named = "接警06.csv".encode(encoding)
    stand_in = b"X" * len(named)
    content = zip_of((stand_in.decode(), b"a,b\n")).replace(stand_in, named)
    path = tmp_path / "f"
    path.write_bytes(content)
    wanted = FileOptions("*", "zip", "接警*.csv", "csv", "utf-8", ",", 0, None)
    assert list(containers.members(path, "f", wanted)) == [("f/接警06.csv", b"a,b\n")]


@pytest.mark.parametrize(
    ("at", "value", "words"), [((6, 8), 1, "密码"), ((8, 10), 9, "压缩方法")]
)  # fmt: skip
def test_zips_that_cannot_be_opened_say_why(
    tmp_path: Path, at: tuple[int, int], value: int, words: str
) -> None:
    content = bytearray(zip_of(("a.csv", b"a,b\n" * 50)))
    content[at[0]] = value
    content[content.index(b"PK\x01\x02") + at[1]] = value
    path = tmp_path / "f"
    path.write_bytes(content)
    with pytest.raises(JingcangError, match=words):
        list(containers.members(path, "f", options("zip")))
