"""重复警情: places and events that come again, how much of it is more than chance, and where the next is likely."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.frame import answer
from dashboards.context import Context, current
from dashboards.queries import repeats
from dashboards.sections import near_repeats, repeat_clusters, repeat_persons, repeat_places
from dashboards.sections.repeat_places import SHORT, YEAR, Spread

MOST_ITEMS = 5


def main() -> None:
    context = current()
    st.header(f"重复警情：{context.scope_words()}")
    bases = context.run(repeats.BASES, **context.scope_filters()).row(0, named=True)
    spreads = repeat_places.build(context.run(repeats.PLACES, **context.scope_filters()).to_dicts())
    places = context.run(repeats.CLUSTERS, **context.scope_filters(), kind="place").to_dicts()
    events = context.run(repeats.CLUSTERS, **context.scope_filters(), kind="event").to_dicts()
    persons = context.run(repeats.PERSONS, units=list(context.unit_nos)).to_dicts()
    near = near_repeats.read(context)
    _fill_foot(context, bases)
    if not (bases["incident_count"] or persons or near):
        states.empty("数据截至日前 90 天没有警情", "请换一个单位或责任区，或核对接警单是否到齐")
        return
    spread = spreads.get(SHORT)
    answer(f"{_places_words(spread, bases)}；{near_repeats.words(near, context.required_located_pct)}。")
    names = context.area_names(everywhere=True)
    _look_at(context, spread, places, near, names)
    repeat_clusters.show_places(context, places, spread, names)
    repeat_clusters.show_events(context, events, bases, names)
    near_repeats.show(context, near)
    repeat_places.show(spreads.get(YEAR))
    repeat_persons.show(context, persons)


def _fill_foot(context: Context, bases: dict[str, Any]) -> None:
    total = bases["incident_count"]
    context.foot = {
        "期间": "数据截至日前 7、28、90、365 天，不含当天",
        "口径": "有效警情；一地为同一幢楼（没有楼幢的为同一院落或门牌），一事多报在一地只算一起",
        "n": f"90 天内 {total:,} 起",
        "未解析到一处": wording.share(bases["not_placed_count"], total),
        "不列地点（性侵、未成年人、家庭、轻生和类别未明）": wording.share(bases["discreet_count"], total),
        **context.foot,
    }


def _places_words(spread: Spread | None, bases: dict[str, Any]) -> str:
    if spread is None:
        return "来源没有标准地址，不能认出同一地点"
    seen, expected = spread.places_from(2), spread.chance.expected_places(2)
    words = f"90 天内 2 起以上的地点 {seen:,} 处，全凭偶然也会有约 {expected:,.0f} 处"
    if spread.chance.beyond_from is None:
        return f"{words}；没有一处多于偶然能到的起数"
    beyond = spread.places_from(spread.chance.beyond_from)
    return f"{words}；{beyond:,} 处（{spread.chance.beyond_from} 起及以上）超出偶然"


def _look_at(
    context: Context,
    spread: Spread | None,
    places: list[dict[str, Any]],
    near: list[dict[str, Any]],
    names: dict[str, str],
) -> None:
    """List at most five things: classes that return nearby, then the places beyond chance."""
    items = [
        f"**{row['class_label']}近重复成立**：{near_repeats.pair_words(row)}。"
        f"发案后一周内在周边 {row['metres_to']} 米加巡逻、上门提醒"
        for row in near_repeats.found(near, context.required_located_pct)
    ][:2]
    hot = [row for row in places if spread is not None and spread.is_beyond(row["repeat_90d_count"])]
    items += [
        f"**{repeat_clusters.place_words(row)}**：90 天 {row['repeat_90d_count']} 起、"
        f"7 天 {row['repeat_7d_count']} 起，"
        f"最近 {row['last_event_date'].isoformat()} {row['last_class_label']}，{row['last_outcome_label']}；"
        f"{names.get(row['area_no']) or row['area_no'] or '未登记责任区'}跟进"
        for row in hot[: MOST_ITEMS - len(items)]
    ]
    if items:
        lines = "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
        st.markdown(f"**先看这几处**\n{lines}")


main()
