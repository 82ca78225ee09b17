"""规则试验: change a label rule as a draft, see what it does to real cases, propose it, decide on another's."""

from __future__ import annotations

import streamlit as st

from dashboards import session
from dashboards.components import states
from dashboards.components.decided import show_done
from dashboards.components.frame import answer
from dashboards.context import current
from dashboards.queries.labels import LABELS
from dashboards.sections import rule_decisions, rule_form, rule_trial
from jingcang.access.label_rules import current_rows
from jingcang.workbench.label_rules import RuleBook


def main() -> None:
    context = current()
    st.header("规则试验")
    labels = {row["label_code"]: row for row in context.run(LABELS).to_dicts()}
    workbench = session.workbench()
    rows, declared = current_rows(workbench), RuleBook(workbench).declared()
    waiting = [item for item in declared if item.state_code == "proposed"]
    used = [row for row in rows if row["status"] == "active"]
    answer(
        f"{len(used):,} 条规则在用，给出 {len({row['label_code'] for row in used}):,} 个标签；"
        + (f"{len(waiting):,} 条改动等待另一人审核。" if waiting else "没有改动等待审核。")
    )
    show_done()
    if waiting:
        rule_decisions.show_waiting(context, waiting, rows, labels)
    if labels:
        draft = rule_form.show(rows, labels, declared)
        if draft is not None:
            rule_trial.show(context, draft, rows, labels)
    else:
        states.empty("标签表是空的", "请系统管理员运行一次 jingcang run，字典随之建立")
    rule_decisions.show_decided(context, [item for item in declared if item.state_code != "proposed"], rows)
    context.foot = {
        "试验范围": "本人权限内各起案件的简要案情，与下一次运行要用的规则比较；只读，不改动任何标签",
        "隐私": "只显示依据前后几十个字，号码和姓名已遮盖；每次试验都记入审计日志",
        "生效": "另一人批准后自下一次运行起，只重新标注含有关词语的案件；两个版本的标签都保留，撤销后恢复原状",
        **context.foot,
    }


main()
