"""一张图, key places: which cells hold some, and how many of which kind each 责任区 has.

Belongs here: 重点场所 of the register, counted by kind. Does not belong here: single places, anything of persons.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import streamlit as st

from dashboards.components import wording
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import map_layers
from jingcang.addresses.cells import is_cell


@dataclass(frozen=True)
class KeyPlaces:
    """Key places of a scope on a day.

    Args:
        by_cell: cell → kind → number.
        by_area: name of the 责任区 → kind → number.
    """

    by_cell: Mapping[str, Counter[str]]
    by_area: Mapping[str, Counter[str]]

    @property
    def marks(self) -> list[tuple[str, str]]:
        """Cells that hold some, with their words."""
        return [
            (cell, "重点场所：" + "、".join(f"{kind} {count:,}" for kind, count in kinds.most_common()))
            for cell, kinds in sorted(self.by_cell.items())
        ]

    @property
    def total(self) -> int:
        return sum(sum(kinds.values()) for kinds in self.by_area.values())


def load(context: Context, day: date, names: Mapping[str, str]) -> KeyPlaces:
    """Return the key places registered on a day.

    Args:
        context: of the page.
        day: places come and go.
        names: 责任区 number → name.
    """
    by_cell: dict[str, Counter[str]] = defaultdict(Counter)
    by_area: dict[str, Counter[str]] = defaultdict(Counter)
    for row in context.run(map_layers.PLACES, **context.scope_filters(), day=day).to_dicts():
        area = names.get(row["area_no"]) or row["area_no"] or "未登记责任区"
        by_area[area][row["place_type_label"]] += row["place_count"]
        if row["cell_id"] and is_cell(row["cell_id"]):
            by_cell[row["cell_id"]][row["place_type_label"]] += row["place_count"]
    return KeyPlaces(by_cell, by_area)


def show(places: KeyPlaces, *, has_source: bool, is_drawn: bool) -> None:
    """Tell how many key places there are and how many have coordinates, with their kinds by 责任区 below."""
    if not places.total:
        st.caption("登记在册的重点场所没有。" if has_source else "来源没有重点场所，图上不画。")
        return
    located = sum(sum(kinds.values()) for kinds in places.by_cell.values())
    if not located:
        st.caption(f"重点场所 {places.total:,} 处，来源没有给坐标，图上不画，只按责任区计数。")
    else:
        st.caption(
            f"重点场所 {places.total:,} 处，有坐标的 {wording.share(located, places.total)}"
            + ("，图上以菱形标在所在网格。" if is_drawn else "；这一图层按地区，不画在图上。")
        )
    kinds = sorted({kind for of in places.by_area.values() for kind in of})
    rows = [
        [area, *(of.get(kind, 0) for kind in kinds), sum(of.values())]
        for area, of in sorted(places.by_area.items())
    ]
    with st.expander("看数据：各责任区的重点场所"):
        show_table(
            [("责任区",), *((kind,) for kind in kinds), ("合计",)],
            rows,
            key="key_places",
            title="重点场所，按责任区和类型",
            export_rows=hidden(rows, range(1, len(kinds) + 2)),
        )
