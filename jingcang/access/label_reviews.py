"""What a steward does in the review of labels.

Belongs here: the one way from pages to samples and verdicts, with scope, audit, and a check against what is published
now. Does not belong here: keeping verdicts (``jingcang.workbench.label_reviews``) and what they mean together
(``jingcang.labelling.review``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jingcang.access.case_texts import CaseText, read_case_text
from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.query import Query
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.labelling.review import UNLABELLED, SampleItem, Stratum, Verdict
from jingcang.workbench import Workbench
from jingcang.workbench.label_reviews import ReviewBook

PURPOSE = "标签审核"

IN_SCOPE = Query(
    "标签审核·范围内的案件",
    "select case_id from {fct_cases} where list_contains($cases, case_id)",
    {"cases": list},
)

GIVEN = Query(
    "标签审核·一起案件的标签",
    """
    select label_code, label_zh, source, rule_id, rule_version, evidence_from, evidence_to, review_state_label
    from {fct_case_labels}
    where case_id = $case and label_group = $group
    order by evidence_from, label_code
    """,
    {"case": str, "group": str},
)

DEFINITIONS = Query(
    "标签审核·标签定义",
    """
    select label_group, label_code, label_zh, definition_zh, rule_version
    from {dim_label}
    where status = 'active'
    order by label_group, label_code
    """,
)


@dataclass(frozen=True)
class Task:
    """One item to be judged, as it is published now.

    Args:
        item, stratum: what was drawn.
        text: the narrative, identities covered.
        labels: rows of the case's labels of the group: ``label_code, label_zh, source, rule_id, rule_version,
            evidence_from, evidence_to, review_state_label``.
    """

    item: SampleItem
    stratum: Stratum
    text: CaseText
    labels: tuple[dict[str, Any], ...]

    @property
    def label_code(self) -> str | None:
        """The label to be judged; None for a case drawn without one."""
        return None if self.stratum.stratum_code == UNLABELLED else self.stratum.stratum_code

    @property
    def rule_version(self) -> str | None:
        """Version under which the label is published now; None when it is not given any more."""
        return next(
            (str(row["rule_version"]) for row in self.labels if row["label_code"] == self.label_code), None
        )

    @property
    def evidence(self) -> tuple[tuple[int, int], ...]:
        """Places of the label to be judged, or of all labels of the group."""
        rows = [row for row in self.labels if self.label_code in (None, row["label_code"])]
        return tuple((int(row["evidence_from"]), int(row["evidence_to"])) for row in rows)


def may_review(identity: Identity) -> bool:
    """Return whether an identity may judge labels."""
    return identity.role == "steward"


def items_in_scope(door: Door, identity: Identity, items: Sequence[SampleItem]) -> list[SampleItem]:
    """Return the items whose case the identity may see and that has no sealed record, in their order.

    Raises:
        Forbidden: the role may not see cases.
    """
    found = door.run(IN_SCOPE, identity, cases=sorted({item.case_id for item in items}))
    known = set(door.without_sealed(found)["case_id"])
    return [item for item in items if item.case_id in known]


def open_task(door: Door, identity: Identity, home: Home, item: SampleItem, stratum: Stratum) -> Task | None:
    """Return an item with its text and labels; None when the case is not in the reader's scope any more.

    Raises:
        Forbidden: the role may not judge labels.
        JingcangError: the audit cannot be written.
    """
    _require_right(identity)
    labels = door.run(GIVEN, identity, case=item.case_id, group=stratum.label_group).to_dicts()
    keep = [(int(row["evidence_from"]), int(row["evidence_to"])) for row in labels]
    text = read_case_text(door, identity, home, item.case_id, purpose=PURPOSE, keep=keep)
    return None if text is None else Task(item, stratum, text, tuple(labels))


def judge(
    door: Door, identity: Identity, home: Home, workbench: Workbench, task: Task, verdict: str, *,
    seen_version: int, label_code: str | None = None, evidence: tuple[int, int] | None = None,
    purpose: str = "review", comment: str = "",
) -> int:  # fmt: skip
    """Keep a verdict on a task and return its number.

    Args:
        task: the item as it was shown.
        verdict: ``correct``, ``wrong``, ``missing`` or ``uncertain``.
        seen_version: see :meth:`ReviewBook.judge`.
        label_code: the missing label, or the one adjudicated; by default the task's own.
        evidence: place of the missing label in the text.
        purpose, comment: see :meth:`ReviewBook.judge`.

    Raises:
        Forbidden: the role may not judge labels.
        JingcangError: text or rules changed since the task was shown, the store refuses, or the audit cannot be
            written.
    """
    _require_right(identity)
    now = open_task(door, identity, home, task.item, task.stratum)
    if now is None or now.text.digest != task.text.digest or now.rule_version != task.rule_version:
        raise JingcangError(
            "案情或规则在您看的时候更新了，判定没有保存", where=f"案件 {task.text.case_no}",
            rule="label_review", remedy="请看过现在的内容再判",
        )  # fmt: skip
    if evidence is not None and evidence[1] > len(task.text.text):
        raise JingcangError("依据超出了案情文字", rule="label_review", remedy="请重新选择依据")
    code = label_code if label_code is not None else task.label_code
    generation = door.generation().name
    door.record(
        identity, f"label_{verdict}", task.stratum.label_group, sample=task.item.sample_no, label=code or "",
        purpose=purpose, generation=generation,
    )  # fmt: skip
    return ReviewBook(workbench).judge(
        task.item.sample_no, verdict, label_code=code, seen_version=seen_version, text_digest=task.text.digest,
        rule_version=task.rule_version if verdict != "missing" else None, by=identity.user_id,
        generation=generation, evidence=evidence, purpose=purpose, comment=comment,
    )  # fmt: skip


def undo(door: Door, identity: Identity, workbench: Workbench, items: Sequence[SampleItem]) -> Verdict | None:
    """Take back the last verdict of the identity among some items; None when there is none.

    Raises:
        Forbidden: the role may not judge labels.
        JingcangError: the audit cannot be written.
    """
    _require_right(identity)
    generation = door.generation().name
    door.record(identity, "label_undone", PURPOSE, generation=generation)
    return ReviewBook(workbench).undo(
        identity.user_id, generation=generation, sample_nos=[item.sample_no for item in items]
    )


def _require_right(identity: Identity) -> None:
    if not may_review(identity):
        raise Forbidden(
            "只有数据管理员可以审核标签", where=PURPOSE, rule="label_review", remedy="请联系数据管理员"
        )
