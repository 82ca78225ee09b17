"""Landing 接警单 from PostgreSQL against the bare copy of the same table to Parquet.

The product's side is all of ``land_table`` on an empty home: read in key order, prepare, hash, compare versions,
evaluate the contract's rules, map to the entity, write raw, accepted, quarantined rows and books durably, and
commit the manifest. The witness is apart (``checks``). 接警单 has the most rules of all database tables.

Usage: ``python -m tests.benchmarks.extraction [--rows 1000000]``
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from jingcang.contracts import load_profile
from jingcang.home import Home
from jingcang.landing import connect, land_table
from orchestration import PROJECT_ROOT
from tests import servers
from tests.benchmarks import calls
from tests.benchmarks.pairs import least, statement, tell, watched

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
        product, bare = least(land, copy)
    tell(
        "extraction from PostgreSQL, split and hashes / bare copy",
        product=product, bare=bare, limit=LIMIT, rows=rows, table=TABLE, peak_gb=round(peak.bytes / 1024**3, 2),
    )  # fmt: skip


if __name__ == "__main__":
    main()
