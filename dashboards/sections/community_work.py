"""社区工作: days of officers with registered work against what there is to look after, by place and by officer.

Belongs here: chart, tables and words of the work done. Does not belong here: what is due (``community_checks``),
publicity (``community_publicity``), the figures (``community_figures``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import charts, choices, shapes, states, wording
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.sections.community_figures import FEWEST_RESIDENTS, Place
from jingcang.statistics import poisson_interval
from jingcang.statistics.periods import Period

BASES: dict[str, tuple[str, int, int, Callable[[Place], int | None]]] = {
    "residents": ("每千名实有人口", 1000, FEWEST_RESIDENTS, lambda place: place.residents),
    "floating": ("每千名流动人口", 1000, FEWEST_RESIDENTS, lambda place: place.floating),
    "incidents": ("每百起有效警情", 100, 5, lambda place: place.incidents),
    "places": ("每十处重点场所", 10, 2, lambda place: place.key_places),
}
"""What work is set against: name, per how many, the smallest base a rate is given for, where it stands."""
MOST_PLACES = 40


def rate(count: int, base: int | None, per: int, smallest: int) -> tuple[float, float, float] | None:
    """Return a rate with its 95% interval (exact Poisson); None below the smallest base."""
    if not base or base < smallest:
        return None
    found = poisson_interval(count, exposure=base / per)
    return float(found.estimate), float(found.ci_low), float(found.ci_high)


def show_places(
    places: Mapping[str, Place], total: Place, period: Period, kind: str, *, is_by_area: bool
) -> None:
    """Show the days of officers by place against the base chosen, in the order of the places' numbers."""
    with st.columns([1, 3])[0]:
        code = choices.choose("和什么比", list(BASES), param="base", words=lambda code: BASES[code][0])
    name, per, smallest, base_of = BASES[code]
    rated = {
        number: (place, found)
        for number, place in places.items()
        if number and (found := rate(place.officer_days, base_of(place), per, smallest))
    }
    rows = [_row(place, base_of(place), per, smallest) for place in (*places.values(), total)]
    columns = [
        (kind,),
        ("登记人天",),
        (name, "人天"),
        (name, "95% 区间"),
        ("工时", "下社区"),
        ("工时", "非警务活动"),
        ("登记", "走访"),
        ("登记", "场所检查"),
        ("登记", "基础信息核查"),
        ("登记", "宣传"),
        ("辖区", "实有人口"),
        ("辖区", "流动占比"),
        ("辖区", "重点场所"),
        ("辖区", "有效警情"),
    ]
    export = hidden(rows, [1, 6, 7, 8, 9, 12, 13], totals=[len(rows) - 1], told_with=[2, 3])
    title = f"登记社区工作的人天与辖区大小，{period.label()}，{total.officer_days:,} 人天"
    if not rated:
        states.withheld(f"{name}的人天", f"没有一个{kind}有足够的基数；登记数见下表")
        show_table(
            columns, rows, key="community_places", title=title, export_rows=export if is_by_area else None
        )
        return
    shown = list(rated.values())[:MOST_PLACES]
    whole = rate(total.officer_days, base_of(total), per, smallest)
    chart = charts.figure(
        shapes.dots(
            [place.name for place, _ in shown],
            [found[0] for _, found in shown],
            [(found[1], found[2]) for _, found in shown],
            told=[
                f"{place.officer_days:,} 人天，{name} {found[0]:,.1f}（{found[1]:,.1f}–{found[2]:,.1f}）"
                for place, found in shown
            ],
            colour=charts.CONTEXT,
        ),
        height=90 + 22 * len(shown),
        xaxis={"title": f"人天 / {name}", "rangemode": "tozero", "tickformat": ",~f"},
        yaxis={"autorange": "reversed", "type": "category", "ticksuffix": " "},
        margin={"l": 120, "r": 16, "t": 24, "b": 40},
    )
    if whole:
        chart.add_vline(
            x=whole[0], line={"color": charts.GREY, "dash": "dot", "width": 1},
            annotation_text=f"合计 {whole[0]:,.1f}", annotation_position="top",
        )  # fmt: skip
    charts.show_chart(
        title,
        chart,
        key="community_places",
        columns=columns,
        rows=rows,
        note=f"一名民警一天在一个{kind}有登记的走访、检查、核查或宣传，算一个人天；工时另列。按{kind}编号排列，不排名次；"
        f"横线为 95% 区间，区间重叠的分不出先后。基数不足的不给率。",
        export_rows=export if is_by_area else None,
    )


def _row(place: Place, base: int | None, per: int, smallest: int) -> list[Any]:
    found = rate(place.officer_days, base, per, smallest)
    return [
        place.name,
        place.officer_days,
        round(found[0], 1) if found else None,
        f"{found[1]:,.1f}–{found[2]:,.1f}" if found else "样本不足",
        place.community_hours,
        place.non_police_hours,
        place.visits,
        place.place_checks,
        place.base_checks,
        place.events,
        place.residents,
        wording.share(place.floating, place.residents),
        place.key_places,
        place.incidents,
    ]


def show_officers(
    work: Sequence[Mapping[str, Any]],
    postings: Mapping[str, Mapping[str, Any]],
    visits: Mapping[str, tuple[int, int]],
    areas: Mapping[str, Place],
    period: Period,
) -> None:
    """Show the work by officer in the order of their numbers, beside the 责任区 each is posted to.

    Args:
        work: rows of the query ``OFFICERS``.
        postings: officer → current posting.
        visits: officer → visits due made in time, and visits due of which that is known.
        areas: 责任区 number → figures; empty where several units are shown.
        period: the days counted.
    """
    rows = []
    done = {row["officer_no"] or "": row for row in work}
    for number in sorted(
        {*done, *(no for no, one in postings.items() if one["area_no"])}, key=lambda no: (not no, no)
    ):
        row, posting = done.get(number, {}), postings.get(number, {})
        area_no = posting.get("area_no")
        area = areas.get(area_no) if area_no else None
        in_time, judged = visits.get(number, (0, 0))
        rows.append(
            [
                number or "未登记警号",
                posting.get("officer_kind_label") or wording.MISSING,
                row.get("officer_day_count", 0),
                row.get("community_hours"),
                row.get("non_police_hours"),
                row.get("home_visit_count", 0),
                row.get("place_check_count", 0),
                row.get("base_check_count", 0),
                row.get("publicity_count", 0),
                wording.share(in_time, judged),
                area.name if area else area_no or "没有责任区",
                area.residents if area else None,
                wording.share(area.floating, area.residents) if area else None,
                area.key_places if area else None,
                area.incidents if area else None,
            ]
        )
    columns = [
        ("警号",),
        ("人员类别",),
        ("工作天数",),
        ("工时", "下社区"),
        ("工时", "非警务活动"),
        ("登记", "走访"),
        ("登记", "场所检查"),
        ("登记", "基础信息核查"),
        ("登记", "宣传"),
        ("走访按期",),
        ("所管责任区", "名称"),
        ("所管责任区", "实有人口"),
        ("所管责任区", "流动占比"),
        ("所管责任区", "重点场所"),
        ("所管责任区", "有效警情"),
    ]
    show_table(
        columns,
        rows,
        key="community_officers",
        title=f"社区工作，按民警，{period.label()}",
        export_rows=hidden(rows, [5, 6, 7, 8, 13, 14], told_with=[9]),
        help_texts={"工作天数": "这段时间里有登记的天数；其余的天可能在做没有登记的事"},
    )
