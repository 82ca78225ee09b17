"""Shapefiles: shapes beside their fields, sets that are whole, one encoding, one coordinate system."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapefile
import shapely

from jingcang.errors import JingcangError
from jingcang.landing import shapefiles

from .conftest import Scene

WGS84 = pyproj.CRS("EPSG:4326").to_wkt("WKT1_ESRI").encode()


def square(west: float, south: float, size: float = 0.01) -> list[tuple[float, float]]:
    """Return a ring clockwise, as outer rings are."""
    east, north = round(west + size, 6), round(south + size, 6)
    return [(west, south), (west, north), (east, north), (east, south), (west, south)]


SHAPES: list[tuple[str, str, list[Any]]] = [
    ("2E10", "城北所", [square(121.40, 31.20)]),
    ("0010", "城南所", [square(121.42, 31.20), square(121.424, 31.204, 0.002)[::-1], square(121.45, 31.20)]),
]


def parts(
    shapes: list[Any], rows: list[tuple[str, str]], *, kind: int = shapefile.POLYGON, encoding: str = "gbk"
) -> dict[str, bytes]:
    """Return a set as the library writes it; an absent shape is written as none."""
    files = {name: io.BytesIO() for name in ("shp", "shx", "dbf")}
    writer = shapefile.Writer(**files, shapeType=kind, encoding=encoding)
    writer.field("ZRQBH", "C", 12)
    writer.field("ZRQMC", "C", 40)
    for lines, row in zip(shapes, rows, strict=True):
        if lines is None:
            writer.null()
        elif kind == shapefile.POLYGON:
            writer.poly(lines)
        else:
            writer.line(lines)
        writer.record(*row)
    writer.close()
    return {f".{name}": stream.getvalue() for name, stream in files.items()}


def areas() -> dict[str, bytes]:
    return parts([lines for _, _, lines in SHAPES], [(code, name) for code, name, _ in SHAPES])


def read(found: dict[str, bytes], *, encoding: str = "gbk", crs: str = "WGS-84") -> list[tuple[Any, ...]]:
    """Return rows with the record's number, their shapes parsed."""
    header, frame, _ = shapefiles.read(found, encoding=encoding, crs=crs, wanted=frozenset())
    assert header == ["ZRQBH", "ZRQMC", "geometry"]
    return [
        (line, code, name, text and shapely.from_geojson(text))
        for line, code, name, text in frame.select("_source_line", "c0", "c1", "c2").rows()
    ]


def test_shapes_stand_beside_their_fields_with_holes_and_pieces() -> None:
    one, two = read(areas())
    assert one[:3] == (1, "2E10", "城北所")
    assert two[:3] == (2, "0010", "城南所")
    assert one[3].equals(shapely.Polygon(square(121.40, 31.20)))
    hole = square(121.424, 31.204, 0.002)
    piece, other = (shapely.Polygon(square(x, 31.20)) for x in (121.42, 121.45))
    assert two[3].equals(shapely.MultiPolygon([piece - shapely.Polygon(hole), other]))


def test_deleted_records_leave_with_their_shape_and_none_is_absent() -> None:
    found = parts([[square(1, 1)], [square(2, 2)], None], [("a", ""), ("b", ""), ("c", "")])
    first = struct.unpack("<H", found[".dbf"][8:10])[0]
    table = bytearray(found[".dbf"])
    table[first] = ord("*")
    rows = read(found | {".dbf": bytes(table)})
    assert [row[:2] for row in rows] == [(2, "b"), (3, "c")]
    assert rows[0][3].bounds == pytest.approx((2, 2, 2.01, 2.01))
    assert rows[1][3] is None


def test_streets_are_lines_of_one_or_more_pieces() -> None:
    found = parts(
        [[[(1, 1), (2, 2)]], [[(1, 1), (2, 2)], [(3, 3), (4, 4), (5, 4)]]],
        [("a", ""), ("b", "")],
        kind=shapefile.POLYLINE,
    )
    assert [row[3].geom_type for row in read(found)] == ["LineString", "MultiLineString"]


def ring_number_one(change: Any) -> dict[str, bytes]:
    """Return the first square with its points changed, written byte by byte: the library closes every ring."""
    found = parts([[square(1, 1)]], [("a", "")])
    points = change(square(1, 1))
    content = struct.pack("<i4d2ii", 5, 1, 1, 2, 2, 1, len(points), 0)
    content += b"".join(struct.pack("<2d", *point) for point in points)
    words = len(content) // 2
    shapes = found[".shp"][:24] + struct.pack(">i", 54 + words) + found[".shp"][28:100]
    index = found[".shx"][:100] + struct.pack(">2i", 50, words)
    return found | {".shp": shapes + struct.pack(">2i", 1, words) + content, ".shx": index}


