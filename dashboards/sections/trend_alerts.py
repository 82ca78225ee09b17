"""趋势: the alerts raised inside the series shown, with their outcome.

Belongs here: which alarms belong to a metric, class and place, their marks on the chart and their table. Does not
belong here: judging them (page 预警), the chart (``series_chart``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import alerts
from dashboards.sections.alert_list import Alert, figures, load, place_words
from jingcang.contracts import Metric
from jingcang.contracts.code_trees import load_code_trees
from jingcang.statistics.periods import day_label
from jingcang.statistics.series import Series

NOT_OWN = "全局预警，由分局处置"


@dataclass(frozen=True)
class Found:
    """One alert with its alarms inside the series.

    Args:
        signals: its alarms, latest first, of which the first tells it.
        alert: the alert; None where only alarms of it are in the reader's scope.
    """

    signals: Sequence[Mapping[str, Any]]
    alert: Alert | None

    @property
    def name(self) -> str:
        row = dict(self.signals[0])
        return f"{row['class_label']}·{place_words(row)}"

    @property
    def state(self) -> str:
        return self.alert.state_label if self.alert else NOT_OWN

    @property
    def is_false(self) -> bool:
        return self.alert is not None and self.alert.is_real is False


def counts_class(metric: Metric, code: str) -> bool:
    """Return whether the newest definition of a metric counts a class of incidents."""
    below = load_code_trees()["incident_class"].below
    return all(
        (code in below(item.in_)) if item.in_ else (code not in below(item.not_in))
        for item in metric.version.filters
        if item.column == "class_code"
    )


def load_found(context: Context, metric: Metric, class_code: str, since: date) -> list[Found]:
    """Return the alerts with an alarm of the class or below it, at the chosen place or inside it, latest first."""
    by_alert: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in context.run(alerts.SIGNALS, since=since).to_dicts():
        is_of_class = not class_code or class_code in (row["class_code"], row["class_level1_code"])
        if is_of_class and counts_class(metric, row["class_code"]) and _is_inside(context, row):
            by_alert[row["alert_id"]].append(row)
    known = {alert.row["alert_id"]: alert for alert in load(context)}
    return [Found(signals, known.get(alert_id)) for alert_id, signals in by_alert.items()]


def _is_inside(context: Context, row: Mapping[str, Any]) -> bool:
    if context.area:
        return bool(row["area_no"] == context.area)
    return not context.unit_nos or row["unit_no"] in context.unit_nos


def marks(found: Sequence[Found], series: Series) -> tuple[dict[date, str], dict[date, str]]:
    """Return first day of a period → words of its alerts: of those not judged false, of those judged false."""
    told: tuple[dict[date, list[str]], dict[date, list[str]]] = (defaultdict(list), defaultdict(list))
    for item in found:
        words = f"{item.name}（{item.state}）"
        for signal in item.signals:
            start = max((day for day in series.starts if day <= signal["week_start"]), default=None)
            if start and signal["week_start"] < series.end and words not in told[item.is_false][start]:
                told[item.is_false][start].append(words)
    real, false = ({start: "；".join(words) for start, words in by_start.items()} for by_start in told)
    return real, false


def show(context: Context, found: Sequence[Found]) -> None:
    """List the alerts with outcome, or say that there were none since weeks are judged."""
    weeks = context.run(alerts.WEEKS).to_dicts()
    judged = [row["week_start"] for row in weeks if row["tested_count"]]
    if not judged:
        st.caption("预警：还没有检验过任何一周，图上没有标记不等于没有异常。")
        return
    since = f"自 {day_label(min(judged))}起一周开始检验，此前没有标记不等于没有异常"
    if not found:
        st.caption(f"预警：这个范围里没有报过警；{since}。")
        return
    outcomes: dict[str, int] = defaultdict(int)
    for item in found:
        outcomes[item.state] += 1
    counted = "、".join(f"{state} {count}" for state, count in outcomes.items())
    st.subheader(f"这个范围里的预警 {len(found)} 条：{counted}")
    st.caption(f"预警按有效警情逐类检验，{since}；处置在“预警”页。")
    show_table(
        [("类别",), ("地点",), ("自",), ("到",), ("最近一次报警时",), ("状态",), ("判定",), ("理由",)],
        [
            [
                item.signals[0]["class_label"], place_words(dict(item.signals[0])),
                min(row["week_start"] for row in item.signals),
                max(row["week_start"] for row in item.signals) + timedelta(6),
                figures(dict(item.signals[0])), item.state,
                item.alert.disposition_label if item.alert else None,
                item.alert.decision.reason if item.alert and item.alert.decision else None,
            ]
            for item in found
        ],
        key="trend_alerts",
        title="趋势范围内的预警和处置",
        help_texts={"自": "首次报警的一周的起始日", "到": "最近一次报警的一周的最后一日"},
    )  # fmt: skip
