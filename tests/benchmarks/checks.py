"""The compiled row rules of a contract against the same predicates as one hand-written pass.

The table is 巡组定位点 (``gps.qw_gpsd``): it is the one that grows to tens of millions of rows. Both sides read the
same day files (typed Parquet) and count the rows that violate each rule; the counts must be equal. The product's
side reads through its own connector, prepares and evaluates portions as landing does. Great Expectations, the
independent witness, is told apart, its import not counted.

Usage: ``python -m tests.benchmarks.checks [--rows 10000000] [--without-witness]``
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from jingcang.contracts import SourceTable, load_profile, witness
from jingcang.landing import files
from jingcang.landing.delivery import RawFile
from jingcang.landing.judge import violations
from jingcang.landing.write import portions, prepared
from orchestration import PROJECT_ROOT
from tests.benchmarks import points
from tests.benchmarks.pairs import least, statement, tell, watched

TABLE, ROWS, DAYS = "gps.qw_gpsd", 10_000_000, 20
LIMIT, WITNESS_LIMIT, PEAK_LIMIT_GB = 2.0, 5.0, 4.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="checks")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--without-witness", action="store_true")
    given = parser.parse_args()
    run(given.rows, with_witness=not given.without_witness)


def run(rows: int = ROWS, *, with_witness: bool = True) -> None:
    """Measure in a temporary folder and print; see :func:`measure`."""
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        measure(Path(scratch), rows, with_witness=with_witness)


def measure(folder: Path, rows: int, *, with_witness: bool) -> None:
    """Write the files, then time both sides.

    Args:
        folder: where the files go.
        rows: of all files together.
        with_witness: time Great Expectations as well.
    """
    profile = load_profile(PROJECT_ROOT / "data_contracts" / "profiles" / "demo", data=folder)
    table = next(table for table in profile.tables if table.qualified == TABLE)
    paths = points.write_days(folder, rows, DAYS)
    counted: dict[str, Counter[str]] = {}

    def product() -> None:
        counted["product"] = Counter()
        for frame in _prepared_portions(table, paths):
            found = violations(frame, table)
            counted["product"].update({name: int(found[name].sum()) for name in found.columns})

    def bare(threads: int | None = None) -> None:
        with duckdb.connect(config={"threads": threads} if threads else {}) as connection:
            query = statement("checks.sql", files=folder / "*.parquet")
            counts = connection.execute(query).pl().to_dicts()[0]
            counted["bare"] = Counter(counts)

    def judged() -> None:
        counted["witness"] = Counter()
        for frame in _prepared_portions(table, paths):
            counted["witness"].update(witness.validate(table, frame).counts)

    with watched() as peak:
        product_s, bare_s = least(product, bare)
    assert counted["product"] == counted["bare"], counted
    tell(
        "compiled contract checks / one hand-written pass", product=product_s, bare=bare_s, limit=LIMIT, rows=rows,
        table=TABLE, rules=len(counted["bare"]), peak_gb=round(peak.bytes / 1024**3, 2), peak_limit_gb=PEAK_LIMIT_GB,
    )  # fmt: skip
    if with_witness:
        witness.load_engine()
        with watched() as peak:
            # The witness has one thread in the product; so has the pass beside it.
            witness_s, bare_s = least(judged, lambda: bare(threads=1))
        assert counted["witness"] == counted["bare"], counted
        tell(
            "Great Expectations / one hand-written pass, one thread", product=witness_s, bare=bare_s,
            limit=WITNESS_LIMIT, rows=rows, table=TABLE, peak_gb=round(peak.bytes / 1024**3, 2),
        )  # fmt: skip


def _prepared_portions(table: SourceTable, paths: list[Path]) -> Iterator[pl.DataFrame]:
    chunks = (
        chunk
        for path in paths
        for chunk in files.read_raw_file(table, RawFile(path.name, path.name, "", 0, "file"), path.parent)
    )
    for portion in portions(chunks):
        yield prepared(table, portion)


if __name__ == "__main__":
    main()