def without(found: dict[str, bytes], part: str) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if name != part}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (without(areas(), ".dbf"), "缺少同名的 .dbf 文件"),
        (without(areas(), ".shx"), "缺少同名的 .shx 文件"),
        (
            areas() | {".dbf": parts([[square(1, 1)]], [("a", "")])[".dbf"]},
            ".dbf 有 1 条记录，.shp 有 2 个图形",
        ),
        (
            areas() | {".shx": parts([[square(1, 1)]], [("a", "")])[".shx"]},
            ".dbf 有 2 条记录，.shp 有 1 个图形",
        ),
        (areas() | {".shp": areas()[".shp"][:-8]}, ".shp 表头写明"),
        (areas() | {".shp": b"PK" + areas()[".shp"][2:]}, ".shp 不是 SHP 的文件"),
        (
            areas() | {".shx": areas()[".shx"][:-8] + struct.pack(">2i", 9000, 10)},
            "第 2 条指到 .shp 之外",
        ),
        (
            areas() | {".shx": areas()[".shx"][:-8] + areas()[".shx"][-16:-12] + areas()[".shx"][-4:]},
            "第 2 个图形的长度与 .shx 写的不同",
        ),
        (ring_number_one(lambda ring: ring[:-1]), "第 1 个图形的边界环没有闭合"),
        (ring_number_one(lambda ring: [ring[0], ring[1], ring[0]]), "第 1 个图形的边界环不足 4 个点"),
        (ring_number_one(lambda ring: [ring[0], (float("nan"), 1), *ring[2:]]), "有不是数值的坐标"),
        (
            parts([[square(1, 1), square(3, 3)[::-1]]], [("a", "")]),
            "第 1 个图形的洞在边界环之外",
        ),
    ],
)
def test_broken_sets_are_refused_with_the_reason(found: dict[str, bytes], said: str) -> None:
    with pytest.raises(JingcangError, match=said):
        read(found)


def test_a_whole_ring_passes_what_the_broken_ones_do_not() -> None:
    assert read(ring_number_one(lambda ring: ring))[0][3].equals(shapely.Polygon(square(1, 1)))


@pytest.mark.parametrize(
    ("stated", "declared", "read_as"),
    [("GBK", "", "gbk"), ("936", "", "gbk"), ("OEM 936", "", "gbk"), ("UTF-8", "", "utf-8"), ("UTF-8", "gbk", "gbk"),
     (None, "utf-8", "utf-8")],
)  # fmt: skip
def test_the_contract_says_the_encoding_else_the_cpg_file(
    stated: str | None, declared: str, read_as: str
) -> None:
    found = parts([[square(1, 1)]], [("a", "城北所")], encoding=read_as)
    given = {} if stated is None else {".cpg": stated.encode()}
    assert read(found | given, encoding=declared)[0][2] == "城北所"


@pytest.mark.parametrize(("given", "said"), [({}, "没有 .cpg 文件"), ({".cpg": b"klingon"}, "不认识 .cpg")])
def test_an_encoding_nobody_states_is_not_guessed(given: dict[str, bytes], said: str) -> None:
    with pytest.raises(JingcangError, match=said):
        read(areas() | given, encoding="")


def prj(crs: str) -> bytes:
    return pyproj.CRS(crs).to_wkt("WKT1_ESRI").encode()


@pytest.mark.parametrize(
    ("stated", "declared", "agrees"),
    [
        ("EPSG:4326", "WGS-84", True),
        ("EPSG:4490", "WGS-84", True),
        ("EPSG:4490", "CGCS2000", True),
        ("EPSG:4326", "GCJ-02", True),
        ("EPSG:4214", "CGCS2000", False),  # Beijing 1954
        ("EPSG:4610", "CGCS2000", False),  # Xi'an 1980
        ("EPSG:4549", "EPSG:4549", True),
        ("EPSG:4549", "EPSG:4548", False),  # another central meridian
        ("EPSG:4549", "CGCS2000", False),
        ("EPSG:4549", "GCJ-02", False),
        ("EPSG:2276", "EPSG:2276", True),
        ("EPSG:2276", "EPSG:32138", False),  # feet, not metres
        ("EPSG:32039", "EPSG:2276", False),  # NAD27
    ],
)
def test_a_prj_file_must_not_contradict_the_contract(stated: str, declared: str, agrees: bool) -> None:
    at = pyproj.Transformer.from_crs("EPSG:4326", stated, always_xy=True).transform(
        *((-96.9, 33.0) if stated in ("EPSG:2276", "EPSG:32039") else (120.2, 31.2))
    )
    found = parts([[square(*at)]], [("a", "")]) | {".prj": prj(stated)}
    if agrees:
        assert len(read(found, crs=declared)) == 1
        return
    with pytest.raises(JingcangError, match="两者不同") as refused:
        read(found, crs=declared)
    assert declared in str(refused.value)


def test_a_prj_file_nobody_understands_is_refused() -> None:
    with pytest.raises(JingcangError, match=r"读不懂 \.prj"):
        read(areas() | {".prj": b"LOCAL GRID OF 1962"})


