"""A serving file small enough to read and whole enough for every page, and accounts of every role.

The figures are planted: 盗窃 rises in 城北所 in the last four weeks, everything else only varies by
chance; one source is two weeks late; one unmapped code; one quarantined row with a hostile text.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from jingcang.access.accounts import create_demo_accounts
from jingcang.home import Home
from jingcang.workbench import Workbench

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode leaves test folders off the path

from issue_tables import AS_OF, HOSTILE, STATIONS, quality_tables, write_tables

SEED = 11
STATUS_LABELS = {
    "pass": "通过",
    "warn": "有违规但在限内",
    "fail": "不通过",
    "not_applicable": "不适用",
    "error": "执行错误",
}
CLASSES = [
    ("10", "刑事警情", "1001", "盗窃", 1.1),
    ("10", "刑事警情", "1002", "电信网络诈骗", 1.4),
    ("20", "治安警情", "2001", "殴打他人", 1.2),
    ("30", "纠纷", "3001", "邻里纠纷", 1.8),
    ("40", "群众求助", "4001", "求助", 2.5),
]


def _label(prefix: str) -> list[tuple[str, str]]:
    return [(f"{prefix}_code", "varchar"), (f"{prefix}_label", "varchar")]


def incidents(rng: random.Random) -> list[dict[str, object]]:
    """One row an incident over 118 weeks; the rise of 盗窃 in S1 is the only real change."""
    rows = []
    start = AS_OF - timedelta(weeks=118)
    for day_number in range((AS_OF - start).days):
        day = start + timedelta(day_number)
        for unit in STATIONS:
            for area in range(1, 4):
                for level1, level1_label, code, label, weight in CLASSES:
                    mean = weight / 9
                    if unit == "S1" and label == "盗窃" and day >= AS_OF - timedelta(days=30):
                        mean *= 8
                    for _ in range(_poisson(rng, mean)):
                        rows.append(
                            _incident(
                                rng,
                                len(rows),
                                day,
                                unit,
                                f"{unit}-A{area}",
                                level1,
                                level1_label,
                                code,
                                label,
                            )
                        )
    return rows


def _poisson(rng: random.Random, mean: float) -> int:
    count, total = 0, rng.expovariate(1.0)
    while total < mean:
        count, total = count + 1, total + rng.expovariate(1.0)
    return count


def _incident(
    rng: random.Random,
    number: int,
    day: date,
    unit: str,
    area: str,
    level1: str,
    level1_label: str,
    code: str,
    label: str,
) -> dict[str, object]:
    unmapped = rng.random() < 0.02
    return {
        "incident_id": f"i{number}",
        "incident_no": f"J{number:06d}",
        "source_system": "case",
        "unit_no": unit,
        "area_no": area,
        "geometry_area_no": area,
        "cell_id": f"{area}-{rng.randrange(6)}",
        "event_date": day,
        "event_hour": min(23, int(rng.triangular(0, 24, 20))),
        "record_count": 1,
        "class_code": None if unmapped else code,
        "class_label": "未映射" if unmapped else label,
        "class_outcome": "unmapped" if unmapped else "mapped",
        "class_level1_code": None if unmapped else level1,
        "class_level1_label": "未映射" if unmapped else level1_label,
        "class_level2_code": None if unmapped else code,
        "class_level2_label": "未映射" if unmapped else label,
        "is_located": rng.random() < 0.95,
        "is_harassment": False,
        "is_area_disagreeing": False,
        "place_type_label": "居民小区",
        "outcome_label": "现场处置",
        "address_match_level": "幢",
        "_source_table": "case.pj_jjdb",
        "_source_key": f"J{number:06d}",
        "_source_file": "raw/case__pj_jjdb/b1.parquet",
        "_source_line": number,
        "is_effective": True,
    }


def tables() -> dict[str, list[dict[str, object]]]:
    """Return every table a page reads, as rows."""
    rng = random.Random(SEED)
    areas = [(unit, index) for unit in STATIONS for index in range(1, 4)]
    made: dict[str, list[dict[str, object]]] = {
        "dim_unit": [
            {
                "unit_id": "u0",
                "unit_no": "B",
                "unit_name": "清川分局",
                "parent_unit_no": None,
                "unit_kind_code": "sub_bureau",
                "unit_kind_label": "分局",
            },
            *(
                {
                    "unit_id": unit,
                    "unit_no": unit,
                    "unit_name": name,
                    "parent_unit_no": "B",
                    "unit_kind_code": "station",
                    "unit_kind_label": "派出所",
                }
                for unit, name in STATIONS.items()
            ),
        ],
        "dim_area": [
            {
                "area_id": f"{unit}-A{index}",
                "area_no": f"{unit}-A{index}",
                "area_name": f"{STATIONS[unit][:2]}第{index}责任区",
                "area_level_code": "beat",
                "area_level_label": "警务责任区",
                "parent_area_no": unit,
                "unit_no": unit,
                "population_count": 9000 + 500 * index,
                "boundary_wkt": _square(unit, index),
                "valid_from": date(2020, 1, 1),
                "valid_to": None,
                "is_current": True,
            }
            for unit, index in areas
        ],
        "dim_officer": [
            {
                "officer_id": f"o{number}",
                "officer_no": f"10{number:02d}",
                "officer_name": name,
                "unit_id": unit,
                "unit_no": unit,
                "area_no": f"{unit}-A1",
                "officer_kind_label": "民警",
                "is_current": True,
            }
            for number, (unit, name) in enumerate(zip([*STATIONS] * 2, "赵钱孙李周吴", strict=True), 1)
        ],
        "dim_date": [
            {
                "date_day": day,
                "iso_week_start": day - timedelta(day.weekday()),
                "weekday_number": day.weekday() + 1,
                "is_holiday": False,
                "holiday_label": None,
                "spring_festival_offset_days": (day - date(2026, 2, 17)).days
                if abs((day - date(2026, 2, 17)).days) <= 60
                else None,
            }
            for day in (AS_OF - timedelta(900) + timedelta(number) for number in range(960))
        ],
        "fct_incidents": incidents(rng),
        "fct_patrol_shifts": [],
        "fct_patrol_presence": [],
        "rpt_freshness": [],
    }
    for back in range(1, 85):
        day = AS_OF - timedelta(back)
        for unit, index in areas:
            for kind, label, planned in (("D", "白班", 240), ("N", "夜班", 300)):
                observed = (
                    0 if index == 3 and kind == "N" and back < 15 else int(planned * rng.uniform(0.75, 1))
                )
                made["fct_patrol_shifts"].append(
                    {
                        "shift_id": f"{unit}{index}{kind}{back}",
                        "shift_no": f"P{back}{unit}{index}{kind}",
                        "patrol_unit_id": f"{unit}-X{index}",
                        "unit_no": unit,
                        "area_no": f"{unit}-A{index}",
                        "event_date": day,
                        "shift_kind_code": kind,
                        "shift_kind_label": label,
                        "planned_minutes": planned,
                        "observed_minutes": observed,
                        "delivered_minutes": int(observed * rng.uniform(0.6, 0.95)),
                        "observed_pct": round(100 * observed / planned, 2),
                        "programme_no": None,
                        "_source_table": "patrol.qw_pbxx",
                        "_source_key": f"P{back}{unit}{index}{kind}",
                        "_source_file": "raw/patrol__qw_pbxx/b1/1.json",
                        "_source_line": back,
                        "is_dosage_claimed": observed > 0.8 * planned,
                    }
                )
            if back <= 40:
                for _ in range(3):
                    seconds = rng.randrange(120, 2400)
                    made["fct_patrol_presence"].append(
                        {
                            "presence_id": f"{unit}{index}{back}{len(made['fct_patrol_presence'])}",
                            "patrol_unit_id": f"{unit}-X{index}",
                            "unit_no": unit,
                            "area_no": f"{unit}-A{index}",
                            "cell_id": f"{unit}-A{index}-{rng.randrange(6)}",
                            "event_date": day,
                            "event_hour": rng.randrange(8, 24),
                            "presence_seconds": seconds,
                            "presence_minutes": round(seconds / 60, 2),
                        }
                    )
        for system, table, late in (
            ("case", "pj_jjdb", 0),
            ("patrol", "qw_pbxx", 0),
            ("archive", "da_jylog", 14),
        ):
            made["rpt_freshness"].append(
                {
                    "source_system": system,
                    "source_table": table,
                    "unit_no": None,
                    "event_date": day,
                    "row_count": 0 if back <= late else 40 + rng.randrange(20),
                    "is_missing": back <= late,
                }
            )
    made["fct_quality_results"] = _quality_results()
    made["fct_quarantined_rows"] = _quarantined()
    made |= quality_tables(issues=1)
    made["rpt_unmapped_values"] = [
        {
            "source_system": "case",
            "field_name": "incidents.initial_class_raw",
            "source_value": value,
            "dictionary": "incident_class",
            "record_count": count,
            "first_date": AS_OF - timedelta(60),
            "last_date": AS_OF - timedelta(1),
        }
        for value, count in ((HOSTILE, 321), ("990199", 44), ("010105X", 3))
    ]
    made["fct_reconciliation"] = [
        {
            "source_system": "case",
            "source_table": "pj_jjdb",
            "batch_id": "b1",
            "rows_read": 1000,
            "rows_accepted": 990,
            "rows_quarantined": 7,
            "rows_superseded": 2,
            "rows_repeated": 1,
            "rows_tombstoned": 0,
            "rows_waived": 0,
            "rows_corrected": 4,
            "is_balanced": True,
        }
    ]
    made["fct_kpi_records"], made["fct_archive_items"], made["fct_archive_uses"] = _archive(rng)
    made["fct_cases"] = [
        {
            "case_id": f"c{number}",
            "case_no": f"A{number}",
            "unit_no": "S1",
            "lead_officer_no": "1001",
            "nature_label": "治安",
            "class_label": "殴打他人",
            "event_date": AS_OF - timedelta(20 + number),
            "status_label": "办理中",
            "is_open": True,
            "days_open": 20 + number,
        }
        for number in range(3)
    ]
    return made


def _square(unit: str, index: int) -> str:
    x, y = 118.0 + 0.02 * (index - 1), 32.0 + 0.015 * list(STATIONS).index(unit)
    points = ((x, y), (x + 0.02, y), (x + 0.02, y + 0.015), (x, y + 0.015), (x, y))
    return "POLYGON((" + ", ".join(f"{a:.4f} {b:.4f}" for a, b in points) + "))"


def _quality_results() -> list[dict[str, object]]:
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


def _quarantined() -> list[dict[str, object]]:
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


def _archive(
    rng: random.Random,
) -> tuple[list[dict[str, object]], list[dict[str, object]], list[dict[str, object]]]:
    records, items, uses = [], [], []
    codes = (
        "archive_due_received",
        "archive_in_time",
        "archive_complete",
        "archive_used",
        "archive_returned_in_time",
        "archive_search_without_hit",
        "archive_effective",
    )
    for number in range(360):
        unit = list(STATIONS)[number % 3]
        officer = f"10{number % 6 + 1:02d}"
        file_no = f"2026-{unit}-{number:04d}"
        items.append(
            {
                "archive_item_id": f"a{number}",
                "file_no": file_no,
                "unit_no": unit,
                "officer_no": officer,
                "category_label": "行政案件卷",
                "retention_label": "30年",
                "page_count": 40,
                "digitised_page_count": 30,
                "made_date": AS_OF - timedelta(90),
                "due_date": AS_OF - timedelta(30),
                "archived_date": AS_OF - timedelta(20 + number % 30),
                "is_archived_in_time": number % 30 > 9,
                "is_complete": number % 9 > 0,
                "missing_document_count": 0 if number % 9 else 1,
            }
        )
        uses.append(
            {
                "archive_use_id": f"v{number}",
                "use_no": f"Y{number}",
                "file_no": file_no,
                "user_officer_no": officer,
                "unit_no": unit,
                "event_date": AS_OF - timedelta(number % 80),
                "use_kind_label": "查询",
                "purpose_label": "办案",
                "linked_no": f"A{number}",
                "is_hit": True,
                "is_opened": True,
                "due_date": None,
                "returned_date": None,
                "is_returned_in_time": None,
                "is_link_valid": number % 2 == 0,
                "has_confirmed_outcome": number % 4 == 0,
                "satisfaction_score": 4,
            }
        )
        for code in codes:
            excluded = number % 50 == 0
            hit = int(rng.random() < (0.55 if officer == "1004" else 0.8)) * (not excluded)
            records.append(
                {
                    "kpi_code": code,
                    "period_start": date(2025, 12, 21),
                    "period_end": date(2026, 12, 21),
                    "unit_no": unit,
                    "officer_no": officer,
                    "record_kind": "archive_item",
                    "record_id": f"a{number}",
                    "record_no": file_no,
                    "event_date": AS_OF - timedelta(number % 150),
                    "in_denominator": int(not excluded),
                    "in_numerator": hit,
                    "denominator_value": int(not excluded),
                    "numerator_value": hit,
                    "is_excluded": excluded,
                    "exclusion_reason": "诉讼卷已移交" if excluded else None,
                    "_source_table": "archive.da_daml",
                    "_source_key": file_no,
                    "_source_file": "raw/archive__da_daml/b1/da_daml.xlsx",
                    "_source_line": number + 2,
                    "evidence": "归档日期晚于期限",
                }
            )
    return records, items, uses


def write_serving_file(home: Home, name: str = "g000001") -> None:
    """Write the synthetic generation and point the link at it."""
    home.prepare()
    with duckdb.connect(str(home.serving / f"{name}.duckdb")) as connection:
        write_tables(connection, tables())
        connection.execute(
            "create table rpt_incident_counts as select unit_no, area_no, class_level1_label, class_label, "
            "event_date, sum(record_count) as record_count, sum(record_count) as effective_count "
            "from fct_incidents group by all"
        )
    record = {
        "as_of": AS_OF.isoformat(),
        "profile": "demo",
        "published_at": "2026-06-30T02:10:00+00:00",
        "content_hash": "0",
    }
    (home.serving / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    if not home.current_link.is_symlink():
        home.current_link.symlink_to(f"{name}.duckdb")


def add_accounts(home: Home) -> dict[str, tuple[str, str]]:
    """Create the demo accounts; return role label → (user id, password)."""
    made = create_demo_accounts(
        Workbench.open(home),
        seed=SEED,
        bureau_unit_no="B",
        station_unit_no="S1",
        officer_no="1001",
        officer_unit_no="S1",
    )
    return {account.role_label: (account.user_id, account.password) for account in made}


@pytest.fixture(scope="session")
def synthetic_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("pages"))
    write_serving_file(home)
    add_accounts(home)
    yield home
    Workbench.open(home).close()


@pytest.fixture(scope="session")
def demo_seed() -> int:
    """Seed the demo accounts' passwords derive from."""
    return SEED
