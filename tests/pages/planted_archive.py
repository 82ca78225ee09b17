"""Archive files, their uses and the records behind the measures; officer 1004 does worse than the others, and of the
uses every second is linked to nothing, every ninth was left within seconds."""

from __future__ import annotations

import random
from datetime import date, timedelta

from issue_tables import AS_OF, STATIONS

VERDICTS = (
    ("confirmed", "计入成效"),
    ("unlinked", "无关联编号"),
    ("no_outcome", "未登记成效"),
    ("unlinked", "无关联编号"),
)


def archive(
    rng: random.Random,
) -> tuple[list[dict[str, object]], list[dict[str, object]], list[dict[str, object]]]:
    """Return rows of fct_kpi_records, fct_archive_items and fct_archive_uses."""
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
                "category_code": "YW03",
                "category_label": "行政案件卷",
                "retention_label": "30年",
                "linked_kind_label": "案件",
                "linked_no": f"A{number}",
                "page_count": 40,
                "digitised_page_count": 30,
                "made_date": AS_OF - timedelta(90),
                "due_date": AS_OF - timedelta(30),
                "archived_date": AS_OF - timedelta(20 + number // 3 % 30),
                "is_archived_in_time": number // 3 % 30 > 9,
                "is_complete": number % 9 > 0,
                "missing_document_count": 0 if number % 9 else 1,
            }
        )
        uses.append(
            {
                "archive_use_id": f"v{number}",
                "archive_item_id": f"a{number}",
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
                "linked_kind_label": None if number % 2 else "案件",
                "effect_verdict_code": VERDICTS[number % 4][0],
                "effect_verdict_label": VERDICTS[number % 4][1],
                "outcome_date": None if number % 4 else AS_OF,
                "has_confirmed_outcome": number % 4 == 0,
                "satisfaction_score": 4,
                "_source_table": "archive.da_jylog",
                "_source_key": f"Y{number}",
                "_source_file": "raw/archive__da_jylog/b1/01.csv",
                "_source_line": number + 2,
            }
        )
        for code in codes:
            excluded = number % 50 == 0
            hit = int(rng.random() < (0.55 if officer == "1004" else 0.8)) * (not excluded)
            records.append(
                {
                    "kpi_record_id": f"{code}-{number}",
                    "kpi_code": code,
                    "period_start": date(2025, 12, 21),
                    "period_end": date(2026, 12, 21),
                    "unit_no": unit,
                    "officer_no": officer,
                    "record_kind": "archive_item",
                    "record_id": f"a{number}",
                    "record_no": file_no,
                    "category_code": "YW03",
                    "event_date": AS_OF - timedelta(number % 150),
                    "in_denominator": int(not excluded),
                    "in_numerator": hit,
                    "denominator_value": int(not excluded),
                    "numerator_value": hit,
                    "is_excluded": excluded,
                    "exclusion_reason": _EXCLUDED.get(number, "诉讼卷已移交") if excluded else None,
                    "_source_table": "archive.da_daml",
                    "_source_key": file_no,
                    "_source_batch_id": "b1",
                    "_source_file": "raw/archive__da_daml/b1/da_daml.xlsx",
                    "_source_line": number + 2,
                    "evidence": "归档日期晚于期限",
                    "appeal_no": number if number in _EXCLUDED else None,
                }
            )
    return records, items, uses


