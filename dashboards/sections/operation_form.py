"""专项行动: what runs where, and the forms by which a leader declares, changes or takes back an operation.

Belongs here: the list and the forms. Does not belong here: who may declare where (``jingcang.access.operations``),
marks on charts (``operation_marks``). What the rosters tell (places and days of a 专项) is not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import states
from dashboards.components.decided import done, show_done, with_reason
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import common, handover
from dashboards.sections.operation_marks import Placed, load, operations
from jingcang.access.operations import KIND, declare_operation
from jingcang.access.statements import may_change, withdraw
from jingcang.statistics.periods import day_label
from jingcang.workbench.operations import Operation, OperationBook, Place

AHEAD = timedelta(weeks=4)
NO_ROSTER = ""
_COLUMNS = (
    "名称", "来源", "从", "到", "地点", "类别", "班次", "计划小时", "落实小时", "登记", "理由", "发布",
)  # fmt: skip


def show(context: Context) -> None:
    """Show the operations of the reader's scope and the forms."""
    placed = load(context)
    spells = sorted(operations(placed), key=lambda one: max(item.last for item in one), reverse=True)
    names = context.area_names(everywhere=True)
    classes = class_names(context)
    answer(_sentence(context, spells, names))
    show_done()
    context.foot |= {
        "专项行动": "排班带专项编号的按班次（相隔不超过 14 天算一段），其余由领导登记；"
        "覆盖所看地区的标在趋势、态势、预警的图上",
    }
    if not spells:
        states.empty("还没有专项行动", "排班带上专项编号即自动列出；没有排班的在下面登记")
        picked = []
    else:
        picked = _table(context, spells, names, classes)
    one = spells[picked[0]] if picked else None
    if one is None:
        st.subheader("登记一项专项行动")
        _form(context, placed, classes, None)
        return
    item = one[0]
    if item.declared is None:
        st.subheader(f"给“{item.name}”补上名称和类别；地点和日期以排班为准")
        _form(context, placed, classes, item)
    elif may_change(context.door, context.identity, item.declared):
        st.subheader(
            f"修改第 {item.declared.operation_no} 号“{item.name}”（现为第 {item.declared.version} 版）"
        )
        _form(context, placed, classes, item)
        _withdraw(context, item.declared)
    else:
        st.caption(f"“{item.name}”由上级登记，这里只能看。")


def place_words(context: Context, one: Sequence[Placed], names: Mapping[str, str]) -> str:
    """Return the places of an operation in words."""
    told = {
        names.get(item.area_no, item.area_no)
        if item.area_no
        else f"{context.unit_name(item.unit_no)}全部": None
        for item in sorted(one, key=lambda item: (item.unit_no or "", item.area_no or ""))
    }
    return "、".join(list(told)[:6]) + (f"等 {len(told)} 处" if len(told) > 6 else "")


def running(context: Context, spells: Sequence[Sequence[Placed]]) -> list[Sequence[Placed]]:
    """Return the operations of the as-of day."""
    day = context.as_of
    return [one for one in spells if any(item.start <= day <= item.last for item in one)]


def _sentence(context: Context, spells: Sequence[Sequence[Placed]], names: Mapping[str, str]) -> str:
    now = running(context, spells)
    soon = [one for one in spells if context.as_of < min(item.start for item in one) < context.as_of + AHEAD]
    told = "、".join(f"“{one[0].name}”（{place_words(context, one, names)}）" for one in now[:3])
    first = f"正在进行的专项行动 {len(now)} 项：{told}" if now else "数据截至日没有进行中的专项行动"
    return f"{first}；四周内将开始 {len(soon)} 项；登记和排班里共 {len(spells)} 项次。"


def _table(
    context: Context, spells: Sequence[Sequence[Placed]], names: Mapping[str, str], classes: Mapping[str, str]
) -> list[int]:
    st.subheader(f"专项行动 {len(spells)} 项次，点一行修改")
    rows = []
    for one in spells:
        item = one[0]
        planned, delivered = (
            sum(getattr(p, f"{name}_seconds") for p in one) for name in ("planned", "delivered")
        )
        said = item.declared
        rows.append([
            item.name, "排班" if item.is_rostered else "领导登记", min(p.start for p in one), max(p.last for p in one),
            place_words(context, one, names),
            "、".join(classes.get(code, code) for code in item.class_codes) or "不限",
            sum(p.shift_count for p in one) if item.is_rostered else None,
            round(planned / 3600) if item.is_rostered else None,
            round(delivered / 3600) if item.is_rostered else None,
            f"{said.user_id}，第 {said.version} 版" if said else None, said.reason if said else None,
            "已进入本次发布" if item.is_published else "下一次运行后进入发布",
        ])  # fmt: skip
    return show_table(
        [(name,) for name in _COLUMNS],
        rows,
        key="operations",
        title="专项行动",
        pick="one",
        help_texts={"落实小时": "计划时段内处于巡逻状态、有定位的时间；没有定位的不等于没有去"},
    )  # fmt: skip


