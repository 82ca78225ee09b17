"""Treated and control areas over time, set to the same level before so that they compare.

Belongs here: steps, index and chart. Does not belong here: the effect, which the pipeline reckoned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts
from dashboards.components.small_counts import hidden
from dashboards.components.wording import SMALLEST_BASE
from dashboards.context import Context
from dashboards.queries import evaluations
from jingcang.contracts.code_trees import load_code_trees

LEAST_A_WEEK = 5
"""Mean of the treated areas before, below which weeks are put together by four: single weeks would show chance."""
_GROUPS = {"treated": ("干预区", charts.CONTEXT, 3), "control": ("对照区", charts.GREY, 1.5)}


@dataclass(frozen=True)
class Step:
    """One week or four: first day, in which part of the comparison, counts by group."""

    start: date
    is_after: bool
    counts: Mapping[str, int]


def behind(row: Mapping[str, Any], areas: Sequence[str], start: date, last: date) -> dict[str, Any]:
    """Return the filters of the incidents behind an evaluation."""
    codes = tuple(filter(None, row["class_codes"].split(",")))
    tree = load_code_trees()["incident_class"]
    return {
        "areas": list(areas), "classes": list(tree.below(codes)) if codes else [], "start": start, "last": last,
        "with_patrol": not row["is_patrol_generated_excluded"],
    }  # fmt: skip


def steps(context: Context, row: Mapping[str, Any]) -> tuple[int, list[Step]]:
    """Return days a step and the whole steps before and after the start, oldest first."""
    first, start = row["before_start_date"], row["after_start_date"]
    until = min(row["after_last_date"], context.as_of - timedelta(1))
    areas = {name: row[f"{name}_areas"].split(",") for name in _GROUPS}
    every = [area for mine in areas.values() for area in mine]
    daily = context.run(evaluations.DAILY, **behind(row, every, first, until)).rows()
    weeks = ((row["before_last_date"] - first).days + 1) / 7
    days = 7 if (row["treated_before_count"] or 0) >= LEAST_A_WEEK * weeks else 28
    spans = [
        (start + timedelta(days * n), n >= 0)
        for n in range(-((start - first).days // days), (until - start).days // days + 1)
    ]
    found = []
    for begin, is_after in spans:
        end = begin + timedelta(days - 1)
        if end > (until if is_after else row["before_last_date"]):
            continue
        counts = {
            name: sum(count for area, day, count in daily if begin <= day <= end and area in mine)
            for name, mine in areas.items()
        }
        found.append(Step(begin, is_after, counts))
    return days, found


def show(context: Context, row: Mapping[str, Any]) -> None:
    """Show the chart above its data, or nothing where there is no baseline."""
    if row["before_start_date"] is None or row["treated_before_count"] is None:
        return
    days, found = steps(context, row)
    before = [step for step in found if not step.is_after]
    if len(found) < 2 or not before:
        return
    levels = {name: sum(step.counts[name] for step in before) / len(before) for name in _GROUPS}
    is_index = all(row[f"{name}_before_count"] >= SMALLEST_BASE for name in _GROUPS) and all(levels.values())
    what = "周" if days == 7 else "四周"
    traces = [
        go.Scatter(
            x=[step.start for step in found],
            y=[_value(step.counts[name], levels[name], is_index) for step in found],
            mode="lines+markers", name=label, line={"color": colour, "width": width}, marker={"size": 5},
            customdata=[f"{step.start} 起{what} {step.counts[name]:,} 起" for step in found],
            hovertemplate="%{customdata}<extra>" + label + "</extra>",
        )
        for name, (label, colour, width) in _GROUPS.items()
    ]  # fmt: skip
    unit = "前期平均＝100" if is_index else f"起 / {what}"
    chart = charts.figure(
        *traces, height=300, yaxis={"title": unit, "rangemode": "tozero"}, xaxis={"tickformat": "%Y-%m-%d"},
        margin={"l": 64, "r": 16, "t": 30, "b": 36},
    )  # fmt: skip
    chart.add_vrect(
        x0=row["after_start_date"], x1=row["after_last_date"] + timedelta(1), fillcolor=charts.BAND, line_width=0,
        layer="below", annotation_text="干预期", annotation_position="top left",
    )  # fmt: skip
    if is_index:
        chart.add_hline(y=100, line={"color": charts.GREY, "dash": "dot", "width": 1})
    rows = [
        [
            step.start, "干预期" if step.is_after else "前期", *(step.counts[name] for name in _GROUPS),
            *(_value(step.counts[name], levels[name], is_index) if is_index else None for name in _GROUPS),
        ]
        for step in found
    ]  # fmt: skip
    charts.show_chart(
        _finding(found, what),
        chart,
        key="evaluation",
        columns=[(f"{what}起始日",), ("时期",), ("起数", "干预区"), ("起数", "对照区"), ("前期平均＝100", "干预区"),
                 ("前期平均＝100", "对照区")],
        rows=rows,
        note=_note(context, row, found, what, is_index=is_index),
        export_rows=hidden(rows, [2, 3], told_with=[4, 5]),
    )  # fmt: skip


def _value(count: int, level: float, is_index: bool) -> float:
    return round(100 * count / level, 1) if is_index else count


def _finding(found: Sequence[Step], what: str) -> str:
    said = []
    for name, (label, *_) in _GROUPS.items():
        means = [
            [step.counts[name] for step in found if step.is_after is is_after] for is_after in (False, True)
        ]
        before, after = (f"{sum(part) / len(part):,.1f}" if part else "—" for part in means)
        said.append(f"{label}每{what}平均 {before} 起 → {after} 起")
    return "；".join(said)


def _note(
    context: Context, row: Mapping[str, Any], found: Sequence[Step], what: str, *, is_index: bool
) -> str:
    until = min(row["after_last_date"], context.as_of - timedelta(1))
    total = sum(step.counts[name] for step in found for name in _GROUPS)
    note = (
        f"{row['before_start_date']} 至 {until}，一点为{'一周' if what == '周' else what}，共 {total:,} 起，"
    )
    note += f"数据截至 {context.as_of}。"
    note += (
        "两条线各以前期平均为 100，只比走势，不比多少。"
        if is_index
        else f"有一边前期不足 {SMALLEST_BASE} 起，不折成指数，只列起数。"
    )
    if what == "四周":
        note += f"干预区前期每周不到 {LEAST_A_WEEK} 起，四周合为一点，一点之差多半是偶然。"
    if (row["after_start_date"] - row["before_last_date"]).days > 1:
        note += "前期与干预期之间的选点期不计入，不画点。"
    return note
