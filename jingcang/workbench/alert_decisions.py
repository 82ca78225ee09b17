"""What leaders decide about alerts: true, false, or dealt with.

Belongs here: keeping decisions, append only, on the version that was seen, and the state they lead to. Does not belong
here: who may decide about which alert (``jingcang.access.alerts``), and the published alert (``fct_alerts``), which
takes these decisions in as landed rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.entitled import LEADERS, entitled_role, stated_reason
from jingcang.workbench.store import Workbench

RULE = "alert_decision"
DECIDERS = LEADERS
DISPOSITION_LABELS = {"true": "真", "false": "误", "handled": "已处置"}
"""true: the rise is real and followed up; false: a false alarm; handled: real, and dealt with."""
STATE_LABELS = {
    "open": "待处置",
    "confirmed": "属实，跟进中",
    "reopened": "处置后再次报警",
    "handled": "已处置",
    "false_alarm": "误报",
    "ended": "属实，已平息",
    "expired": "已过期，未处置",
}
OPEN_STATES = ("open", "confirmed", "reopened")


@dataclass(frozen=True)
class AlertDecision:
    """One decision about one alert.

    Args:
        decision_no: its number over all alerts.
        alert_id: the alert.
        version: number of the decision on this alert, from 1.
        disposition: a key of :data:`DISPOSITION_LABELS`.
        reason: why.
        last_week_start: the alert's last week with an alarm when it was decided.
        user_id, role: who.
        generation: published data seen.
        decided_at: when.
    """

    decision_no: int
    alert_id: str
    version: int
    disposition: str
    reason: str
    last_week_start: dt.date
    user_id: str
    role: str
    generation: str
    decided_at: dt.datetime


def state_of(
    disposition: str | None, decided_week: dt.date | None, last_week: dt.date, *, is_expired: bool
) -> str:
    """Return the state of an alert, by the same rule as ``fct_alerts``.

    Args:
        disposition: of the latest decision, None without one.
        decided_week: the alert's last week when it was taken.
        last_week: the alert's last week now.
        is_expired: no alarm for four weeks.
    """
    if disposition == "false":
        return "false_alarm"
    if disposition == "handled":
        again = decided_week is not None and last_week > decided_week
        return "reopened" if again and not is_expired else "handled"
    if disposition == "true":
        return "ended" if is_expired else "confirmed"
    return "expired" if is_expired else "open"


class AlertBook:
    """Reads and writes decisions about alerts.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    def __init__(
        self, workbench: Workbench, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._workbench, self._now = workbench, now

    def decisions(self) -> list[AlertDecision]:
        """Return every decision ever taken, oldest first."""
        query = sa.select(tables.alert_decisions).order_by(tables.alert_decisions.c.decision_no)
        with self._workbench.read() as connection:
            return [AlertDecision(**row._mapping) for row in connection.execute(query)]

    def latest(self) -> dict[str, AlertDecision]:
        """Return alert id → its latest decision."""
        return {item.alert_id: item for item in self.decisions()}

    def decide(
        self, alert_id: str, disposition: str, *, reason: str, seen_version: int, last_week: dt.date, by: str,
        generation: str,
    ) -> int:  # fmt: skip
        """Write a decision and return its version.

        Args:
            alert_id: the alert; the caller has held it against the published ones in the person's scope.
            disposition: a key of :data:`DISPOSITION_LABELS`.
            reason: why, required.
            seen_version: version of the latest decision the person saw, 0 for none.
            last_week: first day of the alert's last week, as seen.
            by, generation: who, seeing which published data.

        Raises:
            JingcangError: another decision came meanwhile (named), no reason, no such disposition, or no right.
        """
        reason = stated_reason(reason, RULE)
        if disposition not in DISPOSITION_LABELS:
            raise JingcangError("没有这种处置", where=disposition, rule=RULE, remedy="请选真、误或已处置")
        role = entitled_role(self._workbench, by, DECIDERS)
        log = tables.alert_decisions
        with self._workbench.write() as connection:
            query = sa.select(log).where(log.c.alert_id == alert_id).order_by(log.c.version.desc()).limit(1)
            row = connection.execute(query).one_or_none()
            known = AlertDecision(**row._mapping) if row else None
            version = known.version if known else 0
            if version != seen_version:
                raise _stale(known)
            connection.execute(
                log.insert().values(
                    alert_id=alert_id, version=version + 1, disposition=disposition, reason=reason,
                    last_week_start=last_week, user_id=by, role=role, generation=generation,
                    decided_at=self._now(),
                )
            )  # fmt: skip
        return version + 1


def _stale(known: AlertDecision | None) -> JingcangError:
    what = (
        f"{known.user_id} 已于 {known.decided_at.astimezone():%Y-%m-%d %H:%M} 判为"
        f"“{DISPOSITION_LABELS[known.disposition]}”，您的处置没有保存"
        if known
        else "这条预警的处置记录已不存在，您的处置没有保存"
    )
    return JingcangError(what, rule="stale_version", remedy="请刷新后按最新情况处置")
