"""The tables behind the stewards' pages, with any number of issues, and writing tables from rows."""

from __future__ import annotations

import json
from datetime import date, timedelta

import duckdb
import polars as pl

AS_OF = date(2026, 6, 30)
HOSTILE = "=cmd|<script>alert(1)</script>**粗**"
STATIONS = {"S1": "城北派出所", "S2": "城南派出所", "S3": "河西派出所"}
STATUS_LABELS = {
    "pass": "通过",
    "warn": "有违规但在限内",
    "fail": "不通过",
    "not_applicable": "不适用",
    "error": "执行错误",
}


def quality_results() -> list[dict[str, object]]:
    """Return three runs of six checks, two that pass and one of each other status."""
    rows = []
    for run in range(3):
        for number, (status, checked, violated) in enumerate(
            [
                ("pass", 1000, 0),
                ("pass", 5000, 0),
                ("warn", 900, 12),
                ("fail", 400, 40),
                ("not_applicable", 0, 0),
                ("error", 0, 0),
            ]
        ):
            rows.append(
                {
                    "run_id": f"r{run}",
                    "run_no": 10 + run,
                    "as_of_date": AS_OF - timedelta(2 - run),
                    "check_id": f"case.pj_jjdb.rule_{number}",
                    "root_check_id": f"case.pj_jjdb.rule_{number}",
                    "source_system": "case",
                    "object_name": "case.pj_jjdb",
                    "rule_id": f"rule_{number}",
                    "dimension": "conformance",
                    "severity": "quarantine",
                    "status": status,
                    "rows_checked": checked,
                    "rows_violated": violated,
                    "threshold_pct": 2.0,
                    "status_label": STATUS_LABELS[status],
                    "is_latest_result": run == 2,
                    "is_latest_run": run == 2,
                    "violated_pct": 100 * violated / checked if checked else None,
                    "owner": "数据管理员",
                    "note": None,
                    "checked_by": "split",
                }
            )
    return rows


def quarantined() -> list[dict[str, object]]:
    """Return seven quarantined rows for two reasons with a hostile text."""
    return [
        {
            "source_system": "case",
            "source_table": "pj_jjdb",
            "rule_id": rule,
            "rule_ids": rule,
            "failing_columns": "BJSJ",
            "source_key": f"JJ{number}",
            "source_file": "raw/case__pj_jjdb/b1.parquet",
            "source_line": number,
            "batch_id": "b1",
            "raw_values_masked": json.dumps({"JJDBH": f"JJ{number}", "BJNR": HOSTILE}, ensure_ascii=False),
            "event_date": AS_OF - timedelta(number % 20),
            "unit_no": ["S1", "S2", None][number % 3],
            "first_seen_date": AS_OF,
        }
        for number, rule in enumerate(["BJSJ.format"] * 5 + ["JJDBH.required"] * 2)
    ]


def quality_tables(*, issues: int) -> dict[str, list[dict[str, object]]]:
    """Return the tables behind the stewards' work pages with a number of open issues.

    The first issue is ``case.pj_jjdb.rule_3``; each has one failing row; the text of its rule is hostile.
    """
    made: dict[str, list[dict[str, object]]] = {
        "fct_quality_issues": [],
        "rpt_quality_rows": [],
        "rpt_quality_units": [],
        "fct_quality_failures": [],
    }
    for number in range(issues):
        check = f"case.pj_jjdb.rule_{number + 3}"
        unit = list(STATIONS)[number % 3]
        made["fct_quality_issues"].append(
            {
                "issue_id": f"{number:032x}",
                "check_id": check,
                "check_count": 1,
                "source_system": "case",
                "object_name": "case.pj_jjdb",
                "dimension": "conformance",
                "checked_by": "split",
                "issue_severity_code": "medium",
                "issue_severity_label": "隔离",
                "severity_rank": 3,
                "is_issue_open": True,
                "state_code": "new",
                "state_label": "新问题",
                "change_code": "new",
                "change_label": "新出现",
                "spell_no": 1,
                "opened_date": AS_OF,
                "cleared_date": None,
                "latest_run_no": 12,
                "status": "fail",
                "status_label": "不通过",
                "rows_checked": 400,
                "rows_violated": 40,
                "previous_rows_violated": 38,
                "unit_count": 1,
                "owner": "数据管理员",
                "assigned_to": None,
                "due_date": AS_OF + timedelta(14),
                "decision_version": None,
                "decided_by": None,
                "decided_at": None,
                "reason": None,
                "note": HOSTILE,
            }
        )
        place = {
            "check_id": check,
            "object_name": "case.pj_jjdb",
            "row_key": f"JJ{number}",
            "source_system": "case",
            "source_table": "pj_jjdb",
            "source_key": f"JJ{number}",
            "source_file": None,
            "source_line": None,
            "batch_id": "b1",
            "unit_no": unit,
            "event_date": AS_OF,
        }
        made["rpt_quality_rows"].append(
            {"quality_row_id": f"q{number}", "row_state": "quarantined", "fix_no": None, **place}
        )
        # Listed by the first run and again by the third.
        made["fct_quality_failures"] += [
            {
                "quality_failure_id": f"f{number}.{first}",
                "first_run_no": first,
                "last_run_no": last,
                "copy_number": 1,
            }
            | place
            for first, last in ((10, 10), (12, None))
        ]
        made["rpt_quality_units"].append(
            {
                "quality_unit_id": f"u{number}",
                "check_id": check,
                "object_name": "case.pj_jjdb",
                "source_system": "case",
                "dimension": "conformance",
                "severity": "quarantine",
                "unit_no": unit,
                "rows_checked": 130,
                "rows_violated": 40,
                "violated_pct": 30.77,
            }
        )
    return made


def write_tables(connection: duckdb.DuckDBPyConnection, tables: dict[str, list[dict[str, object]]]) -> None:
    """Create tables from rows; columns without any value are dates or text by their names."""
    for table, rows in tables.items():
        frame = pl.DataFrame(rows, infer_schema_length=None)
        dates = [
            name
            for name in frame.columns
            if name.endswith(("_date", "valid_to")) and frame[name].dtype == pl.Null
        ]
        frame = frame.with_columns(
            pl.col(dates).cast(pl.Date), pl.selectors.by_dtype(pl.Null).exclude(dates).cast(pl.String)
        )
        connection.register("frame", frame.to_arrow())
        connection.execute(f"create table {table} as select * from frame")
        connection.unregister("frame")
