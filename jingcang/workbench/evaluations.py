"""Evaluations of patrols that leaders state, and those whose result a leader published.

Belongs here: keeping both, append only, on the version that was seen, and their rows for landing. Does not belong here:
what an evaluation must state (``jingcang.contracts.evaluations``), who may state and publish it
(``jingcang.access.evaluations``), its result (``jingcang.evaluations``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from jingcang.contracts.evaluations import CHOSEN, DeclaredEvaluation, EvaluationPlan, plan_of
from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.entitled import LEADERS, entitled_role, stated_reason
from jingcang.workbench.versioned import DECLARED, Declaration, DeclaredBook

RULE = "patrol_evaluation"
FROM_PAGE, FROM_PROFILE = "page", "profile"


@dataclass(frozen=True)
class Evaluation(Declaration):
    """One version of one evaluation made on a page.

    Args:
        evaluation_no: its number.
        evaluated_unit_no: the station its 责任区 are of.
        evaluation_name … excludes_patrol_generated: see
            :class:`~jingcang.contracts.evaluations.EvaluationPlan`, lists comma-separated.
    """

    row_no: int
    evaluation_no: int
    evaluated_unit_no: str
    evaluation_name: str
    programme_no: str | None
    planned_minutes: int | None
    treated_areas: str
    control_areas: str
    buffer_areas: str
    before_start: dt.date | None
    before_last: dt.date | None
    after_start: dt.date | None
    after_last: dt.date | None
    chosen_because: str
    selection_start: dt.date | None
    selection_last: dt.date | None
    class_codes: str
    excludes_patrol_generated: bool

    @property
    def evaluation_code(self) -> str:
        return code_of(self.evaluation_no)

    def plan(self) -> EvaluationPlan:
        """Return what is stated."""
        return plan_of(vars(self))


@dataclass(frozen=True)
class Publication:
    """What a leader published: the result as it stood, which no later run changes.

    Args:
        evaluation_code, version: of the evaluation.
        verdict_code: its verdict.
        content: the row of the result, as JSON.
        content_hash: SHA-256 of ``content``.
        input_hash: content hash of the published data it was read from.
        as_of: "today" of that data.
        reason, user_id, role, generation, published_at: why, by whom, seeing which data, when.
    """

    publication_no: int
    evaluation_code: str
    version: int
    verdict_code: str
    content: str
    content_hash: str
    input_hash: str
    as_of: dt.date
    reason: str
    user_id: str
    role: str
    generation: str
    published_at: dt.datetime

    @property
    def is_intact(self) -> bool:
        """Whether the content still is what was published."""
        return hashlib.sha256(self.content.encode()).hexdigest() == self.content_hash


def code_of(number: int) -> str:
    """Return the code of an evaluation made on a page; those of profiles begin with a small letter."""
    return f"P{number}"


class EvaluationBook(DeclaredBook[Evaluation]):
    """Reads and writes evaluations and publications."""

    table, number, noun, rule = tables.patrol_evaluations, "evaluation_no", "评估", RULE
    made = Evaluation

    def declare(
        self, plan: EvaluationPlan, *, evaluated_unit_no: str, unit_no: str | None, reason: str, by: str,
        generation: str, number: int | None = None, seen_version: int = 0,
    ) -> int:  # fmt: skip
        """Write a new evaluation, or another version of one, and return its number.

        Args:
            plan: what is stated.
            evaluated_unit_no: the station of its 责任区.
            unit_no: unit whose leader states it, None for a leader of all.
            reason, by, generation: why, by whom, seeing which published data.
            number: the evaluation that is changed, None for a new one.
            seen_version: the version that was seen, 0 for a new one.

        Raises:
            JingcangError: something must be stated otherwise, no reason, no right, another version came meanwhile.
        """
        if (problem := plan.problem()) is not None:
            raise self._refused(problem[1], problem[2])
        stated = {
            **plan.stated(), "evaluated_unit_no": evaluated_unit_no, "unit_no": unit_no, "state_code": DECLARED,
        }  # fmt: skip
        return self._write(number, seen_version, stated, reason=reason, by=by, generation=generation)

    def publish(
        self, code: str, version: int, *, verdict_code: str, content: str, input_hash: str, as_of: dt.date,
        reason: str, by: str, generation: str,
    ) -> None:  # fmt: skip
        """Keep the result of a version as it stands.

        Args:
            code, version: of the evaluation.
            verdict_code: its verdict.
            content: the row of the result, as JSON.
            input_hash, as_of: of the published data it was read from.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: this version is published already, no reason or no right.
        """
        reason, role = stated_reason(reason, self.rule), entitled_role(self._workbench, by, LEADERS)
        row = {
            "evaluation_code": code, "version": version, "verdict_code": verdict_code, "content": content,
            "content_hash": hashlib.sha256(content.encode()).hexdigest(), "input_hash": input_hash, "as_of": as_of,
            "reason": reason, "user_id": by, "role": role, "generation": generation, "published_at": self._now(),
        }  # fmt: skip
        try:
            with self._workbench.write() as connection:
                connection.execute(tables.evaluation_publications.insert().values(**row))
        except sa.exc.IntegrityError as error:
            known = next(p for p in self.publications() if (p.evaluation_code, p.version) == (code, version))
            raise JingcangError(
                f"{known.user_id} 已于 {known.published_at.astimezone():%Y-%m-%d %H:%M} 发布了这一版",
                where=f"评估 {code} 第 {version} 版", rule="stale_version", remedy="请刷新后查看",
            ) from error  # fmt: skip

    def publications(self) -> list[Publication]:
        """Return what was published, oldest first."""
        table = tables.evaluation_publications
        with self._workbench.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.publication_no))
            return [Publication(**row._mapping) for row in rows]


def landed_rows(
    versions: Iterable[Evaluation], declared: Iterable[DeclaredEvaluation]
) -> list[dict[str, Any]]:
    """Return the rows to land: one a version made on a page, and one an evaluation of the profile."""
    rows = [
        vars(item)
        | {
            "evaluation_code": item.evaluation_code,
            "origin_code": FROM_PAGE,
            "declared_unit_no": item.unit_no,
            "decided_at": item.acted_at,
        }
        for item in versions
    ] + [
        item.plan().stated()
        | {
            "evaluation_code": item.evaluation_code, "version": item.version, "origin_code": FROM_PROFILE,
            "state_code": DECLARED, "declared_unit_no": None, "reason": item.reason, "user_id": item.decided_by,
            "decided_at": dt.datetime.combine(item.decided_on, dt.time(), dt.UTC),
        }
        for item in declared
    ]  # fmt: skip
    return [
        row
        | {
            "evaluation_key": f"{row['evaluation_code']}-{row['version']:04d}",
            "chosen_because_label": CHOSEN[row["chosen_because"]],
        }
        for row in rows
    ]
