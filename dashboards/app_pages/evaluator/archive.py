"""档案利用: how archives are kept and used, by unit and officer, down to the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboards import session
from dashboards.components import charts, states
from dashboards.components.frame import answer
from dashboards.components.kpis import (
    Measured,
    add,
    kpis,
    measure,
    without_ended,
)
from dashboards.components.records import show_measures, show_records
from dashboards.context import Context, current
from dashboards.queries import archive
from dashboards.sections import (
    kpi_history,
    kpi_officers,
    kpi_quarters,
    officer_sheets,
    period_choice,
    period_steps,
)
from jingcang.access.archive_recodings import blinded
from jingcang.statistics.periods import day_label


def main() -> None:
    context = current()
    st.header("档案利用")
    periods = period_choice.found(context, "archive_items", "接入后本页按单位和民警显示各项档案指标")
    if not periods:
        return
    left, right = st.columns([1, 2])
    with left:
        start, end = period_choice.box(periods)
    rows, ended = without_ended(
        context.run(archive.BY_UNIT, period_start=start, units=list(context.unit_nos)).to_dicts(), start
    )
    present = {row["kpi_code"] for row in rows}
    names = {kpi.name_zh: kpi for code, kpi in kpis().items() if code in present}
    if not names:
        states.empty("这个周期、这个单位没有考核记录", ended or "请换一个周期或单位")
        return
    kpi = names[right.selectbox("指标", list(names), key="kpi", bind="query-params")]
    whole = {
        k.kpi_code: measure(k, add([r for r in rows if r["kpi_code"] == k.kpi_code])) for k in names.values()
    }
    units = {
        context.unit_name(row["unit_no"]): measure(kpi, row)
        for row in rows
        if row["kpi_code"] == kpi.kpi_code
    }
    _answer(whole[kpi.kpi_code], units, end, context.as_of)
    _definition(whole[kpi.kpi_code])
    if ended:
        st.caption(ended)
    _all(list(whole.values()))
    _by_unit(whole[kpi.kpi_code], units)
    kpi_history.show(context, kpi)
    kpi_quarters.show(context, kpi, start)
    officers = kpi_officers.show(context, whole[kpi.kpi_code], start)
    _records(context, whole[kpi.kpi_code], start, officers)
    officer_sheets.show(context, start, end)
    context.foot = {
        "考核周期": f"{day_label(start)}至{day_label(end)}",
        "状态": period_steps.state_words(context, start, end),
        "定义": f"{kpi.name_zh} {kpi.standing_zh}",
        "n": f"{whole[kpi.kpi_code].denominator:,}（剔除 {whole[kpi.kpi_code].excluded:,} 条）",
        **context.foot,
    }


def _apart(whole: Measured, units: dict[str, Measured]) -> tuple[list[str], list[str]]:
    """Return the units whose whole interval lies below and above the value of the scope."""
    if whole.value is None:
        return [], []
    below = [name for name, m in units.items() if m.high is not None and m.high < whole.value]
    above = [name for name, m in units.items() if m.low is not None and m.low > whole.value]
    return below, above


def _answer(whole: Measured, units: dict[str, Measured], end: date, as_of: date) -> None:
    below, above = _apart(whole, units)
    sentence = f"{whole.kpi.name_zh} {whole.words()}"
    if len(units) > 1 and whole.low is not None:
        if below or above:
            parts = [f"{'、'.join(below)}低于全体"] * bool(below) + [f"{'、'.join(above)}高于全体"] * bool(
                above
            )
            sentence += "；" + "，".join(parts) + "，其余单位区间重叠，不分先后"
        else:
            sentence += "；各单位的区间都含全体水平，不分先后"
    answer(sentence + ("；周期未结束。" if end >= as_of else "。"))


def _definition(whole: Measured) -> None:
    kpi = whole.kpi
    note = f"　{kpi.note_zh}。" if kpi.note_zh else ""
    st.caption(
        f"分子：{kpi.numerator_zh}。　分母：{kpi.denominator_zh}。"
        f"　剔除：{kpi.exclusions_zh}。　归期：{kpi.anchor_zh}。{note}　{kpi.limits_zh}。"
    )


def _all(measured: Sequence[Measured]) -> None:
    st.subheader("全部指标：值、分子、分母和区间")
    show_measures(measured, key="kpis", title="档案利用指标")


def _by_unit(whole: Measured, units: dict[str, Measured]) -> None:
    shown = {name: m for name, m in units.items() if m.value is not None}
    if not shown or whole.value is None:
        states.withheld(whole.kpi.name_zh, whole.withheld or "没有分母")
        return
    ordered = sorted(shown.items(), key=lambda item: item[1].value or 0)
    below, above = _apart(whole, units)
    colours = [
        charts.ATTENTION
        if name in (above if whole.kpi.direction == "lower" else below)
        else charts.IMPROVEMENT
        if name in below + above and whole.kpi.direction != "none"
        else charts.CONTEXT
        for name, _ in ordered
    ]
    chart = charts.figure(
        go.Scatter(
            x=[m.value for _, m in ordered],
            y=[name for name, _ in ordered],
            mode="markers",
            marker={"size": 10, "color": colours},
            showlegend=False,
            error_x={
                "type": "data",
                "symmetric": False,
                "color": charts.GREY,
                "thickness": 2,
                "array": [(m.high if m.high is not None else m.value) - m.value for _, m in ordered],
                "arrayminus": [m.value - (m.low if m.low is not None else m.value) for _, m in ordered],
            },
            customdata=[m.words() for _, m in ordered],
            hovertemplate="%{y}<br>%{customdata}<extra></extra>",
        ),
        height=110 + 34 * len(ordered),
        xaxis={"title": f"{whole.kpi.name_zh}（{whole.kpi.unit}）"},
        yaxis={"ticks": ""},
        margin={"l": 120, "r": 24, "t": 26, "b": 48},
    )
    chart.add_vline(x=whole.value, line={"color": charts.GREY, "dash": "dash", "width": 1.5})
    chart.add_annotation(
        x=whole.value, y=1, yref="paper", yanchor="bottom", text=f"全体 {whole.value:.1f}", showarrow=False
    )
    finding = f"{whole.kpi.name_zh}：" + (
        f"{len(below) + len(above)} 个单位与全体有别" if below or above else "各单位与全体没有可靠的差别"
    )
    charts.show_chart(
        finding,
        chart,
        key="by_unit",
        columns=[("单位",), ("值",), ("分子",), ("分母",), ("区间", "下限"), ("区间", "上限"), ("剔除",)],
        rows=[
            [
                name,
                round(m.value or 0, 1),
                m.numerator,
                m.denominator,
                None if m.low is None else round(m.low, 1),
                None if m.high is None else round(m.high, 1),
                m.excluded,
            ]
            for name, m in ordered
        ],
        note="点为本单位，横线为 95% 区间，虚线为全体；区间含虚线的不能说有差别。",
    )
    withheld = [f"{name} {m.words()}" for name, m in units.items() if m.withheld]
    if withheld:
        st.caption(f"不计比率：{'；'.join(withheld)}。")


def _records(context: Context, whole: Measured, start: date, officers: dict[str, str]) -> None:
    with st.expander("看记录：每一卷、每一次利用及其来源", expanded=False):
        labels = {"全部": ""} | {label: number for number, label in officers.items()}
        chosen = st.selectbox("民警", list(labels), key="officer")
        if not st.toggle("显示记录", key="records_shown"):
            return
        rows = context.run(
            archive.RECORDS,
            period_start=start,
            kpi_code=whole.kpi.kpi_code,
            units=list(context.unit_nos),
            officer_no=labels[chosen],
        )
        show_records(_blind(context, rows), f"{whole.kpi.name_zh}记录")


def _blind(context: Context, rows: pl.DataFrame) -> pl.DataFrame:
    """Blank what says the purpose of uses that the reader is still to code."""
    kept = blinded(context.door, context.identity, session.workbench(), context.as_of)
    uses = zip(rows["record_kind"], rows["record_id"], rows["event_date"], strict=True)
    hidden = [kind == "archive_use" and kept.holds(use, day) for kind, use, day in uses]
    if any(hidden):
        st.caption(f"有 {sum(hidden):,} 条的依据暂不显示：已抽中而未复核编码，或所在月份还没有抽样。")
    evidence = pl.when(~pl.Series(hidden, dtype=pl.Boolean)).then("evidence").otherwise(pl.lit("待复核编码"))
    return rows.with_columns(evidence.alias("evidence"))


main()
