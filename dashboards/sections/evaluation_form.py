"""Forms by which a leader states, changes, takes back or publishes an evaluation.

Belongs here: the forms. Does not belong here: who may and what is kept (``jingcang.access.evaluations``), what must be
stated (``jingcang.contracts.evaluations``). What the rosters tell of a 专项 is not asked again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components.decided import done, with_reason
from dashboards.context import Context
from dashboards.queries import evaluations
from dashboards.sections.evaluation_list import WAITING, Item
from dashboards.sections.operation_form import class_names
from jingcang.access.evaluations import KIND, declare_evaluation, publish_result
from jingcang.access.statements import may_change, withdraw
from jingcang.contracts.evaluations import CHOSEN, EvaluationPlan
from jingcang.statistics.periods import day_label
from jingcang.workbench.evaluations import Evaluation, EvaluationBook

NO_ROSTER = ""
AHEAD = timedelta(days=56)
"""Days of the measure a new form offers: eight weeks from the as-of day."""


def show_new(context: Context, number: int, *, is_first: bool) -> None:
    """Show the form of a new evaluation, open when it is the first.

    ``number`` of those there are makes it start empty once one is kept.
    """
    with st.expander("登记一项评估", expanded=is_first):
        _new(context, number)


def _new(context: Context, number: int) -> None:
    st.caption("在干预开始之前登记：先写明看什么、和谁比，再看数。登记后由下一次运行给出结果。")
    _form(context, None, f"new{number or ''}")


def show_steps(context: Context, item: Item) -> None:
    """Show what a leader may do with one evaluation."""
    if item.row is not None and item.row["verdict_code"] and not item.published and not item.is_withdrawn:
        _publish(context, item)
    known = item.stated
    if item.row is not None and item.row["evaluation_origin_code"] == "profile":
        st.caption("这项评估写在部署方案里，修改要改方案并升版本；结果可以在这里发布。")
    if known is None or not known.is_standing:
        return
    if not may_change(context.door, context.identity, known):
        st.caption("这项评估由上级登记，这里只能看。")
        return
    with st.expander(f"修改或撤回（现为第 {known.version} 版）"):
        st.caption("每次修改都是新的一版；已经发布的那一版不变。看到结果以后再改设计，会被看作挑结果。")
        _form(context, known, f"{known.evaluation_no}_{known.version}")
        _withdraw(context, known)


def _form(context: Context, known: Evaluation | None, suffix: str) -> None:
    plan = known.plan() if known else None
    classes, areas = class_names(context), context.area_names(everywhere=True)
    programmes: dict[str, list[dict[str, Any]]] = {}
    for row in context.run(evaluations.PROGRAMMES).to_dicts():
        programmes.setdefault(row["programme_no"], []).append(row)
    span = (context.as_of, context.as_of + AHEAD - timedelta(1))
    with st.form(f"evaluation_{suffix}", border=False):
        left, right = st.columns([1.2, 2])
        given: dict[str, Any] = {
            "evaluation_name": left.text_input(
                "名称（必填）", plan.evaluation_name if plan else "", max_chars=40, key=f"evaluation_name_{suffix}"
            ),
            "class_codes": tuple(right.multiselect(
                "看哪些警情（不选为全部有效警情）",
                list(dict.fromkeys([*classes, *(plan.class_codes if plan else ())])), plan.class_codes if plan else (),
                format_func=lambda code: classes.get(code, code), key=f"evaluation_classes_{suffix}",
                placeholder="全部类别",
            )),
        }  # fmt: skip
        numbers = [
            NO_ROSTER,
            *dict.fromkeys([*programmes, *([plan.programme_no] if plan and plan.programme_no else [])]),
        ]
        programme = left.selectbox(
            "排班里的专项", numbers, numbers.index(plan.programme_no or NO_ROSTER) if plan else 0,
            format_func=lambda no: no or "不在排班里", key=f"evaluation_programme_{suffix}",
            help="选了以后，干预区、干预期和计划时间没填的取自排班",
        )  # fmt: skip
        for name, label in (
            ("treated", "干预区"),
            ("control", "对照区（不选为本所其余）"),
            ("buffer", "外围（看转移）"),
        ):
            chosen = [a for a in (getattr(plan, f"{name}_areas") if plan else ()) if a in areas]
            given[f"{name}_areas"] = tuple(right.multiselect(
                label, list(areas), chosen, format_func=lambda area: areas[area], key=f"evaluation_{name}_{suffix}",
                placeholder="选责任区",
            ))  # fmt: skip
        days: dict[str, Any] = {}
        for name, label in (
            ("after", "干预期，从哪天到哪天（含）"),
            ("before", "前期（空为开始前 52 周）"),
            ("selection", "选点期（按警情多少选点时必填）"),
        ):
            start, last = (getattr(plan, f"{name}_{side}") if plan else None for side in ("start", "last"))
            value = (start, last) if start else span if name == "after" else ()
            days[name] = left.date_input(label, value, key=f"evaluation_{name}_days_{suffix}")
        given["chosen_because"] = right.selectbox(
            "为什么选这里", list(CHOSEN), list(CHOSEN).index(plan.chosen_because) if plan else None,
            format_func=CHOSEN.__getitem__, key=f"evaluation_because_{suffix}", placeholder="选一种理由",
        ) or ""  # fmt: skip
        minutes = right.number_input(
            "计划巡逻分钟数（不在排班里时必填）", 0, value=plan.planned_minutes or 0 if plan else 0, step=60,
            key=f"evaluation_minutes_{suffix}",
        )  # fmt: skip
        given["excludes_patrol_generated"] = right.checkbox(
            "剔除巡逻自行发现的警情", plan.excludes_patrol_generated if plan else True,
            key=f"evaluation_patrol_{suffix}", help="巡逻多，巡逻发现的警情就多；不剔除不能下结论",
        )  # fmt: skip
        reason = right.text_input(
            "理由（必填，随登记留存）", max_chars=500, key=f"evaluation_reason_{suffix}"
        )
        if st.form_submit_button("保存修改" if known else "登记"):
            given |= {"programme_no": programme or None, "planned_minutes": int(minutes) or None}
            mine = programmes.get(programme, [])
            done(lambda: _declare(context, given, days, mine, reason, known))


def _declare(
    context: Context, given: dict[str, Any], days: dict[str, Any], roster: list[dict[str, Any]], reason: str,
    known: Evaluation | None,
) -> str:  # fmt: skip
    if roster and not given["treated_areas"]:
        given["treated_areas"] = tuple(dict.fromkeys(row["area_no"] for row in roster))
        days = days | {"after": (min(r["start_date"] for r in roster), max(r["last_date"] for r in roster))}
    for name, span in days.items():
        given[f"{name}_start"], given[f"{name}_last"] = (span[0], span[-1]) if span else (None, None)
    number = declare_evaluation(
        context.door, context.identity, session.workbench(), EvaluationPlan.model_validate(given), reason=reason,
        generation=context.generation.name, number=known.evaluation_no if known else None,
        seen_version=known.version if known else 0,
    )  # fmt: skip
    when = (
        f"{day_label(given['after_start'])}至{day_label(given['after_last'])}" if given["after_start"] else ""
    )
    return f"第 {number} 号评估“{given['evaluation_name'].strip()}”已保存（{when}），{WAITING}给出结果。"


def _withdraw(context: Context, known: Evaluation) -> None:
    def act(reason: str) -> str:
        withdraw(
            context.door, context.identity, KIND, EvaluationBook(session.workbench()), known.evaluation_no,
            seen_version=known.version, reason=reason, generation=context.generation.name,
        )  # fmt: skip
        return f"第 {known.evaluation_no} 号评估“{known.evaluation_name}”已撤回；已经发布的结果仍在。"

    with_reason(
        f"withdraw_evaluation_{known.evaluation_no}_{known.version}", "撤回的理由（必填）", "撤回", act
    )


def _publish(context: Context, item: Item) -> None:
    def act(reason: str) -> str:
        publish_result(
            context.door, context.identity, session.workbench(), item.code, item.version, reason=reason
        )
        return f"“{item.name}”第 {item.version} 版的结果已发布并冻结；以后的运行另列，不改这一份。"

    st.caption("发布后这一版的结果冻结：以后数据再变，只在旁边列出不同。")
    with_reason(f"publish_evaluation_{item.code}_{item.version}", "发布的理由（必填）", "发布结果", act)
