"""Writing tables the way the simulated systems keep them.

Belongs here: SQLite files, GeoJSON, Parquet and CSV day files, GB18030 exports, workbooks, the API's store.
Does not belong here: PostgreSQL and MariaDB (``servers``), rows and faults (the other modules).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter


def sqlite(path: Path, tables: dict[str, pl.DataFrame], keys: Mapping[str, Sequence[str]]) -> None:
    """Write tables of text; the key gets an index, not a constraint, since planted keys repeat."""
    with sqlite3.connect(path) as connection:
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        for name, frame in tables.items():
            columns = ", ".join(f'"{column}" text' for column in frame.columns)
            connection.execute(f'create table "{name}" ({columns})')
            marks = ", ".join("?" * frame.width)
            connection.executemany(f'insert into "{name}" values ({marks})', frame.iter_rows())
            if keys[name]:
                quoted = ", ".join(f'"{column}"' for column in keys[name])
                connection.execute(f'create index "ix_{name}" on "{name}" ({quoted})')
        connection.commit()
    connection.close()


def geojson(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write a feature collection; ``geometry`` is JSON text or None."""
    features = []
    for row in rows:
        shape = row["geometry"]
        properties = {name: value for name, value in row.items() if name != "geometry"}
        geometry = json.loads(shape) if shape else None
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    document = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def csv_text(frame: pl.DataFrame) -> str:
    """Return a delimited text with a header; a value is quoted where it must be."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in frame.iter_rows():
        writer.writerow(["" if value is None else value for value in row])
    return buffer.getvalue()


def workbook(path: Path, title: str, frame: pl.DataFrame, *, sheet: str = "档案目录") -> None:
    """Write an export as archive systems make it: a title line, the header, then text cells."""
    book = xlsxwriter.Workbook(
        path,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": dt.datetime(2026, 6, 30, tzinfo=dt.UTC)})
    page = book.add_worksheet(sheet)
    page.write_string(0, 0, title)
    for column, name in enumerate(frame.columns):
        page.write_string(1, column, name)
    for index, row in enumerate(frame.iter_rows(), 2):
        for column, value in enumerate(row):
            if value is not None:
                page.write_string(index, column, value)
    book.close()


def records(path: Path, frame: pl.DataFrame) -> None:
    """Write the store of one API table: a JSON list of objects."""
    path.write_text(json.dumps(frame.to_dicts(), ensure_ascii=False), encoding="utf-8")
