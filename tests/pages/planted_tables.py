"""Every table a page reads, small enough to read and whole enough for every page."""

from __future__ import annotations

import random
from datetime import date, timedelta

from issue_tables import AS_OF, HOSTILE, STATIONS, quality_results, quality_tables, quarantined
from planted_alerts import alert_tables
from planted_archive import archive, flags, follow_ups, holdings, kpi_values, relevant_files
from planted_cases import cases as staged_cases
from planted_cases import limits
from planted_catalogue import catalogue
from planted_clues import SEALED, cases, clues_and_links
from planted_community import community_tables
from planted_disputes import dispute_tables
from planted_incidents import incidents
from planted_map import map_tables
from planted_patrol import in_area, on_street, points, visit
from planted_population import freshness, population
from planted_recodings import recodings
from planted_repeats import repeat_tables
from planted_response import dispatches

SEED = 11
LABELS = (("MO01", "作案手段", "撬门破锁"), ("MO06", "作案手段", "扒窃"), ("TM01", "选择时机", "凌晨"),
          ("MO05", "作案手段", "溜门入室"), ("MO10", "作案手段", "暴力威胁"))  # fmt: skip
NARRATIVE = (
    "报案人胡磊敏（联系电话13800001939）报称：其位于城北路12号的住处被盗，嫌疑人撬门破锁进入室内，"
    "盗走<b>现金</b>2000元。凌晨3时许发现。案件正在进一步侦办中。"
)


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
                    # S2 and S3 have no place in the register.
                    **(
                        {"unit_longitude": 118.03, "unit_latitude": 32.01, "yard_radius_m": 60}
                        if unit == "S1"
                        else {}
                    ),
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
                "is_workday": day.weekday() < 5,
                "spring_festival_offset_days": (day - date(2026, 2, 17)).days
                if abs((day - date(2026, 2, 17)).days) <= 60
                else None,
            }
            for day in (AS_OF - timedelta(900) + timedelta(number) for number in range(960))
        ],
        "fct_incidents": incidents(rng),
        "fct_patrol_shifts": [],
        "fct_patrol_presence": [],
        "fct_patrol_visits": [],
        "dim_street_segment": [
            {
                "street_segment_id": f"l{number}",
                "street_segment_no": f"L{number:02}",
                "road_name": None if number == 12 else f"城北{number}路",
                "length_m": None if number == 11 else 100.0 + 10 * number,
                "centre_line_wkt": None
                if number == 11
                else f"LINESTRING (118.0{number:02} 32, 118.0{number:02} 32.01)",
            }
            for number in range(1, 13)
        ],
        "fct_patrol_area_presence": [],
        "fct_patrol_street_presence": [],
        "rpt_patrol_point_counts": [],
        "rpt_freshness": [],
    }
    for back in range(1, 85):
        day = AS_OF - timedelta(back)
        made["rpt_patrol_point_counts"] += [points(unit, day) for unit in ("S1", "S2", None)]
        for unit, index in areas:
            for kind, label, planned in (("D", "白班", 240), ("N", "夜班", 300)):
                observed = (
                    0 if index == 3 and kind == "N" and back < 15 else int(planned * rng.uniform(0.75, 1))
                )
                delivered = int(observed * rng.uniform(0.6, 0.95))
                not_patrol = 60 * (observed - delivered)
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
                        "delivered_minutes": delivered,
                        "at_station_seconds": not_patrol // 4 if unit == "S1" else 0,
                        "on_call_seconds": not_patrol // 2,
                        "off_duty_seconds": not_patrol
                        - not_patrol // 2
                        - (not_patrol // 4 if unit == "S1" else 0),
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
                            "device_seconds": 2 * seconds,
                            "presence_minutes": round(seconds / 60, 2),
                        }
                    )
                    made["fct_patrol_street_presence"].append(
                        on_street(made["fct_patrol_presence"][-1], len(made["fct_patrol_presence"]) % 9)
                    )
                    made["fct_patrol_area_presence"].append(
                        in_area(made["fct_patrol_presence"][-1], len(made["fct_patrol_presence"]) % 10)
                    )
                    if seconds >= 180:
                        made["fct_patrol_visits"].append(visit(made["fct_patrol_presence"][-1]))
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
    made["fct_incident_response"] = dispatches(made["fct_incidents"], random.Random(SEED))
    made["fct_quality_results"] = quality_results()
    made["fct_quarantined_rows"] = quarantined()
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
    made["dim_dictionary"] = dictionary_codes()
    made["dim_address"] = [
        {"address_id": f"{unit}-D", "unit_no": unit, "road_name": "永安东路"} for unit in ("S1", "S2")
    ]
    made["rpt_unmatched_roads"] = [
        {"unit_no": unit, "road_name": road, "record_count": count, "first_date": AS_OF, "last_date": AS_OF}
        for unit, road, count in (("S1", "永安东露", 7), ("S2", "永安东露", 2), ("S1", HOSTILE, 4))
    ]
    week = AS_OF - timedelta(AS_OF.weekday() + 7)
    made["rpt_mapping_shares"] = [
        {
            "source_system": "case",
            "field_name": "incidents.initial_class_raw",
            "dictionary": "incident_class",
            "iso_week_start": week,
            "mapping_outcome": outcome,
            "record_count": count,
            "source_value_count": values,
        }
        for outcome, count, values in (("mapped", 900, 30), ("ignored", 60, 2), ("unmapped", 40, 3))
    ]
    made["rpt_class_disagreements"] = [
        {
            "unit_id": "u1",
            "unit_no": "S1",
            "iso_week_start": week,
            "initial_class_label": initial,
            "final_class_label": final,
            "is_class_changed": initial != final,
            "record_count": count,
        }
        for initial, final, count in (("盗窃", "盗窃", 150), ("盗窃", "纠纷", 50))
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
    made["fct_kpi_records"], made["fct_archive_items"], made["fct_archive_uses"] = archive(rng)
    made["rpt_kpi_values"] = kpi_values(made["fct_kpi_records"])
    made["fct_archive_use_flags"] = flags(made["fct_archive_uses"])
    made["fct_archive_follow_ups"] = follow_ups()
    made["fct_archive_recodings"] = recodings()
    made |= holdings() | catalogue()
    made["rpt_case_relevant_files"] = relevant_files()
    made["fct_case_evidence"] = [
        {
            "case_evidence_id": f"c{number}{code}",
            "case_id": f"c{number}",
            "case_no": f"A{number}",
            "nature_label": "治安",
            "evidence_item_code": code,
            "evidence_item_label": label,
            "evidence_kind_code": "document",
            "evidence_kind_label": "文书",
            "is_required": True,
            "is_in_template": True,
            "evidence_stage_code": "accepted",
            "evidence_stage_label": "受案",
            "evidence_stage_date": AS_OF - timedelta(20 + number),
            "evidence_state_code": "missing" if (number, code) in lacking else "present",
            "evidence_state_label": "缺" if (number, code) in lacking else "已有",
            "evidence_state_reason": "已到“受案”环节而没有" if (number, code) in lacking else None,
            "held_count": 0 if (number, code) in lacking else 1,
            "evidence_basis": "公安机关办理行政案件程序规定（2019）第61条",
            "is_own_template": False,
            "is_open": number < 3,
            "lead_officer_no": "1001" if number < 2 else "1002",
            "unit_no": "S1",
            "event_date": AS_OF - timedelta(20 + number),
            "_source_table": "case.aj_ajxx",
            "_source_key": f"A{number}",
        }
        for lacking in [{(0, "EA02"), (1, "EA02"), (1, "EA03"), (2, "EA03"), (3, "EA02")}]
        for number in range(4)
        for code, label in (("EA01", "受案登记表"), ("EA02", "受案回执"), ("EA03", "询问笔录"))
    ]
    made["fct_case_relations"] = [
        {
            "case_relation_id": f"r{number}",
            "case_id": f"c{number}",
            "case_no": f"A{number}",
            "relation_code": "suspect_phone",
            "relation_label": "嫌疑人—电话",
            "object_kind_label": "电话",
            "object_from": 20,
            "object_masked": "138****1939",
            "evidence_from": 16,
            "rule_id": "SU-phone-1",
            "is_open": number != 1,
            "lead_officer_no": "1001" if number < 2 else "1002",
            "unit_no": "S1",
            "event_date": AS_OF - timedelta(20 + number),
        }
        for number in range(3)
    ]
    made["fct_cases"] = [*cases(), *staged_cases(random.Random(SEED))]
    made["fct_case_limits"] = limits()
    made["fct_case_persons"] = [
        {"case_person_id": f"p{case}", "case_id": case, "unit_no": "S1", "is_sealed": case == SEALED}
        for case in ("c0", SEALED)
    ]
    made["fct_case_clues"], made["fct_case_links"] = clues_and_links()
    made["dim_label"] = [
        {
            "label_code": code,
            "label_group": group,
            "label_zh": name,
            "definition_zh": f"{name}的定义",
            "is_in_fraud_total": False,
            "rule_version": "1.0.0",
            "status": "active",
        }
        for code, group, name in LABELS
    ]
    made["fct_case_labels"] = [
        {
            "case_label_id": f"l{number}",
            "case_id": f"c{number}",
            "label_code": "MO01",
            "label_zh": "撬门破锁",
            "label_group": "作案手段",
            "source": "rule",
            "rule_id": "MO01-1",
            "rule_version": "1.0.0",
            "evidence_from": NARRATIVE.index("撬门破锁"),
            "evidence_to": NARRATIVE.index("撬门破锁") + 4,
            "confidence_pct": 90,
            "review_state": "unreviewed",
            "review_state_label": "未审",
            "unit_no": "S1",
            "event_date": AS_OF - timedelta(20 + number),
        }
        for number in range(2)
    ]
    made["rpt_label_quality"] = [
        {
            "label_quality_id": f"{code}{measure}",
            "label_code": code,
            "label_zh": name,
            "label_group": group,
            "status": "active",
            "measure": measure,
            "estimate": estimate if code == "MO01" else None,
            "standard_error": 0.05 if code == "MO01" else None,
            "ci_low": estimate - 0.2 if code == "MO01" else None,
            "ci_high": min(1.0, estimate + 0.1) if code == "MO01" else None,
            "reviewed_count": reviewed if code == "MO01" else 0,
            "hit_count": hits if code == "MO01" else 0,
            "undecided_count": 1 if code == "MO01" else 0,
            "covered_count": 300 if code == "MO01" else 0,
            "latest_week": AS_OF - timedelta(AS_OF.weekday()) if code == "MO01" else None,
            "as_of_date": AS_OF,
        }
        for code, group, name in LABELS
        for measure, estimate, reviewed, hits in (
            ("precision", 0.9, 40, 36),
            ("recall", 0.75, 120, 3),
            ("kappa", 0.7, 30, 26),
        )
    ]
    made["fct_population_monthly"] = population()
    made["rpt_base_record_freshness"] = freshness()
    made |= alert_tables() | repeat_tables() | dispute_tables() | community_tables()
    made |= map_tables({unit: [_square(unit, index) for index in range(1, 4)] for unit in STATIONS})
    return made


def _square(unit: str, index: int) -> str:
    x, y = 118.0 + 0.02 * (index - 1), 32.0 + 0.015 * list(STATIONS).index(unit)
    points = ((x, y), (x + 0.02, y), (x + 0.02, y + 0.015), (x, y + 0.015), (x, y))
    return "POLYGON((" + ", ".join(f"{a:.4f} {b:.4f}" for a, b in points) + "))"


def dictionary_codes() -> list[dict[str, object]]:
    """Return two codes of the product, one of them ended by the bureau, and one the bureau added."""
    shared = {"dictionary": "incident_class", "level2_code": None, "level3_code": None, "level4_code": None}
    rows = [
        ("100000", None, 1, "刑事", "刑事", None, "bjlxdmb", date(1900, 1, 1), None, False, False),
        ("200000", None, 1, "治安", "治安", None, "bjlxdmb", date(1900, 1, 1), None, False, False),
        (
            "909900", None, 1, "其它举报线索", "其它举报线索", None, "本局代码表 own.csv", date(1900, 1, 1),
            date(2026, 6, 1), False, True,
        ),
        (
            "200901", "200000", 2, "电动车扰民", "治安 / 电动车扰民", "炸街", "本局代码表 own.csv", date(2026, 6, 1),
            None, True, True,
        ),
    ]  # fmt: skip
    columns = (
        "code", "parent_code", "level_number", "name_zh", "path_zh", "aliases", "standard_ref", "valid_from",
        "valid_to", "is_own_code", "is_bureau_code",
    )  # fmt: skip
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    return [shared | row | {"level1_code": row["parent_code"] or row["code"]} for row in named]