def scene(root: Path, **custom: str) -> Scene:
    """Return a profile whose one table is a shapefile of areas."""
    columns = [
        {"name": "ZRQBH", "logicalType": "string", "primaryKey": True, "primaryKeyPosition": 1},
        {"name": "ZRQMC", "logicalType": "string"},
        {"name": "geometry", "logicalType": "string", "required": True},
    ]
    mapping = {
        "area_id": {"transform": "record_key"}, "area_no": "ZRQBH", "source_system": {"value": "case"},
        "area_name": "ZRQMC", "boundary_wkt": {"from": "geometry", "transform": "wkt_from_geojson"},
    }  # fmt: skip
    properties = {"strategy": "files", "path": "*.shp", "format": "shp", "crs": "WGS-84", "encoding": "gbk"}
    return Scene(
        root, kind="files", columns=columns, mapping=mapping, entity="areas", custom=properties | custom
    )


LANDED = "select area_no, area_name, _source_file, _source_line from landed.areas order by 1"


def test_a_loose_set_lands_waits_for_its_parts_and_is_replaced_whole(tmp_path: Path) -> None:
    here = scene(tmp_path)
    found = areas()
    here.file("zrq/责任区.shp", found[".shp"])
    here.file("zrq/责任区.SHX", found[".shx"])
    here.custom["path"] = "zrq/*.shp"
    with pytest.raises(JingcangError, match=r"缺少同名的 \.dbf 文件"):
        here.land()
    here.file("zrq/责任区.dbf", found[".dbf"])
    result = here.land()
    assert (result.read, result.accepted) == (2, 2)
    assert here.rows(LANDED) == [
        ("0010", "城南所", "zrq/责任区.shp", 2),
        ("2E10", "城北所", "zrq/责任区.shp", 1),
    ]
    assert here.land().read == 0, "nothing new"
    # A new table beside the same shapes is a new delivery of the whole set.
    renamed = parts([lines for _, _, lines in SHAPES], [("2E10", "城东所"), ("0010", "城南所")])
    here.file("zrq/责任区.dbf", renamed[".dbf"])
    here.land()
    assert here.rows(LANDED)[1][:2] == ("2E10", "城东所")
    # A refused replacement leaves what stands, and is asked for again at the next run.
    here.file("zrq/责任区.prj", prj("EPSG:4214"))
    for _ in range(2):
        assert "两者不同" in str(here.land().refused)
    assert here.rows(LANDED)[1][:2] == ("2E10", "城东所")


def test_a_zip_holds_one_set_or_several(tmp_path: Path) -> None:
    here = scene(tmp_path, path="*.zip", container="zip")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem, shapes in (("a", SHAPES[:1]), ("b/b", SHAPES[1:])):
            found = parts([lines for _, _, lines in shapes], [(code, name) for code, name, _ in shapes])
            for part, data in (found | {".prj": WGS84}).items():
                archive.writestr(f"{stem}{part}", data)
        archive.writestr("readme.txt", "两组文件")
    here.file("zrq.zip", content.getvalue())
    here.land()
    assert here.rows(LANDED) == [
        ("0010", "城南所", "zrq.zip/b/b.shp", 1),
        ("2E10", "城北所", "zrq.zip/a.shp", 1),
    ]
    (wkt,) = here.rows("select boundary_wkt from landed.areas where area_no = '2E10'")[0]
    assert shapely.from_wkt(wkt).equals(shapely.Polygon(square(121.40, 31.20)))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("only.dbf", areas()[".dbf"])
    here.file("empty.zip", content.getvalue())
    assert "缺少同名的 .shp、.shx、.dbf 文件" in str(here.land().refused)


@pytest.mark.parametrize(
    ("custom", "said"), [({"crs": ""}, "须写明坐标系"), ({"container": "gz"}, "gz 只装一个文件")]
)
def test_a_contract_states_the_system_and_a_container_that_holds_a_set(
    tmp_path: Path, custom: dict[str, str], said: str
) -> None:
    here = scene(tmp_path, **custom)
    here.custom = {name: value for name, value in here.custom.items() if value}
    with pytest.raises(JingcangError, match=said):
        here.profile()


def test_geometry_is_json_without_heights() -> None:
    files = {name: io.BytesIO() for name in ("shp", "shx", "dbf")}
    writer = shapefile.Writer(**files, shapeType=shapefile.POLYGONZ)
    writer.field("ZRQBH", "C", 2)
    writer.polyz([[(x, y, 5.0) for x, y in square(1, 1)]])
    writer.record("a")
    writer.close()
    found = {f".{name}": stream.getvalue() for name, stream in files.items()}
    _, frame, _ = shapefiles.read(found, encoding="ascii", crs="WGS-84", wanted=frozenset())
    assert {len(point) for point in json.loads(frame["c1"][0])["coordinates"][0]} == {2}
