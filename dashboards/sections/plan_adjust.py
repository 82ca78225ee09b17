"""下周建议, by hand: blocks more or fewer, what that costs, and saving the plan with a reason.

Belongs here: the changes of this session, their cost and the two forms. Does not belong here: who may save where
(``jingcang.access.patrol_plans``) and the files of a plan (``plan_files``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components.decided import done, with_reason
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.sections.plan_load import Loaded
from jingcang.access.patrol_plans import save_plan, saved_plan
from jingcang.errors import JingcangError
from jingcang.planning import DutyLine, Slot, from_content, to_content
from jingcang.planning.week import WEEKDAYS, Change, slot_words
from jingcang.statistics.planning.allocation import Blocks
from jingcang.workbench.patrol_plans import RULE, SavedPlan

EVERY_DAY = "每天"
Stated = tuple[str, int, str, int, int]
"""(责任区, weekday of the shift, kind of shift, hour of the shift, blocks more or fewer)."""


def saved(context: Context, loaded: Loaded) -> SavedPlan | None:
    """Return the plan saved for the station and week, None without one."""
    return saved_plan(context.door, context.identity, session.workbench(), loaded.unit_no, loaded.week)


def _key(loaded: Loaded, known: SavedPlan | None) -> str:
    return f"plan_changes_{loaded.unit_no}_{loaded.week}_{known.version if known else 0}"


def changes(loaded: Loaded, known: SavedPlan | None) -> list[Stated]:
    """Return the changes of this session; those of the saved plan to begin with."""
    kept: list[Stated] = st.session_state.setdefault(
        _key(loaded, known), [tuple(change) for change in known.changes] if known else []
    )
    return kept


def placed(loaded: Loaded, stated: Sequence[Stated]) -> list[Change]:
    """Return changes by row and column; what the roster or the areas no longer have is left out."""
    rows = {str(area): row for row, area in enumerate(loaded.made.need.areas)}
    columns = {(slot.weekday, slot.kind, slot.hour): column for column, slot in enumerate(loaded.made.slots)}
    return [
        (rows[area], columns[weekday, kind, hour], more)
        for area, weekday, kind, hour, more in stated
        if area in rows and (weekday, kind, hour) in columns
    ]


def is_overfull(loaded: Loaded, blocks: Blocks) -> bool:
    """Say and return whether changes saved earlier no longer fit the crews; the plan then stands without them."""
    found = loaded.made.overfull(blocks)
    if found:
        st.warning(f"已保存的手工调整按现在的排班排不下：{found[0]}。下面是没有调整的方案。")
    return bool(found)


def show(
    context: Context, loaded: Loaded, known: SavedPlan | None, stated: list[Stated], blocks: Blocks,
    lines: Sequence[DutyLine],
) -> None:  # fmt: skip
    """Show what was changed, what it costs, and the forms to change and to save."""
    made = loaded.made
    st.subheader(_cost_words(loaded, blocks) if stated else "手工调整：加减块数，随即看出少满足多少需求")
    if warnings := made.warnings(blocks):
        st.warning("；".join(warnings) + "。")
    _form(loaded, stated)
    if stated:
        show_table(
            [("责任区",), ("时间",), ("班次",), ("块数增减",)],
            [
                [loaded.names.get(area, area), slot_words(Slot(day, kind, hour, 0)), kind, more]
                for area, day, kind, hour, more in stated
            ],
            key="plan_changes", title="下周建议的手工调整",
        )  # fmt: skip
        if st.button("撤掉全部调整", key="plan_clear"):
            stated.clear()
            st.rerun()
    content = to_content(lines)
    if known is not None and known.content == content:
        when = known.acted_at.astimezone()
        st.caption(
            f"这就是已保存的第 {known.plan_no} 号方案第 {known.version} 版："
            f"{known.user_id} 于 {when:%Y-%m-%d %H:%M} 保存，理由“{known.reason}”。"
        )
        return
    if known is not None:
        other = _apart(known, lines)
        st.caption(
            f"已保存第 {known.plan_no} 号方案第 {known.version} 版，页面上的与它有 {other:,} 块不同"
            "（手工调整、数据更新或换了权重）；下面会存为新的一版，原来的留着。"
        )
    with_reason(
        f"save_plan_{loaded.unit_no}_{known.version if known else 0}", "保存的理由（必填，随方案留存）",
        "保存方案" if known is None else "保存为新的一版",
        lambda reason: _save(context, loaded, known, stated, blocks, content, reason),
    )  # fmt: skip


def _apart(known: SavedPlan, lines: Sequence[DutyLine]) -> int:
    """Return how many blocks on the page stand at no place and hour of the saved version, or the other way round."""
    there = Counter((line.starts_at.replace(minute=0), line.area_no) for line in from_content(known.content))
    here = Counter((line.starts_at.replace(minute=0), line.area_no) for line in lines)
    return max((here - there).total(), (there - here).total())


def _cost_words(loaded: Loaded, blocks: Blocks) -> str:
    made = loaded.made
    own, best = made.share(blocks), made.share(made.plan.blocks)
    words = f"调整后满足需求的 {100 * own:.1f}%，方案为 {100 * best:.1f}%"
    number, planned = int(blocks.sum()), int(made.plan.blocks.sum())
    if number != planned:
        best = made.best(number)
        words += f"（块数从 {planned:,} 变为 {number:,}，同样块数的最优为 {100 * best:.1f}%）"
    lost = (best - own) * made.total
    unit = "危害量" if loaded.is_weighted else "起警情"
    if lost < 0.05:
        return f"{words}，没有损失"
    return f"{words}，少 {100 * (best - own):.1f} 个百分点，相当于一年 {lost:,.1f} {unit}"


def _form(loaded: Loaded, stated: list[Stated]) -> None:
    made = loaded.made
    areas = [str(area) for area in made.need.areas]
    hours = sorted({slot.clock_hour for slot in made.slots})
    with st.form("plan_change", border=False):
        columns = st.columns([2, 1, 1, 1, 1], vertical_alignment="bottom")
        area = columns[0].selectbox(
            "责任区", areas, format_func=lambda code: loaded.names.get(code, code), key="plan_change_area"
        )
        day = columns[1].selectbox("哪天", [EVERY_DAY, *WEEKDAYS], key="plan_change_day",
                                   format_func=lambda code: code if code == EVERY_DAY else f"周{code}")  # fmt: skip
        hour = columns[2].selectbox(
            "钟点", hours, key="plan_change_hour", format_func=lambda hour: f"{hour}–{hour + 1} 时"
        )
        more = columns[3].number_input("每天加减几块", -4, 4, 1, key="plan_change_more")
        if columns[4].form_submit_button("加入调整"):
            done(lambda: _add(loaded, stated, area, day, hour, int(more)))


def _add(loaded: Loaded, stated: list[Stated], area: str, day: str, hour: int, more: int) -> str:
    slots = [
        slot
        for slot in loaded.made.slots
        if slot.clock_hour == hour and day in (EVERY_DAY, WEEKDAYS[(slot.weekday - 1 + slot.hour // 24) % 7])
    ]
    place = f"{loaded.names.get(area, area)} {day if day == EVERY_DAY else '周' + day} {hour}–{hour + 1} 时"
    if not more:
        raise JingcangError("加减块数是 0", where=place, rule=RULE, remedy="请填要加或减的块数")
    if not slots:
        raise JingcangError("那时没有班次", where=place, rule=RULE, remedy="请换一天或换一个钟点")
    tried = [*stated, *((area, slot.weekday, slot.kind, slot.hour, more) for slot in slots)]
    before = loaded.made.adjusted(placed(loaded, stated))
    after = loaded.made.adjusted(placed(loaded, tried))
    if (after == before).all():
        raise JingcangError("那里没有块可减", where=place, rule=RULE, remedy="请看上面的矩阵，换一处")
    if found := loaded.made.overfull(after):
        raise JingcangError(found[0], where=place, rule=RULE, remedy="请先在同一钟点减去别处的块")
    stated[:] = tried
    return f"{place}每天{'加' if more > 0 else '减'} {abs(more)} 块，已算入下面的方案，还没有保存。"


def _save(
    context: Context, loaded: Loaded, known: SavedPlan | None, stated: Sequence[Stated], blocks: Blocks,
    content: str, reason: str,
) -> str:  # fmt: skip
    made = loaded.made
    kept: list[Sequence[Any]] = list(stated)
    number = save_plan(
        context.door, context.identity, session.workbench(), unit_no=loaded.unit_no, week_start=loaded.week,
        weights_version=loaded.weights_version, weights_digest=made.need.harm_digest, seed=made.seed, changes=kept,
        content=content, covered_pct=round(100 * made.share(blocks), 4),
        best_pct=round(100 * made.best(int(blocks.sum())), 4), reason=reason, generation=context.generation.name,
        number=known.plan_no if known else None, seen_version=known.version if known else 0,
    )  # fmt: skip
    return f"第 {number} 号方案第 {(known.version if known else 0) + 1} 版已保存，可导出勤务单和任务文件。"
