"""Issues as the pages show them: the published issue, what was decided since, and what rests on it.

Belongs here: joining ``fct_quality_issues`` with decisions that have not landed yet. Does not belong here: the rule
for the state, which is ``jingcang.workbench.effective_state``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards import session
from dashboards.components import checks
from dashboards.consumers import Consumers, consumers_of
from dashboards.context import Context
from dashboards.queries import steward
from dashboards.sections.check_history import drift
from jingcang.workbench import IssueBoard, IssueState, Published, effective_state
from jingcang.workbench.issues import STATE_LABELS


@dataclass(frozen=True)
class Issue:
    """One issue ready to show.

    Args:
        row: columns of ``fct_quality_issues``.
        published: what decisions refer to.
        decision: the latest decision, landed or not; None when there is none.
        state: state code in effect.
        consumers: KPIs and pages that rest on the checked table.
        trend: 上升, 下降 or "" over the last runs.
    """

    row: dict[str, Any]
    published: Published
    decision: IssueState | None
    state: str
    consumers: Consumers
    trend: str

    @property
    def version(self) -> int:
        return self.decision.version if self.decision else 0

    @property
    def _own_decision(self) -> IssueState | None:
        decision = self.decision
        return decision if decision and decision.spell_no == self.published.spell_no else None

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def assigned_to(self) -> str | None:
        return self._own_decision.assigned_to if self._own_decision else None

    @property
    def due_date(self) -> date | None:
        decided = self._own_decision.due_date if self._own_decision else None
        return decided or self.row["due_date"]

    @property
    def title(self) -> str:
        return checks.title(self.row)

    def is_overdue(self, as_of: date) -> bool:
        """Whether the issue is to be mended and past its date."""
        waiting = self.state not in ("closed", "resolved")
        return waiting and self.due_date is not None and self.due_date < as_of


def load(context: Context) -> list[Issue]:
    """Return open issues and those resolved since the last run, worst first."""
    decisions = IssueBoard(session.workbench()).states()
    shares: dict[str, list[float]] = {}
    for row in context.run(steward.SHARES).to_dicts():
        if row["violated_pct"] is not None:
            shares.setdefault(row["check_id"], []).append(float(row["violated_pct"]))
    found = []
    for row in context.run(steward.ISSUES).to_dicts():
        published = Published(
            row["issue_id"], row["check_id"], row["is_issue_open"], row["spell_no"], row["latest_run_no"],
            context.generation.name,
        )  # fmt: skip
        decision = decisions.get(row["issue_id"])
        found.append(
            Issue(
                row,
                published,
                decision,
                effective_state(published, decision),
                consumers_of(context.generation.profile, row["object_name"] or ""),
                drift(shares.get(row["check_id"], ())),
            )
        )
    return found


def drifting(context: Context, open_checks: set[str]) -> list[tuple[str, float, float]]:
    """Return checks within their limits whose share rises: (check id, first, last share of the last runs)."""
    shares: dict[str, list[float]] = {}
    for row in context.run(steward.SHARES).to_dicts():
        if row["violated_pct"] is not None and row["check_id"] not in open_checks:
            shares.setdefault(row["check_id"], []).append(float(row["violated_pct"]))
    rising = [(check, values[0], values[-1]) for check, values in shares.items() if drift(values) == "上升"]
    return sorted(rising, key=lambda item: item[1] - item[2])
