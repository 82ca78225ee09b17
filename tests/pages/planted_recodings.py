"""Uses drawn for second coding, planted: S1 and S2 in May, S1 judged throughout, of which some were overstated."""

from __future__ import annotations

from datetime import date

_LABELS = {
    "agreed": "一致", "overstated": "高估", "understated": "低估", "changed": "改类不影响考核", "unclear": "看不出",
    "waiting": "待复核",
}  # fmt: skip


def recodings() -> list[dict[str, object]]:
    """Return rows of fct_archive_recodings: of S1 twelve agreed, eight overstated, one unclear; of S2 two wait."""
    found = (
        [("S1", "agreed")] * 12 + [("S1", "overstated")] * 8 + [("S1", "unclear")] + [("S2", "waiting")] * 2
    )
    seconds = {"agreed": "case", "overstated": "lookup", "unclear": "unclear", "waiting": None}
    return [
        {
            "archive_recoding_id": f"d{number}",
            "archive_use_id": f"z{number}", "use_no": f"JY{number:03}", "unit_no": unit,
            "month_start": date(2026, 5, 1), "sample_rank": number + 1, "month_use_count": 30,
            "event_date": date(2026, 5, 10 + number % 9), "user_officer_no": "1001" if number == 21 else "1002",
            "use_kind_label": "阅览", "file_no": f"2026-{number}", "category_label": "行政案件卷",
            "linked_no": f"A{number}", "linked_kind_label": "案件", "linked_class_label": "盗窃",
            "is_link_valid": True, "is_opened": True, "purpose_code": "case", "purpose_label": "侦办目的甲",
            "recoded_purpose_code": seconds[result], "recoded_purpose_label": None, "recoding_result_code": result,
            "recoding_result_label": _LABELS[result], "recoding_version": 1 if seconds[result] else None,
            "recoded_by": "lianzheng" if seconds[result] else None,
        }
        for number, (unit, result) in enumerate(found)
    ]  # fmt: skip
