"""Dispatches of the last 118 weeks for 接处警时效, and the marts counted from them.

Planted: in 城北所 the way to the scene becomes longer in the last four weeks; 城南所 writes arrivals at whole five
minutes; 河西所 is as before. One in twenty is settled by phone, and 城北所 has three dispatches without feedback.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

import duckdb
from issue_tables import AS_OF

BANDS = [
    ("sign", 1, 60, "1 分钟内", False),
    ("sign", 2, 180, "1–3 分钟", False),
    ("sign", 3, None, "超过 3 分钟", True),
    ("depart", 1, 60, "1 分钟内", False),
    ("depart", 2, 300, "1–5 分钟", False),
    ("depart", 3, None, "超过 5 分钟", True),
    ("arrive", 1, 600, "10 分钟内", False),
    ("arrive", 2, 900, "10–15 分钟", False),
    ("arrive", 3, None, "超过 15 分钟", True),
    ("feedback", 1, 3600, "1 小时内", False),
    ("feedback", 2, 7200, "1–2 小时", False),
    ("feedback", 3, None, "超过 2 小时", True),
    ("on_scene", 1, 600, "10 分钟内", False),
    ("on_scene", 2, 900, "10–15 分钟", False),
    ("on_scene", 3, None, "超过 15 分钟", True),
]
LABELS = {"sign": "签收", "depart": "出警", "arrive": "到场", "feedback": "反馈", "on_scene": "派警到到场"}
SLOWER_SINCE = AS_OF - timedelta(days=30)
OPEN = 3


def dispatches(incidents: list[dict[str, object]], rng: random.Random) -> list[dict[str, object]]:
    """Return one dispatch an incident."""
    rows: list[dict[str, object]] = []
    open_left = OPEN
    for incident in incidents:
        day, unit = incident["event_date"], str(incident["unit_no"])
        assert isinstance(day, date)
        sign = rng.randrange(5, 100)
        depart = sign + rng.randrange(10, 150)
        mean = 5.9 if unit != "S1" or day < SLOWER_SINCE else 6.5
        arrive: int | None = depart + round(rng.lognormvariate(mean, 0.5))
        if unit == "S2":
            arrive = depart + 300 * max(1, round(rng.lognormvariate(mean, 0.5) / 300))
        by_phone = rng.random() < 0.05
        feedback: int | None = (depart if by_phone else arrive or 0) + round(rng.lognormvariate(7.2, 0.6))
        if unit == "S1" and open_left and day >= AS_OF - timedelta(3 * open_left) and not by_phone:
            open_left -= 1
            feedback = None
        number = len(rows)
        rows.append(
            {
                "dispatch_id": f"d{number}",
                "dispatch_no": f"C{number:06d}",
                "incident_id": incident["incident_id"],
                "incident_date": day,
                "unit_no": unit,
                "officer_no": "1001",
                "patrol_unit_id": None,
                "event_date": day,
                "sign_seconds": sign,
                "depart_seconds": depart,
                "arrive_seconds": None if by_phone else arrive,
                "feedback_seconds": feedback,
                "is_arrival_applicable": not by_phone,
                "is_order_valid": True,
                "_source_table": "case.pj_cjdb",
                "_source_key": f"C{number:06d}",
                "_source_file": "raw/case__pj_cjdb/b1.parquet",
                "_source_line": number,
            }
        )
    return rows


def write_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the marts of response times from the planted dispatches.

    Args:
        connection: to the file that already holds fct_incident_response and fct_incidents.
    """
    connection.execute(
        "create temp table bands (step_code text, band_rank bigint, upto bigint, band_label text, is_slow boolean)"
    )
    connection.executemany("insert into bands values (?, ?, ?, ?, ?)", BANDS)
    parts = {
        "sign": ("sign_seconds", "true"),
        "depart": ("depart_seconds - sign_seconds", "true"),
        "arrive": ("arrive_seconds - depart_seconds", "is_arrival_applicable"),
        "feedback": (
            "feedback_seconds - arrive_seconds",
            "is_arrival_applicable or feedback_seconds is null",
        ),
        "on_scene": ("arrive_seconds", "is_arrival_applicable"),
    }
    steps = " union all ".join(
        f"select r.*, '{step}' as step_code, '{LABELS[step]}' as step_label, {seconds} as step_seconds, "
        f"{applicable} as is_applicable from fct_incident_response r"
        for step, (seconds, applicable) in parts.items()
    )
    connection.execute(
        f"""
        create temp table steps as
        select s.unit_no, i.area_no, i.class_level1_code, i.class_level1_label, s.event_date, i.event_hour, s.step_code,
            s.step_label, s.step_seconds,
            case when not s.is_order_valid then 'implausible' when not s.is_applicable then 'not_applicable'
                when s.step_seconds is not null then 'done' when s.feedback_seconds is null then 'open'
                else 'missing' end as step_state_code,
            case when s.step_seconds <= 600 then ceil(s.step_seconds / 10) * 10
                when s.step_seconds <= 7200 then ceil(s.step_seconds / 60) * 60
                else ceil(s.step_seconds / 600) * 600 end::bigint as upto_seconds
        from ({steps}) s left join fct_incidents i using (incident_id)
        """
    )
    for name, columns, where in (
        (
            "response_bands",
            "unit_no, area_no, class_level1_code, class_level1_label, step_code, step_label, step_state_code, "
            "step_state_code as step_state_label, band_rank, band_label, is_slow, "
            "case when step_state_code = 'done' then upto_seconds end as upto_seconds",
            "true",
        ),
        (
            "response_hours",
            "unit_no, area_no, event_hour, upto_seconds",
            "step_code = 'on_scene' and step_state_code = 'done'",
        ),
        (
            "response_durations",
            "unit_no, step_code, step_state_code, step_seconds",
            "step_state_code in ('done', 'implausible')",
        ),
    ):
        connection.execute(
            f"""create table rpt_{name} as select date_trunc('week', event_date)::date as week_start,
                date_trunc('month', event_date)::date as month_start, {columns}, count(*) as dispatch_count
            from (select s.*, b.band_rank, b.band_label, b.is_slow from steps s left join
                (select step_code, band_rank, band_label, is_slow, coalesce(lag(upto) over (partition by step_code
                    order by band_rank), -1) as above, coalesce(upto, 999999999) as upto from bands) b
                on s.step_code = b.step_code and s.step_state_code = 'done' and above < upto_seconds
                    and upto_seconds <= upto)
            where {where} group by all"""
        )
    connection.execute(
        """
        create table rpt_arrival_counts as
        select unit_no, area_no, class_level1_code, class_level1_label, event_date,
            count(*) as dispatch_count, count(*) filter (where step_state_code = 'done') as arrival_count,
            count(*) filter (where step_state_code = 'done' and step_seconds <= 900) as arrival_in_time_count,
            coalesce(sum(step_seconds) filter (where step_state_code = 'done'), 0)::bigint as arrive_seconds_sum,
            count(*) filter (where step_state_code = 'not_applicable') as arrival_not_applicable_count,
            count(*) filter (where step_state_code not in ('done', 'not_applicable')) as arrival_unknown_count
        from steps where step_code = 'on_scene' group by all"""
    )
