"""Extracting 接警单 from PostgreSQL against the bare copy of the same table to Parquet.

The product's side twice. Extraction: read in key order, write the raw file durably, prepare, hash rows and content,
evaluate every row rule of the contract. Landing: all of ``land_table`` on an empty home, that is the same and
versions compared, rows mapped to the entity (instants, coordinates, pseudonyms), accepted and quarantined rows
and books written durably, the manifest committed. The witness is apart (``checks``). 接警单 has the most rules of
all database tables. Seconds of the processor are told beside those of the clock: the server's are in neither.

Usage: ``python -m tests.benchmarks.extraction [--rows 1000000]``
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl

from jingcang.contracts import load_profile
from jingcang.home import Home
from jingcang.landing import connect, databases, land_table
from jingcang.landing.judge import violations
from jingcang.landing.versions import HASH, rows_hash, with_versions
from jingcang.landing.write import prepared
from orchestration import PROJECT_ROOT
from tests import servers
from tests.benchmarks import calls
from tests.benchmarks.pairs import least_with_processor, statement, tell, watched

TABLE, ROWS, LIMIT = "case.pj_jjdb", 1_000_000, 2.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="extraction")
    parser.add_argument("--rows", type=int, default=ROWS)
    run(parser.parse_args().rows)


def run(rows: int = ROWS) -> None:
    """Measure on a PostgreSQL server of its own and print.

    Raises:
        Missing, NotStarted: there is no such server (``tests.servers``).
    """
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        # Open to the account that the server runs under.
        Path(scratch).chmod(0o755)
        folder = Path(scratch) / "postgres"
        folder.mkdir()
        server, url = servers.start_postgres(folder)
        try:
            measure(Path(scratch), url, rows)
        finally:
            server.terminate()
            server.wait(20)


def measure(scratch: Path, url: str, rows: int) -> None:
    """Fill the source, then time both sides.

    Args:
        scratch: an empty folder's parent for homes and output.
        url: an empty PostgreSQL database.
        rows: of the source table.
    """
    os.environ["JINGCANG_CASE_URL"] = url
    os.environ.setdefault("JINGCANG_PSEUDONYM_KEY", "benchmark")
    profile = load_profile(PROJECT_ROOT / "data_contracts" / "profiles" / "demo", data=scratch)
    table = next(table for table in profile.tables if table.qualified == TABLE)
    bare_home, home = Home(scratch / "bare"), Home(scratch / "home")
    address = urlsplit(url)
    attach = (
        f"attach 'host={address.hostname} port={address.port} user={address.username} dbname=postgres' "
        "as source (type postgres"
    )
    with connect(bare_home.prepare(), extensions=["postgres_scanner"]) as connection:
        connection.execute(f"{attach})")
        connection.execute(f"create table source.public.pj_jjdb as {calls.rows_sql(rows)}")
        connection.execute("call postgres_execute('source', 'analyze pj_jjdb')")

    def extract() -> None:
        incoming = scratch / "incoming"
        delivery = databases.deliver(
            table, profile.systems[table.system], bare_home, {}, as_of=calls.AS_OF, known=pl.DataFrame
        )
        assert delivery is not None
        delivery.stage(incoming)
        frame = with_versions(prepared(table, list(delivery.chunks(incoming))), table)
        rows_hash(frame[HASH])
        assert violations(frame, table).height == rows

    def land() -> None:
        shutil.rmtree(home.root, ignore_errors=True)
        home.prepare()
        home.extensions.symlink_to(bare_home.extensions)
        result = land_table(table, profile, home, as_of=calls.AS_OF)
        assert result.read == rows

    def copy() -> None:
        with connect(bare_home, extensions=["postgres_scanner"]) as connection:
            connection.execute(f"{attach}, read_only)")
            connection.execute(statement("extraction.sql", target=scratch / "bare.parquet"))

    with watched() as peak:
        (extract_s, land_s, copy_s), processor = least_with_processor(extract, land, copy)
    for title, seconds, used in (
        ("extraction from PostgreSQL, rules and hashes / bare copy", extract_s, processor[0]),
        ("landing from PostgreSQL, all of it / bare copy", land_s, processor[1]),
    ):
        tell(
            title, product=seconds, bare=copy_s, limit=LIMIT, rows=rows, table=TABLE, product_cpu_s=used,
            bare_cpu_s=processor[2], peak_gb=round(peak.bytes / 1024**3, 2),
        )  # fmt: skip


if __name__ == "__main__":
    main()
