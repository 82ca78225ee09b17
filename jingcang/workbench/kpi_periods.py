"""考核周期: the steps of an assessment period, who took them and when, and what a frozen one holds.

Belongs here: which step may follow which, keeping steps and frozen content, append only, on the version that was seen.
Does not belong here: who may take them and what is frozen (``jingcang.access.kpi_periods``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from jingcang.workbench import tables
from jingcang.workbench.versioned import Version, VersionedBook

RULE = "kpi_period"
OPEN, DRAFT, ANNOUNCED, APPEALS, FROZEN = "open", "draft", "announced", "appeals", "frozen"
STATE_LABELS = {OPEN: "开放", DRAFT: "初稿", ANNOUNCED: "公示", APPEALS: "申诉", FROZEN: "冻结"}
NEXT = {
    OPEN: (DRAFT,),
    DRAFT: (ANNOUNCED, OPEN),
    ANNOUNCED: (APPEALS, DRAFT),
    APPEALS: (FROZEN, DRAFT),
    FROZEN: (),
}
"""State → states that may follow: the one after it, or back to correct; a frozen period stays as it is."""


@dataclass(frozen=True)
class PeriodStep(Version):
    """One step of one period.

    Args:
        period_no: its number.
        period_start, period_end: its first and last day.
    """

    row_no: int
    period_no: int
    period_start: dt.date
    period_end: dt.date


@dataclass(frozen=True)
class Pinned:
    """What a frozen period was computed from: enough to compute it again.

    Args:
        generation: name of the published data it was taken from.
        run_id: the run that built them.
        batches: ids of the landed batches in force, oldest first.
        code: digest of the program kept with the publication.
    """

    generation: str
    run_id: str
    batches: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class Frozen:
    """What a frozen period holds.

    Args:
        period_start: its first day.
        content: the records, as Parquet.
        content_hash: SHA-256 of ``content``.
        definitions: KPI code → version it was computed under.
        input_hash: content hash of the published data it was taken from.
        as_of: "today" of that data.
        pinned: what they were computed from; None for a period frozen before this was kept.
    """

    period_start: dt.date
    content: bytes
    content_hash: str
    definitions: dict[str, str]
    input_hash: str
    as_of: dt.date
    pinned: Pinned | None = None

    @property
    def is_intact(self) -> bool:
        """Whether the content still is what was frozen."""
        return hashlib.sha256(self.content).hexdigest() == self.content_hash


class PeriodBook(VersionedBook[PeriodStep]):
    """Reads and writes the steps of periods and their frozen content."""

    table, number, noun, rule = tables.kpi_period_steps, "period_no", "考核周期", RULE
    made, state_labels, roles = PeriodStep, STATE_LABELS, ("evaluator",)

    def of(self, period_start: dt.date) -> list[PeriodStep]:
        """Return the steps of a period, oldest first; none for one that was never touched, which is open."""
        return [step for step in self.versions() if step.period_start == period_start]

    def step(
        self, start: dt.date, end: dt.date, state: str, *, as_of: dt.date, seen_version: int, reason: str, by: str,
        generation: str, frozen: Frozen | None = None,
    ) -> None:  # fmt: skip
        """Bring a period to its next state.

        Args:
            start, end: its first and last day.
            state: where to.
            as_of: "today" of the published data: only a period that is over leaves 开放.
            seen_version: version that was seen, 0 for a period nobody has touched.
            reason, by, generation: why, by whom, seeing which published data.
            frozen: what is frozen, for 冻结.

        Raises:
            JingcangError: the start belongs to a period of another calendar, the step does not follow, the period is
                not over, the one who announced would freeze as well, another step came meanwhile, no reason or right.
        """
        steps = self.of(start)
        state_now = steps[-1].state_code if steps else OPEN
        if (steps[-1].version if steps else 0) != seen_version:
            raise self._stale(steps[-1].period_no if steps else 0, steps[-1] if steps else None)
        if steps and steps[-1].period_end != end:
            raise self._refused(
                f"从 {start} 开始的考核周期已按另一种考核日历办理（到 {steps[-1].period_end}）",
                "请在方案中恢复当时的考核日历，或只办理从别的日子开始的周期",
            )
        if state not in NEXT[state_now]:
            raise self._refused(
                f"考核周期现在是“{STATE_LABELS[state_now]}”，不能直接转为“{STATE_LABELS[state]}”",
                "请按开放、初稿、公示、申诉、冻结的顺序办理；冻结后不再改动，后来的变化只进更正说明",
            )
        if end >= as_of:
            raise self._refused(
                f"考核周期到 {end} 才结束，数据截至 {as_of}", "请等周期结束、数据到齐后再出初稿"
            )
        if state == FROZEN and (frozen is None or by == _announcer(steps)):
            raise self._refused("公示和冻结不能由同一人办理", "请由另一名考核员冻结")
        stated = {"unit_no": None, "state_code": state, "period_start": start, "period_end": end}
        try:
            self._write(
                steps[-1].period_no if steps else None, seen_version, stated, reason=reason, by=by,
                generation=generation, more=lambda connection: self._keep(connection, frozen),
            )  # fmt: skip
        except sa.exc.IntegrityError as error:  # two began the same period at once
            latest = self.of(start)[-1]
            raise self._stale(latest.period_no, latest) from error

    def frozen(self, period_start: dt.date) -> Frozen | None:
        """Return what a period holds since it was frozen, None when it is not."""
        table = tables.kpi_frozen_periods
        with self._workbench.read() as connection:
            row = connection.execute(
                sa.select(table).where(table.c.period_start == period_start)
            ).one_or_none()
        return None if row is None else _frozen(row._asdict())

    def definitions(self) -> dict[dt.date, dict[str, str]]:
        """Return start of each frozen period → KPI code → version it was computed under, without its records."""
        columns = tables.kpi_frozen_periods.c
        with self._workbench.read() as connection:
            found = connection.execute(sa.select(columns.period_start, columns.definitions))
            return {row.period_start: row.definitions for row in found}

    def pinned_batches(self) -> set[str]:
        """Return the ids of all batches that any frozen period rests on."""
        with self._workbench.read() as connection:
            found = connection.execute(sa.select(tables.kpi_frozen_periods.c.pinned))
            pinned: list[dict[str, Any] | None] = [row.pinned for row in found]
        return {batch for item in pinned if item is not None for batch in item["batches"]}

    def _keep(self, connection: sa.Connection, frozen: Frozen | None) -> None:
        if frozen is not None:
            row: dict[str, Any] = {**vars(frozen), "pinned": frozen.pinned and asdict(frozen.pinned)}
            connection.execute(tables.kpi_frozen_periods.insert().values(**row))


def _frozen(row: Mapping[str, Any]) -> Frozen:
    stored: dict[str, Any] | None = row["pinned"]
    pinned = None if stored is None else Pinned(**{**stored, "batches": tuple(stored["batches"])})
    return Frozen(**{**row, "pinned": pinned})


def _announcer(steps: list[PeriodStep]) -> str | None:
    return next((step.user_id for step in reversed(steps) if step.state_code == ANNOUNCED), None)
