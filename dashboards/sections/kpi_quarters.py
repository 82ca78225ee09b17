"""档案利用: one KPI of an assessment year beside its four quarters, by unit.

Belongs here: the table. Does not belong here: the calendar (``jingcang.kpis.quarters``), the value of a sum
(``components.kpis``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.kpis import Measured, add, measure
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.deployment import profile_of
from dashboards.queries import archive
from jingcang.contracts.kpis import Kpi
from jingcang.kpis.quarters import AssessmentYear, assessment_year
from jingcang.statistics.periods import day_label

_NAMES = ("一季", "二季", "三季", "四季")
_ALL = "全部"


def show(context: Context, kpi: Kpi, start: date) -> None:
    """Show the year that the chosen period lies in beside its quarters.

    Args:
        context: of the page.
        kpi: the chosen KPI.
        start: first day of the chosen period.
    """
    profile = profile_of(context.generation.profile)
    if profile is None:
        return
    year = assessment_year(start, profile.assessment_year_start)
    st.subheader(f"全年与各季：{day_label(year.starts[0])}至{day_label(year.end)}的{kpi.name_zh}")
    if kpi.counted_by == "period":
        states.withheld("各季的数", "这项指标按考核周期的期末或全期计一次，各季不能相加成全年")
        return
    rows = context.run(
        archive.BY_QUARTER, kpi_code=kpi.kpi_code, units=list(context.unit_nos), first=year.starts[0],
        second=year.starts[1], third=year.starts[2], fourth=year.starts[3], end=year.end,
    ).to_dicts()  # fmt: skip
    if not rows:
        states.empty("这个考核年度没有这项指标的记录", "请换一个周期或单位")
        return
    st.caption(
        f"单位：{kpi.unit}。先把记录数相加，再相除，全年不是四季的平均；分母不足 {kpi.minimum_n} 条只列件数。"
        "按记录的归期分季"
        + "".join(_bounds(number, year) for number in range(4)) + "。"
    )  # fmt: skip
    units: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        units.setdefault(context.unit_name(row["unit_no"]), []).append(row)
    lines = [_line(kpi, name, own, year, context.as_of) for name, own in units.items()]
    if len(lines) > 1:
        lines.insert(0, _line(kpi, _ALL, rows, year, context.as_of))
    columns: list[tuple[str, ...]] = [("单位",), ("全年", "值"), ("全年", "件")]
    for name in _NAMES:
        columns += [(name, "值"), (name, "件"), (name, "区间")]
    show_table(
        columns,
        lines,
        key="quarters",
        title=f"{kpi.name_zh}：全年与各季（{kpi.unit}）",
        help_texts={"件": "分子/分母", "区间": "95% 区间；逐条记录不是 0 或 1 的没有"},
    )


def _bounds(number: int, year: AssessmentYear) -> str:
    first, last = year.quarters[number]
    return f"{'：' if number == 0 else '；'}{_NAMES[number]} {first:%m-%d} 至 {last:%m-%d}"


def _line(
    kpi: Kpi, name: str, rows: Sequence[Mapping[str, Any]], year: AssessmentYear, as_of: date
) -> list[Any]:
    line: list[Any] = [name, *_cells(measure(kpi, add([dict(row) for row in rows])))[:2]]
    for number, (first, _) in enumerate(year.quarters, 1):
        own = [dict(row) for row in rows if row["quarter_no"] == number]
        if first > as_of:
            line += [None, "尚未开始", None]
        elif not own:
            line += [None, "没有记录", None]
        else:
            line += _cells(measure(kpi, add(own)))
    return line


def _cells(found: Measured) -> list[Any]:
    """Return value, counts and interval; the interval in whole points, or quarters would not fit side by side."""
    value = None if found.value is None else round(found.value, 1)
    limits = None
    if found.low is not None and found.high is not None:
        limits = f"{found.low:.0f}–{found.high:.0f}"
    return [value, f"{found.numerator:,}/{found.denominator:,}", limits]
