"""ESRI shapefiles: shapes (.shp, .shx), their table (.dbf), and what says how to read both (.prj, .cpg).

Belongs here: which files make a set, whether it is whole, its shapes as GeoJSON beside the fields of the table. Does
not belong here: the table's layout (``dbf``), conversion of coordinates (``coordinates``, ``transforms.places``).

Shapes are read by pyshp; what it lets pass is refused here: counts that differ, rings that do not close, holes outside
their ring. Source: ESRI Shapefile Technical Description, July 1998.
"""

from __future__ import annotations

import codecs
import io
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import polars as pl
import shapefile
import shapely
from shapely.geometry import shape as as_shape

from jingcang.errors import JingcangError
from jingcang.landing import coordinates, dbf
from jingcang.landing.delivery import LINE

GEOMETRY = "geometry"
LEAD, REQUIRED, OPTIONAL = ".shp", (".shp", ".shx", ".dbf"), (".prj", ".cpg")
_HEADER, _ENTRY = 100, 8
_MAGIC = 9994
_CODE_PAGES = {"936": "gbk", "54936": "gb18030", "950": "cp950", "65001": "utf-8", "88591": "latin-1"}
"""Numbers a .cpg file writes for a code page that Python names otherwise."""
_UNREADABLE = (
    shapefile.ShapefileException,
    shapefile.GeoJSON_Error,
    struct.error,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)


