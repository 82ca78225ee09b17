"""预警, the alerts as leaders see them now: as published, with decisions that no run has taken in yet.

Belongs here: one alert in words. Does not belong here: what alarms (``jingcang.alerts``) and the state's rule
(``jingcang.workbench.alert_decisions``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashboards import session
from dashboards.components import wording
from dashboards.context import Context
from dashboards.queries import alerts
from jingcang.workbench.alert_decisions import (
    DISPOSITION_LABELS,
    OPEN_STATES,
    STATE_LABELS,
    AlertBook,
    AlertDecision,
    state_of,
)

WEEK = timedelta(7)
REAL = ("true", "handled")
"""Dispositions that say that the rise was real."""


@dataclass(frozen=True)
class Alert:
    """One alert.

    Args:
        row: the published row.
        decision: the latest decision, landed or not.
    """

    row: dict[str, Any]
    decision: AlertDecision | None

    @property
    def state(self) -> str:
        known = self.decision
        return state_of(
            known.disposition if known else None, known.last_week_start if known else None,
            self.row["last_week_start"], is_expired=self.row["is_expired"],
        )  # fmt: skip

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def disposition_label(self) -> str | None:
        return DISPOSITION_LABELS[self.decision.disposition] if self.decision else None

    @property
    def is_real(self) -> bool | None:
        """Whether it was decided to be real; None while undecided."""
        return self.decision.disposition in REAL if self.decision else None

    @property
    def where(self) -> str:
        return place_words(self.row)

    @property
    def what(self) -> str:
        return str(self.row["class_label"])

    @property
    def since(self) -> date:
        first: date = self.row["first_week_start"]
        return first

    @property
    def certainty(self) -> str:
        """How sure the rise is, in words."""
        return "多重比较校正后仍成立" if self.row["is_listed"] else "在报警预算内，可能只是偶然"

    @property
    def figures(self) -> str:
        return figures(self.row)


def place_words(row: dict[str, Any]) -> str:
    """Return the place of an alert or alarm in words."""
    if row["scope_code"] == "bureau":
        return "全局"
    unit = row["unit_name"] or f"单位 {row['unit_no']}"
    return str(unit if row["scope_code"] == "unit" else row["area_name"] or f"{unit}{row['area_no']}")


def limit(row: dict[str, Any]) -> int:
    """Return the count above which a week alarms, or the one from which weeks added up do."""
    return math.ceil(float(row["threshold_count"]))


def figures(row: dict[str, Any]) -> str:
    """Return observed against usual, in counts: 一周 31 起，平常 14 起左右，超过 22 起才报警."""
    weeks, usual = row["weeks_counted"], float(row["expected_count"])
    over = "一周" if weeks == 1 else f"{weeks} 周共"
    line = f"超过 {limit(row):,} 起才报警" if weeks == 1 else f"达到 {limit(row):,} 起报警"
    around = f"{usual:,.0f} 起左右" if usual >= 1 else "不到 1 起"
    return f"{over} {wording.number(row['observed_count'])} 起，平常 {around}，{line}"


def load(context: Context) -> list[Alert]:
    """Return the alerts of the reader's scope and the chosen unit, latest first."""
    decided = AlertBook(session.workbench()).latest()
    rows = context.run(alerts.ALERTS).to_dicts()
    chosen = set(context.unit_nos)
    return [
        Alert(row, decided.get(row["alert_id"]) or _published(row))
        for row in rows
        if not chosen or row["unit_no"] in chosen or row["scope_code"] == "bureau"
    ]


def _published(row: dict[str, Any]) -> AlertDecision | None:
    """Return the decision a row was published with, for a workbench that does not hold it any more."""
    if row["disposition_code"] is None:
        return None
    return AlertDecision(
        0, row["alert_id"], row["decision_version"], row["disposition_code"], row["reason"],
        row["decided_week_start"], row["decided_by"], "", "", row["decided_at"],
    )  # fmt: skip


def situation_link(context: Context, row: dict[str, Any]) -> dict[str, str]:
    """Return the choices with which 态势 shows an alert's place and class."""
    link = {"period": "最近一个完整周"}
    if row["scope_code"] != "bureau" and row["unit_no"] in context.units:
        link["unit"] = context.units[row["unit_no"]]
    if row["scope_code"] == "area" and row["area_name"]:
        link["area"] = row["area_name"]
    if row["class_level1_label"]:
        link["group"] = row["class_level1_label"]
    return link