def kpi_values(records: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return rows of rpt_kpi_values: these records added up."""
    lines = ("kpi_code", "period_start", "period_end", "unit_no", "officer_no", "category_code")
    sums = {
        "denominator_record_count": "in_denominator", "numerator_record_count": "in_numerator",
        "excluded_record_count": "is_excluded", "unmapped_count": "is_unmapped",
        "denominator_total": "denominator_value", "numerator_total": "numerator_value",
    }  # fmt: skip
    made: dict[tuple[object, ...], dict[str, object]] = {}
    for record in records:
        line = tuple(record[name] for name in lines)
        row = made.setdefault(
            line, {"kpi_value_id": str(line), **dict(zip(lines, line, strict=True)), "kpi_record_count": 0}
        )
        row["kpi_record_count"] += 1  # type: ignore[operator]
        for name, source in sums.items():
            row[name] = row.get(name, 0) + int(record.get(source, 0))  # type: ignore[operator, call-overload]
    return list(made.values())


def flags(uses: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return rows of fct_archive_use_flags of these uses."""
    made = []
    for number, use in enumerate(uses):
        found = [("unlinked", "无有效关联", "查不到关联编号", "关联编号查不到")] if number % 2 else []
        if number % 9 == 0:
            found.append(("left_quickly", "停留过短", "不到 10 秒", "4 秒后又调阅另一件"))
        for code, label, note, evidence in found:
            made.append(
                {name: use[name] for name in use if name in _SHARED}
                | {
                    "archive_use_flag_id": f"{use['archive_use_id']}-{code}", "flag_code": code, "flag_label": label,
                    "flag_note": note, "evidence": evidence, "_source_table": "archive.da_jylog",
                    "_source_key": use["use_no"], "_source_file": "raw/archive__da_jylog/b1/01.csv",
                    "_source_line": number + 2,
                }
            )  # fmt: skip
    return made


def follow_ups() -> list[dict[str, object]]:
    """Return rows of fct_archive_follow_ups: S1 was visited twice in the year and once before, S2 once, S3 never."""
    visits = (("S2", "S1", 100), ("S3", "S1", 10), ("S2", "S1", 400), ("S1", "S2", 30))
    return [
        {
            "archive_follow_up_id": f"f{number}", "follow_up_no": f"LH{number}", "unit_no": unit,
            "using_unit_no": using_unit, "event_date": AS_OF - timedelta(days),
        }
        for number, (unit, using_unit, days) in enumerate(visits)
    ]  # fmt: skip


_EXCLUDED = {300: "申诉成立：移交清单属实"}


def relevant_files() -> list[dict[str, object]]:
    """Return rows of rpt_case_relevant_files: 60 finished and 30 open cases, a third of which opened a file; of the
    finished ones half that opened one are resolved and a quarter of the others."""
    made = []
    for number in range(90):
        is_finished, is_used = number < 60, number % 3 == 0
        made.append(
            {
                "case_relevant_files_id": f"f{number}",
                "case_id": f"r{number}", "case_no": f"R{number}", "unit_no": list(STATIONS)[number % 3 - number % 2],
                "lead_officer_no": f"10{number % 6 + 1:02d}", "nature_label": "刑事", "class_label": "盗窃",
                "event_date": AS_OF - timedelta(100 + number), "relevant_file_count": 1 + number % 4,
                "work_finished_date": AS_OF - timedelta(number) if is_finished else None,
                "is_resolved": is_finished and number % (6 if is_used else 4) < 1,
                "opened_file_count": 1 if is_used else 0, "_source_table": "case.aj_ajxx", "_source_key": f"R{number}",
                "_source_file": "raw/case__aj_ajxx/b1/01.csv", "_source_line": number + 2,
            }
        )  # fmt: skip
    return made


_SHARED = (
    "archive_use_id", "use_no", "file_no", "user_officer_no", "unit_no", "event_date", "use_kind_label",
    "purpose_label", "linked_no",
)  # fmt: skip


KINDS = (("YW01", "刑事诉讼卷", 100, 300), ("YW06", "矛盾纠纷档案", 200, 60), (None, "未映射", 4, 0))
"""Code and label of a category, files on hand and uses of the last 12 months in each unit, on paper."""
SEARCHES, MISSES = 50, 20
"""Searches for 办案 of a unit in the last month, of them without a hit; those for 群众服务 all hit."""
ASKED_MOST = "S1-SS-2025-00007"


def holdings() -> dict[str, list[dict[str, object]]]:
    """Return the tables only 馆藏与数字化 reads.

    Half the files of each category and all uses of 刑事诉讼卷 are of files not digital; in S1 the numbers 3 and 5 to 7
    are missing and one series jumps; one file of S1 is past its retention and two end within a year.
    """
    made: dict[str, list[dict[str, object]]] = {
        "rpt_archive_holdings": [], "rpt_archive_digitising": [], "rpt_archive_searches": [], "rpt_archive_gaps": [],
        "rpt_archive_retention_dues": [],
    }  # fmt: skip
    for unit in STATIONS:
        for code, label, files, used in KINDS:
            made["rpt_archive_holdings"].append(
                {
                    "archive_holding_id": f"{unit}{label}", "unit_no": unit, "category_code": code,
                    "category_label": label, "medium_code": "paper", "medium_label": "纸质",
                    "archive_file_count": files, "page_count": files * 40, "digitised_page_count": files * 10,
                    "not_digital_file_count": files // 2, "year_use_count": used,
                    "not_digital_use_count": used if code == "YW01" else 0,
                    "used_file_count": min(used, files), "never_used_file_count": files if not used else 1,
                    "first_archived_date": AS_OF - timedelta(1461),
                    "last_use_date": AS_OF - timedelta(3) if used else None,
                    "unread_file_no_count": 1, "permanent_file_count": 2, "unknown_retention_count": 1,
                    "first_retention_due_date": AS_OF + timedelta(90), "event_date": AS_OF,
                }
            )  # fmt: skip
        for purpose, asked, missed in (("办案", SEARCHES, MISSES), ("群众服务", 30, 0)):
            made["rpt_archive_searches"].append(
                {
                    "archive_search_count_id": f"{unit}{purpose}", "unit_no": unit,
                    "month_start": AS_OF.replace(day=1), "purpose_label": purpose, "linked_kind_label": "案件",
                    "query_kinds": "title,year" if missed else None,
                    "search_count": asked, "no_hit_count": missed, "no_hit_file_no_count": missed // 4,
                }
            )  # fmt: skip
        for number in range(6):
            made["rpt_archive_digitising"].append(
                {
                    "archive_digitising_id": f"{unit}d{number}", "archive_item_id": f"{unit}d{number}",
                    "unit_no": unit, "category_code": "YW01",
                    "file_no": ASKED_MOST if unit == "S1" and not number else f"{unit}-SS-2024-{number:05d}",
                    "category_label": "刑事诉讼卷", "medium_code": "paper", "medium_label": "纸质", "page_count": 40,
                    "digitised_page_count": 0, "year_use_count": 19 if unit == "S1" and not number else 3,
                    "year_user_count": 2, "last_use_date": AS_OF - timedelta(3), "event_date": AS_OF,
                }
            )  # fmt: skip
    for first, last, is_jump in ((3, 3, False), (5, 7, False), (9, 90000, True)):
        made["rpt_archive_gaps"].append(
            {
                "archive_gap_id": f"g{first}", "unit_no": "S1", "category_code": "YW01",
                "category_label": "刑事诉讼卷", "fonds_no": "S1", "file_class_no": "SS", "file_year": 2025,
                "first_missing_serial": first, "last_missing_serial": last,
                "missing_number_count": last - first + 1, "is_number_jump": is_jump,
                "previous_file_no": f"S1-SS-2025-{first - 1:05d}", "next_file_no": f"S1-SS-2025-{last + 1:05d}",
                "event_date": AS_OF, "_source_table": "archive.da_daml", "_source_key": f"S1-SS-2025-{last + 1:05d}",
            }
        )  # fmt: skip
    for number, days in enumerate((-10, 90, 365)):
        made["rpt_archive_retention_dues"].append(
            {
                "archive_retention_due_id": f"r{number}", "archive_item_id": f"r{number}",
                "file_no": f"S1-JC-2015-{number:05d}", "unit_no": "S1",
                "category_code": "YW05", "category_label": "接处警档案", "retention_code": "years_10",
                "retention_label": "定期10年", "retention_years": 10, "page_count": 8,
                "made_date": AS_OF - timedelta(4000), "retention_due_date": AS_OF + timedelta(days),
                "is_retention_over": days <= 0, "event_date": AS_OF,
            }
        )  # fmt: skip
    return made