def sets(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return lead (.shp) → extension in lower case → name, of the files that belong together.

    Args:
        names: file names with their folders; parts have the lead's name but for the extension.
    """
    parts: dict[str, dict[str, str]] = {}
    for name in sorted(names):
        path = PurePosixPath(name)
        if path.suffix.lower() in REQUIRED + OPTIONAL:
            parts.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = name
    return {found[LEAD]: found for found in parts.values() if LEAD in found}


def loose_sets(found: Iterable[tuple[str, Path]]) -> list[list[tuple[str, Path]]]:
    """Return the sets of a drop folder, each a list of (name, path), the lead first.

    Args:
        found: delivered files; parts beside a lead belong to it whether or not the pattern of the contract names them.
    """
    leads = [(name, path) for name, path in found if path.suffix.lower() == LEAD]
    grouped = []
    for name, path in leads:
        beside = {str(PurePosixPath(name).with_name(other.name)): other for other in path.parent.iterdir()}
        parts = sets(beside).get(name, {LEAD: name})
        grouped.append([(parts[part], beside[parts[part]]) for part in REQUIRED + OPTIONAL if part in parts])
    return grouped


def check_whole(extensions: Iterable[str], name: str) -> None:
    """Refuse a set that lacks a part.

    Raises:
        JingcangError: naming the missing parts.
    """
    missing = [part for part in REQUIRED if part not in set(extensions)]
    if missing:
        raise JingcangError(
            f"SHP 缺少同名的 {'、'.join(missing)} 文件",
            where=f"文件 {name}",
            rule="file",
            remedy="该组文件未入库；请把 .shp、.shx、.dbf 一起投放，名称相同",
        )


def read(
    parts: Mapping[str, bytes], *, encoding: str, crs: str | None, wanted: frozenset[str]
) -> tuple[list[str], pl.DataFrame, pl.DataFrame]:
    """Read a set.

    Args:
        parts: extension → content.
        encoding: of the table as the contract declares it; "" leaves it to the .cpg file.
        crs: as the contract declares it; a .prj file must not contradict it.
        wanted: names of the contract's columns.

    Returns:
        As :func:`jingcang.landing.dbf.read`, with the column ``geometry``: the record's shape as GeoJSON text in the
        coordinates of the file, heights and measures left out; absent where the record has no shape.

    Raises:
        JingcangError: the set is not whole, contradicts itself or the contract, or a shape is broken.
    """
    check_whole(parts, "")
    shapes, offsets = parts[LEAD], _offsets(parts[LEAD], parts[".shx"])
    count = dbf.record_count(parts[".dbf"])
    if count != len(offsets):
        raise _wrong(f".dbf 有 {count:,} 条记录，.shp 有 {len(offsets):,} 个图形", "两者不是同一次导出")
    if ".prj" in parts:
        _check_system(parts[".prj"], crs, shapes)
    header, frame, damaged = dbf.read(parts[".dbf"], encoding or _code_page(parts.get(".cpg")), wanted)
    reader = shapefile.ShpReader(io.BytesIO(shapes))
    texts = [_geojson(reader, number, *offsets[number - 1]) for number in frame[LINE]]
    return [*header, GEOMETRY], frame.with_columns(pl.Series(f"c{len(header)}", texts, pl.String)), damaged


def _offsets(shapes: bytes, index: bytes) -> list[tuple[int, int]]:
    """Return (offset, length in bytes) of each shape, checked against the shapes themselves."""
    for content, part in ((shapes, LEAD), (index, ".shx")):
        if len(content) < _HEADER or struct.unpack(">i", content[:4])[0] != _MAGIC:
            raise _wrong(f"{part} 不是 SHP 的文件，或比表头还短", "请核对文件是否传完")
        told = 2 * struct.unpack(">i", content[24:28])[0]
        if told != len(content):
            raise _wrong(f"{part} 表头写明 {told:,} 字节，实际 {len(content):,} 字节", "文件没有传完或已损坏")
    words = np.frombuffer(index[_HEADER:][: (len(index) - _HEADER) // _ENTRY * _ENTRY], dtype=">i4")
    offsets = [(2 * int(offset), 2 * int(length)) for offset, length in words.reshape(-1, 2)]
    for number, (offset, length) in enumerate(offsets, start=1):
        start = offset + _ENTRY
        if not (offset >= _HEADER and 4 <= length <= len(shapes) - start):
            raise _wrong(f".shx 第 {number:,} 条指到 .shp 之外", "两者不是同一次导出")
        if 2 * struct.unpack(">i", shapes[offset + 4 : start])[0] != length:
            raise _wrong(f"第 {number:,} 个图形的长度与 .shx 写的不同", "两者不是同一次导出")
    return offsets


def _code_page(content: bytes | None) -> str:
    """Return the Python name of the encoding a .cpg file states."""
    if content is None:
        raise _wrong("没有 .cpg 文件，契约也没有声明 encoding", "请在契约中写明 encoding（如 gbk、utf-8）")
    stated = content.decode("ascii", "replace").strip().strip("\0")
    name = stated.lower().removeprefix("ansi ").removeprefix("oem ").removeprefix("cp")
    try:
        return codecs.lookup(_CODE_PAGES.get(name, f"cp{name}" if name.isdigit() else name)).name
    except LookupError as error:
        raise _wrong(f"不认识 .cpg 写的编码 {stated[:20]}", "请在契约中写明 encoding") from error


def _check_system(prj: bytes, crs: str | None, shapes: bytes) -> None:
    """Refuse a .prj file that states another system than the contract."""
    west, south, east, north = struct.unpack("<4d", shapes[36:68])
    corners = np.array([west, east, west, east]), np.array([south, south, north, north])
    stated = coordinates.system_name(prj.decode("utf-8", "replace"))
    if stated is None:
        raise _wrong("读不懂 .prj 写的坐标系", "请来源单位用标准坐标系导出，或去掉 .prj 并在契约中写明 crs")
    if not coordinates.is_same_system(prj.decode("utf-8", "replace"), crs, *corners):
        raise _wrong(
            f".prj 写的坐标系是 {stated}，契约声明的是 {crs or 'CGCS2000'}，两者不同",
            "请向来源单位核实坐标系，改正契约中的 crs 或重新导出",
        )


def _geojson(reader: shapefile.ShpReader, number: int, offset: int, length: int) -> str | None:
    try:
        found = reader.shape(number - 1, offset, length)
        if found is None or found.shapeType == shapefile.NULL:
            return None
        _check_parts(found, number)
        geometry: Any = found.__geo_interface__
    except _UNREADABLE as error:
        raise _wrong(f"第 {number:,} 个图形读不出来", "图形已损坏或不是点、线、面；请重新导出") from error
    if geometry["type"] in ("Polygon", "MultiPolygon") and shapely.is_valid_reason(
        as_shape(geometry)
    ).startswith("Hole lies outside shell"):
        raise _wrong(f"第 {number:,} 个图形的洞在边界环之外", "环的方向写反了；请检查图形后重新导出")
    return json.dumps(
        {"type": geometry["type"], "coordinates": geometry["coordinates"]}, separators=(",", ":")
    )


def _check_parts(found: Any, number: int) -> None:
    """Refuse coordinates that are none and parts that are no ring or no line."""
    points = np.asarray([point[:2] for point in found.points], dtype=np.float64)
    if not np.isfinite(points).all():
        raise _wrong(f"第 {number:,} 个图形有不是数值的坐标", "请检查图形后重新导出")
    is_polygon = found.shapeType in (shapefile.POLYGON, shapefile.POLYGONM, shapefile.POLYGONZ)
    is_line = found.shapeType in (shapefile.POLYLINE, shapefile.POLYLINEM, shapefile.POLYLINEZ)
    if not is_polygon and not is_line:
        return
    for start, end in _parts(found):
        if end - start < (4 if is_polygon else 2):
            least = "边界环不足 4 个点" if is_polygon else "线不足 2 个点"
            raise _wrong(f"第 {number:,} 个图形的{least}", "请检查图形后重新导出")
        if is_polygon and (points[start] != points[end - 1]).any():
            raise _wrong(f"第 {number:,} 个图形的边界环没有闭合", "请检查图形后重新导出")


def _parts(found: Any) -> Iterator[tuple[int, int]]:
    """Return where each part begins and ends; bounds out of order leave a part without points."""
    bounds = [*found.parts, len(found.points)]
    if bounds[0] != 0:
        raise ValueError("first part does not begin with the first point")
    return pairwise(bounds)


def _wrong(what: str, remedy: str) -> JingcangError:
    return JingcangError(what, rule="file", remedy=remedy)
