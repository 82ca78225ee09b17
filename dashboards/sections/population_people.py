"""人口与基础信息: who lives where: residents by place and type with their change, and by age and sex.

Belongs here: charts and tables of residents. Does not belong here: rates (``population_rates``), how fresh the records
are (``population_freshness``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts
from dashboards.components.small_counts import hidden
from dashboards.sections.population_figures import TYPES, Place, Places, change

MOST_PLACES = 20
SHADES = {"registered": "#17456f", "floating": "#8fb2d3", "": charts.LIGHT}
MALE, FEMALE = "男性", "女性"


def show_places(places: Places, kind: str, *, is_by_area: bool) -> None:
    """Show residents by place and type above their change within a year.

    Args:
        places: figures.
        kind: 责任区 or 单位.
        is_by_area: hide counts of 1–4 in the export.
    """
    shown = [place for place in places.places.values() if place.count or place.before]
    drawn = shown[:MOST_PLACES]
    chart = charts.figure(
        *(
            go.Bar(
                y=[place.name for place in drawn],
                x=[place.residents.get(code, 0) for place in drawn],
                name=name,
                orientation="h",
                marker={"color": SHADES[code]},
                hovertemplate=f"%{{y}} {name} %{{x:,}} 人<extra></extra>",
            )
            for code, name in TYPES.items()
        ),
        height=90 + 24 * len(drawn),
        barmode="stack",
        xaxis={"title": "人", "tickformat": ",d"},
        yaxis={"autorange": "reversed", "type": "category", "ticksuffix": " "},
        margin={"l": 120, "r": 16, "t": 30, "b": 40},
    )
    rows = [_row(place) for place in [*shown, places.total]]
    note = "按月末在册登记数，人多的在前。“户籍”为户籍人口，“其他”为人户分离、境外和类型未映射的人。"
    if len(shown) > MOST_PLACES:
        note += f"图只画前 {MOST_PLACES} 处，其余在“看数据”里。"
    columns = [(kind,), ("实有人口", "现"), ("实有人口", "一年前"), ("实有人口", "增减")]
    for name in TYPES.values():
        columns += [(name, "现"), (name, "一年前"), (name, "增减")]
    counts = [place for place in range(1, len(columns)) if (place - 1) % 3 < 2]
    charts.show_chart(
        _places_finding(places, kind),
        chart,
        key="population_places",
        columns=columns,
        rows=rows,
        note=note,
        export_rows=hidden(rows, counts, totals=[len(rows) - 1], told_with=range(3, len(columns), 3))
        if is_by_area
        else None,
    )


def _row(place: Place) -> list[Any]:
    row: list[Any] = [place.name, place.count, place.before, change(place.count, place.before)]
    for code in TYPES:
        now, before = place.residents.get(code, 0), place.year_ago.get(code, 0)
        row += [now, before, change(now, before)]
    return row


def _places_finding(places: Places, kind: str) -> str:
    known = {number: place for number, place in places.places.items() if number and place.count}
    if len(known) < 2:
        return f"实有人口 {places.total.count:,} 人，按居住类型"
    most = next(iter(known.values()))
    floating = max(known.values(), key=lambda place: place.residents.get("floating", 0))
    words = f"实有人口最多的{kind}是{most.name}（{most.count:,} 人）"
    if floating.residents.get("floating"):
        words += f"，流动人口最多的是{floating.name}（{floating.residents['floating']:,} 人）"
    return words


def show_ages(rows: Sequence[Mapping[str, Any]]) -> None:
    """Show residents by age band, men to the left and women to the right, shaded by type.

    Args:
        rows: of the query ``AGES``, bands in order.
    """
    bands = list(dict.fromkeys(row["age_band_label"] for row in rows))
    sums: dict[tuple[str, str, str], int] = {}
    for row in rows:
        code = row["residence_type_code"] if row["residence_type_code"] in TYPES else ""
        key = (row["age_band_label"], row["gender_label"], code)
        sums[key] = sums.get(key, 0) + row["resident_count"]
    widest = max((_both(sums, band, gender) for band in bands for gender in (MALE, FEMALE)), default=1)
    chart = charts.figure(
        *(
            go.Bar(
                y=bands,
                x=[sign * sums.get((band, gender, code), 0) for band in bands],
                customdata=[sums.get((band, gender, code), 0) for band in bands],
                name=name,
                legendgroup=code,
                showlegend=sign > 0,
                orientation="h",
                marker={"color": SHADES[code]},
                hovertemplate=f"%{{y}} {gender} {name} %{{customdata:,}} 人<extra></extra>",
            )
            for code, name in TYPES.items()
            for gender, sign in ((MALE, -1), (FEMALE, 1))
        ),
        height=100 + 24 * len(bands),
        barmode="relative",
        xaxis={
            "title": f"← {MALE}　人　{FEMALE} →",
            "range": [-1.05 * widest, 1.05 * widest],
            "tickvals": [-widest, 0, widest],
            "ticktext": [f"{widest:,}", "0", f"{widest:,}"],
        },
        yaxis={"type": "category", "ticksuffix": " "},
        margin={"l": 100, "r": 16, "t": 30, "b": 40},
    )
    genders = list(dict.fromkeys(row["gender_label"] for row in rows))
    columns = [("年龄",), *((gender, name) for gender in genders for name in TYPES.values())]
    table = [
        [band, *(sums.get((band, gender, code), 0) for gender in genders for code in TYPES)] for band in bands
    ]
    other = sum(count for (_, gender, _), count in sums.items() if gender not in (MALE, FEMALE))
    charts.show_chart(
        _ages_finding(bands, sums),
        chart,
        key="population_ages",
        columns=columns,
        rows=table,
        note="深蓝为户籍、浅蓝为流动、灰为其他。"
        + (f"性别未登记或未映射的 {other:,} 人不在图里，在“看数据”里。" if other else ""),
        export_rows=hidden(table, range(1, len(columns))),
    )


def _both(sums: Mapping[tuple[str, str, str], int], band: str, gender: str) -> int:
    return sum(sums.get((band, gender, code), 0) for code in TYPES)


def _ages_finding(bands: Sequence[str], sums: Mapping[tuple[str, str, str], int]) -> str:
    def largest(code: str) -> str:
        by_band = {
            band: sum(count for (of, _, kind), count in sums.items() if (of, kind) == (band, code))
            for band in bands
        }
        most = [band for band, count in by_band.items() if count and count == max(by_band.values())]
        return most[0] if len(most) == 1 else ""

    settled, floating = largest("registered"), largest("floating")
    if settled and settled == floating:
        return f"户籍和流动人口都以{settled}最多"
    words = [f"{name}人口以{band}最多" for name, band in (("户籍", settled), ("流动", floating)) if band]
    return "，".join(words) or "各年龄段、性别的人口"
