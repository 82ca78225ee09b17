"""Evaluations as a reader sees them now: results of the last run, statements no run has taken in yet, publications.

Belongs here: joining them, and the list. Does not belong here: one evaluation (``evaluation_result``), the forms
(``evaluation_form``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components.tables import show_table
from dashboards.components.wording import MISSING, SMALLEST_BASE, SUPPRESSED
from dashboards.context import Context
from dashboards.queries import evaluations
from jingcang.access.evaluations import stated_evaluations
from jingcang.access.suppression import SMALLEST_SHOWN
from jingcang.contracts.evaluations import CHOSEN
from jingcang.workbench.evaluations import Evaluation, EvaluationBook, Publication

WAITING = "下一次运行后"
NOT_DONE = "not_done"
"""Verdict code of 未执行."""
Row = dict[str, Any]
_COLUMNS = (
    "名称", "结论", "相对变化", "落实占计划 %", "设计问题", "发布", "干预区", "从", "到", "选点理由", "单位", "版本",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One version of one evaluation.

    Args:
        code, version: which.
        name: its name.
        unit_no: its station, None where it cannot be told.
        row: its result; None while no run has taken this version in.
        stated: as the workbench holds it now; None for one of the profile, and for older versions.
        published: what was published of this version.
        is_withdrawn: it was taken back.
    """

    code: str
    version: int
    name: str
    unit_no: str | None
    row: Row | None
    stated: Evaluation | None
    published: Publication | None
    is_withdrawn: bool = False

    @property
    def faults(self) -> list[str]:
        """What is wrong with the design, one sentence each."""
        return ((self.row or {}).get("design_faults") or "").splitlines()

    @property
    def word(self) -> str:
        """The verdict, else the state."""
        if self.is_withdrawn:
            return "已撤回"
        if self.row is None or self.row["evaluation_state_code"] == "waiting":
            return WAITING
        return self.row["verdict_label"] or self.row["evaluation_state_label"]


def load(context: Context) -> list[Item]:
    """Return every version in the reader's scope, the latest of each evaluation first."""
    rows = (
        context.run(evaluations.RESULTS).to_dicts()
        if context.door.has_table("fct_patrol_evaluations")
        else []
    )
    workbench = session.workbench()
    stated = {
        item.evaluation_code: item for item in stated_evaluations(context.door, context.identity, workbench)
    }
    published = {(p.evaluation_code, p.version): p for p in EvaluationBook(workbench).publications()}
    found = []
    for row in rows:
        key = (row["evaluation_code"], row["evaluation_version"])
        known = stated.get(key[0])
        found.append(
            Item(
                *key, row["evaluation_name"], row["unit_no"], row,
                known if known and known.version == key[1] else None, published.get(key),
                row["is_withdrawn"] or (known is not None and not known.is_standing),
            )
        )  # fmt: skip
    there = {(item.code, item.version) for item in found}
    waiting = [
        Item(code, item.version, item.evaluation_name, item.evaluated_unit_no, None, item, None)
        for code, item in stated.items()
        if item.is_standing and (code, item.version) not in there
    ]
    return [*waiting, *found]


def latest(items: Sequence[Item]) -> dict[str, Item]:
    """Return code → the version that stands for it: the one with the highest number."""
    found: dict[str, Item] = {}
    for item in items:
        if item.code not in found or item.version > found[item.code].version:
            found[item.code] = item
    return found


def sentence(shown: Sequence[Item]) -> str:
    """Return what the evaluations say together."""
    standing = [item for item in shown if not item.is_withdrawn]
    words = Counter(item.word for item in standing)
    told = "、".join(f"{word} {count} 项" for word, count in words.most_common())
    wrong = sum(bool(item.faults) for item in standing)
    return (
        f"评估 {len(standing)} 项：{told}"
        + (f"；{wrong} 项设计有问题，不能归因于巡逻" if wrong else "")
        + "。"
    )


def may_tell_effect(row: Row) -> bool:
    """Return whether a change may be set against the patrols: they were carried out, and the design is sound."""
    return row["verdict_code"] not in (None, NOT_DONE) and not row["design_faults"]


def change_words(row: Row, *, is_leaving: bool = False) -> str:
    """Return the relative change with its interval, or the counts alone: of a small base, where no effect may be told.

    Counts of 1–4 of a 责任区 are hidden where the words leave the page (``is_leaving``).
    """
    if row["treated_before_count"] is None:
        return MISSING
    if row["effect_pct"] is None or not may_tell_effect(row) or row["control_before_count"] < SMALLEST_BASE:
        counts = [
            row[f"{name}_{side}_count"] for name in ("treated", "control") for side in ("before", "after")
        ]
        shown = [SUPPRESSED if is_leaving and 0 < n < SMALLEST_SHOWN else f"{n:,}" for n in counts]
        return f"干预区 {shown[0]} → {shown[1]} 起，对照区 {shown[2]} → {shown[3]} 起"
    return f"{percent(row['effect_pct'])}（{percent(row['effect_low_pct'])} 至 {percent(row['effect_high_pct'])}）"


def percent(value: Any) -> str:
    """Return a change in percent with its sign."""
    return f"{float(value):+.0f}%".replace("-", "−")


def show(context: Context, shown: Sequence[Item]) -> None:
    """Show the list, what stands first."""
    names = context.area_names(everywhere=True)
    rows, leaving = [], []
    for item in sorted(shown, key=lambda item: item.is_withdrawn):
        row = item.row or {}
        areas = (row.get("treated_areas") or (item.stated.treated_areas if item.stated else "")).split(",")
        start, last = (
            row.get(f"after_{side}_date") or (getattr(item.stated, f"after_{side}") if item.stated else None)
            for side in ("start", "last")
        )
        chosen = row.get("chosen_because_label") or (
            CHOSEN[item.stated.chosen_because] if item.stated else None
        )
        delivered, kept = row.get("delivered_pct"), item.published
        rows.append([
            item.name, item.word, change_words(row) if row else MISSING,
            None if delivered is None else round(float(delivered)), len(item.faults),
            f"{kept.user_id}，{kept.published_at.astimezone():%Y-%m-%d}" if kept else None,
            "、".join(names.get(area, area) for area in areas if area), start, last, chosen,
            context.unit_name(item.unit_no), item.version,
        ])  # fmt: skip
        told = change_words(row, is_leaving=True) if row else MISSING
        leaving.append([*rows[-1][:2], told, *rows[-1][3:]])
    st.subheader(f"{len(rows)} 项评估，在上面选一项看依据")
    show_table(
        [(name,) for name in _COLUMNS],
        rows,
        key="evaluations",
        title="成效评估",
        export_rows=leaving,
        help_texts={
            "相对变化": "干预区相对对照区，95% 区间；没有做到、设计有问题或起数太少的只列起数",
            "落实占计划 %": "观测不足 80% 的不算",
        },
    )  # fmt: skip