def class_names(context: Context) -> dict[str, str]:
    """Return code → name of the classes of the first two levels in the last year, parents before what is below."""
    found: dict[str, str] = {}
    for row in context.run(handover.CLASSES, since=context.as_of - timedelta(365)).to_dicts():
        above = row["class_level1_label"]
        found.setdefault(row["class_level1_code"], above)
        if row["class_level2_code"]:
            found.setdefault(row["class_level2_code"], f"{above} / {row['class_level2_label']}")
    return found


def _places(context: Context) -> dict[Place, str]:
    """Return (unit, area) → name of everything in scope, each unit before its areas."""
    areas = context.run(common.AREAS, units=list(context.units)).to_dicts()
    found: dict[Place, str] = {}
    for unit, name in context.units.items():
        found[unit, ""] = f"{name}全部"
        for row in areas:
            if row["unit_no"] == unit:
                found[unit, row["area_no"]] = row["area_name"] or row["area_no"]
    return found


def _form(
    context: Context, placed: Sequence[Placed], classes: Mapping[str, str], item: Placed | None
) -> None:  # fmt: skip
    """Show the form of a new operation, of one to change, or of a rostered one without a name."""
    known = item.declared if item else None
    places = _places(context)
    numbers = [p.declared.operation_no for p in placed if p.declared]
    new = f"new{max(numbers, default=0) or ''}"  # once one is kept the form starts empty
    suffix = f"{known.operation_no}_{known.version}" if known else (item.programme_no if item else new) or new
    programmes = sorted(
        {p.programme_no for p in placed if p.is_rostered and p.programme_no and not p.declared}
    )
    with st.form(f"operation_{suffix}", border=False):
        left, right = st.columns([1.2, 2])
        name = left.text_input(
            "名称（必填）",
            known.operation_name if known else "",
            max_chars=40,
            key=f"operation_name_{suffix}",
        )
        current = item.class_codes if item else ()
        chosen_classes = right.multiselect(
            "针对的警情类别（不选为不限）", list(dict.fromkeys([*classes, *current])), current,
            format_func=lambda code: classes.get(code, code), key=f"operation_classes_{suffix}",
            placeholder="不限类别",
        )  # fmt: skip
        programme = item.programme_no if item and item.is_rostered else NO_ROSTER
        if item is None and programmes:
            programme = left.selectbox(
                "排班里的专项", [NO_ROSTER, *programmes], format_func=lambda no: no or "不在排班里",
                help="选了以后地点和日期以排班为准，下面的不用填", key=f"operation_programme_{suffix}",
            )  # fmt: skip
        asks_place = not (item and item.is_rostered)
        chosen_places: list[Place] = []
        days: Any = (context.as_of, context.as_of + AHEAD - timedelta(1))
        if asks_place:
            default = [pair for pair in (known.place_pairs() if known else []) if pair in places]
            if not default and context.area:
                default = [pair for pair in places if pair[1] == context.area]
            chosen_places = right.multiselect(
                "地点",
                list(places),
                default,
                format_func=lambda pair: places[pair],
                key=f"operation_places_{suffix}",
                placeholder="选单位或责任区",
            )
            if known:
                days = (known.start_date, known.last_date)
            days = left.date_input("从哪天到哪天（含）", days, key=f"operation_days_{suffix}")
        reason = right.text_input("理由（必填，随登记留存）", max_chars=500, key=f"operation_reason_{suffix}")
        label = "保存修改" if known else "登记"
        if st.form_submit_button(label):
            done(
                lambda: _declare(
                    context, placed, name, programme, chosen_classes, chosen_places, days, reason, known
                )
            )


def _declare(
    context: Context, placed: Sequence[Placed], name: str, programme: str | None, classes: Sequence[str],
    places: Sequence[Place], days: Any, reason: str, known: Operation | None,
) -> str:  # fmt: skip
    mine = [item for item in placed if programme and item.is_rostered and item.programme_no == programme]
    if mine:
        places = [(item.unit_no or "", item.area_no or "") for item in mine]
        days = (min(item.start for item in mine), max(item.last for item in mine))
    start, last = (days[0], days[-1]) if days else (context.as_of, context.as_of)
    number = declare_operation(
        context.door, context.identity, session.workbench(), name=name, programme_no=programme or None,
        class_codes=classes, places=places, start=start, last=last, reason=reason,
        generation=context.generation.name, number=known.operation_no if known else None,
        seen_version=known.version if known else 0,
    )  # fmt: skip
    return (
        f"第 {number} 号专项行动“{name.strip()}”已保存（{day_label(start)}至{day_label(last)}），"
        "各页的图即刻标出，下一次运行后进入发布的数据。"
    )


def _withdraw(context: Context, known: Operation) -> None:
    def act(reason: str) -> str:
        withdraw(
            context.door, context.identity, KIND, OperationBook(session.workbench()), known.operation_no,
            seen_version=known.version, reason=reason, generation=context.generation.name,
        )  # fmt: skip
        return f"第 {known.operation_no} 号专项行动“{known.operation_name}”已撤回，图上的标记随之去掉。"

    with_reason(
        f"withdraw_operation_{known.operation_no}_{known.version}", "撤回的理由（必填）", "撤回这一项", act
    )
