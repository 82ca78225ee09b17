"""档案利用: how archives are kept and used, by unit and officer, down to the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
import streamlit as st

from dashboards import session
from dashboards.components import states
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
    kpi_units,
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
    cells = kpi_units.judged(context, kpi, start, end)
    compared = kpi_units.words(whole[kpi.kpi_code], {name: cells[name] for name in units if name in cells})
    answer(
        f"{kpi.name_zh} {whole[kpi.kpi_code].words()}{compared}"
        + ("；周期未结束。" if end >= context.as_of else "。")
    )
    _definition(whole[kpi.kpi_code])
    if ended:
        st.caption(ended)
    _all(list(whole.values()))
    kpi_units.show(whole[kpi.kpi_code], units, cells)
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
