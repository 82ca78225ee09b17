"""趋势: which metric, class, kind of period and span the reader chose; all of them stand in the address.

Belongs here: choosing and its words. Does not belong here: unit and 责任区 (``components.frame``), numbers and charts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import streamlit as st

from dashboards.components import choices
from dashboards.components.metric_choice import PARAM
from dashboards.context import Context
from jingcang.access.metrics import classes_of, metric_values
from jingcang.contracts import Metric, load_metrics
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import latest, months_before
from jingcang.statistics.series import KINDS, WEEK

DEFAULT = "incidents_effective"
EVERY_CLASS = "全部类别"
SPANS = {"1": ("近一年", 1), "3": ("近三年", 3), "all": ("全部", 20)}
"""Words and years; nobody keeps more than twenty."""
SOURCES = {
    "rpt_incident_counts": ("警情", ("incidents",)),
    "rpt_case_counts": ("案件", ("cases",)),
    "rpt_arrival_counts": ("处警", ("dispatches",)),
    "rpt_feedback_counts": ("回访", ("feedbacks",)),
    "fct_patrol_presence": ("巡防定位", ("patrol_points",)),
    "fct_population_monthly": ("实有人口", ("residents",)),
}
"""Mart of a metric → what it is about, and the entities it rests on."""


@dataclass(frozen=True)
class Choice:
    """What the reader looks at.

    Args:
        metric: the metric.
        class_code: a class with all below it, "" for all.
        class_words: its name with those above it.
        kind: key of ``KINDS``.
        shown: most periods drawn.
        end: first day after the last complete period.
    """

    metric: Metric
    class_code: str
    class_words: str
    kind: str
    shown: int
    end: date

    @property
    def entities(self) -> tuple[str, ...]:
        return SOURCES[self.metric.mart][1]

    @property
    def drawn_since(self) -> date:
        """First day of the periods drawn, where there are as many."""
        return self._back(self.shown)

    @property
    def since(self) -> date:
        """First day needed: of the periods drawn and of those their bands and the comparison of years rest on."""
        known = KINDS[self.kind]
        return self._back(max(self.shown, 3 * known.season) + known.band)

    def _back(self, periods: int) -> date:
        if self.kind == "week":
            return self.end - periods * WEEK
        return months_before(self.end, periods)


def choose(context: Context) -> Choice:
    """Let the reader choose; by default effective incidents of all classes by week over a year."""
    columns = st.columns([1.7, 1.7, 0.8, 0.8])
    metrics = load_metrics()
    order = list(SOURCES)
    codes = sorted(metrics, key=lambda code: (code != DEFAULT, order.index(metrics[code].mart), code))
    lacking = lacking_sources(context)
    with columns[0]:
        metric = metrics[
            choices.choose(
                "度量", codes, param=PARAM,
                words=lambda code: metrics[code].title_zh
                + ("（没有来源）" if SOURCES[metrics[code].mart][0] in lacking else ""),
            )
        ]  # fmt: skip
    with columns[2]:
        kinds = ["month"] if metric.is_stock else list(KINDS)
        kind = choices.choose("按", kinds, param="by", words=lambda code: f"按{KINDS[code].name}")
    with columns[3]:
        span = choices.choose("时间范围", list(SPANS), param="span", words=lambda code: SPANS[code][0])
    end = latest(kind, context.as_of, context.week_start).end
    choice = Choice(metric, "", "", kind, SPANS[span][1] * KINDS[kind].season, end)
    with columns[1]:
        classes = {"": EVERY_CLASS, **_classes(context, choice)}
        code = choices.choose("类别", list(classes), param="class", words=lambda code: classes[code])
    return Choice(metric, code, classes[code] if code else "", kind, choice.shown, end)


def lacking_sources(context: Context) -> list[str]:
    """Return what the deployment's sources do not have, of :data:`SOURCES`."""
    known = deployment(context.generation.profile)
    return [name for name, entities in SOURCES.values() if not known.has_source(*entities)]


def _classes(context: Context, choice: Choice) -> Mapping[str, str]:
    """Return code → path in words of every class with a record in the span, parents before what is below them."""
    columns = classes_of(choice.metric)
    if not columns:
        return {}
    names = [column.replace("_code", "_label") for column in columns]
    found: dict[str, tuple[str, ...]] = {}
    for value in metric_values(
        context.door, context.identity, [choice.metric.metric_code], (choice.since, context.as_of),
        units=context.unit_nos, area=context.area, by=(*columns, *names),
    ):  # fmt: skip
        path: list[str] = []
        for column, name in zip(columns, names, strict=True):
            code, label = value.of(column), value.of(name)
            if code and label and label not in path[-1:]:
                path.append(label)
            if code:
                found.setdefault(code, tuple(path))
    return {code: " / ".join(path) for code, path in sorted(found.items(), key=lambda item: item[1])}
