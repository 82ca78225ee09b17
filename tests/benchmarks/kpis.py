"""The KPI build against one bare pass of the same joins over the same facts.

The product's side is what dbt compiles of ``fct_kpi_records`` and ``rpt_kpi_values``, keys, reasons and evidence of
every record included; both sides read the same built facts. Their sums are compared before anything is told.

Usage: ``python -m tests.benchmarks.kpis [--uses 1000000] [--officers 300]``
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import duckdb

from jingcang.contracts.files import CONTRACTS_ROOT
from tests.benchmarks.pairs import least_with_processor, statement, tell, watched
from tests.dbt.make_landed import make_landed
from tests.dbt.warehouse import dbt

MODELS = ("fct_kpi_records", "rpt_kpi_values")
MAPPINGS = CONTRACTS_ROOT / "profiles" / "demo" / "mapping_seeds" / "archive.csv"
USES, OFFICERS = 1_000_000, 300
LIMIT = 3.0
DIFFERENCES = """
select kpi_code, sum(product_sum), sum(bare_sum) from (
    select kpi_code, denominator_total * 31 + numerator_total as product_sum, 0 as bare_sum from rpt_kpi_values
    union all select kpi_code, 0, denominator_total * 31 + numerator_total from bare_values
) where kpi_code in (select kpi_code from bare_values)
group by kpi_code having sum(product_sum) <> sum(bare_sum)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="kpis")
    parser.add_argument("--uses", type=int, default=USES)
    parser.add_argument("--officers", type=int, default=OFFICERS)
    given = parser.parse_args()
    run(given.uses, given.officers)


def run(uses: int = USES, officers: int = OFFICERS) -> None:
    """Measure in a temporary folder and print.

    Args:
        uses: of archive files in 24 months.
        officers: who used them.
    """
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        database, target = made(Path(scratch), uses, officers, "--select", f"+{MODELS[-1]}")
        _measure(database, _compiled(target), uses)


def made(folder: Path, uses: int, officers: int, *wanted: str) -> tuple[Path, Path]:
    """Return a build database of so many uses, its models made, and dbt's target folder.

    Args:
        folder: empty.
        uses, officers: as in :func:`run`.
        wanted: options of dbt that select models; all of them without.
    """
    database, target = folder / "build.duckdb", folder / "target"
    make_landed(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            statement("kpi_world.sql", uses=uses, officers=officers, mappings=MAPPINGS.as_posix())
        )
    target.mkdir()
    without = ["--exclude-resource-types", "unit_test", "test"]
    failed = dbt(database, target, "build", *wanted, *without, "--full-refresh")
    assert failed == [], failed
    return database, target


def _compiled(target: Path) -> list[tuple[str, str]]:
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    paths = {node["name"]: node["original_file_path"] for node in nodes.values()}
    return [(name, (target / "compiled" / "jingcang" / paths[name]).read_text("utf-8")) for name in MODELS]


def _measure(database: Path, compiled: list[tuple[str, str]], uses: int) -> None:
    with duckdb.connect(str(database)) as connection, watched() as peak:
        connection.execute("set preserve_insertion_order = false; set TimeZone = 'UTC'")

        def built() -> None:
            for name, text in compiled:
                connection.execute(f"create or replace table {name} as {text}")

        (product_s, bare_s), processor_s = least_with_processor(
            built, lambda: connection.execute(statement("kpi_records.sql"))
        )
        differing = connection.execute(DIFFERENCES).fetchall()
        assert differing == [], differing
        (records,) = connection.execute("select count(*) from fct_kpi_records").fetchall()[0]
    tell(
        "KPI records and sums / one bare pass of the same joins", product=product_s, bare=bare_s, limit=LIMIT,
        uses=uses, records=records, processor_s=processor_s,
        processor_ratio=round(processor_s[0] / processor_s[1], 2), peak_gb=round(peak.bytes / 1024**3, 2),
    )  # fmt: skip


if __name__ == "__main__":
    main()
