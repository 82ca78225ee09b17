"""What a meeting decided, on which figure, who owns it, and what the review found.

Belongs here: keeping decisions and reviews, append only, on the version that was seen. Does not belong here: the
figures (``jingcang.access.metrics``), their comparison (``jingcang.statistics``), who may read which
(``jingcang.access.meetings``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jingcang.workbench import tables
from jingcang.workbench.versioned import Version, VersionedBook

RULE = "meeting_decision"
OPEN, REVIEWED = "open", "reviewed"
STATE_LABELS = {OPEN: "执行中", REVIEWED: "已复核"}
VERDICT_LABELS = {
    "worked": "有效，保持",
    "failed": "未见效，另作安排",
    "unclear": "说不清，再看四周",
    "dropped": "不再需要",
}
"""unclear keeps the decision open until the next review date."""
REVIEW_AFTER = dt.timedelta(weeks=4)
LONGEST_WAIT = dt.timedelta(days=366)


@dataclass(frozen=True)
class Figure:
    """A number of a metric over a period, as it was read.

    Args:
        metric_code, class_code: what is counted; the class with all below it, "" for all.
        unit_nos: units asked, comma-separated, "" for all in the reader's scope.
        area_no: 责任区, "" for all.
        period_kind: key of ``jingcang.statistics.periods.PERIODS``.
        period_start, period_end: the period, half-open.
        figure_count: the count, or what a share divides.
        figure_base: what it is divided by, None for a count.
    """

    metric_code: str
    class_code: str
    unit_nos: str
    area_no: str
    period_kind: str
    period_start: dt.date
    period_end: dt.date
    figure_count: int
    figure_base: int | None

    @property
    def days(self) -> int:
        return (self.period_end - self.period_start).days


@dataclass(frozen=True)
class MeetingDecision(Version):
    """One version of one decision.

    Args:
        decision_no: its number.
        decision_text: what was decided.
        owner: who carries it out, as written.
        review_date: when it is reviewed.
        verdict: a key of :data:`VERDICT_LABELS`, None before a review.
        metric_code … figure_base: the figure it was taken on; see :class:`Figure`.
        now_start, now_end, now_count, now_base: the same metric as the review saw it.
    """

    row_no: int
    decision_no: int
    decision_text: str
    owner: str
    review_date: dt.date
    verdict: str | None
    metric_code: str
    class_code: str
    unit_nos: str
    area_no: str
    period_kind: str
    period_start: dt.date
    period_end: dt.date
    figure_count: int
    figure_base: int | None
    now_start: dt.date | None
    now_end: dt.date | None
    now_count: int | None
    now_base: int | None

    @property
    def is_open(self) -> bool:
        return self.state_code == OPEN

    @property
    def figure(self) -> Figure:
        return Figure(**{name: getattr(self, name) for name in Figure.__dataclass_fields__})


class DecisionBook(VersionedBook[MeetingDecision]):
    """Reads and writes decisions of meetings."""

    table, number, noun, rule = tables.meeting_decisions, "decision_no", "会议决定", RULE
    made, state_labels = MeetingDecision, STATE_LABELS

    def log(
        self, text: str, figure: Figure, *, owner: str, review_date: dt.date, as_of: dt.date, unit_no: str | None,
        reason: str, by: str, generation: str,
    ) -> int:  # fmt: skip
        """Write a decision and return its number.

        Args:
            text: what was decided.
            figure: the figure it was taken on.
            owner: who carries it out.
            review_date: after the data's as-of day; four weeks by default of the page.
            as_of: the data's as-of day.
            unit_no: unit whose leader decides, None for a leader of all.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: no text, owner or reason, a review date that is past or too far, or no right.
        """
        text, owner = text.strip()[:500], owner.strip()[:64]
        if not text:
            raise self._refused("请写明决定了什么", "一句话写清做什么、在哪里")
        if not owner:
            raise self._refused("请写明谁负责", "填警号或岗位")
        self._check_date(review_date, as_of)
        stated = {
            **vars(figure), "unit_no": unit_no, "state_code": OPEN, "decision_text": text, "owner": owner,
            "review_date": review_date,
        }  # fmt: skip
        return self._write(None, 0, stated, reason=reason, by=by, generation=generation)

    def review(
        self, number: int, verdict: str, *, now: Figure | None, next_date: dt.date, as_of: dt.date, seen_version: int,
        reason: str, by: str, generation: str,
    ) -> int:  # fmt: skip
        """Write what a review found; 说不清 keeps the decision open until another date.

        Args:
            number: the decision.
            verdict: a key of :data:`VERDICT_LABELS`.
            now: the same metric as the review sees it, None where there is no comparable period yet.
            next_date: the next review date where the decision stays open.
            as_of: the data's as-of day.
            seen_version: the version that was seen.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: no such verdict, another version came meanwhile, reviewed already, no reason or no right.
        """
        if verdict not in VERDICT_LABELS:
            raise self._refused("没有这种复核结论", "请选一种结论")
        known = self.latest().get(number)
        if known is None:
            raise self._stale(number, None)
        if not known.is_open and known.version == seen_version:
            raise self._refused("这条决定已经复核过", "要继续跟进请另记一条")
        stays = verdict == "unclear"
        if stays:
            self._check_date(next_date, as_of)
        stated: dict[str, Any] = {
            **vars(known.figure), "state_code": OPEN if stays else REVIEWED, "decision_text": known.decision_text,
            "owner": known.owner, "review_date": next_date if stays else known.review_date, "verdict": verdict,
        }  # fmt: skip
        if now is not None:
            stated |= {
                "now_start": now.period_start, "now_end": now.period_end, "now_count": now.figure_count,
                "now_base": now.figure_base,
            }  # fmt: skip
        return self._write(number, seen_version, stated, reason=reason, by=by, generation=generation)

    def _check_date(self, day: dt.date, as_of: dt.date) -> None:
        if not as_of < day <= as_of + LONGEST_WAIT:
            raise self._refused(f"复核日期 {day} 应在数据截至日 {as_of} 之后一年以内", "请改正复核日期")


def landed_rows(versions: Iterable[MeetingDecision]) -> list[dict[str, Any]]:
    """Return the rows to land: one a version, with the words of its state and verdict."""
    return [
        vars(item)
        | {
            "state_label": STATE_LABELS[item.state_code],
            "verdict_label": VERDICT_LABELS[item.verdict] if item.verdict else None,
        }
        for item in versions
    ]
