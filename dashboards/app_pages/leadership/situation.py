"""态势: what changed, where and when, and is it real."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states, wording
from dashboards.components.frame import answer
from dashboards.components.maps import MapArea, choropleth, union
from dashboards.components.tables import show_table
from dashboards.components.verdicts import FALLEN, NOTHING, RISEN, Verdict, judge
from dashboards.context import Context, current
from dashboards.periods import COMPARISONS, Period, day_label, latest
from dashboards.queries import common, situation
from jingcang.access.suppression import suppress
from jingcang.statistics import chance_band, estimate_dispersion

TREND_WEEKS, BAND_WEEKS = 60, 13
MOST_KINDS = 15
TOTAL = "合计"
WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
Cells = dict[tuple[str, str], tuple[int, int]]


def main() -> None:
    context = current()
    period, before = context.period, context.baseline
    is_by_area = len(context.unit_nos or context.units) == 1
    shares = context.run(
        situation.SHARES, **context.scope_filters(), start=period.start, end=period.end
    ).to_dicts()[0]
    _fill_foot(context, period, before, shares)
    st.header(f"态势：{_scope_words(context)}有效警情")
    rows = context.run(
        situation.MATRIX,
        **context.scope_filters(),
        start=period.start,
        end=period.end,
        before_start=before.start,
        before_end=before.end,
    ).to_dicts()
    if not rows:
        states.empty(f"{period.label()}和对比期都没有有效警情记录", "请换一个时期，或核对数据是否到齐")
        return
    places = _place_names(context, rows, is_by_area)
    group = _group(rows)
    rows = [row for row in rows if not group or row["class_level1_label"] == group]
    cells, kinds = _cells(
        rows, is_by_area, "class_label" if group or _is_short(rows) else "class_level1_label"
    )
    weeks = _weekly(context, group)
    dispersion = estimate_dispersion(weeks.counts) if len(weeks.counts) >= 52 else 1.0
    judged = judge(list(cells.values()), period.days, before.days, dispersion)
    verdicts = dict(zip(cells, judged, strict=True))
    total = judge([cells[TOTAL, TOTAL]], period.days, before.days, dispersion)[0]
    _answer(group, total, verdicts, places)
    _look_at(verdicts, places)
    _matrix(verdicts, kinds, places, is_by_area)
    _trend(context, weeks, dispersion)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _hours(context, period, group)
    with right:
        _map(context, period, rows, is_by_area)
    _rows(context, period, rows)


def _scope_words(context: Context) -> str:
    units = [context.unit_name(unit) for unit in (context.unit_nos or tuple(context.units))]
    if len(units) == 1:
        return units[0]
    return f"{len(units)} 个单位" if units else "全部单位"


def _fill_foot(context: Context, period: Period, before: Period, shares: dict[str, Any]) -> None:
    context.foot = {
        "本期": period.label(),
        "对比期": f"{before.label()}（{COMPARISONS[context.comparison][:2]}）",
        "口径": "有效警情＝全部接警减骚扰，第 1 版；地区按接警登记",
        "n": f"{shares['incident_count']:,} 起",
        "未映射": wording.share(shares["unmapped_count"], shares["row_count"]),
        "未定位": wording.share(shares["not_located_count"], shares["row_count"]),
        "登记与坐标责任区不一致": wording.share(shares["disagreeing_count"], shares["row_count"]),
        **context.foot,
    }


def _place_names(context: Context, rows: Sequence[dict[str, Any]], is_by_area: bool) -> dict[str, str]:
    if not is_by_area:
        return {TOTAL: TOTAL, "": "未登记单位", **{no: context.unit_name(no) for no in _units(rows)}}
    units = list(context.unit_nos or context.units)
    areas = context.run(common.AREAS, units=units).to_dicts()
    names = {row["area_no"]: row["area_name"] or row["area_no"] for row in areas}
    found = {row["area_no"] for row in rows if row["area_no"]}
    return {
        TOTAL: TOTAL,
        "": "未登记责任区",
        **{no: names.get(no, no) for no in sorted(found | names.keys())},
    }


def _units(rows: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({row["unit_no"] for row in rows if row["unit_no"]})


def _is_short(rows: Sequence[dict[str, Any]]) -> bool:
    return len({row["class_label"] for row in rows}) <= MOST_KINDS


def _group(rows: Sequence[dict[str, Any]]) -> str:
    """Let the reader open one 大类; return it, "" for all."""
    if _is_short(rows):
        return ""
    groups = sorted({row["class_level1_label"] for row in rows})
    chosen = st.selectbox("警情大类", ["全部", *groups], key="group", bind="query-params", width=260)
    return "" if chosen == "全部" else chosen


def _cells(rows: Sequence[dict[str, Any]], is_by_area: bool, level: str) -> tuple[Cells, list[str]]:
    """Return counts by (type, place) with totals, and the types.

    Args:
        rows: counts of both periods.
        is_by_area: places are 责任区, else units.
        level: ``class_level1_label`` or ``class_label``.
    """
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        place = (row["area_no"] if is_by_area else row["unit_no"]) or ""
        for kind in (row[level], TOTAL):
            for where in (place, TOTAL):
                sums[kind, where][0] += row["current_count"]
                sums[kind, where][1] += row["before_count"]
    return {key: (pair[0], pair[1]) for key, pair in sums.items()}, sorted({kind for kind, _ in sums})


def _answer(
    group: str, total: Verdict, verdicts: dict[tuple[str, str], Verdict], places: dict[str, str]
) -> None:
    real = [(key, verdict) for key, verdict in verdicts.items() if verdict.is_real and TOTAL not in key]
    sentence = f"{group or '有效警情'} {total.current:,} 起，对比期 {total.before:,} 起，总量{total.words}"
    if real:
        (kind, place), verdict = min(real, key=lambda item: item[1].q)
        sentence += f"；其中{places.get(place, place)}“{kind}”{verdict.words}（{verdict.change_words}）"
        sentence += f"，另有 {len(real) - 1} 处变化超出偶然波动。" if len(real) > 1 else "。"
    else:
        sentence += "；逐类逐地看，没有超出偶然波动的变化。"
    answer(sentence)


def _look_at(verdicts: dict[tuple[str, str], Verdict], places: dict[str, str]) -> None:
    real = [(key, verdict) for key, verdict in verdicts.items() if verdict.is_real and TOTAL not in key]
    ranked = sorted(real, key=lambda item: (item[1].words != RISEN, -abs(item[1].current - item[1].before)))
    if not ranked:
        return
    lines = [
        f"{number}. {verdict.mark} **{places.get(place, place)} · {kind}**：{verdict.change_words}，"
        f"{verdict.words}（校正后 {verdict.q_words}）"
        for number, ((kind, place), verdict) in enumerate(ranked[:5], 1)
    ]
    st.markdown("**先看这几处**\n" + "\n".join(lines))


def _matrix(
    verdicts: dict[tuple[str, str], Verdict],
    kinds: list[str],
    places: dict[str, str],
    is_by_area: bool,
) -> None:
    shown_places = [place for place in places if any(key[1] == place for key in verdicts)]
    shown_places = [
        *(place for place in shown_places if place not in (TOTAL, "")),
        *(p for p in ("",) if p in shown_places),
        TOTAL,
    ]
    kinds = sorted(kinds, key=lambda kind: (kind == TOTAL, -verdicts[kind, TOTAL].current, kind))
    shown_kinds = [*[kind for kind in kinds if kind != TOTAL][:MOST_KINDS], TOTAL]
    table = [[verdicts.get((kind, place), NOTHING) for place in shown_places] for kind in shown_kinds]
    code = {FALLEN: 0, RISEN: 2}
    chart = charts.figure(
        go.Heatmap(
            x=[places.get(place, place) for place in shown_places],
            y=shown_kinds,
            z=[[code.get(verdict.words, 1) for verdict in line] for line in table],
            zmin=0,
            zmax=2,
            showscale=False,
            xgap=2,
            ygap=2,
            colorscale=[
                [0, "#cfe4ec"],
                [0.33, "#cfe4ec"],
                [0.34, "#f3f5f8"],
                [0.66, "#f3f5f8"],
                [0.67, "#fbdccb"],
                [1, "#fbdccb"],
            ],
            text=[
                [f"{verdict.mark}{verdict.current}（{verdict.before}）" for verdict in line] for line in table
            ],
            texttemplate="%{text}",
            customdata=[
                [f"{verdict.words}（{verdict.change}，{verdict.q_words}）" for verdict in line]
                for line in table
            ],
            hovertemplate="%{y} · %{x}<br>本期（对比期）：%{text} 起<br>%{customdata}<extra></extra>",
        ),
        height=70 + 30 * len(shown_kinds),
        xaxis={"side": "top", "ticks": "", "showgrid": False},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False},
        margin={"l": 110, "r": 8, "t": 34, "b": 6},
    )
    rises = sum(verdict.words == RISEN and TOTAL not in key for key, verdict in verdicts.items())
    falls = sum(verdict.words == FALLEN and TOTAL not in key for key, verdict in verdicts.items())
    found = f"{rises} 格明显上升，{falls} 格明显下降，其余" if rises or falls else "各格均"
    columns = [
        ("类别",),
        ("地区",),
        ("本期", "起"),
        ("对比期", "起"),
        ("判断", "变化"),
        ("判断", "结论"),
        ("判断", "q"),
    ]
    data = [
        [kind, places.get(place, place), v.current, v.before, v.change, v.words, round(v.q, 4)]
        for kind, line in zip(shown_kinds, table, strict=True)
        for place, v in zip(shown_places, line, strict=True)
    ]
    rest = len(kinds) - len(shown_kinds)
    charts.show_chart(
        f"类别 × {'责任区' if is_by_area else '单位'}：{found}与偶然波动一致或只是可能有变",
        chart,
        key="matrix",
        columns=columns,
        rows=data,
        note="格内为本期（对比期）起数；▲ 橙色为明显上升，▼ 蓝色为明显下降，灰色为与偶然波动一致。"
        + (f"另有 {rest} 类起数较少，见合计行。" if rest > 0 else ""),
        export_rows=_suppressed(table, shown_kinds, [places.get(p, p) for p in shown_places])
        if is_by_area
        else None,
    )


def _suppressed(table: list[list[Verdict]], kinds: list[str], places: list[str]) -> list[list[Any]]:
    """Return the export rows with counts 1–4 by 责任区 hidden; totals stay, as they are published."""
    inner = [line[:-1] for line in table[:-1]]
    now = suppress([[max(v.current, 0) for v in line] for line in inner])
    then = suppress([[max(v.before, 0) for v in line] for line in inner])
    rows: list[list[Any]] = []
    for i, kind in enumerate(kinds):
        for j, place in enumerate(places):
            verdict = table[i][j]
            is_total = i == len(kinds) - 1 or j == len(places) - 1
            a = verdict.current if is_total else now[i][j]
            b = verdict.before if is_total else then[i][j]
            hidden = a is None or b is None
            rows.append(
                [
                    kind,
                    place,
                    wording.SUPPRESSED if a is None else a,
                    wording.SUPPRESSED if b is None else b,
                    wording.SUPPRESSED if hidden else verdict.change,
                    verdict.words,
                    None if hidden else round(verdict.q, 4),
                ]
            )
    return rows


@dataclass(frozen=True)
class Weeks:
    """Weekly counts from the first week with data.

    Args:
        starts: first day of each week.
        counts: incidents of each week.
    """

    starts: list[date]
    counts: list[int]


def _weekly(context: Context, group: str) -> Weeks:
    end = latest("week", context.as_of, context.week_start).end
    since = end - timedelta(weeks=TREND_WEEKS + BAND_WEEKS)
    daily = context.run(situation.DAILY, **context.scope_filters(), since=since, until=end, class_label=group)
    counts = [0] * (TREND_WEEKS + BAND_WEEKS)
    for day, count in daily.rows():
        counts[(day - since).days // 7] += count
    first = next((index for index, count in enumerate(counts) if count), len(counts))
    starts = [since + timedelta(weeks=week) for week in range(len(counts))]
    return Weeks(starts[first:], [max(count, 0) for count in counts[first:]])


def _trend(context: Context, weeks: Weeks, dispersion: float) -> None:
    starts, counts = weeks.starts, weeks.counts
    shown = range(BAND_WEEKS, len(counts))
    if len(shown) < 2:
        states.withheld("周趋势和偶然波动带", f"至少要有 {BAND_WEEKS + 2} 个完整周的数据")
        return
    bands = {}
    for week in shown:
        band = chance_band(counts[week - BAND_WEEKS : week], dispersion=dispersion)
        bands[week] = (band.ci_low, band.ci_high)
    outside = [week for week in shown if not bands[week][0] <= counts[week] <= bands[week][1]]
    calendar = context.run(
        situation.CALENDAR, since=starts[shown[0]], until=starts[-1] + timedelta(7)
    ).to_dicts()
    chart = charts.figure(
        go.Scatter(
            x=[starts[w] for w in shown],
            y=[bands[w][1] for w in shown],
            mode="lines",
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        ),
        go.Scatter(
            x=[starts[w] for w in shown],
            y=[bands[w][0] for w in shown],
            mode="lines",
            line={"width": 0},
            fill="tonexty",
            fillcolor=charts.BAND,
            name="偶然波动带（95%）",
            hoverinfo="skip",
        ),
        go.Scatter(
            x=[starts[w] for w in shown],
            y=[counts[w] for w in shown],
            mode="lines",
            name="每周起数",
            line={"color": charts.CONTEXT, "width": 2},
            customdata=[[day_label(starts[w]), *bands[w]] for w in shown],
            hovertemplate="%{customdata[0]}起一周<br>%{y:,} 起"
            "（波动带 %{customdata[1]:,}–%{customdata[2]:,}）<extra></extra>",
        ),
        go.Scatter(
            x=[starts[w] for w in outside],
            y=[counts[w] for w in outside],
            mode="markers",
            name="超出波动带",
            marker={"color": charts.ATTENTION, "size": 9, "symbol": "diamond"},
            hoverinfo="skip",
        ),
        height=300,
        yaxis={"title": "起 / 周", "rangemode": "tozero", "tickformat": ",d"},
        xaxis={"tickformat": "%Y-%m-%d", "hoverformat": "%Y-%m-%d"},
        legend={"x": 1, "xanchor": "right"},
        margin={"l": 64, "r": 16, "t": 30, "b": 36},
    )
    for row in calendar:
        if row["spring_festival_offset_days"] == 0:
            chart.add_vline(x=row["date_day"], line={"color": charts.GREY, "dash": "dot", "width": 1})
            chart.add_annotation(
                x=row["date_day"], y=1, yref="paper", text="春节", showarrow=False, xanchor="left"
            )
    last = counts[-1]
    low, high = bands[len(counts) - 1]
    place = "低于" if last < low else "高于" if last > high else "在"
    finding = (
        f"最近一个完整周 {last:,} 起，{place}偶然波动带{'内' if place == '在' else ''}（{low:,}–{high:,} 起）"
    )
    charts.show_chart(
        finding,
        chart,
        key="trend",
        columns=[("周起始日",), ("起数",), ("波动带", "下限"), ("波动带", "上限")],
        rows=[[starts[w], counts[w], *bands[w]] for w in shown],
        note=f"每周的波动带由此前 {BAND_WEEKS} 周推算（过离散系数 {dispersion:.1f}）；只显示已结束的周。",
    )


def _hours(context: Context, period: Period, group: str) -> None:
    hours = context.run(
        situation.HOURS, **context.scope_filters(), start=period.start, end=period.end, class_label=group
    ).to_dicts()
    grid = [[0] * 24 for _ in range(7)]
    unknown = 0
    for row in hours:
        if row["event_hour"] is None:
            unknown += row["incident_count"]
        else:
            grid[row["weekday_number"] - 1][row["event_hour"]] += row["incident_count"]
    if not any(map(sum, grid)):
        states.withheld("星期 × 小时", "来源没有登记时刻" if unknown else "本期没有有效警情")
        return
    by_hour = [sum(grid[day][hour] for day in range(7)) for hour in range(24)]
    total = sum(by_hour)
    value, hour = max((sum(by_hour[(start + step) % 24] for step in range(4)), start) for start in range(24))
    chart = charts.figure(
        go.Heatmap(
            x=list(range(24)),
            y=WEEKDAYS,
            z=grid,
            colorscale=charts.SEQUENTIAL,
            zmin=0,
            xgap=1,
            ygap=1,
            colorbar={"title": {"text": "起", "side": "top"}, "thickness": 10},
            hovertemplate="%{y} %{x}–%{x}:59<br>%{z:,} 起<extra></extra>",
        ),
        height=330,
        xaxis={"title": "时", "dtick": 2, "ticks": "", "showgrid": False},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False},
        margin={"l": 48, "r": 4, "t": 8, "b": 44},
    )
    charts.show_chart(
        f"{hour} 时起的四小时最集中：{wording.share(value, total, 0)}",
        chart,
        key="hours",
        columns=[("星期",), *((f"{h} 时",) for h in range(24))],
        rows=[[WEEKDAYS[d], *grid[d]] for d in range(7)],
        note=f"另有 {unknown:,} 起没有时刻。" if unknown else "按报警时刻的当地小时统计。",
    )


def _map(context: Context, period: Period, rows: Sequence[dict[str, Any]], is_by_area: bool) -> None:
    """Show counts by 责任区 to a station, by station to a sub-bureau (DOMAIN, limits)."""
    units = list(context.unit_nos or context.units)
    boundaries = context.run(situation.BOUNDARIES, day=period.end - timedelta(1), units=units).to_dicts()
    if not boundaries:
        states.withheld("责任区地图", "这个范围没有责任区边界")
        return
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[(row["area_no"] if is_by_area else row["unit_no"]) or ""] += row["current_count"]
    if not is_by_area:
        boundaries = _by_unit(context, boundaries)
    located = [
        area for area in boundaries if not (is_by_area and context.area) or area["area_no"] == context.area
    ]
    kind, unplaced = "责任区" if is_by_area else "单位", counts[""]
    top = max(located, key=lambda area: counts[area["area_no"]])
    areas = [
        MapArea(
            area["area_name"] or area["area_no"],
            area["boundary_wkt"],
            counts[area["area_no"]],
            f"{area['area_name'] or area['area_no']}：{counts[area['area_no']]:,} 起",
        )
        for area in located
    ]
    charts.show_chart(
        f"{top['area_name'] or top['area_no']}最多，{counts[top['area_no']]:,} 起",
        choropleth(areas, legend="有效警情（起）", height=330),
        key="map",
        columns=[(kind,), ("起数",), ("实有人口",), ("每万人起数",)],
        rows=[
            [
                area["area_name"],
                counts[area["area_no"]],
                area["population_count"],
                round(10000 * counts[area["area_no"]] / area["population_count"], 1)
                if area["population_count"]
                else None,
            ]
            for area in sorted(located, key=lambda area: -counts[area["area_no"]])
        ],
        note=f"按 {day_label(period.end - timedelta(1))} 有效的边界；未登记{kind}的 {unplaced:,} 起不在图上。",
        export_rows=[
            [area["area_name"], _small(counts[area["area_no"]]), area["population_count"], None]
            for area in sorted(located, key=lambda area: -counts[area["area_no"]])
        ],
    )


def _by_unit(context: Context, boundaries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the boundaries merged to one a unit, under the keys of an area."""
    units = sorted({area["unit_no"] for area in boundaries if area["unit_no"]})
    merged = []
    for unit in units:
        parts = [area for area in boundaries if area["unit_no"] == unit]
        people = [area["population_count"] for area in parts]
        merged.append(
            {
                "area_no": unit,
                "area_name": context.unit_name(unit),
                "boundary_wkt": union([area["boundary_wkt"] for area in parts]),
                "population_count": None if None in people else sum(people),
            }
        )
    return merged


