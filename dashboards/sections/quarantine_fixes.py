"""隔离, fixes: propose one with a preview of its effect, and judge what others proposed.

Belongs here: the forms and lists. Does not belong here: rights and masking (``jingcang.access.quarantine``), what a
fix does (``jingcang.landing.fixes``), and who may judge which proposal (``jingcang.workbench.fixes``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import polars as pl
import streamlit as st

from dashboards import session
from dashboards.components import checks, states
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import quality
from dashboards.sections.proposal_lists import who
from jingcang.access.quarantine import decide_fix, may_fix, propose_fix, try_fix
from jingcang.contracts.model import SourceTable
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.fix_preview import Preview
from jingcang.landing.fixes import DATE_FORMATS, KINDS, Fix, as_fix, columns_of_rule, require_declarable
from jingcang.workbench.fixes import DeclaredFix
from jingcang.workbench.proposals import STATE_LABELS

_TRIED = "fix_tried"
_SAMPLE = datetime(2026, 6, 30, 8, 5, 9)  # noqa: DTZ001
"""The moment by which a spelling of a date is shown to readers."""
_BUTTONS = {
    "approve": ("批准", "y"),
    "reject": ("不批准", "n"),
    "withdraw": ("撤回", "w"),
    "revoke": ("撤销", "x"),
}


def show_proposal(context: Context, table: SourceTable | None, rule_id: str, rows: pl.DataFrame) -> None:
    """Show the form of a new fix for one reason: values as received, preview, proposal.

    Args:
        context: the page's context.
        table: the source table; None when the profile does not know it.
        rule_id: the reason.
        rows: quarantined rows of the reason within the reader's scope.
    """
    if not may_fix(context.identity):
        st.info(
            "修正规则作用于整张来源表，只有范围为全部单位的数据管理员可以提出和审核。"
            "您可以把这些行退回来源更正。"
        )
        return
    kinds = _kinds(table, rule_id)
    if table is None or not kinds:
        states.empty(
            "这种原因不能用修正规则处理：主键、版本列和不成行的内容只能由来源更正",
            "到“退回更正”把这些行退给录入单位",
        )
        return
    left, right = st.columns(2)
    titles = {column.name: column.title_zh for column in table.columns}
    column = left.selectbox(
        "改哪一列", list(kinds), format_func=lambda name: f"{titles[name]}（{name}）", key="fix_column"
    )
    kind = right.selectbox("怎样改读", kinds[column], format_func=KINDS.__getitem__, key=f"fix_kind_{column}")
    _received(rows, column, table)
    fix = Fix(table.system, table.table, rule_id, column, kind, _parameters(kind))
    tried: tuple[Fix, Preview] | None = st.session_state.get(_TRIED)
    if st.button("试算", key="fix_try", shortcut="p"):
        tried = _try(context, table, fix)
    if tried is None or tried[0] != fix:
        st.caption("先试算：看这条修正会让多少行入库、多少行仍然不行，再提出。")
        return
    _show_preview(tried[1], table)
    with st.form("fix_proposal", border=False):
        reason = st.text_input("理由（必填）", key="fix_reason", max_chars=500)
        if st.form_submit_button("提出这条修正，交另一人审核"):
            _propose(context, table, fix, reason)


def _kinds(table: SourceTable | None, rule_id: str) -> dict[str, list[str]]:
    """Return column → kinds of fixes that can be declared on it."""
    found: dict[str, list[str]] = {}
    for column in columns_of_rule(table, rule_id) if table else ():
        for kind in KINDS:
            example = {"replace": {"x": "y"}, "date_format": {"format": DATE_FORMATS[0]}}.get(kind, {})
            try:
                require_declarable(Fix(table.system, table.table, rule_id, column, kind, example), table)  # type: ignore[union-attr]
            except JingcangError:
                continue
            found.setdefault(column, []).append(kind)
    return found


def _parameters(kind: str) -> dict[str, str]:
    if kind == "replace":
        text = st.text_area(
            "每行一对：原值=新值（新值留空表示没有值）",
            key="fix_pairs",
            placeholder="旧代码=新代码",
            height=110,
        )
        pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
        return {old.strip(): new.strip() for old, _, new in pairs if old.strip()}
    if kind == "date_format":
        return {
            "format": st.selectbox(
                "来源的写法",
                DATE_FORMATS,
                format_func=lambda form: f"如 {_SAMPLE.strftime(form)}",
                key="fix_format",
            )
        }
    return {}


def _received(rows: pl.DataFrame, column: str, table: SourceTable) -> None:
    """Say which values of a column the quarantined rows hold most, by their shape where they are personal."""
    values = Counter(json.loads(text or "{}").get(column) for text in rows["raw_values_masked"])
    shown = "，".join(
        f"{'（空）' if value is None else '`' + checks.code(str(value)) + '`'} {count:,} 行"
        for value, count in values.most_common(8)
    )
    hidden = table.column(column).classification in ("personal", "sensitive")
    st.caption(f"隔离行里这一列最多的{'样式' if hidden else '原值'}：{shown}。")


def _try(context: Context, table: SourceTable, fix: Fix) -> tuple[Fix, Preview] | None:
    try:
        with st.spinner("正在从原件试算"):
            seen = try_fix(context.door, context.identity, Home.resolve(), table, fix)
    except JingcangError as error:
        st.error(f"{error.what}。{error.remedy}。")
        return None
    st.session_state[_TRIED] = (fix, seen)
    return fix, seen


def _show_preview(seen: Preview, table: SourceTable) -> None:
    still = seen.rows - seen.unread - seen.accepted
    named = {rule.rule_id: checks.plain(rule.title_zh) for rule in table.rules}
    why = "；".join(f"{named.get(rule, rule)} {count:,} 行" for rule, count in list(seen.left.items())[:5])
    st.markdown(
        f"现在因此隔离 **{seen.rows:,}** 行，这条修正改动 {seen.changed:,} 行：**{seen.accepted:,}** 行可以入库，"
        f"**{still:,}** 行仍不行"
        + (f"（{why}）" if why else "")
        + "。"
        + (f"另有 {seen.unread:,} 行的原件已不在，无法试算。" if seen.unread else "")
    )
    if seen.pairs:
        show_table(
            [("修正前",), ("修正后",), ("行数",)],
            [
                ["（空）" if before is None else before, "（空）" if after is None else after, count]
                for before, after, count in seen.pairs
            ],
            key="fix_pairs_seen",
            title="修正前后",
            is_exported=False,
        )


def _propose(context: Context, table: SourceTable, fix: Fix, reason: str) -> None:
    def write() -> str:
        number = propose_fix(
            context.door, context.identity, session.workbench(), table, fix,
            reason=reason, generation=context.generation.name,
        )  # fmt: skip
        st.session_state.pop(_TRIED, None)
        return f"已提出第 {number} 号修正，等待另一名数据管理员审核。"

    done(write)


def show_declared(
    context: Context, tables: Mapping[str, SourceTable], declared: Sequence[DeclaredFix]
) -> None:
    """Show every declared fix, and what can be done with the one picked.

    Args:
        context: the page's context.
        tables: qualified source table → its contract.
        declared: every fix, newest first.
    """
    if not declared:
        st.caption("还没有修正规则。")
        return
    ordered = sorted(declared, key=lambda fix: fix.state_code not in ("proposed", "approved"))
    waiting = sum(fix.state_code == "proposed" for fix in declared)
    standing = sum(fix.state_code == "approved" for fix in declared)
    st.subheader(f"修正规则：{waiting:,} 条待审核，{standing:,} 条有效；点一行处理")
    loaded = dict(context.run(quality.ROWS_BY_FIX).rows())
    picked = show_table(
        [("编号",), ("状态",), ("来源表",), ("列",), ("怎样改读",), ("已入库行",), ("提出",), ("理由",), ("最近处理",),
         ("处理理由",), ("规则",)],
        [
            [
                fix.fix_no,
                STATE_LABELS[fix.state_code],
                checks.object_title(context.generation.profile, f"{fix.source_system}.{fix.source_table}"),
                fix.column_name,
                fix_words(fix),
                loaded.get(fix.fix_no, 0),
                who(fix.proposed_by, fix.proposed_at),
                fix.proposal,
                who(fix.decided_by, fix.decided_at),
                fix.reason,
                fix.rule_id,
            ]
            for fix in ordered
        ],
        key="fixes",
        title="修正规则",
        pick="one",
    )  # fmt: skip
    _judge(context, tables, ordered[picked[0] if picked else 0])


def fix_words(declared: DeclaredFix) -> str:
    """Return what a fix does, its first values named."""
    fix = as_fix(vars(declared))
    if fix.kind == "replace":
        pairs = [f"{old} 读作 {new or '没有值'}" for old, new in fix.parameters.items()]
        return "，".join(pairs[:3]) + (f" 等 {len(pairs)} 对" if len(pairs) > 3 else "")
    if fix.kind == "date_format":
        return f"按 {_SAMPLE.strftime(fix.parameters['format'])} 的写法读取"
    return KINDS[fix.kind]


def _judge(context: Context, tables: Mapping[str, SourceTable], declared: DeclaredFix) -> None:
    fix, table = as_fix(vars(declared)), tables.get(f"{declared.source_system}.{declared.source_table}")
    if declared.state_code == "proposed":
        offered = ["withdraw"] if declared.proposed_by == context.identity.user_id else ["approve", "reject"]
    else:
        offered = ["revoke"] if declared.state_code == "approved" else []
    if not offered:
        st.caption(f"第 {declared.fix_no} 号{STATE_LABELS[declared.state_code]}，不再处理；需要时重新提出。")
        return
    if not may_fix(context.identity):
        st.caption("只有范围为全部单位的数据管理员可以审核和撤销。")
        return
    st.markdown(f"**第 {declared.fix_no} 号**：{checks.plain(fix_words(declared))}。{_consequence(declared)}")
    if offered == ["withdraw"]:
        st.caption("您是提出人，须由另一名数据管理员审核；您可以撤回。")
    elif declared.state_code == "proposed" and table is not None:
        tried: tuple[Fix, Preview] | None = st.session_state.get(_TRIED)
        if st.button("试算", key="judge_try", shortcut="t"):
            tried = _try(context, table, fix)
        if tried is not None and tried[0] == fix:
            _show_preview(tried[1], table)
    reason = st.text_input("理由（必填）", key="judge_reason", max_chars=500)
    with st.container(horizontal=True):
        for action in offered:
            label, key = _BUTTONS[action]
            if st.button(label, key=f"fix_{action}", shortcut=key):
                done(_decision(context, declared, fix, action, reason))


def _decision(
    context: Context, declared: DeclaredFix, fix: Fix, action: str, reason: str
) -> Callable[[], str]:
    def write() -> str:
        decide_fix(
            context.door, context.identity, session.workbench(), fix, action,
            seen_version=declared.version, reason=reason, generation=context.generation.name,
        )  # fmt: skip
        after = {
            "approve": "下一次运行起生效",
            "revoke": "下一次运行起恢复隔离",
        }.get(action, "没有生效过，隔离不变")
        return f"第 {declared.fix_no} 号修正：{_BUTTONS[action][0]}，{after}。"

    return write


def _consequence(declared: DeclaredFix) -> str:
    if declared.state_code == "approved":
        return "撤销后，凭它入库的行自下一次运行起恢复隔离。"
    return "批准后自下一次运行起，改读后合格的行入库并注明第几号修正，原件不变。"
