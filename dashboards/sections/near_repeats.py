"""重复警情, near repeats: which chosen classes come again nearby within days more often than chance.

Belongs here: the words and the table. Does not belong here: the test, which a run reckons once a week
(``jingcang.alerts.near_repeats``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import repeats

MIN_EXPECTED = 10
"""Expected pairs below which no multiple is printed, as with percentages (METHODS 1)."""
_COLUMNS = [
    ("类别",), ("距离（米）",), ("相隔（天）",), ("实际对数",), ("偶然对数",), ("倍数",), ("p 值",), ("判断",),
]  # fmt: skip


def read(context: Context) -> list[dict[str, Any]]:
    """Return the bins of the bureau, or of the one unit in view."""
    units = context.unit_nos or tuple(context.units)
    scope = {"scope": "unit", "unit": units[0]} if len(units) == 1 else {"scope": "bureau", "unit": ""}
    return context.run(repeats.NEAR, **scope).to_dicts()


def _is_located(row: Mapping[str, Any], required_pct: float) -> bool:
    return bool(100 * row["located_count"] >= required_pct * row["incident_count"])


def found(rows: Sequence[Mapping[str, Any]], required_pct: float) -> list[Mapping[str, Any]]:
    """Return the nearest bins of the classes that come again, the clearest first."""
    told = [row for row in rows if row["is_near_repeat"] and _is_located(row, required_pct)]
    return sorted(told, key=lambda row: (row["pair_q_value"], row["class_label"]))


def words(rows: Sequence[Mapping[str, Any]], required_pct: float) -> str:
    """Return the finding over all classes tested."""
    tested = [row for row in rows if row["is_nearest_bin"] and _is_located(row, required_pct)]
    if not tested:
        return "近重复没有可检验的类别"
    names = "、".join(row["class_label"] for row in found(rows, required_pct))
    if not names:
        return f"检验的 {len(tested)} 类都没有近重复，前后两起的远近与偶然波动一致"
    return f"{names}发案后一周内附近容易再发（近重复成立）"


def pair_words(row: Mapping[str, Any]) -> str:
    """Return pairs with those of chance; a multiple only where ten or more are expected."""
    expected = float(row["expected_pair_count"])
    said = (
        f"相距不到 {row['metres_to']} 米、相隔不到 {row['days_to']} 天的有 {row['pair_count']:,} 对，"
        f"偶然约 {expected:,.1f} 对"
    )
    return f"{said}（{float(row['pair_ratio']):.1f} 倍）" if expected >= MIN_EXPECTED else said


def show(context: Context, rows: Sequence[Mapping[str, Any]]) -> None:
    """Show the nearest bin of every class, the rest below, or why nothing is shown."""
    required = context.required_located_pct
    if not rows:
        states.withheld(
            "近重复", "所选类别一年内有坐标的都不足 50 起，配不成能检验的对；来源没有坐标时也是如此"
        )
        return
    nearest = [row for row in rows if row["is_nearest_bin"]]
    shown = [row for row in nearest if _is_located(row, required)]
    if shown:
        _show_tested(rows, shown, required)
    for row in nearest:
        if row not in shown:
            share = wording.share(row["located_count"], row["incident_count"])
            states.withheld(
                f"{row['class_label']}的近重复", f"有坐标的只有 {share}，低于要求的 {required:g}%"
            )


def _show_tested(
    rows: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]], required: float
) -> None:
    first = shown[0]
    st.subheader(f"近重复：{words(rows, required)}")
    st.caption(
        f"{first['tested_from_date'].isoformat()} 至 {first['tested_to_date'].isoformat()}（不含），只看事先选定、"
        "研究中有近重复的类别（不足 50 起的不检验）。把日期在各起之间打乱 999 次，看实际对数是否超出；"
        "判断按所看类别数校正。讲的是地点和时间，不是哪一个人会再作案或再受害。"
    )
    show_table(
        [("类别",), ("一年起数",), ("有坐标",), ("实际对数",), ("偶然对数",), ("倍数",), ("判断",)],
        [
            [
                row["class_label"],
                row["incident_count"],
                wording.share(row["located_count"], row["incident_count"]),
                row["pair_count"],
                round(float(row["expected_pair_count"]), 1),
                _ratio(row),
                _verdict(row),
            ]
            for row in sorted(shown, key=lambda row: row["pair_q_value"])
        ],
        key="near_repeats",
        title=f"近重复：相距不到 {first['metres_to']} 米、相隔不到 {first['days_to']} 天",
        help_texts={
            "实际对数": f"相距不到 {first['metres_to']} 米、相隔不到 {first['days_to']} 天的两起算一对",
            "偶然对数": "日期与地点互不相干时平均会有的对数",
            "倍数": f"偶然不足 {MIN_EXPECTED} 对的不算倍数",
        },
    )
    with st.expander("看各档距离和间隔"):
        names = {row["class_label"] for row in shown}
        show_table(
            _COLUMNS,
            [
                [
                    row["class_label"],
                    f"{row['metres_from']}–{row['metres_to']}",
                    f"{row['days_from']}–{row['days_to'] - 1}",
                    row["pair_count"],
                    round(float(row["expected_pair_count"]), 1),
                    _ratio(row),
                    _p_words(float(row["pair_p_value"])),
                    _verdict(row) if row["is_nearest_bin"] else "只供参考",
                ]
                for row in rows
                if row["class_label"] in names
            ],
            key="near_repeat_bins",
            title="近重复：各档距离和间隔",
            help_texts={"p 值": "单看这一档，偶然达到这么多对的可能；没有按档数校正"},
        )


def _ratio(row: Mapping[str, Any]) -> float | None:
    return round(float(row["pair_ratio"]), 1) if float(row["expected_pair_count"]) >= MIN_EXPECTED else None


def _p_words(value: float) -> str:
    return f"不超过 {value:.3f}" if value <= 0.001 else f"{value:.3f}"


def _verdict(row: Mapping[str, Any]) -> str:
    q_words = f"q = {float(row['pair_q_value']):.3f}"
    return f"近重复成立（{q_words}）" if row["is_near_repeat"] else f"与偶然波动一致（{q_words}）"
