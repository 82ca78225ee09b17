"""账号与审计: who may log in, and whether the audit trail is whole. No case data."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import current
from jingcang.access import ALL_UNITS, INTERFACE_LABELS, ROLE_LABELS
from jingcang.access.accounts import list_accounts
from jingcang.errors import JingcangError
from jingcang.workbench import AuditLog

ACTIONS = {
    "login": "登录",
    "login_failed": "登录失败",
    "login_throttled": "登录受限",
    "logout": "退出",
    "page_denied": "页面被拒",
    "query_denied": "查询被拒",
    "person_data_read": "读取人员数据",
    "export": "导出",
    "account_added": "新增账号",
    "account_changed": "变更账号",
    "account_disabled": "停用账号",
}
DETAILS = {
    "role": "角色",
    "unit_nos": "单位",
    "tables": "表",
    "reason": "原因",
    "kind": "格式",
    "rows": "行数",
    "title": "标题",
}
SHOWN = 500


def main() -> None:
    context = current()
    workbench = session.workbench()
    log = AuditLog(workbench)
    st.header("账号与审计")
    accounts = list_accounts(workbench)
    try:
        count = log.verify()
        entries = log.entries(limit=SHOWN)
        denied = sum(entry.action in {"page_denied", "query_denied"} for entry in entries)
        answer(f"审计日志完整，共 {count:,} 条；最近 {len(entries)} 条中有 {denied} 次访问被拒。")
    except JingcangError as error:
        entries = log.entries(limit=SHOWN)
        st.error(f"{error.what}（{error.where}）。{error.remedy}。")
    if context.identity.role == "administrator":
        enabled = sum(not account.is_disabled for account in accounts)
        st.subheader(f"{enabled} 个账号可以登录，{len(accounts) - enabled} 个已停用")
        st.caption(
            "新增和停用用命令 jingcang users add、jingcang users disable；停用后该账号的会话立即失效。"
        )
        show_table(
            [("账号",), ("姓名",), ("角色",), ("单位范围",), ("警号",), ("状态",), ("演示账号",)],
            [
                [
                    account.identity.user_id,
                    account.identity.display_name,
                    account.identity.role_label,
                    "、".join("全部单位" if no == ALL_UNITS else no for no in account.identity.unit_nos)
                    or None,
                    account.identity.officer_no,
                    "停用" if account.is_disabled else "可用",
                    account.is_demo,
                ]
                for account in accounts
            ],
            key="accounts",
            title="账号",
            is_exported=False,
        )
    st.subheader("最近的审计记录")
    words = ["全部", *ACTIONS.values()]
    chosen = st.selectbox("动作", words, key="action", bind="query-params", width=260)
    rows = [
        [
            entry.seq,
            f"{datetime.fromisoformat(entry.at).astimezone():%Y-%m-%d %H:%M:%S}",
            entry.user_id,
            ACTIONS.get(entry.action, entry.action),
            entry.object_name,
            _words(entry.detail),
        ]
        for entry in entries
        if chosen in ("全部", ACTIONS.get(entry.action))
    ]
    if not rows:
        st.info("没有这类记录。换一个动作查看。")
        return
    show_table(
        [("序号",), ("时间",), ("账号",), ("动作",), ("对象",), ("说明",)],
        rows,
        key="audit",
        title="审计记录",
        is_exported=False,
    )


def _words(detail: Any) -> str | None:
    """Return what an audit row adds, in words; None when nothing."""
    found = json.loads(detail) if isinstance(detail, str) else detail
    parts = []
    labels = {**ROLE_LABELS, **INTERFACE_LABELS}
    for name, value in (found or {}).items():
        values = value if isinstance(value, list) else [value]
        shown = ["全部单位" if item == ALL_UNITS else labels.get(str(item), str(item)) for item in values]
        parts.append(f"{DETAILS.get(name, name)}：{'、'.join(shown) or '无'}")
    return "；".join(parts) or None


main()
