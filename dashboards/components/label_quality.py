"""标签质量: the words that stand beside every figure that uses a label.

Belongs here: how precision, recall and agreement are said. Does not belong here: how they are estimated
(``jingcang.statistics``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components.wording import SMALLEST_BASE
from dashboards.context import Context
from dashboards.queries import labels
from jingcang.statistics.agreement import FIRM_FROM, TENTATIVE_FROM

NOT_REVIEWED = "尚未审核"
NOT_ESTIMATED = "还不能估计"


def measure_words(row: Mapping[str, Any] | None) -> str:
    """Return one measure: share with interval and n, counts alone from fewer than ten, or why there is none.

    Args:
        row: of ``rpt_label_quality``; None when the table has none.
    """
    if row is None or not row["reviewed_count"]:
        return NOT_REVIEWED
    if row["estimate"] is None:
        return NOT_ESTIMATED
    limits = f"95% 区间 {_percent(row['ci_low'])}–{_percent(row['ci_high'])}"
    if row["measure"] == "precision" and row["reviewed_count"] < SMALLEST_BASE:
        return f"{row['hit_count']}/{row['reviewed_count']}（{limits}）"
    return f"{_percent(row['estimate'])}（{limits}，n={row['reviewed_count']:,}）"


def kappa_words(row: Mapping[str, Any] | None) -> str:
    """Return the agreement of two reviewers with what it allows to conclude."""
    if row is None or not row["reviewed_count"]:
        return "尚无两人都审的"
    if row["estimate"] is None:
        return f"两人判定全部相同且只有一种，无从比较（n={row['reviewed_count']:,}）"
    estimate = float(row["estimate"])
    word = "可靠" if estimate >= FIRM_FROM else "可暂用" if estimate >= TENTATIVE_FROM else "不够，先统一尺度"
    limits = f"{float(row['ci_low']):.2f}–{float(row['ci_high']):.2f}"
    return f"{estimate:.2f}（{limits}，n={row['reviewed_count']:,}，{word}）"


def quality_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return one label's quality: 准确率 … ；召回率 … , or 尚未审核.

    Args:
        rows: its rows of ``rpt_label_quality``.
    """
    found = {row["measure"]: row for row in rows}
    said = {name: measure_words(found.get(name)) for name in ("precision", "recall")}
    if set(said.values()) == {NOT_REVIEWED}:
        return NOT_REVIEWED
    return f"准确率 {said['precision']}；召回率 {said['recall']}"


def show_quality(context: Context, label_codes: Iterable[str]) -> None:
    """Say beside a chart or table how good the labels are that it uses, and in the small print that it uses any.

    Args:
        context: the page's context.
        label_codes: the labels used; of many the quality of those reviewed is named, the others are counted.
    """
    codes = sorted(set(label_codes))
    if not codes:
        return
    by_label: dict[str, list[dict[str, Any]]] = {}
    for row in context.run(labels.QUALITY, labels=codes).to_dicts():
        by_label.setdefault(row["label_code"], []).append(row)
    said = {rows[0]["label_zh"]: quality_words(rows) for rows in by_label.values()}
    if not said:
        return
    unseen = [name for name, words in said.items() if words == NOT_REVIEWED]
    named = [f"{name} {words}" for name, words in said.items() if words != NOT_REVIEWED]
    if unseen:
        few = "、".join(unseen[:3]) + (f" 等 {len(unseen)} 个标签" if len(unseen) > 3 else "")
        named.append(f"{few}{NOT_REVIEWED}")
    st.caption(f"标签质量：{'。'.join(named)}。")
    context.foot["标签质量"] = f"本页用到 {len(said)} 个标签，其中 {len(unseen)} 个{NOT_REVIEWED}"


def _percent(share: Any) -> str:
    return f"{100 * float(share):.0f}%"
