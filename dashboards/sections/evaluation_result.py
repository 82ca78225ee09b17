"""One evaluation: its verdict, the design checked point by point, displacement, dosage, what was published, the rows.

Belongs here: what a leader reads of one version. Does not belong here: the list, the chart, the forms. Where the design
has a fault, counts are told and no word of an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.frame import answer
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.components.wording import MISSING
from dashboards.context import Context
from dashboards.queries import evaluations
from dashboards.sections import evaluation_chart
from dashboards.sections.evaluation_list import Item, Row, change_words, may_tell_effect, percent
from jingcang.access.evaluations import moved_since
from jingcang.contracts.evaluations import ON_OUTCOME
from jingcang.evaluations import VERDICTS
from jingcang.evaluations.resolving import BOUNDARY_MOVED
from jingcang.statistics.design import (
    CONTROLS_TOO_SMALL,
    MIN_CONTROL_BASE,
    NO_PRE_PERIOD,
    PATROL_GENERATED,
    SELECTED_ON_OUTCOME,
)

PASSED, FAILED, UNKNOWN = "通过", "不通过", "无从核对"
_STEPS = "先登记、再等运行：结果由每次运行重新计算，页面不算结论"


def show(context: Context, item: Item) -> None:
    """Show one version, as far as it has come."""
    row = item.row
    if row is None:
        answer(f"“{item.name}”第 {item.version} 版已登记，下一次运行后给出结果。")
        st.info(f"数据截至 {context.as_of} 的这次发布还没有这一版。{_STEPS}。")
        return
    answer(_sentence(item, row))
    if item.is_withdrawn:
        st.warning("这项评估已经撤回，下面是撤回前的结果。")
    if row["evaluation_state_code"] != "evaluated" and row["evaluation_state_note"]:
        states.withheld("结论", row["evaluation_state_note"])
    _compare_published(item, row)
    evaluation_chart.show(context, row)
    if row["treated_before_count"] is not None:
        _figures(context, item, row)
    if row["verdict_code"] is not None:
        _checks(item, row)
    _dosage(row)
    _remarks(context, row)
    _rows_behind(context, row)


def _sentence(item: Item, row: Row) -> str:
    head = f"“{item.name}”第 {item.version} 版"
    if row["verdict_code"] is None:
        return f"{head}{row['evaluation_state_label']}，还没有结论。"
    text = row["verdict_text"].replace("：-", "：−").replace("区间 -", "区间 −").replace("至 -", "至 −")
    if item.published is None:
        return f"{head}：{text}。"
    then = VERDICTS[item.published.verdict_code]
    now = (
        "按现在的数据结论相同" if then == row["verdict_label"] else f"按现在的数据为“{row['verdict_label']}”"
    )
    return f"{head}已发布结论“{then}”，{now}。{text}。"


def _compare_published(item: Item, row: Row) -> None:
    kept = item.published
    if kept is None:
        return
    when = f"{kept.user_id} 于 {kept.published_at.astimezone():%Y-%m-%d %H:%M} 发布"
    source = f"数据截至 {kept.as_of}，版本 {kept.generation}，校验值 {kept.content_hash[:12]}"
    if not kept.is_intact:
        st.error(f"{when}的内容与当时的校验值不符，不能据以核对。请从备份恢复业务库。")
        return
    moved = moved_since(kept, row)
    if not moved:
        st.caption(f"{when}，{source}；此后各次运行算得相同。理由：{kept.reason}")
        return
    st.subheader(f"发布的结果不变；此后有 {len(moved)} 项算得不同")
    st.caption(f"{when}，{source}。理由：{kept.reason}")
    show_table(
        [("项目",), ("发布时",), ("现在",)],
        [[one.words, _plain(one.then), _plain(one.now)] for one in moved],
        key="evaluation_moved",
        title="发布后算得不同的",
        is_exported=False,
    )


def _plain(value: Any) -> str:
    return MISSING if value is None else str(value)


def _figures(context: Context, item: Item, row: Row) -> None:
    names = context.area_names(everywhere=True)
    rows = [
        [
            label, "、".join(names.get(area, area) for area in row[f"{name}_areas"].split(",") if area) or MISSING,
            *(row[f"{name}_{side}_count"] if row[f"{name}_areas"] else None for side in ("before", "after")),
        ]
        for name, label in (("treated", "干预区"), ("control", "对照区"), ("buffer", "外围"))
    ]  # fmt: skip
    st.subheader(_counts_title(item, row))
    show_table(
        [("地区",), ("责任区",), ("起数", "前期"), ("起数", "干预期")],
        rows,
        key="evaluation_counts",
        title="前后起数",
        export_rows=hidden(rows, [2, 3]),
    )
    if not may_tell_effect(row):
        return
    lines = [
        f"能看出的最小下降：{float(row['detectable_fall_pct']):.0f}%（单侧 5%、把握 80%）；"
        f"相对离散系数 {float(row['evaluation_dispersion']):.1f}",
        f"转移：{row['displacement_label']}" + _displacement(row),
        f"加权转移差 {float(row['wdd_count']):+.1f} 起（95% 区间 {float(row['wdd_low_count']):+.1f} 至 "
        f"{float(row['wdd_high_count']):+.1f}）".replace("-", "−")
        + (f"；{row['wdd_warning']}" if row["wdd_warning"] else "")
        if row["wdd_count"] is not None
        else "加权转移差：没有前期，算不出",
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))


def _counts_title(item: Item, row: Row) -> str:
    if row["verdict_code"] is None:
        return "到目前为止的起数"
    if not may_tell_effect(row):
        why = "设计有问题" if item.faults else "巡逻没有做到"
        return f"只列前后起数：{why}，不能归因于巡逻"
    change = change_words(row)
    return f"干预区相对对照区 {change}" if "%" in change else f"起数太少，不算相对变化：{change}"


def _displacement(row: Row) -> str:
    if row["displacement_pct"] is None:
        return ""
    low, high = percent(row["displacement_low_pct"]), percent(row["displacement_high_pct"])
    return f"，外围相对对照区 {percent(row['displacement_pct'])}（95% 区间 {low} 至 {high}）"


def _checks(item: Item, row: Row) -> None:
    checks = checked(item.faults, row)
    failed = sum(state == FAILED for _, state, _ in checks)
    st.subheader(
        f"设计核对 {len(checks)} 项，{failed} 项不通过"
        if failed
        else f"设计核对 {len(checks)} 项，没有不通过的"
    )
    if item.faults:
        st.markdown("\n".join(f"- {fault}" for fault in item.faults))
    show_table(
        [("核对",), ("结果",), ("依据",)],
        [list(check) for check in checks],
        key="evaluation_checks",
        title="设计核对",
        is_exported=False,
    )


def checked(faults: Sequence[str], row: Row) -> list[tuple[str, str, str]]:
    """Return (check, state, figures) of the design, of the past and of the dosage."""
    told = dict(fault.split("：", 1) for fault in faults)
    chosen = f"选点理由：{row['chosen_because_label']}"
    if row["selection_start_date"]:
        chosen += f"，选点期 {row['selection_start_date']} 至 {row['selection_last_date']} 不在前期内"
    elif row["chosen_because_code"] not in ON_OUTCOME:
        chosen += "，不是按某一期的警情选的"
    patrol = row["patrol_generated_count"] or 0
    found = [
        (
            "对照区够大", CONTROLS_TOO_SMALL,
            f"前期 {row['control_before_count']} 起，干预区 {row['treated_before_count']} 起；"
            f"要求不少于 {MIN_CONTROL_BASE} 起且不少于干预区一半",
        ),
        ("没有按结果选点", SELECTED_ON_OUTCOME, chosen),
        ("有干预前时期", NO_PRE_PERIOD, f"{row['before_start_date']} 至 {row['before_last_date']}"),
        (
            "结果不含巡逻自行产生的警情", PATROL_GENERATED,
            f"已剔除 {patrol} 起" if row["is_patrol_generated_excluded"] else f"没有剔除，期内 {patrol} 起",
        ),
        ("边界没有变动", BOUNDARY_MOVED, "比较期内各责任区边界未动"),
    ]  # fmt: skip
    checks = [
        (name, FAILED, told[kind]) if kind in told else (name, PASSED, passed) for name, kind, passed in found
    ]
    p_value = row["pre_trend_p_value"]
    past = (
        UNKNOWN
        if "无从" in row["pre_trend_label"]
        else FAILED
        if row["pre_trend_label"] == "前期走势不同"
        else PASSED
    )
    told_past = row["pre_trend_label"] + ("" if p_value is None else f"（p = {float(p_value):.2f}）")
    checks.append(("前期两边走势相同", past, f"{told_past}；没有看出不同不等于相同"))
    delivered = row["delivered_pct"]
    done = UNKNOWN if delivered is None else PASSED if delivered >= 50 else FAILED
    words = (
        row["dosage_note"]
        if delivered is None
        else f"落实占计划 {float(delivered):.0f}%；{row['dosage_note']}"
    )
    checks.append(("做到计划的一半以上", done, words))
    return checks


def _dosage(row: Row) -> None:
    if row["planned_minutes"] is None:
        return
    delivered = (
        f"落实 {float(row['delivered_minutes']) / 60:,.0f} 小时（{float(row['delivered_pct']):.0f}%）"
        if row["delivered_pct"] is not None
        else "落实不作结论"
    )
    st.subheader(
        f"剂量：计划 {float(row['planned_minutes']) / 60:,.0f} 小时，"
        f"观测 {float(row['observed_minutes']) / 60:,.0f} 小时，{delivered}"
    )
    st.caption(
        f"{row['dosage_note']}。落实＝计划班次内有定位，且不在出警、不在所、终端不报非巡逻状态的时间。"
    )


def _remarks(context: Context, row: Row) -> None:
    names = context.area_names(everywhere=True)
    if row["design_remarks"]:
        text = row["design_remarks"]
        for area, name in names.items():
            text = text.replace(area, name)
        st.caption("取值：" + "；".join(text.splitlines()) + "。")
    context.foot |= {
        "前期": f"{row['before_start_date']} 至 {row['before_last_date']}"
        if row["before_start_date"]
        else "没有",
        "干预期": f"{row['after_start_date']} 至 {row['after_last_date']}"
        if row["after_start_date"]
        else "没有",
        "登记": f"{row['decided_by']}，{row['decided_at'].astimezone():%Y-%m-%d}，{row['reason']}",
        "口径": "有效警情"
        + ("" if row["is_patrol_generated_excluded"] else "（含巡逻发现的）")
        + (f"，类别 {_class_names(context, row['class_codes'])}" if row["class_codes"] else "，不限类别"),
    }


def _class_names(context: Context, codes: str) -> str:
    names = dict(context.run(evaluations.CLASSES, codes=codes.split(",")).rows())
    return "、".join(names.get(code, code) for code in codes.split(","))


def _rows_behind(context: Context, row: Row) -> None:
    if row["after_start_date"] is None:
        return
    treated = row["treated_areas"].split(",")
    with st.expander("看明细：干预区和对照区的每一起警情，干预区的每一个班次"):
        if st.toggle("显示警情", key="evaluation_incidents_shown"):
            every = [*treated, *filter(None, row["control_areas"].split(","))]
            first = row["before_start_date"] or row["after_start_date"]
            asked = evaluation_chart.behind(row, every, first, row["after_last_date"])
            _list(context.run(evaluations.INCIDENTS, **asked), "evaluation_incidents", "评估的警情")
        if st.toggle("显示班次", key="evaluation_shifts_shown"):
            found = context.run(
                evaluations.SHIFTS, areas=treated, start=row["after_start_date"], last=row["after_last_date"],
                programme=row["programme_no"] or "",
            )  # fmt: skip
            _list(found, "evaluation_shifts", "评估的班次")


_HEADINGS = {
    "incident_no": "接警单编号", "event_date": "日期", "event_hour": "时", "area_no": "责任区",
    "class_level1_label": "大类", "class_label": "类别", "outcome_label": "处理结果", "record_count": "计数",
    "shift_no": "班次编号", "patrol_unit_id": "巡组", "programme_no": "专项", "planned_minutes": "计划分钟",
    "observed_minutes": "观测分钟", "delivered_minutes": "落实分钟", "observed_pct": "观测率 %",
    "_source_table": "来源表", "_source_key": "来源主键", "_source_file": "来源文件", "_source_line": "行号",
}  # fmt: skip


def _list(found: Any, key: str, title: str) -> None:
    show_table(
        [(_HEADINGS[name],) for name in found.columns], found.rows(), key=key, title=title,
        is_cut=found.height >= evaluations.MOST_ROWS, is_exported=False,
    )  # fmt: skip