def _small(count: int) -> int | str:
    return wording.SUPPRESSED if 0 < count < 5 else count


def _rows(context: Context, period: Period, rows: Sequence[dict[str, Any]]) -> None:
    with st.expander("看明细：每一起警情和它的来源记录"):
        labels = sorted({row["class_label"] for row in rows if row["current_count"]})
        chosen = st.selectbox("类别", ["全部", *labels], key="rows_class")
        if not st.toggle("显示明细", key="rows_shown"):
            return
        details = context.run(
            situation.ROWS,
            **context.scope_filters(),
            start=period.start,
            end=period.end,
            class_label="" if chosen == "全部" else chosen,
        )
        headings = {
            "incident_no": "接警单编号",
            "event_date": "日期",
            "event_hour": "时",
            "unit_no": "单位",
            "area_no": "责任区",
            "class_level1_label": "大类",
            "class_label": "类别",
            "place_type_label": "处所",
            "outcome_label": "处理结果",
            "address_match_level": "地址匹配",
            "record_count": "计数",
            "_source_table": "来源表",
            "_source_key": "来源主键",
            "_source_file": "来源文件",
            "_source_line": "行号",
        }
        show_table(
            [(headings[name],) for name in details.columns],
            details.rows(),
            key="incident_rows",
            title=f"警情明细：{chosen}，{period.label()}",
            is_exported=False,
        )


main()
