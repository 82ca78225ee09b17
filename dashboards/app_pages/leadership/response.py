"""接处警时效: how long each step takes, where it is slow, and whose times may be compared at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import short_list, small_counts, states, wording
from dashboards.components.frame import answer
from dashboards.components.short_list import Item
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import response
from dashboards.sections import response_charts
from dashboards.sections.late_days import why_incomplete
from dashboards.sections.response_guard import implausible
from dashboards.sections.response_steps import (
    STEPS,
    WHOLE,
    Figures,
    Side,
    build,
    by_value,
    duration,
    quantile_words,
)
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import COMPARISONS, Period, whole
from jingcang.statistics.verdicts import MAYBE, RISEN

SLOW_SECONDS = 900
"""Upper edge of the last band of 派警→到场 that is not slow, see the seed ``response_bands``."""


def main() -> None:
    context = current()
    st.header(f"接处警时效：{context.scope_words()}")
    known = deployment(context.generation.profile)
    if not known.has_source("dispatches"):
        states.empty(
            "这里的来源只有警情，没有处警环节（派警、签收、出警、到场、反馈）的时间",
            "接入处警反馈单后，本页按环节显示用时、超时和未反馈的处警",
        )
        return
    pair = context.pair
    before = whole(pair.before, context.period_kind, context.week_start)
    chosen = {
        "kind": "month" if context.period_kind == "month" else "week",
        "start": pair.current.start,
        "end": pair.current.end,
        "before_start": before.start,
        "before_end": before.end,
    }
    is_by_area = len(context.unit_nos or context.units) == 1
    rows = context.run(response.STEPS, **context.scope_filters(), **chosen, by_area=is_by_area).to_dicts()
    _fill_foot(context, before, rows)
    open_count = context.run(response.OPEN, **context.scope_filters()).item()
    if not rows and not open_count:
        states.empty(
            f"{pair.current.label()}和对比期都没有处警记录", "请换一个时期，或核对处警反馈单是否到齐"
        )
        return
    reasons = implausible(context.run(response.DURATIONS, units=list(context.unit_nos), **chosen).to_dicts())
    withheld = pair.withheld or why_incomplete(context, pair.current, before, "dispatches")
    figures = build(
        rows,
        _names(context, rows, is_by_area=is_by_area),
        is_by_area=is_by_area,
        implausible=reasons,
        withheld=withheld,
    )
    _answer(figures, open_count)
    notes = [pair.note] if pair.note and not withheld else []
    if before != pair.before:
        notes.append(f"用时按整周、整月计数，对比期取最接近的整期：{before.label()}")
    if notes:
        st.caption(f"比较说明：{'；'.join(notes)}。")
    _look_at(context, figures, open_count)
    response_charts.show_steps(figures)
    response_charts.show_matrix(figures)
    _parts(context, figures, chosen)
    _open_tickets(context, open_count)
    _rows(context, pair.current)


def _names(context: Context, rows: Sequence[Mapping[str, Any]], *, is_by_area: bool) -> dict[str, str]:
    if is_by_area:
        return context.area_names()
    return {
        unit: context.unit_name(unit) for unit in sorted({row["place_no"] for row in rows if row["place_no"]})
    }


def _fill_foot(context: Context, before: Period, rows: Sequence[Mapping[str, Any]]) -> None:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["step_code"] == "sign":
            counts["n"] += row["current_count"]
            counts["before"] += row["before_count"]
    context.foot = {
        "本期": context.pair.current.label(),
        "对比期": f"{before.label()}（{COMPARISONS[context.comparison][:2]}）",
        "口径": "全部派警，按派警日计入；用时从上一环节算起，第 1 版；不适用的环节不计入；"
        "分位数按窄档（10 秒、1 分钟、10 分钟）给上沿",
        "n": f"本期 {counts['n']:,} 次派警，对比期 {counts['before']:,} 次（含不可比的单位）",
        **context.foot,
    }


def _answer(figures: Figures, open_count: int) -> None:
    cell = figures.cell(WHOLE)
    half, most = cell.now.quantile(0.5), cell.now.quantile(0.9)
    if not cell.now.n:
        sentence = "本期没有到场时间"
    elif half is None or most is None:
        sentence = f"本期到场有时间的只有 {cell.now.n} 次，不给分位数"
    else:
        sentence = (
            f"派警到到场，一半不超过 {duration(half.estimate)}，九成不超过 {duration(most.estimate)}"
            f"（{cell.now.n:,} 次）；超过 15 分钟的占 {wording.share(cell.now.slow, cell.now.n)}"
        )
        if figures.withheld:
            sentence += f"；{figures.withheld}，本期不与对比期比较"
        elif figures.implausible and (figures.is_by_area or len(figures.implausible) == len(figures.places)):
            sentence += "；时间登记不可信，不作比较"
        elif cell.verdict.is_compared:
            sentence += f"，对比期 {wording.share(cell.before.slow, cell.before.n)}，{cell.verdict.words}"
            if figures.implausible:
                sentence += f"；{len(figures.implausible)} 个单位时间登记不可信，未计入"
        else:
            sentence += "；对比期没有到场时间，不作比较"
    answer(f"{sentence}。未反馈的处警 {open_count:,} 起。")


def _look_at(context: Context, figures: Figures, open_count: int) -> None:
    """List at most five things: units that cannot be compared, real rises, open dispatches."""
    is_one = len(context.unit_nos or context.units) <= 1
    items: list[Item | str] = [
        Item(
            f"**{context.unit_name(unit)}时间不可比**：{reason}。先核对登记方法，再谈快慢",
            choices={} if is_one else short_list.place_choices(context, unit),
        )
        for unit, reason in sorted(figures.implausible.items())
    ][:2]
    rises = sorted(
        ((key, cell) for key, cell in figures.judged() if cell.verdict.words == RISEN),
        key=lambda item: (item[0][0] != WHOLE, -item[1].now.slow),
    )
    items += [
        f"▲ **{figures.places.get(place, place)}·{STEPS[step]}**：超时 {cell.change_words}，"
        f"明显上升（校正后 {cell.verdict.q_words}）"
        for (step, place), cell in rises[: 5 - len(items) - (open_count > 0)]
    ]
    if open_count:
        items.append(f"**未反馈 {open_count:,} 起**：见下方清单，最久的排在最前")
    short_list.show(items)
    maybe = [(key, cell) for key, cell in figures.judged() if cell.verdict.words == MAYBE[0]]
    if maybe and len(items) < 5:
        words = "；".join(
            f"{figures.places.get(place, place)}·{STEPS[step]} 超时 {cell.change_words}"
            for (step, place), cell in sorted(maybe, key=lambda item: item[1].verdict.p)[:2]
        )
        st.caption(
            f"留意，尚不能下结论（{len(figures.judged())} 格放在一起看，单凭偶然也会有几格这样）：{words}。"
        )


def _parts(context: Context, figures: Figures, chosen: Mapping[str, Any]) -> None:
    """Show arrivals by place, by hour and by class."""
    if len(figures.places) > 1:
        places = {
            name: figures.cell(WHOLE, place).now
            for place, name in figures.places.items()
            if figures.is_plausible(place) or figures.is_by_area
        }
        ordered = dict(sorted(places.items(), key=lambda item: -_most(item[1])))
        left, right = st.columns([1, 1], gap="medium")
        with left:
            kind = "责任区" if figures.is_by_area else "单位"
            response_charts.show_times(
                _spread_words(ordered, kind),
                ordered,
                key="response_places",
                subject=kind,
                is_by_area=figures.is_by_area,
            )
    else:
        left, right = st.columns([1, 1], gap="medium")
    hours: dict[int, Side] = defaultdict(Side)
    filters = {name: chosen[name] for name in ("kind", "start", "end")}
    for row in context.run(response.HOURS, **context.scope_filters(), **filters).to_dicts():
        hours[row["event_hour"]].add({**row, "is_slow": False}, row["dispatch_count"])
    with right if len(figures.places) > 1 else left:
        named = {f"{hour:02d} 时": hours[hour] for hour in sorted(hours)}
        response_charts.show_times(
            _spread_words(named, "小时"),
            named,
            key="response_hours",
            subject="小时",
            is_by_area=bool(context.area),
        )
    classes = by_value(
        context.run(response.CLASSES, **context.scope_filters(), **chosen).to_dicts(),
        "class_level1_label",
        is_compared=not figures.withheld and not figures.implausible,
    )
    rows = [
        [
            name,
            cell.now.n,
            quantile_words(cell.now.quantile(0.5)),
            quantile_words(cell.now.quantile(0.9)),
            wording.share(cell.now.slow, cell.now.n),
            wording.share(cell.before.slow, cell.before.n),
            cell.verdict.words,
        ]
        for name, cell in sorted(classes.items(), key=lambda item: -item[1].now.n)
    ]
    with st.expander("按警情大类看派警到到场"):
        show_table(
            [("大类",), ("有时间",), ("P50",), ("P90",), ("超时", "本期"), ("超时", "对比期"), ("判断",)],
            rows,
            key="response_classes",
            title="派警到到场用时，按警情大类",
            export_rows=small_counts.hidden(rows, (1,), told_with=(4, 5)) if context.area else None,
        )


def _most(side: Side) -> float:
    found = side.quantile(0.9)
    return found.estimate if found else -1.0


def _spread_words(cells: Mapping[str, Side], kind: str) -> str:
    """Return the slowest and the fastest as a finding; said to differ only when their intervals do not meet.

    The intervals are wide enough for all values looked at together (Bonferroni).
    """
    level = 1 - 0.05 / max(len(cells), 1)
    known = {name: found for name, side in cells.items() if (found := side.quantile(0.9, level))}
    if len(known) < 2:
        return f"派警到到场，按{kind}"
    slow = max(known, key=lambda name: known[name].ci_low)
    fast = min(known, key=lambda name: known[name].ci_high)
    if known[slow].ci_low <= known[fast].ci_high:
        return f"九成到场用时：各{kind}的区间重叠，分不出快慢"
    times = [duration(known[name].estimate) for name in (slow, fast)]
    return f"九成到场用时：{slow}最慢（{times[0]}），{fast}最快（{times[1]}），差别超出偶然"


def _open_tickets(context: Context, open_count: int) -> None:
    if not open_count:
        st.caption("没有未反馈的处警。")
        return
    rows = context.run(response.OPEN_ROWS, **context.scope_filters(), as_of=context.as_of)
    oldest = rows["open_days"].max()
    st.subheader(f"未反馈的处警 {open_count:,} 起，最久的已 {oldest} 天")
    _list(
        context, rows, key="open_dispatches", title="未反馈的处警", is_cut=rows.height >= response.MOST_ROWS
    )


def _rows(context: Context, period: Period) -> None:
    with st.expander("看明细：每一次处警和它的来源记录"):
        left, right = st.columns(2)
        is_slow = left.toggle("只看派警到到场超过 15 分钟的", key="response_slow")
        if not right.toggle("显示明细", key="response_rows_shown"):
            return
        rows = context.run(
            response.ROWS,
            **context.scope_filters(),
            start=period.start,
            end=period.end,
            is_slow=is_slow,
            slow_seconds=SLOW_SECONDS,
        )
        _list(
            context,
            rows,
            key="response_rows",
            title=f"处警明细，{period.label()}",
            is_cut=rows.height >= response.MOST_ROWS,
        )


_HEADINGS = {
    "open_days": "已过天数",
    "dispatch_no": "处警单编号",
    "event_date": "派警日期",
    "unit_no": "单位",
    "area_no": "责任区",
    "officer_no": "警号",
    "class_level1_label": "大类",
    "class_label": "类别",
    "sign_seconds": "派警到签收 秒",
    "depart_seconds": "派警到出警 秒",
    "arrive_seconds": "派警到到场 秒",
    "feedback_seconds": "派警到反馈 秒",
    "arrival_words": "到场环节",
    "order_words": "环节先后",
    "_source_table": "来源表",
    "_source_key": "来源主键",
    "_source_file": "来源文件",
    "_source_line": "行号",
}


def _list(context: Context, rows: Any, *, key: str, title: str, is_cut: bool) -> None:
    areas = context.area_names(everywhere=True)
    named = [
        row
        | {
            "unit_no": context.unit_name(row["unit_no"]),
            "area_no": areas.get(row["area_no"]) or row["area_no"],
        }
        for row in rows.to_dicts()
    ]
    show_table(
        [(_HEADINGS[name],) for name in rows.columns],
        [list(row.values()) for row in named],
        key=key,
        title=title,
        is_cut=is_cut,
    )


main()
