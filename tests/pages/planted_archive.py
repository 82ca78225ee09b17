"""Archive files, their uses and the records behind the measures; officer 1004 does worse than the others, and of the
uses every second is linked to nothing, every ninth was left within seconds."""

from __future__ import annotations

import random
from datetime import date, timedelta

from issue_tables import AS_OF, STATIONS


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
        "excluded_record_count": "is_excluded", "denominator_total": "denominator_value",
        "numerator_total": "numerator_value",
    }  # fmt: skip
    made: dict[tuple[object, ...], dict[str, object]] = {}
    for record in records:
        line = tuple(record[name] for name in lines)
        row = made.setdefault(
            line, {"kpi_value_id": str(line), **dict(zip(lines, line, strict=True)), "kpi_record_count": 0}
        )
        row["kpi_record_count"] += 1  # type: ignore[operator]
        for name, source in sums.items():
            row[name] = row.get(name, 0) + int(record[source])  # type: ignore[operator, call-overload]
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


_EXCLUDED = {300: "申诉成立：移交清单属实"}
_SHARED = (
    "archive_use_id", "use_no", "file_no", "user_officer_no", "unit_no", "event_date", "use_kind_label",
    "purpose_label", "linked_no",
)  # fmt: skip
