"""Rows of one raw file as text columns under the contract's names.

Belongs here: CSV, TSV, JSON lines, Parquet, GeoJSON, JSON pages: header layouts, typed cells to text, line
numbers. Does not belong here: workbooks (``excel``), dBASE tables (``dbf``), shapefiles (``shapefiles``), finding
and unpacking files (``containers``), and rules.

Everything becomes text, because the contract's rules speak about text as the source wrote it; typed cells
are written as a database prints them. Only columns of typed files whose spelling nobody reads keep their
type (``typed``).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import fastexcel
import polars as pl

from jingcang.contracts import SourceTable
from jingcang.errors import JingcangError
from jingcang.landing import csv_lines, dbf, excel, shapefiles
from jingcang.landing.delivery import DAMAGED_SCHEMA, FILE, LINE, Chunk, file_options, no_damage
from jingcang.landing.typed import keep_or_print


def read_file(
    table: SourceTable, name: str, content: bytes, parts: Mapping[str, bytes] | None = None
) -> list[Chunk]:
    """Read one logical file of a file table.

    Args:
        table: contract with file options.
        name: logical file name, kept as ``_source_file``.
        content: the file's bytes.
        parts: of a shapefile, whose ``content`` is the .shp: extension → content of every file of the set.

    Returns:
        The rows and the damaged lines; one chunk, or one a sheet (``<name>/<sheet>``) of a workbook of which the
        contract reads several.

    Raises:
        JingcangError: the file as a whole cannot be read, or lacks required columns.
    """
    options = file_options(table)
    readers = {
        "csv": _csv,
        "tsv": _csv,
        "jsonl": _jsonl,
        "parquet": _parquet,
        "geojson": _geojson,
        "dbf": _dbf,
    }
    try:
        if options.format == "excel":
            read = excel.read(options, content)
        elif options.format == "shp":
            read = {"": _shp(table, parts or {shapefiles.LEAD: content})}
        else:
            read = {"": readers[options.format](table, content)}
    except JingcangError as error:
        where = f"{table.qualified} 文件 {name}" + (f" {error.where}" if error.where else "")
        raise JingcangError(error.what, where=where, rule=error.rule, remedy=error.remedy) from error
    except (pl.exceptions.PolarsError, fastexcel.FastExcelError, ValueError, OSError) as error:
        raise JingcangError(
            f"文件无法按 {options.format} 格式读出",
            where=f"{table.qualified} 文件 {name}",
            rule="file",
            remedy="请核对文件是否完整，并与来源契约的格式一致",
        ) from error
    return [to_chunk(table, f"{name}/{part}" if part else name, *rows) for part, rows in read.items()]


def to_chunk(
    table: SourceTable, name: str, header: list[str], frame: pl.DataFrame, damaged: pl.DataFrame
) -> Chunk:
    """Give columns ``c0`` … the contract's names by header and synonyms; add what is missing as null.

    Raises:
        JingcangError: a required or key column is missing, or two columns mean the same one.
    """
    known = {_loose(spelling): column for spelling, column in table.headers.items()}
    chosen: dict[str, str] = {}
    unknown: list[str] = []
    for index, spelling in enumerate(header):
        column = table.headers.get(spelling) or known.get(_loose(spelling))
        if column is None and excel.LEVELS in spelling:
            # Below a merged heading the contract may name the last level alone.
            column = known.get(_loose(spelling.rsplit(excel.LEVELS, 1)[1]))
        if column is None:
            if spelling:
                unknown.append(spelling)
        elif column in chosen:
            raise JingcangError(
                f"有两列都对应契约字段 {column}",
                where=f"{table.qualified} 文件 {name}",
                rule="header",
                remedy="请核对文件表头与契约中的同义列名",
            )
        else:
            chosen[column] = f"c{index}"
    missing = tuple(column.name for column in table.columns if column.name not in chosen)
    check_columns(table, missing, f"文件 {name}")
    columns = [
        pl.col(chosen[column.name]).alias(column.name)
        if column.name in chosen
        else pl.lit(None, dtype=pl.String).alias(column.name)
        for column in table.columns
    ]
    named = frame.select(*columns, pl.lit(name).alias(FILE), pl.col(LINE).cast(pl.Int64))
    return Chunk(named, damaged.with_columns(pl.lit(name).alias(FILE)), missing, tuple(unknown))


def check_columns(table: SourceTable, missing: tuple[str, ...], where: str) -> None:
    """Refuse a source that lost a column nothing can do without.

    Raises:
        JingcangError: naming the missing columns and the entity columns that need them.
    """
    lost = [
        name
        for name in missing
        if table.column(name).required or name in table.key or name == table.watermark
    ]
    if not lost:
        return
    consumers = table.entity_columns(lost)
    raise JingcangError(
        f"来源缺少契约声明的必需列：{'、'.join(lost)}",
        where=f"{table.qualified} {where}",
        rule="header",
        remedy=f"受影响的字段：{'、'.join(consumers) or '无'}；请向来源单位核实列是否改名，并在契约中登记同义列名",
    )


def _loose(spelling: str) -> str:
    return "".join(spelling.split()).casefold()


_Read = tuple[list[str], pl.DataFrame, pl.DataFrame]


def _csv(table: SourceTable, content: bytes) -> _Read:
    options = file_options(table)
    lines = csv_lines.read(
        content, encoding=options.encoding, delimiter=options.delimiter, header_row=options.header_row
    )
    return lines.header, lines.frame, lines.damaged


def _dbf(table: SourceTable, content: bytes) -> _Read:
    return dbf.read(content, file_options(table).encoding, frozenset(table.headers))


def _shp(table: SourceTable, parts: Mapping[str, bytes]) -> _Read:
    encoding = file_options(table).encoding
    return shapefiles.read(parts, encoding=encoding, crs=table.crs, wanted=frozenset(table.headers))


def as_text(value: Any) -> str | None:
    """Return a JSON value as text: numbers as written, truth values as true/false, nested ones as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(_numeric(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class _Number(str):
    """A JSON number in its own spelling."""


def _numeric(value: Any) -> Any:
    """Turn spelt numbers inside a nested value back into numbers."""
    if isinstance(value, _Number):
        return float(value) if set(value) & set(".eEnN") else int(value)
    if isinstance(value, dict):
        return {name: _numeric(item) for name, item in value.items()}
    return [_numeric(item) for item in value] if isinstance(value, list) else value


def load_json(text: str | bytes) -> Any:
    """Parse JSON keeping numbers in their own spelling, so that 1.10 stays 1.10."""
    return json.loads(text, parse_float=_Number, parse_int=_Number)


def records_to_frame(
    table: SourceTable, records: list[dict[str, Any]], lines: list[int]
) -> tuple[list[str], pl.DataFrame]:
    """Turn JSON objects into columns ``c0`` … of text; a dotted contract name reaches into objects.

    Returns:
        The header (names that occur in any record, contract columns first) and the frame.
    """
    present = {name for record in records for name in record}
    nested = [spelling for spelling in table.headers if "." in spelling and spelling not in present]
    dotted = [name for name in nested if any(_reach(record, name) is not None for record in records)]
    header = sorted(present) + dotted
    data = {
        f"c{index}": pl.Series([as_text(_reach(record, name)) for record in records], dtype=pl.String)
        for index, name in enumerate(header)
    }
    return header, pl.DataFrame(data | {LINE: pl.Series(lines, dtype=pl.Int64)})


def _reach(record: Any, name: str) -> Any:
    if isinstance(record, dict) and name in record:
        return record[name]
    for part in name.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(part)
    return record


def _jsonl(table: SourceTable, content: bytes) -> _Read:
    options = file_options(table)
    text, undecodable = csv_lines.decode(content, options.encoding)
    records, numbers = [], []
    damaged: list[tuple[str, None, int, str]] = [
        ("encoding", None, number, line) for number, line in undecodable
    ]
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = load_json(line)
        except ValueError:
            record = None
        if isinstance(record, dict):
            records.append(record)
            numbers.append(number)
        else:
            damaged.append(("ragged", None, number, line))
    header, frame = records_to_frame(table, records, numbers)
    if not records:
        header, frame = _nothing(table)
    return header, frame, pl.DataFrame(damaged, schema=DAMAGED_SCHEMA, orient="row")


def _nothing(table: SourceTable) -> tuple[list[str], pl.DataFrame]:
    header = [column.name for column in table.columns]
    schema: dict[str, Any] = {f"c{index}": pl.String for index in range(len(header))}
    return header, pl.DataFrame(schema=schema | {LINE: pl.Int64})


def _parquet(table: SourceTable, content: bytes) -> _Read:
    stream = io.BytesIO(content)
    names = list(pl.read_parquet_schema(stream))
    known = {_loose(spelling): column for spelling, column in table.headers.items()}
    wanted = [name for name in names if _loose(name) in known]
    stream.seek(0)
    contract_names = {name: table.headers.get(name) or known[_loose(name)] for name in wanted}
    frame = keep_or_print(pl.read_parquet(stream, columns=wanted), table, contract_names)
    frame = frame.rename({name: f"c{index}" for index, name in enumerate(wanted)})
    header = wanted + [name for name in names if name not in wanted]
    return header, frame.with_row_index(LINE, offset=1), no_damage()


def _geojson(table: SourceTable, content: bytes) -> _Read:
    options = file_options(table)
    document = load_json(content.decode(options.encoding).removeprefix("\ufeff"))
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ValueError("not a FeatureCollection")
    if table.key:
        features = _whole_shapes(table, features)
    records = [
        {**(feature.get("properties") or {}), "geometry": as_text(feature.get("geometry"))}
        for feature in features
    ]
    lines = [feature[LINE] for feature in features] if table.key else list(range(1, len(records) + 1))
    header, frame = records_to_frame(table, records, lines)
    if not records:
        header, frame = _nothing(table)
    return header, frame, no_damage()


def _whole_shapes(table: SourceTable, features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the polygons of features that tell the same thing: a district in three pieces is one row.

    Only where the declared key has a value, since a second piece could not be a second row there. A row has the
    line of its first piece. Features that differ in any property, repeat a shape or have no polygon stay apart
    and meet the rules of the key and of repeats.
    """
    keys = {spelling for spelling, column in table.headers.items() if column in table.key}
    whole: dict[str, dict[str, Any]] = {}
    for line, feature in enumerate(features, start=1):
        polygons, properties = _polygons(feature), feature.get("properties") or {}
        has_key = sum(properties.get(name) not in (None, "") for name in keys) == len(table.key)
        told = json.dumps(properties, sort_keys=True) if polygons and has_key else str(line)
        first = whole.get(told)
        if first is None:
            whole[told] = {**feature, LINE: line}
        elif any(polygon in _polygons(first) for polygon in polygons):
            whole[str(line)] = {**feature, LINE: line}
        else:
            joined = [*_polygons(first), *polygons]
            first["geometry"] = {"type": "MultiPolygon", "coordinates": joined}
    return list(whole.values())


def _polygons(feature: dict[str, Any]) -> list[Any]:
    """Return the polygons of a feature, none where its shape is another."""
    geometry = feature.get("geometry") or {}
    coordinates = geometry.get("coordinates") or []
    return {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(geometry.get("type")), [])
