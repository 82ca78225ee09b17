"""人口与基础信息: incidents of a year per thousand residents, with intervals, and what stale records do to them.

Belongs here: the chart of rates and its table. Does not belong here: the figures (``population_figures``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards.components import charts, shapes
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.sections.population_figures import RELATIVE, SMALL, Place, Places
from jingcang.statistics.verdicts import FALLEN, RISEN, Verdict

NOBODY = "没有在册人口"
"""In place of a rate of incidents recorded without a 责任区, or with an unknown one."""
CANNOT_KNOW = (
    "说不出的：没有登记的人有多少，来源里没有，漏登会把率抬高；久未核实的人是搬走了还是没去核，也不知道。"
    "所以只给两头：全部在册的人作分母，和去掉一年内没核实的人作分母；真实的率可能在两头之外。"
    "分母是登记居住的人，商圈、车站白天人多，率高不等于那里更危险。"
)


def show(places: Places, metric_name: str, kind: str, *, is_by_area: bool) -> None:
    """Show the rates, highest first, above counts, intervals, verdicts and the rates without stale records.

    Args:
        places: figures.
        metric_name: what is counted.
        kind: 责任区 or 单位.
        is_by_area: hide counts of 1–4 in the export.
    """
    verdicts = places.verdicts()
    rated = {
        number: (place, rate)
        for number, place in places.places.items()
        if number and (rate := place.rate(places.part(place)))
    }
    ordered = dict(sorted(rated.items(), key=lambda item: -item[1][1].estimate))
    whole = places.total.rate(places.dispersion)
    st.subheader(_finding(verdicts, places, metric_name, kind))
    st.caption(
        "十二个完整月的起数 ÷ 各月末在册人数的平均，每千人；横线为 95% 区间（计入过离散）。"
        f"起数不足 5 或人数不足 20 的{kind}不给率。"
    )
    if ordered:
        colours = {RISEN: charts.ATTENTION, FALLEN: charts.IMPROVEMENT}
        chart = charts.figure(
            shapes.dots(
                [place.name for place, _ in ordered.values()],
                [rate.estimate for _, rate in ordered.values()],
                [(rate.low, rate.high) for _, rate in ordered.values()],
                told=[
                    f"{rate.words()} 起/千人<br>{_word(verdicts.get(number))}"
                    for number, (_, rate) in ordered.items()
                ],
                colour=[
                    colours.get(verdicts[number].words if number in verdicts else "", charts.GREY)
                    for number in ordered
                ],
            ),
            height=90 + 24 * len(ordered),
            xaxis={"title": "起 / 千人·年", "rangemode": "tozero", "tickformat": ",d"},
            yaxis={"autorange": "reversed", "type": "category", "ticksuffix": " "},
            margin={"l": 120, "r": 16, "t": 24, "b": 40},
        )
        if whole:
            chart.add_vline(
                x=whole.estimate, line={"color": charts.CONTEXT, "dash": "dot", "width": 1},
                annotation_text=f"合计 {whole.estimate:,.1f}", annotation_position="top",
            )  # fmt: skip
        st.plotly_chart(chart, theme=None, config=charts.CONFIG, key="chart_rates", alt="每千人的率和区间")
    rows = [
        *(_row(places, place, verdicts.get(number)) for number, place in places.places.items()),
        _row(places, places.total, None),
    ]
    columns = [
        ("起数",),
        ("平均在册",),
        ("每千人", "在册"),
        ("与其余相比",),
        ("久未核实",),
        ("每千人", "去掉久未核实"),
    ]
    show_table(
        [(kind,), *columns],
        rows,
        key="population_rates",
        title=f"{metric_name}每千人的率",
        export_rows=hidden(rows, [1, 2, 5], totals=[len(rows) - 1], told_with=[3, 6]) if is_by_area else None,
        help_texts={
            "平均在册": "十二个月末在册人数的平均",
            "久未核实": "一年以上没有核实，或没有核实日期的在册人数（数据截至日）",
            "去掉久未核实": "分母按久未核实的占比减去；率随之变高",
        },
    )  # fmt: skip
    st.caption(CANNOT_KNOW)


def effect_words(places: Places) -> str:
    """Return how the rate of all moves when stale residents are left out of the denominator."""
    total = places.total
    rate = total.rate(places.dispersion)
    without = total.rate(places.dispersion, total.without_stale())
    if not rate or not total.registered_now:
        return ""
    if not without:
        return f"每千人 {rate.estimate:,.1f} 起；去掉久未核实的人后剩下的太少，不给率"
    return f"每千人 {rate.estimate:,.1f} 起，去掉久未核实的人为 {without.estimate:,.1f} 起"


def _row(places: Places, place: Place, verdict: Verdict | None) -> list[Any]:
    part, small = places.part(place), SMALL if place.mean else NOBODY
    rate, without = place.rate(part), place.rate(part, place.without_stale())
    return [
        place.name,
        place.incidents,
        round(place.mean),
        rate.words() if rate else small,
        _word(verdict),
        place.stale,
        without.words() if without else small,
    ]


def _word(verdict: Verdict | None) -> str:
    return RELATIVE.get(verdict.words, verdict.words) if verdict else ""


def _finding(verdicts: Mapping[str, Verdict], places: Places, metric_name: str, kind: str) -> str:
    higher = [places.places[number].name for number, verdict in verdicts.items() if verdict.words == RISEN]
    lower = sum(verdict.words == FALLEN for verdict in verdicts.values())
    if not verdicts:
        return f"{metric_name}每千人：没有两个以上可比的{kind}"
    if not higher and not lower:
        return f"{metric_name}每千人：各{kind}之差与偶然波动一致"
    named = "、".join(higher[:3]) + (f" 等 {len(higher)} 处" if len(higher) > 3 else "")
    words = f"{named}明显高于其余" if higher else f"没有明显高于其余的{kind}"
    return f"{metric_name}每千人：{words}" + (f"，{lower} 处明显低于其余" if lower else "")
