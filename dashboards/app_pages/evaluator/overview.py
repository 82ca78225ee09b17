"""考核总览: every KPI of every unit beside its peers, and which may not be compared at all."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards.components import short_list, states
from dashboards.components.frame import answer
from dashboards.components.kpis import kpis, without_ended
from dashboards.context import Context, current
from dashboards.deployment import profile_of
from dashboards.queries import overview
from dashboards.sections import (
    kpi_explanations,
    kpi_export,
    kpi_guard,
    kpi_matrix,
    kpi_scores,
    period_choice,
    period_steps,
)
from dashboards.sections.kpi_matrix import UNMAPPED, Cell, Matrix
from jingcang.contracts.peer_groups import PeerGroup
from jingcang.kpis import NOT_APPLICABLE, TOO_FEW
from jingcang.statistics.funnel import WITHIN
from jingcang.statistics.periods import day_label


def main() -> None:
    context = current()
    st.header("考核总览")
    periods = period_choice.found(context, "archive_items", "接入后本页按单位比较各项档案指标")
    if not periods:
        return
    start, end = period_choice.box(periods)
    rows, ended = without_ended(context.run(overview.VALUES, period_start=start).to_dicts(), start)
    counted = kpi_matrix.counted(rows)
    if not counted:
        states.empty("这个周期没有考核记录", ended or "请换一个周期")
        return
    profile = profile_of(context.generation.profile)
    groups = profile.peer_groups if profile else ()
    reasons = kpi_guard.reasons(context, rows, start, end, counted)
    matrix = kpi_matrix.build(context, rows, reasons, groups)
    answer(_sentence(matrix, reasons, end, context.as_of))
    short_list.show(_look_at(context, matrix, reasons, period_choice.words((start, end))))
    _not_compared(reasons)
    if ended:
        st.caption(ended)
    kpi_matrix.show(context, matrix, groups)
    state = period_steps.state_words(context, start, end)
    tables = profile.scoring_tables if profile else ()
    kpi_export.show(context, matrix, start, end, state)
    kpi_explanations.show(context, matrix, tables, start, end, state)
    kpi_scores.show(context, matrix, tables, start, end)
    context.foot = {
        "考核周期": f"{day_label(start)}至{day_label(end)}",
        "状态": state,
        "同类组": _group_words(groups),
        "界限": "较少一方的泊松界限 99.8%，以同组居中单位的水平为准；同组可判断的单位满 10 个时计入各单位平常的差别",
        "定义": "；".join(f"{kpis()[code].name_zh} 第 {kpis()[code].version} 版" for code in matrix),
        "n": f"{sum(row['denominator_records'] for row in rows):,} 条计入分母的记录（各指标相加）",
        **context.foot,
    }


def _cells(matrix: Matrix) -> list[Cell]:
    return [cell for cells in matrix.values() for cell in cells.values()]


def _sentence(matrix: Matrix, reasons: dict[str, str], end: date, as_of: date) -> str:
    cells = _cells(matrix)
    compared = [cell for cell in cells if cell.judged]
    adverse, favourable = sum(cell.is_adverse for cell in cells), sum(cell.is_favourable for cell in cells)
    other = sum(bool(cell.judged and cell.judged.is_outside) for cell in cells) - adverse - favourable
    within = sum(cell.word == WITHIN for cell in cells)
    few = sum(cell.word in (TOO_FEW, NOT_APPLICABLE) for cell in compared)
    parts = [f"{adverse} 格差于预期"] * bool(adverse) + [f"{favourable} 格好于预期"] * bool(favourable)
    parts += [f"{other} 格异于预期而无好坏之分"] * bool(other)
    sentence = f"{len(matrix)} 项指标中 {len(matrix) - len(reasons)} 项可以在单位之间比较：" + (
        "，".join(parts) + f"，{within} 格在正常范围"
        if parts
        else f"没有单位超出偶然界限，{within} 格在正常范围"
    )
    sentence += f"，{few} 格样本不足或不适用" if few else ""
    unmapped = sum(cell.word == UNMAPPED for cell in cells)
    sentence += f"，{unmapped} 格未映射的太多，不显示值" if unmapped else ""
    sentence += f"；{len(reasons)} 项不可比" if reasons else ""
    return sentence + ("；周期未结束。" if end >= as_of else "。")


def _look_at(context: Context, matrix: Matrix, reasons: dict[str, str], year: str) -> list[short_list.Item]:
    adverse = [cell for cell in _cells(matrix) if cell.is_adverse]
    items = []
    for cell in sorted(adverse, key=lambda cell: -abs(cell.judged.missing if cell.judged else 0)):
        missing = abs(cell.judged.missing) if cell.judged else 0
        side = "少" if cell.measured.kpi.direction == "higher" else "多"
        items.append(
            short_list.Item(
                f"{context.unit_name(cell.unit or None)}的{cell.measured.kpi.name_zh}{cell.word}："
                f"{cell.measured.words()}，比同组水平{side} {missing:.0f} 条",
                "archive",
                {
                    **short_list.place_choices(context, cell.unit or None),
                    "kpi": cell.measured.kpi.name_zh,
                    "year": year,
                },
            )
        )
    for reason, codes in _by_reason(reasons).items():
        if reason != kpi_guard.NOT_COUNTED:
            choices = {"kpi": kpis()[codes[0]].name_zh, "year": year}
            items.append(short_list.Item(f"{_names(codes)}不可比：{reason}", "archive", choices))
    return items


def _by_reason(reasons: dict[str, str]) -> dict[str, list[str]]:
    return {
        reason: [code for code, why in reasons.items() if why == reason]
        for reason in dict.fromkeys(reasons.values())
    }


def _names(codes: list[str]) -> str:
    return "、".join(kpis()[code].name_zh for code in codes)


def _not_compared(reasons: dict[str, str]) -> None:
    for reason, codes in _by_reason(reasons).items():
        st.caption(f"{_names(codes)}不可比：{reason}。")


def _group_words(groups: tuple[PeerGroup, ...]) -> str:
    if not groups:
        return "方案没有设同类组，全部单位作一组"
    return "；".join(f"{group.name_zh}（{group.reason}）" for group in groups)


main()
