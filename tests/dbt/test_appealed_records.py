"""An appeal from the officer's claim to the published figure: decided, landed, in the record, in the sum."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import duckdb
from make_landed import insert_rows, make_landed
from warehouse import dbt

from jingcang.access.accounts import add_account
from jingcang.home import Home
from jingcang.landing import KPI_APPEALS, land_decisions, landed_decisions
from jingcang.workbench import Workbench
from jingcang.workbench.kpi_appeals import AppealBook, Claim, landed_rows, missing_record_id
from jingcang.workbench.kpi_periods import PeriodBook

START, END, AS_OF = dt.date(2024, 12, 21), dt.date(2025, 12, 20), dt.date(2026, 6, 30)
CODE, DAY = "archive_returned_in_time", dt.date(2025, 5, 10)
RETURNED = {"v1": dt.date(2025, 5, 8), "v2": dt.date(2025, 5, 20), "v3": None, "v4": dt.date(2025, 5, 21)}
"""Loans due on one day: in time, late, never, late: one of four."""


def _key(loan: str) -> str:
    said = f"{CODE}|{START}|archive_use|{loan}"
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()


def _decide(home: Home) -> None:
    """v2 should count and is supported, v3 should not and is, v4 should count and is rejected; v9 is missing."""
    workbench = Workbench.open(home, {})
    for user_id, role, officer_no in (
        ("zhao", "officer", "1001"), ("kao1", "evaluator", None), ("kao2", "evaluator", None),
    ):  # fmt: skip
        add_account(
            workbench, user_id=user_id, display_name=user_id, role=role, unit_nos=("S1",), officer_no=officer_no,
            password="long enough for a test",
        )  # fmt: skip
    periods = PeriodBook(workbench)
    for seen, state in enumerate(("draft", "announced")):
        periods.step(
            START, END, state, as_of=AS_OF, seen_version=seen, reason="到期", by="kao1", generation="g1"
        )
    book = AppealBook(workbench)
    for loan, claim_code, state in (
        ("v2", "count", "supported"), ("v3", "exclude", "supported"), ("v4", "count", "rejected"),
        ("v9", "add", "supported"),
    ):  # fmt: skip
        key = missing_record_id(START, CODE, "1001", "Yv9") if claim_code == "add" else _key(loan)
        claim = Claim(START, END, CODE, key, f"Y{loan}", DAY, "1001", claim_code, "收件登记")
        number = book.file(claim, unit_no="S1", days=7, reason="已还", by="zhao", generation="g1")
        book.rule_on(number, state, seen_version=1, reason="属实", by="kao2", generation="g1")
    land_decisions(home, KPI_APPEALS, landed_rows(book.versions()), as_of=AS_OF)
    workbench.close()


def test_a_supported_appeal_moves_its_record_and_the_figure(tmp_path: Path) -> None:
    home, database = Home(tmp_path / "home").prepare(), tmp_path / "build.duckdb"
    _decide(home)
    uses = [
        {
            "archive_use_id": loan, "use_no": f"Y{loan}", "source_system": "archive", "_source_system": "archive",
            "_source_table": "archive.da_jylog", "_source_key": f"Y{loan}", "user_officer_no": "1001",
            "unit_no": "S1", "event_date": dt.date(2025, 4, 1), "due_date": DAY, "returned_date": returned,
        }
        for loan, returned in RETURNED.items()
    ]  # fmt: skip
    make_landed(database, {"landed.archive_uses": uses}, as_of=AS_OF.isoformat())
    with duckdb.connect(str(database)) as connection:
        insert_rows(connection, "landed.kpi_appeals", landed_decisions(home, KPI_APPEALS).to_dicts())
    (tmp_path / "target").mkdir()
    wanted = ["--select", "+rpt_kpi_values", "--exclude-resource-types", "unit_test", "test"]
    assert dbt(database, tmp_path / "target", "build", *wanted) == []
    with duckdb.connect(str(database), read_only=True) as connection:
        records = connection.execute(
            "select record_no, in_numerator, in_denominator, exclusion_reason, appeal_no from fct_kpi_records "
            f"where kpi_code = '{CODE}' order by record_no"
        ).fetchall()
        sums = connection.execute(
            "select sum(numerator_total)::bigint, sum(denominator_total)::bigint from rpt_kpi_values "
            f"where kpi_code = '{CODE}' and officer_no = '1001'"
        ).fetchall()
    assert records == [
        ("Yv1", 1, 1, None, None), ("Yv2", 1, 1, None, 1), ("Yv3", 0, 0, "申诉成立：属实", 2),
        ("Yv4", 0, 1, None, None), ("Yv9", 1, 1, None, 4),
    ]  # fmt: skip
    assert sums == [(3, 4)], "1 of 4 as delivered: one more in time, one left out, one brought"
