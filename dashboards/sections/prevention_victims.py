"""精准宣防: whom fraud of which type reaches: victims by age and gender per 1,000 residents of the same group.

Belongs here: groups, rates and their floor. Does not belong here: single persons; nothing here can name one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import streamlit as st

from dashboards.components import charts, label_quality, shapes, small_counts, states, wording
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import prevention
from jingcang.statistics import poisson_interval
from jingcang.statistics.periods import Period

FLOOR = 30
"""Victims of one 责任区 from which its groups are shown by type: place × type × group is three ways, and below
this most cells would hold one or two people."""
SMALLEST_GROUP = 10
"""Victims of a group from which its rate has a name in the finding."""
TOTAL = "all"


def show(context: Context, population: Sequence[Mapping[str, Any]], period: Period) -> None:
    """Show the rates of the groups, and type × group below.

    Args:
        context: of the page.
        population: residents by age band and gender of the scope.
        period: the twelve months.
    """
    rows = context.run(
        prevention.VICTIMS, **context.scope_filters(), start=period.start, end=period.end
    ).to_dicts()
    total = sum(row["victim_count"] for row in rows if row["fraud_type_code"] == TOTAL)
    if not total:
        states.empty(
            f"{period.label()}没有带诈骗类型标签的案件受害人",
            "案件未立、未打标签或没有登记受害人时，这里没有数；警情起数见上",
        )
        return
    if context.area and total < FLOOR:
        states.withheld("受害人群", f"一个责任区满 {FLOOR} 人次才按人群分，这里 {total} 人次；请看全所")
        return
    _show_groups(rows, population, total, period, is_suppressed=bool(context.area))
    _show_types(rows, is_suppressed=bool(context.area))
    label_quality.show_quality(
        context, {row["fraud_type_code"] for row in rows if row["fraud_type_code"] != TOTAL}
    )


def _show_groups(
    rows: Sequence[Mapping[str, Any]],
    population: Sequence[Mapping[str, Any]],
    total: int,
    period: Period,
    *,
    is_suppressed: bool,
) -> None:
    victims: dict[tuple[str, str], int] = defaultdict(int)
    residents: dict[tuple[str, str], int] = defaultdict(int)
    order: dict[str, str] = {}
    for row in rows:
        if row["fraud_type_code"] == TOTAL:
            victims[row["age_band_label"], row["gender_label"]] += row["victim_count"]
    for row in population:
        residents[row["age_band_label"], row["gender_label"]] += row["resident_count"]
        order[row["age_band_label"]] = row["age_band"] or "~"
    groups = sorted(set(victims) | {group for group in residents if residents[group]}, key=_by_age(order))
    told = [(group, victims[group], residents[group]) for group in groups]
    rated = {
        group: (1000 * count / people, *(1000 * limit / people for limit in poisson_interval(count)))
        for group, count, people in told
        if people >= max(20, count)
    }
    drawn = {group: rate for group, rate in rated.items() if victims[group]}
    genders = sorted({gender for _, gender in drawn})
    colours = dict(zip(genders, (charts.CONTEXT, charts.GREY, charts.LIGHT), strict=False))
    bands = [band for band in dict.fromkeys(group[0] for group in groups) if any(b == band for b, _ in drawn)]
    traces = []
    for gender, symbol in zip(genders, cycle(("circle", "diamond", "square"))):
        own = [band for band in bands if (band, gender) in drawn]
        traces.append(
            shapes.dots(
                own,
                [drawn[band, gender][0] for band in own],
                [drawn[band, gender][1:] for band in own],
                told=[
                    f"{gender} {victims[band, gender]:,} 人次，实有 {residents[band, gender]:,} 人，"
                    f"每千人 {drawn[band, gender][0]:.2f}"
                    for band in own
                ],
                colour=colours.get(gender, charts.GREY),
                interval_colour=colours.get(gender, charts.GREY),
                symbol=symbol,
                name=gender,
            )
        )
    chart = charts.figure(
        *traces,
        height=110 + 30 * len(bands),
        scattermode="group",  # one line a gender: on one line the intervals would cover each other
        xaxis={"title": "每千名同年龄、性别实有人口受害人次", "rangemode": "tozero"},
        yaxis={
            "autorange": "reversed",
            "ticks": "",
            "ticksuffix": "  ",
            "type": "category",
            "categoryorder": "array",
            "categoryarray": bands,
        },
        margin={"l": 100, "r": 8, "t": 30, "b": 44},
    )
    table = [
        [
            *group,
            count,
            people or None,
            round(rated[group][0], 2) if group in rated else None,
            f"{rated[group][1]:.2f}–{rated[group][2]:.2f}" if group in rated else wording.MISSING,
        ]
        for group, count, people in told
    ]
    charts.show_chart(
        _finding(rated, victims, residents, total),
        chart,
        key="prevention_groups",
        columns=[("年龄段",), ("性别",), ("受害人次",), ("实有人口",), ("每千人",), ("95% 区间",)],
        rows=table,
        note=f"{period.label()}带诈骗类型标签的案件中登记的受害人，{total:,} 人次；"
        "没有受害人的人群见“看数据”；没有立案、没有登记受害人的不在内。",
        export_rows=small_counts.hidden(table, (2,), told_with=(4, 5)) if is_suppressed else None,
    )


def _by_age(order: Mapping[str, str]) -> Any:
    return lambda group: (order.get(group[0], "~~"), group[1])


def _finding(
    rated: Mapping[tuple[str, str], tuple[float, float, float]],
    victims: Mapping[tuple[str, str], int],
    residents: Mapping[tuple[str, str], int],
    total: int,
) -> str:
    """Return the group that stands above all others taken together, or that none does.

    The interval of the group is as wide as the number of groups looked at asks for (Bonferroni).
    """
    named = {group: rate for group, rate in rated.items() if victims[group] >= SMALLEST_GROUP}
    if not named:
        return f"讲给谁：受害人 {total:,} 人次，各人群都不足 {SMALLEST_GROUP} 人次，分不出高低"
    people, known = sum(residents[group] for group in rated), sum(victims[group] for group in rated)
    high = []
    for group in named:
        low, _ = poisson_interval(victims[group], 1 - 0.05 / len(rated))
        others = people - residents[group]
        if others and low / residents[group] > (known - victims[group]) / others:
            high.append((rated[group][0], group))
    if not high:
        return f"讲给谁：受害人 {total:,} 人次，各年龄、性别之间的高低与偶然波动一致"
    rate, (band, gender) = max(high)
    return f"讲给谁：{band}{gender}最高，每千人 {rate:.1f} 人次，高于其余人群"


def _show_types(rows: Sequence[Mapping[str, Any]], *, is_suppressed: bool) -> None:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    bands: dict[str, str] = {}
    for row in rows:
        if row["fraud_type_code"] != TOTAL:
            sums[row["fraud_type_label"], row["age_band_label"]] += row["victim_count"]
            bands[row["age_band_label"]] = row["age_band"] or "~"
    if not sums:
        return
    wide = sorted(bands, key=lambda band: bands[band])
    by_type: dict[str, int] = defaultdict(int)
    for (one, _), count in sums.items():
        by_type[one] += count
    table = [
        [one, *(sums.get((one, band), 0) for band in wide), by_type[one]]
        for one in sorted(by_type, key=lambda one: (-by_type[one], one))
    ]
    with st.expander("类型 × 年龄段：受害人次"):
        show_table(
            [("类型",), *(("年龄段", band) for band in wide), ("合计",)],
            table,
            key="prevention_victim_types",
            title="诈骗类型 × 年龄段，受害人次",
            export_rows=small_counts.hidden(table, range(1, len(wide) + 1)) if is_suppressed else None,
        )
