"""Alerts as a run publishes them: of a station with a part in an area, of the bureau with a part, and old ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from issue_tables import AS_OF, STATIONS

WEEK = timedelta(7)
LAST = AS_OF - timedelta(AS_OF.weekday()) - WEEK
"""First day of the last complete week."""
CLASSES = {"100100": "盗窃", "100600": "电信网络诈骗", "200100": "殴打他人", "100000": "刑事警情"}


def signal(
    alert_id: str, week: date, class_code: str, scope: str, unit_no: str | None, observed: int, expected: float,
    threshold: int, *, area_no: str | None = None, is_headline: bool = True, q_value: float | None = 0.01,
    method: str = "farrington-flexible", weeks_counted: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """Return one alarm."""
    return {
        "alert_signal_id": f"{alert_id}{week}{scope}{area_no}{class_code}{method}", "alert_id": alert_id,
        "is_headline": is_headline, "week_start": week, "class_level": 1 if class_code.endswith("0000") else 2,
        "class_code": class_code, "class_label": CLASSES[class_code], "class_level1_code": class_code[:2] + "0000",
        "class_level1_label": "刑事警情" if class_code[0] == "1" else "治安警情", "scope_code": scope,
        "scope_label": {"bureau": "全局", "unit": "单位", "area": "责任区"}[scope], "unit_no": unit_no,
        "unit_name": {"B": "清川分局", **STATIONS}.get(unit_no or ""), "area_no": area_no,
        "area_name": f"{STATIONS[unit_no or '']}第{area_no[-1]}责任区" if area_no else None, "method_code": method,
        "method_label": "多周累积" if method == "cusum" else "与历年同季比", "weeks_counted": weeks_counted,
        "observed_count": observed, "expected_count": expected, "low_count": 0.0, "threshold_count": float(threshold),
        "excess_count": observed - expected, "alpha": 0.001, "p_value": 0.0002, "q_value": q_value,
        "is_listed": q_value is not None and q_value <= 0.10, "run_id": "r1", "run_no": 1, "as_of_date": AS_OF,
    }  # fmt: skip


def alert(signals: list[dict[str, Any]], *, severity: str = "medium") -> dict[str, Any]:
    """Return the alert of some alarms: told by the first of them."""
    head = signals[0]
    weeks = sorted({row["week_start"] for row in signals})
    told = (
        "alert_id", "class_level", "class_code", "class_label", "class_level1_code", "class_level1_label",
        "scope_code", "scope_label", "unit_no", "unit_name", "area_no", "area_name", "week_start", "method_code",
        "method_label", "weeks_counted", "observed_count", "expected_count", "threshold_count", "p_value", "q_value",
    )  # fmt: skip
    expires = weeks[-1] + 5 * WEEK
    is_expired = expires <= AS_OF
    return {name: head[name] for name in told} | {
        "first_week_start": weeks[0], "last_week_start": weeks[-1], "weeks_count": len(weeks),
        "part_count": len({(row["class_code"], row["scope_code"], row["area_no"]) for row in signals}) - 1,
        "excess_count": sum(row["excess_count"] for row in signals if row["is_headline"]),
        "is_listed": any(row["is_listed"] for row in signals), "alert_severity_code": severity,
        "alert_severity_label": {"high": "重", "medium": "中", "low": "轻"}[severity],
        "severity_rank": {"high": 1, "medium": 2, "low": 3}[severity], "expires_date": expires,
        "is_expired": is_expired, "state_code": "expired" if is_expired else "open",
        "state_label": "已过期，未处置" if is_expired else "待处置", "is_alert_open": not is_expired,
        "disposition_code": None, "disposition_label": None, "decision_version": None, "decided_week_start": None,
        "decided_by": None, "decided_at": None, "reason": None,
    }  # fmt: skip


def alert_tables(count: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of the page 预警.

    Args:
        count: open alerts of S1; by default the alerts described above.
    """
    if count is None:
        groups = [
            [
                signal("a1", LAST, "100100", "unit", "S1", 31, 12.4, 22),
                signal("a1", LAST - WEEK, "100100", "unit", "S1", 28, 12.1, 22),
                signal("a1", LAST, "100100", "area", "S1", 14, 4.2, 11, area_no="S1-A1", is_headline=False),
                signal("a1", LAST, "100000", "unit", "S1", 40, 24.0, 38, is_headline=False),
            ],
            [
                signal("a2", LAST, "100600", "bureau", "B", 60, 41.0, 58, q_value=0.4),
                signal("a2", LAST, "100600", "unit", "S2", 30, 14.0, 26, is_headline=False, q_value=0.2),
            ],
            [
                signal(
                    "a3", LAST - 9 * WEEK, "200100", "area", "S2", 9, 0.4, 7, area_no="S2-A2", method="cusum",
                    q_value=None, weeks_counted=5,
                )
            ],
            [signal("a4", LAST - 12 * WEEK, "200100", "unit", "S1", 19, 9.0, 17)],
        ]  # fmt: skip
    else:
        groups = [
            [signal(f"n{number}", LAST, "100100", "unit", "S1", 12 + number, 5.0, 11)]
            for number in range(count)
        ]
    return {
        "fct_alert_signals": [row for group in groups for row in group],
        "fct_alerts": [alert(group) for group in groups],
        "rpt_alert_weeks": [
            {
                "alert_week_id": f"{number}{unit}", "week_start": LAST - number * WEEK,
                "scope_code": "bureau" if unit == "B" else "unit", "unit_no": unit,
                "unit_name": {"B": "清川分局", **STATIONS}[unit],
                "week_status_code": "missing_days" if (number, unit) == (2, "S3") else "evaluated",
                "week_status_label": "缺数，未检验" if (number, unit) == (2, "S3") else "已检验",
                "missing_day_count": 3 if (number, unit) == (2, "S3") else 0,
                "tested_count": 0 if (number, unit) == (2, "S3") else 12, "drift_tested_count": 12,
                "short_count": 0, "unwatched_count": 40, "alarm_count": 1 if number < 2 else 0, "alpha": 0.001,
                "expected_alarm_count": 0.12, "alarms_per_year": 24.0, "as_of_date": AS_OF,
            }
            for number in range(8)
            for unit in ("B", *STATIONS)
        ],
        "rpt_alert_replays": [
            {
                "alert_replay_id": "p1", "first_week_start": LAST - 51 * WEEK, "last_week_start": LAST,
                "series_count": 20, "tested_count": 1040, "alpha": 0.05, "alarm_count": 49,
                "expected_alarm_count": 52.0, "rate_ratio": 0.9423, "ci_low": 0.70, "ci_high": 1.25,
                "is_accepted": True, "is_latest_replay": True, "as_of_date": AS_OF,
            }
        ],
    }  # fmt: skip
