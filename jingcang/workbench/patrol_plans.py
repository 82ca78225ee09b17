"""Plans of patrols that leaders saved, and what the duty system sent back about them.

Belongs here: keeping both, append only, on the version that was seen. Does not belong here: how a plan is made
(``jingcang.planning``), who may save one (``jingcang.access.patrol_plans``).

A saved plan is kept whole: it is reproduced and exported from here however the published data move on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.planning.task_file import RULE as RETURN_RULE
from jingcang.planning.task_file import TaskReturn, check_return, content_hash, task_file
from jingcang.workbench import tables
from jingcang.workbench.entitled import LEADERS, entitled_role
from jingcang.workbench.versioned import Version, VersionedBook

RULE = "patrol_plan"
SAVED = "saved"
EXCHANGERS = (*LEADERS, "duty_system")
"""Roles that hand in what the duty system says: a leader with its file, or the system itself."""


class AlreadyTaken(JingcangError):
    """The same file was taken in before."""


@dataclass(frozen=True)
class SavedPlan(Version):
    """One version of one plan.

    Args:
        plan_no: its number.
        planned_unit_no, week_start: the station and the Monday of its week.
        weights_version, weights_digest: of the signed table, "" for equal weights.
        seed: of the blocks by lot.
        changes: by hand: (责任区, weekday of the shift, kind of shift, hour of the shift, blocks more or fewer).
        content: the blocks, JSON; see :meth:`blocks`.
        content_hash: SHA-256 of ``content``.
        covered_pct, best_pct: share of all need these blocks meet, and the best plan of as many.
    """

    row_no: int
    plan_no: int
    planned_unit_no: str
    week_start: dt.date
    weights_version: str
    weights_digest: str
    seed: int
    changes: list[list[Any]]
    content: str
    content_hash: str
    covered_pct: float
    best_pct: float

    @property
    def is_intact(self) -> bool:
        """Whether the content still is what was saved."""
        return content_hash(self.content) == self.content_hash

    def blocks(self) -> list[dict[str, Any]]:
        """Return the blocks as duty sheets hold them."""
        found: list[dict[str, Any]] = json.loads(self.content)
        return found

    def task_file(self, unit_name: str) -> bytes:
        """Return the file for the duty system; the same bytes whenever it is asked for.

        Args:
            unit_name: name of the station.

        Raises:
            JingcangError: the content is not what was saved.
        """
        if not self.is_intact:
            raise JingcangError(
                "方案的内容与保存时不一致，不能导出", where=f"第 {self.plan_no} 号方案第 {self.version} 版", rule=RULE,
                remedy="请联系系统管理员核对工作库，或重新保存一版",
            )  # fmt: skip
        return task_file(
            self.content, plan_no=self.plan_no, version=self.version, unit_no=self.planned_unit_no,
            unit_name=unit_name, week_start=self.week_start, generation=self.generation,
            weights=self.weights_version, seed=self.seed, saved_by=self.user_id, saved_at=self.acted_at,
        )  # fmt: skip


@dataclass(frozen=True)
class PlanReturn:
    """What one file of the duty system said."""

    return_no: int
    plan_no: int
    version: int
    reported_at: dt.datetime
    states: dict[str, str]
    file_hash: str
    user_id: str
    role: str
    received_at: dt.datetime


class PlanBook(VersionedBook[SavedPlan]):
    """Reads and writes saved plans and what came back."""

    table, number, noun, rule = tables.patrol_plans, "plan_no", "巡防方案", RULE
    made = SavedPlan
    state_labels: ClassVar[Mapping[str, str]] = {SAVED: "已保存"}

    def save(
        self, *, planned_unit_no: str, week_start: dt.date, weights_version: str, weights_digest: str, seed: int,
        changes: Sequence[Sequence[Any]], content: str, covered_pct: float, best_pct: float, unit_no: str | None,
        reason: str, by: str, generation: str, number: int | None = None, seen_version: int = 0,
    ) -> int:  # fmt: skip
        """Write a new plan, or another version of one, and return its number.

        Args:
            planned_unit_no … best_pct: see :class:`SavedPlan`.
            unit_no: unit whose leader saves it, None for a leader of all.
            reason, by, generation: why, by whom, seeing which published data.
            number: the plan that is changed, None for a new one.
            seen_version: the version that was seen, 0 for a new one.

        Raises:
            JingcangError: another plan or version came meanwhile, no blocks, no reason, no right.
        """
        if content == "[]":
            raise self._refused("方案里一块也没有", "至少留一块，或不保存")
        known = self.of_week(planned_unit_no, week_start)
        if number is None and known is not None:
            raise self._stale(known.plan_no, known)
        stated = {
            "unit_no": unit_no, "state_code": SAVED, "planned_unit_no": planned_unit_no, "week_start": week_start,
            "weights_version": weights_version, "weights_digest": weights_digest, "seed": seed,
            "changes": [list(change) for change in changes], "content": content,
            "content_hash": content_hash(content), "covered_pct": covered_pct, "best_pct": best_pct,
        }  # fmt: skip
        try:
            return self._write(number, seen_version, stated, reason=reason, by=by, generation=generation)
        except sa.exc.IntegrityError as error:  # somebody saved the first one between the look and the write
            known = self.of_week(planned_unit_no, week_start)
            raise self._stale(known.plan_no if known else 0, known) from error

    def of_week(self, planned_unit_no: str, week_start: dt.date) -> SavedPlan | None:
        """Return the latest version of the plan of a station and week, None without one."""
        for item in self.latest().values():
            if (item.planned_unit_no, item.week_start) == (planned_unit_no, week_start):
                return item
        return None

    def take_back(self, made: TaskReturn, raw: bytes, *, by: str) -> PlanReturn:
        """Keep what the duty system says about a version.

        Args:
            made: what the file says.
            raw: the file, whose digest keeps it from being taken twice.
            by: who hands it in.

        Raises:
            JingcangError: no such plan or version, another content, unknown blocks, the same file again, no right.
        """
        role = entitled_role(self._workbench, by, EXCHANGERS)
        plan = next(
            (one for one in self.versions() if (one.plan_no, one.version) == (made.plan_no, made.version)),
            None,
        )
        if plan is None:
            raise _no_return(
                f"没有第 {made.plan_no} 号方案第 {made.version} 版", "plan_no", "请核对方案编号和版本"
            )
        check_return(made, version=plan.version, content=plan.content)
        row = {
            "plan_no": made.plan_no, "version": made.version, "reported_at": made.reported_at,
            "states": {str(number): state for number, state in made.states.items()},
            "file_hash": hashlib.sha256(raw).hexdigest(), "user_id": by, "role": role, "received_at": self._now(),
        }  # fmt: skip
        try:
            with self._workbench.write() as connection:
                connection.execute(tables.patrol_plan_returns.insert().values(**row))
        except sa.exc.IntegrityError as error:
            raise AlreadyTaken(
                "这份回执已经收过",
                where="整个文件",
                rule=RETURN_RULE,
                remedy="不用再交；有新情况请导出新的回执",
            ) from error
        return self.returns(plan)[-1]

    def returns(self, plan: SavedPlan) -> list[PlanReturn]:
        """Return what came back about one version, oldest report first."""
        table = tables.patrol_plan_returns
        query = (
            sa.select(table)
            .where(table.c.plan_no == plan.plan_no, table.c.version == plan.version)
            .order_by(table.c.reported_at, table.c.return_no)
        )
        with self._workbench.read() as connection:
            return [PlanReturn(**row._mapping) for row in connection.execute(query)]

    def states(self, plan: SavedPlan) -> dict[int, str]:
        """Return block number → what was last reported of it."""
        found: dict[int, str] = {}
        for item in self.returns(plan):
            found |= {int(number): state for number, state in item.states.items()}
        return found


def _no_return(what: str, where: str, remedy: str) -> JingcangError:
    return JingcangError(what, where=where, rule=RETURN_RULE, remedy=remedy)
