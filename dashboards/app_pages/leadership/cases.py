"""案件办理: what was filed, solved, decided and closed, and which open cases run out of their legal limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import short_list, states, wording
from dashboards.components.frame import answer
from dashboards.context import Context, current
from dashboards.queries import cases
from dashboards.sections import case_limits, case_rows, case_stages
from dashboards.sections.case_stages import NATURES, STAGES, Stages
from dashboards.sections.late_days import why_incomplete
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import COMPARISONS, Period, latest
from jingcang.statistics.series import first_week, weekly


def main() -> None:
    context = current()
    st.header(f"案件办理：{context.scope_words()}")
    if not deployment(context.generation.profile).has_source("cases"):
        states.empty(
            "这里的来源只有警情，没有案件（受案、立案、破案、处罚、结案）和办案期限",
            "接入案件系统后，本页按刑事、治安分列各环节和期限；案发数见“态势”",
        )
        return
    pair = context.pair
    rows = context.run(
        cases.STAGES,
        **context.scope_filters(),
        start=pair.current.start,
        end=pair.current.end,
        before_start=pair.before.start,
        before_end=pair.before.end,
    ).to_dicts()
    limits = context.run(cases.LIMIT_COUNTS, **context.scope_filters()).to_dicts()
    _fill_foot(context, rows)
    if not rows and not limits:
        states.empty(
            f"{pair.current.label()}和对比期都没有案件，也没有未结案件",
            "请换一个时期，或核对案件系统是否到齐",
        )
        return
    withheld = pair.withheld or why_incomplete(context, pair.current, pair.before, "cases")
    stages = case_stages.build(rows, pair=pair, withheld=withheld, dispersions=_dispersions(context))
    answer(f"{case_stages.sentence(stages)}。{case_limits.words(case_limits.counted(limits))}。")
    if pair.note and not withheld:
        st.caption(f"比较说明：{pair.note}。")
    _look_at(context, stages, limits)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        case_stages.show(stages, "criminal", is_by_area=bool(context.area))
    with right:
        case_stages.show(stages, "administrative", is_by_area=bool(context.area))
    st.caption("破案、查处、结案的未必是本期立的案，不能与本期立案数相除；“查处”为作出处罚或不予处罚决定。")
    case_limits.show(limits)
    case_limits.show_list(context)
    case_limits.show_criminal_ages(context)
    _rows(context, pair.current)


def _fill_foot(context: Context, rows: Sequence[Mapping[str, Any]]) -> None:
    filed = [row for row in rows if row["stage_code"] == "filed"]
    count = sum(row["current_count"] for row in filed)
    context.foot = {
        "本期": context.pair.current.label(),
        "对比期": f"{context.pair.before.label()}（{COMPARISONS[context.comparison][:2]}）",
        "口径": "一起案件在每个环节各计一次，按该环节日期计入，第 1 版；刑事、治安分列；期限按受案日适用当时的规定",
        "n": f"本期立案 {count:,} 起",
        "类别未映射": wording.share(sum(row["unmapped_count"] for row in filed), count),
        **context.foot,
    }


def _dispersions(context: Context) -> dict[str, float]:
    """Return nature → overdispersion of the weekly filed cases."""
    end = latest("week", context.as_of, context.week_start).end
    found = {}
    for nature in NATURES:
        rows = context.run(
            cases.DAILY, **context.scope_filters(), nature=nature, since=first_week(end), until=end
        )
        found[nature] = weekly(dict(rows.rows()), [], end).dispersion
    return found


def _look_at(context: Context, stages: Stages, limits: Sequence[Mapping[str, Any]]) -> None:
    """List at most five things: units whose cases run out of time, then real changes."""
    items: list[short_list.Item | str] = [*case_limits.items(context, limits)]
    items += case_stages.items(stages, short_list.MOST_ITEMS - len(items))
    short_list.show(items)
    maybe = case_stages.maybe(stages)
    if maybe:
        st.caption(
            f"留意，尚不能下结论（{len(stages.cells()):,} 格放在一起看，单凭偶然也会有几格这样）：{maybe}。"
        )


def _rows(context: Context, period: Period) -> None:
    with st.expander("看明细：每一起案件和它的来源记录"):
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        names = {name: code for code, name in NATURES.items()}
        nature = names[left.selectbox("性质", list(names), key="cases_nature")]
        stages = {name: code for code, name in STAGES[nature].items()}
        label = middle.selectbox("环节", list(stages), key="cases_stage")
        if not right.toggle("显示明细", key="cases_rows_shown"):
            return
        case_rows.show(context, nature, stages[label], period)


main()
