"""警力与警情: staff on duty by hour and kind against incidents, and which hours carry more than chance gives.

Belongs here: which months are looked at, the figures and how they are told. Does not belong here: cutting shifts into
hours (``rpt_duty_hours``) and the comparison of hours (``jingcang.statistics.duty_load``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, choices, shapes, states, wording
from dashboards.components.frame import answer
from dashboards.components.small_counts import hidden
from dashboards.context import Context
from dashboards.queries import handover
from dashboards.sections.decision_figures import weekly_dispersion
from jingcang.contracts.deployment import deployment
from jingcang.statistics.duty_load import Load, duty_loads
from jingcang.statistics.intervals import poisson_interval
from jingcang.statistics.periods import WEEKDAYS, Period, months_before

KINDS = {"police": "民警", "auxiliary": "辅警", "volunteer": "志愿者"}
UNRECORDED = "unrecorded"
SPANS = {"3": "近三个完整月", "12": "近十二个完整月"}
COLOURS = (charts.CONTEXT, "#8fb2d3", "#d8a657", charts.GREY, charts.LIGHT)
SMALLEST_SHARE = 0.8
"""Share of the planned hours with a recorded crew below which no load is told."""
METRIC = "incidents_effective"


def show(context: Context) -> None:
    """Show duty beside incidents by hour of the day and of the week."""
    if not deployment(context.generation.profile).has_source("patrol_shifts"):
        states.empty(
            "这里的来源没有勤务排班，不知道几点有多少人在岗", "接入排班（班次、起止时间、成员警号）后自动出现"
        )
        return
    columns = st.columns([1, 3])
    with columns[0]:
        months = int(choices.choose("时期", list(SPANS), param="months", words=lambda code: SPANS[code]))
    end = context.as_of.replace(day=1)
    start = months_before(end, months)
    scope = {**context.scope_filters(), "start": start, "end": end}
    duty = context.run(handover.DUTY, **scope).to_dicts()
    kept = sorted({row["month_start"] for row in duty})
    context.foot["时期"] = Period(start, end).label()
    if not kept:
        states.empty(
            f"{Period(start, end).label()}没有排班", "请换一个单位、责任区或时期，或核对排班是否到齐"
        )
        return
    incidents = [
        row for row in context.run(handover.INCIDENTS, **scope).to_dicts() if row["month_start"] in kept
    ]
    _tell(context, duty, incidents, kept, months)


def _tell(
    context: Context, duty: Sequence[Mapping[str, Any]], incidents: Sequence[Mapping[str, Any]], kept: Sequence[date],
    months: int,
) -> None:  # fmt: skip
    staffed = [row for row in duty if row["officer_kind_code"] != UNRECORDED]
    planned, known = (sum(row["duty_seconds"] for row in rows) for rows in (duty, staffed))
    timed = [row for row in incidents if row["event_hour"] is not None]
    total = sum(row["incident_count"] for row in incidents)
    without = total - sum(row["incident_count"] for row in timed)
    context.foot |= {
        "警力": "勤务排班的计划时间（不是实到），一人一小时只算一次；人员类别按当日任职",
        "警情": "有效警情，按接警时间；没有时刻的不计入时段",
        "n": f"{total:,} 起，其中没有时刻 {without:,} 起",
        "没有登记成员的排班时数": wording.share(round((planned - known) / 3600), round(planned / 3600)),
    }
    sums = _sums(staffed, "officer_kind_label")
    by_kind = {kind: sums[kind] for kind in _ordered(sums)}
    lacking = [name for name in KINDS.values() if not by_kind.get(name)]
    if known < SMALLEST_SHARE * planned:
        states.withheld(
            "每小时的负荷",
            f"登记了成员的只占排班时数的 {wording.share(round(known / 3600), round(planned / 3600))}",
        )
        return
    dispersion = weekly_dispersion(context, METRIC, list(context.unit_nos), context.area)
    by_hour = duty_loads(_sums(timed, "event_hour"), _sums(staffed, "event_hour"), dispersion=dispersion)
    by_week = duty_loads(_sums(timed, "slot"), _sums(staffed, "slot"), dispersion=dispersion)
    _answer(by_kind, lacking, total - without, known, by_hour)
    _notes(kept, months, lacking)
    days = sum(_days_of(month) for month in kept)
    _by_hour(staffed, by_hour, days, is_suppressed=bool(context.area))
    _by_week(by_week, is_suppressed=bool(context.area))


def _sums(rows: Sequence[Mapping[str, Any]], column: str) -> dict[Any, int]:
    """Return the sums by hour of the day, by ``slot`` (hour of the week from Monday 0 h on) or by kind."""
    found: dict[Any, int] = defaultdict(int)
    for row in rows:
        number = row["duty_seconds"] if "duty_seconds" in row else row["incident_count"]
        key = 24 * (row["weekday_number"] - 1) + row["event_hour"] if column == "slot" else row[column]
        found[key] += number
    return {key: max(value, 0) for key, value in found.items()}


def _answer(
    by_kind: Mapping[str, int], lacking: Sequence[str], count: int, seconds: int, by_hour: Sequence[Load]
) -> None:
    told = "、".join(f"{name} {value / 3600:,.0f}" for name, value in by_kind.items() if value)
    rate = ""
    if count >= wording.SMALLEST_BASE:
        found = poisson_interval(count, exposure=seconds / 360_000)
        rate = f"，每 100 人时 {found.estimate:.1f} 起（95% 区间 {found.ci_low:.1f}–{found.ci_high:.1f}）"
    high = hours_words([load.slot for load in by_hour if load.is_high])
    low = hours_words([load.slot for load in by_hour if load.is_low])
    gaps = hours_words([load.slot for load in by_hour if load.incidents and not load.duty_seconds])
    thin = hours_words([load.slot for load in by_hour if load.duty_seconds and load.is_short])
    parts = [
        f"{high}每人负担的警情明显高于其他时段" if high else "各小时每人负担的警情没有明显高于其他时段的",
        f"{low}明显低于其他时段" if low else "",
        f"{gaps}有警情而没有排班" if gaps else "",
        f"{thin}排班太少，不作判断" if thin else "",
    ]
    missing = f"，没有{'、'.join(lacking)}" if lacking else ""
    answer(
        f"排班在岗 {told} 人时{missing}；有时刻的有效警情 {count:,} 起{rate}。{'；'.join(filter(None, parts))}。"
    )


def hours_words(hours: Sequence[int]) -> str:
    """Return hours of the day in words, following ones together: 20–23 时、2 时."""
    runs: list[list[int]] = []
    for hour in sorted(hours):
        if runs and hour == runs[-1][-1] + 1:
            runs[-1].append(hour)
        else:
            runs.append([hour])
    return "、".join(f"{run[0]}–{run[-1] + 1} 时" for run in runs)


def _notes(kept: Sequence[date], months: int, lacking: Sequence[str]) -> None:
    notes = []
    if len(kept) < months:
        told = "、".join(f"{month:%Y-%m}" for month in kept)
        notes.append(f"{months} 个月里只有 {len(kept)} 个月（{told}）有排班，警情也只取这几个月")
    if lacking:
        notes.append(f"排班里没有{'、'.join(lacking)}的警号，不等于没有人上岗")
    if notes:
        st.caption("；".join(notes) + "。")


def _ordered(kinds: Iterable[str]) -> list[str]:
    """Return kinds of staff in the order of :data:`KINDS`, others after them."""
    known = list(KINDS.values())
    return sorted(kinds, key=lambda name: (known.index(name) if name in known else len(known), name))


def _days_of(month: date) -> int:
    return ((month + timedelta(31)).replace(day=1) - month).days


def _by_hour(
    staffed: Sequence[Mapping[str, Any]], loads: Sequence[Load], days: int, *, is_suppressed: bool
) -> None:
    """Show persons on duty by kind above incidents, by hour of the day."""
    kinds = _ordered({row["officer_kind_label"] for row in staffed})
    duty = {
        kind: _sums([row for row in staffed if row["officer_kind_label"] == kind], "event_hour")
        for kind in kinds
    }
    known = {load.slot: load for load in loads}
    hours = list(range(24))
    people = {kind: [duty[kind].get(hour, 0) / 3600 / days for hour in hours] for kind in kinds}
    counts = [known[hour].incidents if hour in known else 0 for hour in hours]
    high = {load.slot for load in loads if load.is_high}
    traces: list[Any] = [
        go.Bar(
            x=hours, y=people[kind], name=kind, marker={"color": COLOURS[min(number, len(COLOURS) - 1)]},
            hovertemplate=f"%{{x}} 时<br>{kind}平均在岗 %{{y:.1f}} 人<extra></extra>",
        )
        for number, kind in enumerate(kinds)
    ]  # fmt: skip
    traces.append(
        go.Bar(
            x=hours, y=[count / days for count in counts], yaxis="y2", showlegend=False,
            marker={"color": [charts.ATTENTION if hour in high else charts.GREY for hour in hours]},
            customdata=[f"{counts[hour]:,} 起，{known[hour].words if hour in known else ''}" for hour in hours],
            hovertemplate="%{x} 时<br>%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    chart = charts.figure(
        *traces,
        height=380,
        barmode="stack",
        xaxis={"dtick": 1, "title": "时", "range": [-0.6, 23.6], "anchor": "y2"},
        yaxis={"domain": [0.52, 1], "title": "平均在岗（人）", "rangemode": "tozero"},
        yaxis2={"domain": [0, 0.44], "title": "每天警情（起）", "rangemode": "tozero"},
    )
    rows = [
        [
            f"{hour}–{hour + 1} 时", *(people[kind][hour] for kind in kinds), counts[hour],
            *_told(known.get(hour)),
        ]
        for hour in hours
    ]  # fmt: skip
    place = 1 + len(kinds)
    charts.show_chart(
        f"24 个小时里 {len(high)} 个的负荷明显高于其他时段" if high else "24 个小时的负荷没有明显高于其他时段的",
        chart,
        key="duty_by_hour",
        columns=[
            ("时段",), *(("平均在岗人数", kind) for kind in kinds), ("警情",), ("每 100 人时", "起"),
            ("每 100 人时", "下限"), ("每 100 人时", "上限"), ("判断",),
        ],
        rows=rows,
        note="上为平均在岗人数，下为每天的有效警情，橙色为每人负担明显高于其他时段（24 个小时一起校正）。"
        "高出的时段说明排班与警情错开，不说明谁少做了。",
        export_rows=hidden(rows, [place], told_with=range(place + 1, place + 4)) if is_suppressed else None,
    )  # fmt: skip


def _told(load: Load | None) -> list[Any]:
    """Return the load per 100 hours with its interval and its words; only the words where there was too little duty."""
    if load is None or load.is_short or load.per_hour is None or load.ci_low is None or load.ci_high is None:
        return [None, None, None, load.words if load else ""]
    return [100 * load.per_hour, 100 * load.ci_low, 100 * load.ci_high, load.words]


def _by_week(loads: Sequence[Load], *, is_suppressed: bool) -> None:
    """Show the load of the 168 hours of the week."""
    known = {load.slot: load for load in loads}
    grid = [[known.get(24 * day + hour) for hour in range(24)] for day in range(7)]
    chart = shapes.matrix(
        [str(hour) for hour in range(24)],
        WEEKDAYS,
        [
            [1 if load is None else 2 if load.is_high else 0 if load.is_low else 1 for load in line]
            for line in grid
        ],
        [[_cell(load) for load in line] for line in grid],
        told=[[_hover(load) for load in line] for line in grid],
        hover="%{y} %{x} 时<br>%{customdata}",
        colours=charts.THREE_VERDICTS,
        highest=2,
        left=52,
    )
    high, low = (sum(getattr(load, name) for load in loads) for name in ("is_high", "is_low"))
    bare = sum(load.incidents > 0 and not load.duty_seconds for load in loads)
    short = sum(load.duty_seconds > 0 and load.is_short for load in loads)
    apart = [f"{bare} 个有警情而没有排班" if bare else "", f"{short} 个排班太少，不作判断" if short else ""]
    rows = [
        [
            f"{WEEKDAYS[load.slot // 24]} {load.slot % 24}–{load.slot % 24 + 1} 时", load.duty_seconds / 3600,
            load.incidents, *_told(load),
        ]
        for load in loads
    ]  # fmt: skip
    charts.show_chart(
        "；".join(
            filter(None, [f"一周 168 个小时：{high} 个负荷明显高于、{low} 个明显低于其他时段", *apart])
        ),
        chart,
        key="duty_by_week",
        columns=[
            ("时段",), ("在岗人时",), ("警情",), ("每 100 人时", "起"), ("每 100 人时", "下限"),
            ("每 100 人时", "上限"), ("判断",),
        ],
        rows=rows,
        note="格内为每 100 人时的警情起数，“无班”为有警情而没有排班，“·”为在岗不足 10 人时，不作判断；"
        "橙底明显高于、蓝底明显低于其他时段"
        "（168 格一起作多重比较校正）。",
        export_rows=hidden(rows, [2], told_with=[3, 4, 5]) if is_suppressed else None,
    )  # fmt: skip


def _cell(load: Load | None) -> str:
    if load is None:
        return ""
    if load.per_hour is None:
        return "无班" if load.incidents else ""
    return f"{100 * load.per_hour:.0f}{load.verdict.mark}" if not load.is_short else "·"


def _hover(load: Load | None) -> str:
    if load is None:
        return "没有警情也没有排班"
    return f"{load.incidents:,} 起，在岗 {load.duty_seconds / 3600:,.0f} 人时<br>{load.words}"
