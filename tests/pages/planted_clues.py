"""Cases with clues and links for the page 线索: linked within and beyond the scope, a hub, a sealed record, no clue."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
from issue_tables import AS_OF

PHONE, CARD, HOTLINE = "13900000001", "6222021234567890128", "400-999-0110"
TEXTS = {
    "c0": f"报案人称接到陌生来电。对方电话{PHONE}，先后向卡号{CARD}转账。"
    f"事主曾拨打客服电话{HOTLINE}询问，嫌疑人蒙面、戴手套。",
    "c1": f"被害人在家中被骗。联系电话{PHONE}，备用号13811112222，嫌疑人戴手套、蒙面。",
    "c2": f"双方互殴。收款卡号{CARD}。",
    "c3": f"商户被骗。来电号码{PHONE}。",
    "c4": "两人因停车发生争执，民警到场处置。",
}
_KINDS = {PHONE: ("mobile", "手机号码", "139****0001"), CARD: ("bank_card", "银行卡号", "6222***********0128"),
          HOTLINE: ("landline", "固定电话", "4009****10")}  # fmt: skip
_UNITS = {"c0": "S1", "c1": "S1", "c2": "S1", "c3": "S2", "c4": "S1"}
SEALED = "c2"


def cases() -> list[dict[str, object]]:
    """Return the five cases: of officer 1001, the fourth of another station."""
    return [
        {
            "case_id": case, "case_no": f"A{case[1:]}", "unit_no": unit,
            "lead_officer_no": "1001" if unit == "S1" else "2001", "nature_label": "治安",
            "class_label": "殴打他人", "event_date": _day(case), "status_label": "办理中", "is_open": True,
            "days_open": 20 + int(case[1:]), "_source_batch_id": "b1",
        }
        for case, unit in _UNITS.items()
    ]  # fmt: skip


def _day(case: str) -> date:
    return AS_OF - timedelta(20 + int(case[1:]))


def _place(case: str, value: str) -> tuple[int, int]:
    start = TEXTS[case].index(value)
    return start, start + len(value)


def clues_and_links() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return ``fct_case_clues`` and ``fct_case_links``."""
    clues, links = [], []
    for case, text in TEXTS.items():
        for value, (kind, label, masked) in _KINDS.items():
            if value in text:
                start, end = _place(case, value)
                clues.append(
                    {
                        "case_clue_id": f"{case}{kind}", "case_id": case, "clue_kind": kind, "clue_kind_label": label,
                        "evidence_from": start, "evidence_to": end, "value_key": value, "value_masked": masked,
                        "is_checksum_valid": True if kind == "bank_card" else None, "case_count_of_value": 3,
                        "is_linking": True, "is_hub": value == HOTLINE, "is_first_place": True,
                        "has_sealed_record": case == SEALED, "unit_no": _UNITS[case],
                    }
                )  # fmt: skip
    for first, second, path in (("c1", "c0", PHONE), ("c3", "c0", PHONE), ("c3", "c1", PHONE), ("c2", "c0", CARD),
                                ("c1", "c0", "蒙面"), ("c1", "c0", "戴手套")):  # fmt: skip
        kind, label, masked = _KINDS.get(path, (None, None, None))
        start, end = _place(first, path)
        other_start, other_end = _place(second, path)
        links.append(
            {
                "case_link_id": f"{first}{second}{path}", "link_reason_code": "clue" if kind else "mo",
                "first_case_id": first, "first_case_no": f"A{first[1:]}", "first_unit_no": _UNITS[first],
                "first_event_date": _day(first), "second_case_id": second, "second_case_no": f"A{second[1:]}",
                "second_unit_no": _UNITS[second], "second_event_date": _day(second), "clue_kind": kind,
                "clue_kind_label": label, "value_key": path if kind else None, "value_masked": masked,
                "case_count_of_value": 3 if kind else None,
                "label_zh": None if kind else {"蒙面": "遮挡面部"}.get(path, path),
                "label_code": None if kind else "MO01" if path == "戴手套" else "MO06",
                "similarity_permille": None if kind else 720, "first_evidence_from": start,
                "first_evidence_to": end, "second_evidence_from": other_start, "second_evidence_to": other_end,
                "has_sealed_record": SEALED in (first, second),
            }
        )  # fmt: skip
    return clues, links


def write_narratives(path: Path) -> None:
    """Write the landed rows the cases were made from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {"case_id": list(TEXTS), "narrative_text": list(TEXTS.values())}
    pl.DataFrame(rows | {"_source_batch_id": [path.stem] * len(TEXTS)}).write_parquet(path)
