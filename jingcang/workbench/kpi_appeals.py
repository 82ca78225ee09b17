"""申诉: an officer's claim about one record of one KPI in one period, and the ruling on it.

Belongs here: keeping claims and rulings, append only, on the version that was seen; until when a claim is taken, and
that nobody rules in an own matter. Does not belong here: whose records and units they are
(``jingcang.access.kpi_appeals``), and what a supported claim does to the record (``dbt_project/models/kpi``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from jingcang.workbench import tables
from jingcang.workbench.entitled import MOST_CHARACTERS, entitled_role
from jingcang.workbench.kpi_periods import ANNOUNCED, APPEALS, DRAFT, OPEN, PeriodBook, PeriodStep
from jingcang.workbench.kpi_periods import STATE_LABELS as PERIOD_LABELS
from jingcang.workbench.versioned import Version, VersionedBook

RULE = "kpi_appeal"
FILED, SUPPORTED, PARTLY, REJECTED, WITHDRAWN = "filed", "supported", "partly", "rejected", "withdrawn"
STATE_LABELS = {
    FILED: "待裁定",
    SUPPORTED: "支持",
    PARTLY: "部分支持",
    REJECTED: "不支持",
    WITHDRAWN: "撤回",
}
RULINGS = (SUPPORTED, PARTLY, REJECTED)
EXCLUDE, COUNT, ADD = "exclude", "count", "add"
CLAIM_LABELS = {EXCLUDE: "不应计入", COUNT: "应计为达到", ADD: "缺漏的记录应计入"}
_EFFECTS = {(SUPPORTED, claim): claim for claim in CLAIM_LABELS} | {(PARTLY, COUNT): EXCLUDE}
_EFFECT_WORDS = {SUPPORTED: "申诉成立", PARTLY: "申诉部分成立"}


@dataclass(frozen=True)
class Claim:
    """What an officer claims.

    Args:
        period_start, period_end: the assessment period.
        kpi_code: the KPI.
        kpi_record_id: the record; for a missing one see :func:`missing_record_id`.
        record_no: number of the record as the officer knows it.
        event_date: its day, None where the record has none.
        officer_no: the officer whose record it is.
        claim_code: a key of :data:`CLAIM_LABELS`.
        claim_evidence: what proves it, e.g. the number of a document.
    """

    period_start: dt.date
    period_end: dt.date
    kpi_code: str
    kpi_record_id: str
    record_no: str
    event_date: dt.date | None
    officer_no: str
    claim_code: str
    claim_evidence: str


@dataclass(frozen=True)
class Appeal(Version):
    """One version of one appeal; ``reason`` is why the version was written, ``claim_reason`` why it was filed.

    Args:
        appeal_no: its number.
        period_start … claim_evidence: the claim; see :class:`Claim`.
        claim_reason: why it was filed.
        filed_by, filed_at: by whom and when.
    """

    row_no: int
    appeal_no: int
    period_start: dt.date
    period_end: dt.date
    kpi_code: str
    kpi_record_id: str
    record_no: str
    event_date: dt.date | None
    officer_no: str
    claim_code: str
    claim_reason: str
    claim_evidence: str
    filed_by: str
    filed_at: dt.datetime

    @property
    def is_pending(self) -> bool:
        return self.state_code == FILED

    @property
    def effect_code(self) -> str | None:
        """What the ruling does to the record: a key of :data:`CLAIM_LABELS`, None for nothing."""
        return _EFFECTS.get((self.state_code, self.claim_code))


def missing_record_id(period_start: dt.date, kpi_code: str, officer_no: str, record_no: str) -> str:
    """Return the key under which a record that is in no list is claimed: one claim an officer, KPI and number."""
    said = "|".join((period_start.isoformat(), kpi_code, officer_no, record_no))
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()


def deadline(steps: Sequence[PeriodStep], days: int) -> dt.date | None:
    """Return the last day on which claims about a period are taken; None while none are.

    Args:
        steps: the period's, oldest first.
        days: calendar days after the day of the step to 公示 or 申诉.
    """
    if not steps or steps[-1].state_code not in (ANNOUNCED, APPEALS):
        return None
    return steps[-1].acted_at.astimezone().date() + dt.timedelta(days)


class AppealBook(VersionedBook[Appeal]):
    """Reads and writes appeals."""

    table, number, noun, rule = tables.kpi_appeals, "appeal_no", "申诉", RULE
    made, state_labels, roles = Appeal, STATE_LABELS, ("officer", "evaluator")

    def file(
        self, claim: Claim, *, unit_no: str | None, days: int, reason: str, by: str, generation: str
    ) -> int:
        """Keep a claim and return its number; one that was taken back may be filed anew.

        Args:
            claim: what is claimed.
            unit_no: the officer's unit.
            days: calendar days claims are taken after the step to 公示 or 申诉.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: the period takes no claims or no more, the record is claimed already, the account is not the
                officer's, no evidence, no reason or no right.
        """
        entitled_role(self._workbench, by, ("officer",))
        if claim.claim_code not in CLAIM_LABELS:
            raise self._refused("没有这种主张", "请选一种主张")
        if self._officer_of(by) != claim.officer_no:
            raise self._refused("只能对自己的记录提出申诉", "他人的记录请由本人提出")
        if not claim.claim_evidence.strip() or not claim.record_no.strip():
            raise self._refused("请写明编号和证据", "例如文书编号、归档回执号；系统里查得到的写编号即可")
        self._check_period(claim, days)
        known = next((a for a in self.latest().values() if a.kpi_record_id == claim.kpi_record_id), None)
        if known is not None and known.state_code != WITHDRAWN:
            raise self._refused(
                f"这条记录已有第 {known.appeal_no} 号申诉，{STATE_LABELS[known.state_code]}",
                "同一条记录只能申诉一次；还没有裁定的可以撤回后重新提出",
            )
        stated = vars(claim) | {
            "unit_no": unit_no, "state_code": FILED, "claim_reason": reason.strip()[:MOST_CHARACTERS],
            "claim_evidence": claim.claim_evidence.strip()[:MOST_CHARACTERS], "filed_by": by,
            "filed_at": self._now(),
        }  # fmt: skip
        number, version = (known.appeal_no, known.version) if known else (None, 0)
        try:
            return self._write(number, version, stated, reason=reason, by=by, generation=generation)
        except sa.exc.IntegrityError as error:  # filed twice at once
            raise self._refused("这条记录刚刚已经提出申诉", "请刷新后查看") from error

    def rule_on(
        self, number: int, state: str, *, seen_version: int, reason: str, by: str, generation: str
    ) -> int:
        """Write a ruling, which is final, and return the appeal's number.

        Args:
            number: the appeal.
            state: one of :data:`RULINGS`; 部分支持 leaves out a record that should have counted.
            seen_version: version that was seen.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: ruled or taken back already, another version came meanwhile, the one who rules filed it, is
                the officer or took the period's last step, the period went back to 初稿, no reason or no right.
        """
        entitled_role(self._workbench, by, ("evaluator",))
        known = self._pending(number, seen_version)
        if state not in RULINGS or (state == PARTLY and known.claim_code != COUNT):
            raise self._refused("这项申诉不能这样裁定", "部分支持只用于“应计为达到”：记录剔除，不计为达到")
        if by == known.filed_by or self._officer_of(by) == known.officer_no:
            raise self._refused("不能裁定自己的申诉", "请由另一名考核员裁定")
        steps = PeriodBook(self._workbench).of(known.period_start)
        if not steps or steps[-1].state_code in (OPEN, DRAFT):
            raise self._refused("考核周期已退回，数字还会变", "请等重新公示后裁定")
        if steps[-1].user_id == by:
            raise self._refused("本周期的最近一步由您办理，不能再裁定这一周期的申诉", "请由另一名考核员裁定")
        return self._restate(known, state, reason=reason, by=by, generation=generation)

    def withdraw(self, number: int, *, seen_version: int, reason: str, by: str, generation: str) -> int:
        """Take an own claim back while nobody has ruled, and return its number.

        Raises:
            JingcangError: another version came meanwhile, ruled already, not the own one, no reason or no right.
        """
        known = self._pending(number, seen_version)
        if by != known.filed_by:
            raise self._refused("只有提出人可以撤回申诉", "请由提出人撤回")
        return self._restate(known, WITHDRAWN, reason=reason, by=by, generation=generation)

    def _pending(self, number: int, seen_version: int) -> Appeal:
        known = self.latest().get(number)
        if known is None or known.version != seen_version:
            raise self._stale(number, known)
        if not known.is_pending:
            raise self._refused(
                f"这项申诉已是“{STATE_LABELS[known.state_code]}”", "裁定和撤回不再改动，请刷新后查看"
            )
        return known

    def _restate(self, known: Appeal, state: str, *, reason: str, by: str, generation: str) -> int:
        frame = {"row_no", "appeal_no", *Version.__dataclass_fields__}
        stated = {name: value for name, value in vars(known).items() if name not in frame}
        return self._write(
            known.appeal_no, known.version, stated | {"state_code": state}, reason=reason, by=by,
            generation=generation,
        )  # fmt: skip

    def _check_period(self, claim: Claim, days: int) -> None:
        steps = PeriodBook(self._workbench).of(claim.period_start)
        last = deadline(steps, days)
        if last is None:
            state = PERIOD_LABELS[steps[-1].state_code if steps else OPEN]
            raise self._refused(f"考核周期现在是“{state}”，不受理申诉", "公示和申诉期间受理")
        if self._now().astimezone().date() > last:
            raise self._refused(f"申诉已于 {last} 截止", "请向考核员说明情况；冻结后的变化只进更正说明")

    def _officer_of(self, user_id: str) -> str | None:
        accounts = tables.accounts
        with self._workbench.read() as connection:
            return connection.scalar(sa.select(accounts.c.officer_no).where(accounts.c.user_id == user_id))


def landed_rows(versions: Iterable[Appeal]) -> list[dict[str, Any]]:
    """Return the rows to land: one a version, with what it does to the record and in which words."""
    return [
        vars(item) | {"effect_code": item.effect_code, "effect_label": _EFFECT_WORDS.get(item.state_code)}
        for item in versions
    ]
