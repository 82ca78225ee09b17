"""What stewards found when they looked at published rows of a decided mapping: right in place, or doubtful.

Belongs here: writing and listing the findings, which are never changed. Does not belong here: the decision itself
(``code_mappings``), and reading the rows (``jingcang.access.mapping_samples``). A doubt changes nothing by itself: it
asks that somebody revokes the mapping or looks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench.entitled import entitled_role, stated_reason
from jingcang.workbench.store import Workbench
from jingcang.workbench.tables import code_mapping_confirmations as confirmations
from jingcang.workbench.tables import code_mapping_decisions as decisions

VERDICTS = {"confirmed": "确认无误", "doubted": "有问题"}
_RULE = "mapping_confirmation"


@dataclass(frozen=True)
class Confirmation:
    """One finding.

    Args:
        confirmation_no: its number.
        mapping_no: the mapping whose rows were looked at.
        verdict: a key of :data:`VERDICTS`.
        note: what is wrong; None where nothing is.
        user_id, role: who looked.
        generation: the published data that was looked at.
        acted_at: when.
    """

    confirmation_no: int
    mapping_no: int
    verdict: str
    note: str | None
    user_id: str
    role: str
    generation: str
    acted_at: datetime


class ConfirmationBook:
    """Reads and writes findings.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    def __init__(self, workbench: Workbench, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._workbench, self._now = workbench, now

    def record(self, mapping_no: int, verdict: str, *, note: str, by: str, generation: str) -> int:
        """Write a finding and return its number.

        Args:
            mapping_no: the mapping.
            verdict: a key of :data:`VERDICTS`.
            note: what is wrong; asked for with a doubt.
            by, generation: who looked at which published data.

        Raises:
            JingcangError: no such mapping or verdict, a doubt without a note, or no right.
        """
        if verdict not in VERDICTS:
            raise JingcangError("没有这种核对结论", rule=_RULE, remedy="请刷新页面后重试")
        said = stated_reason(note, _RULE) if verdict == "doubted" else note.strip() or None
        role = entitled_role(self._workbench, by)
        with self._workbench.write() as connection:
            known = sa.select(decisions.c.mapping_no).where(decisions.c.mapping_no == mapping_no)
            if connection.execute(known).first() is None:
                raise JingcangError(
                    "没有这条映射", where=f"第 {mapping_no} 号映射", rule=_RULE, remedy="请刷新页面后重试"
                )
            made = connection.execute(
                confirmations.insert().values(
                    mapping_no=mapping_no, verdict=verdict, note=said, user_id=by, role=role,
                    generation=generation, acted_at=self._now(),
                )
            )  # fmt: skip
            return int(made.inserted_primary_key[0])  # type: ignore[index]

    def latest(self) -> dict[int, Confirmation]:
        """Return mapping number → the last finding about it."""
        with self._workbench.read() as connection:
            rows = connection.execute(
                sa.select(confirmations).order_by(confirmations.c.confirmation_no)
            ).all()
        return {row.mapping_no: Confirmation(**row._mapping) for row in rows}
