"""The frame around every page: navigation, top bar, banner, small print.

Belongs here: what all pages share on screen. Does not belong here: rights, which the shell checks
through ``jingcang.access`` before a page runs.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st

from dashboards.components import choices, wording
from dashboards.context import Context
from dashboards.deployment import deployment, settings
from dashboards.queries import common
from dashboards.registry import PageSpec, pages_of
from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.errors import JingcangError
from jingcang.statistics.periods import COMPARISONS, PERIODS, day_label

LATE_AFTER = timedelta(days=2)

_STYLE = """
<style>
[data-testid="stHeader"]{height:0;min-height:0;background:transparent}
[data-testid="stMainBlockContainer"]{padding:1rem 2rem 1.5rem;max-width:1500px}
[data-testid="stSidebar"]{min-width:208px!important;max-width:208px!important}
[data-testid="stSidebarHeader"]{height:.6rem;min-height:0;padding:0}
[data-testid="stSidebarUserContent"]{padding:.4rem .9rem 1rem}
[data-testid="stMarkdownContainer"] p{margin-bottom:.15rem}[data-testid="stMarkdownContainer"] ol{margin-bottom:.2rem}
[data-testid="stCaptionContainer"],[data-testid="stCaptionContainer"] p{color:#4b5968!important;opacity:1}
[data-testid="stAlert"] [data-testid="stMarkdownContainer"]{margin-bottom:0}
[data-testid="stAlert"] p{margin-bottom:0!important}
h2{padding:.15rem 0 .2rem!important}h3{padding:.5rem 0 .1rem!important}
.jc-brand{font-size:1.35rem;font-weight:700;letter-spacing:.12em;color:#17456f}
.jc-who{font-size:.87rem;line-height:1.55;border-bottom:1px solid #d5dbe3;padding:.2rem 0 .6rem;color:#33404e}
.jc-who b{color:#1b2430}
.jc-section a{color:#1f5a96}
.jc-section{font-size:.8rem;color:#5a6775;margin:.6rem 0 -.4rem}
.jc-asof{text-align:right;font-size:.87rem;color:#33404e;line-height:1.45;padding-top:1.65rem}
[data-testid=stMain] [data-testid=stPageLink] a{background:none}
[data-testid=stMain] [class*="st-key-short_list_"] button{min-height:0;padding:.1rem .5rem;text-align:left}
[data-testid=stMain] [data-testid=stPageLink] a p,[data-testid=stMain] [class*="st-key-short_list_"] button p{
 color:#1f5a96;text-decoration:underline;text-underline-offset:3px;
 font-weight:400;font-size:1rem;white-space:normal}
.jc-late{border-left:4px solid #c2410c;background:#fdf3ee;padding:.45rem .8rem;font-size:.92rem;color:#6e2a0c}
.jc-answer{font-size:1.12rem;line-height:1.75;border-left:4px solid #1f5a96;padding:.25rem .9rem;background:#f5f8fb}
.jc-foot{margin-top:1.2rem;border-top:1px solid #d5dbe3;padding-top:.5rem;font-size:.82rem;color:#4b5968;
 line-height:1.7}
.jc-foot span{margin-right:1.4em;display:inline-block}
@media print{@page wide{size:A4 landscape;margin:10mm}body{page:wide;min-width:1100px}
 [data-testid="stSidebar"],[data-testid="stToolbar"],[data-testid="stDownloadButton"],
 [data-testid="stExpander"]:not(:has(details[open])){display:none!important}
 [data-testid="stMainBlockContainer"]{padding:0}
 [data-testid="stPlotlyChart"],[data-testid="stDataFrame"]{break-inside:avoid}
 [data-testid="stElementContainer"]:has(h3,[data-testid="stCaptionContainer"]){break-after:avoid}}
@media print and (min-device-width:1367px){body{min-width:1440px}}
</style>
"""
"""Charts and tables keep the width they have on screen (1,094 px at 1366, 1,436 at most) when printed. A body as wide
makes the browser shrink the page, to two thirds at most: enough for A4 landscape (1,047 px), not for portrait."""


def style() -> None:
    """Put the frame's style sheet on the page."""
    st.html(_STYLE)


def sidebar(identity: Identity, pages: Mapping[str, st.Page], scope: str) -> None:
    """Show who is logged in and the pages of the role; the choices in the address go along."""
    with st.sidebar:
        st.html(
            '<div class="jc-brand">警仓</div>'
            f'<div class="jc-who"><b>{html.escape(identity.display_name)}</b><br>'
            f"{html.escape(identity.role_label)}<br>范围：{html.escape(scope)}</div>"
        )
        section = ""
        for spec in pages_of(identity.role):
            if spec.section != section:
                section = spec.section
                st.html(f'<div class="jc-section">{section}</div>')
            # Streamlit itself carries along what boxes of both pages are bound to; given again it would stand twice.
            chosen = {name: value for name, value in st.query_params.items() if name not in spec.controls}
            st.page_link(pages[spec.path], query_params=chosen)
        st.html('<div class="jc-section"><a href="/logout" target="_self">退出登录</a></div>')


def unit_names(door: Door, identity: Identity) -> dict[str, str]:
    """Return the name of every unit, in scope or not; empty for roles without data."""
    if not door.may(identity, common.UNITS.tables):
        return {}
    return {
        row["unit_no"]: row["unit_name"] or row["unit_no"]
        for row in door.run(common.UNITS, identity).to_dicts()
    }


def scope_words(identity: Identity, units: Mapping[str, str]) -> str:
    """Return the scope as words for the navigation.

    Args:
        identity: who is logged in.
        units: unit number → name.
    """
    if identity.role == "administrator":
        return "不看案件数据"
    if identity.role == "officer":
        return "本人记录"
    if ALL_UNITS in identity.unit_nos:
        return "全部单位"
    return "、".join(units.get(unit, unit) for unit in identity.unit_nos) or "无"


def units_in_scope(door: Door, identity: Identity) -> dict[str, str]:
    """Return the names of the units in scope: the stations, else all that have none below them."""
    if not door.may(identity, common.UNITS.tables):
        return {}
    rows = door.run(common.UNITS, identity).to_dicts()
    scope = door.scope_units(identity)
    parents = {row["parent_unit_no"] for row in rows}
    inside = [row for row in rows if scope is None or row["unit_no"] in scope]
    stations = [row for row in inside if row["unit_kind_code"] == "station"]
    leaves = stations or [row for row in inside if row["unit_no"] not in parents]
    return {row["unit_no"]: row["unit_name"] or row["unit_no"] for row in leaves or inside}


def week_start(context: Context) -> date:
    """Return the first day of the as-of day's week, by the deployment's week; Monday without a calendar."""
    rows = context.run(common.WEEK, day=context.as_of).rows() if context.door.has_table("dim_date") else []
    return rows[0][0] if rows else context.as_of - timedelta(context.as_of.weekday())


def top_bar(context: Context, spec: PageSpec) -> None:
    """Show the page's choices, kept in the address, and the as-of day; write them to the context."""
    context.week_start = week_start(context)
    context.has_festival = deployment(context.generation.profile).has_festival
    context.required_located_pct = settings().pages.required_located_pct
    columns = st.columns([1.1] * len(spec.controls) + [max(0.9, 4.6 - 1.1 * len(spec.controls))])
    slots = dict(zip(spec.controls, columns, strict=False))
    if "unit" in slots:
        names = {"全部": (), **{name: (unit,) for unit, name in context.units.items()}}
        if len(context.units) == 1:
            del names["全部"]
        choices.follow("unit", names)
        chosen = slots["unit"].selectbox("单位", list(names), key="unit", bind="query-params")
        context.unit_nos = names.get(chosen, ())
    if "area" in slots:
        units = list(context.unit_nos or context.units)
        areas = {"全部": ""}
        for row in context.run(common.AREAS, units=units).to_dicts():
            areas[row["area_name"] or row["area_no"]] = row["area_no"]
        choices.follow("area", areas)
        chosen = slots["area"].selectbox("责任区", list(areas), key="area", bind="query-params")
        context.area = areas.get(chosen, "")
        context.area_name = chosen if context.area else ""
    if "period" in slots:
        names = {label: kind for kind, label in PERIODS.items()}
        choices.follow("period", names)
        chosen = slots["period"].selectbox("时期", list(names), index=1, key="period", bind="query-params")
        context.period_kind = names[chosen]
    if "compare" in slots:
        names = {label: kind for kind, label in COMPARISONS.items()}
        choices.follow("compare", names)
        chosen = slots["compare"].selectbox("比较", list(names), key="compare", bind="query-params")
        context.comparison = names[chosen]
    columns[-1].html(
        f'<div class="jc-asof">数据截至 {day_label(context.as_of)}<br>发布于 {_published(context)}</div>'
    )


def _published(context: Context) -> str:
    moment = context.generation.published_at
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}" if moment else wording.MISSING


@dataclass(frozen=True)
class LateSource:
    """A source that is late or has a gap.

    Args:
        system, table: the source table.
        words: which, and how late.
    """

    system: str
    table: str
    words: str


def late_sources(context: Context) -> list[LateSource] | None:
    """Return the sources whose last day is older than ``LATE_AFTER``, or that lack a day of the last four weeks.

    Gaps are those of the units shown: another station's terminals are no reason to distrust this one's numbers.

    Returns:
        None where the generation cannot tell.
    """
    since = context.as_of - timedelta(days=28)
    try:
        rows = context.run(
            common.FRESHNESS,
            units=list(context.unit_nos or context.units),
            since=since,
            until=context.as_of,
        ).to_dicts()
    except JingcangError:
        return None
    known = deployment(context.generation.profile)
    late = []
    for row in rows:
        name = known.title(row["source_system"], row["source_table"])
        if row["latest_date"] and context.as_of - row["latest_date"] > LATE_AFTER + timedelta(days=1):
            words = f"“{name}”最新到 {day_label(row['latest_date'])}"
        elif row["missing_days"]:
            words = _gap_words(context, name, row)
        else:
            continue
        late.append(LateSource(row["source_system"], row["source_table"], words))
    return late


def _gap_words(context: Context, name: str, row: Mapping[str, Any]) -> str:
    """Return which days a source lacks, of the units shown: days of several units are not added up to one gap."""
    first, days = day_label(row["first_missing_date"]), row["missing_days"]
    if row["missing_units"] > 1:
        return f"“{name}”有 {row['missing_units']} 个单位各缺若干天（{first}起，共涉及 {days} 天）"
    unit = row["first_missing_unit"]
    whose = f"（{context.unit_name(unit)}）" if unit and len(context.unit_nos or context.units) > 1 else ""
    return f"“{name}”缺 {first}{f'等 {days} 天' if days > 1 else ''}{whose}"


def freshness_banner(context: Context, spec: PageSpec) -> None:
    """Name the late or gappy sources this page rests on; all such sources stand in the foot."""
    late = late_sources(context)
    if late is None:
        context.foot["缺失来源"] = "来源更新情况不可用"
        return
    known = deployment(context.generation.profile)
    concerned = [item.words for item in late if known.feeds(item.system, item.table, spec.entities)]
    context.foot["缺失来源"] = "；".join(item.words for item in late) if late else "无"
    if concerned:
        words = "；".join(concerned[:4])
        if len(concerned) > 4:
            words += f"；另有 {len(concerned) - 4} 项见页脚"
        st.html(
            f'<div class="jc-late" role="status">数据不完整：{html.escape(words)}。'
            "本页用到这些来源的数字偏低。</div>"
        )


def answer(sentence: str) -> None:
    """Show the sentence that answers the page's question."""
    st.html(f'<div class="jc-answer">{html.escape(sentence)}</div>')


def small_print(context: Context) -> None:
    """Show the foot: what these figures rest on."""
    lines = {
        "数据截至": day_label(context.as_of),
        "版本": context.generation.name,
        **context.foot,
    }
    spans = "".join(f"<span>{html.escape(name)}：{html.escape(text)}</span>" for name, text in lines.items())
    st.html(f'<div class="jc-foot" role="contentinfo">{spans}</div>')
