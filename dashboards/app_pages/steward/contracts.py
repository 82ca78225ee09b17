"""契约与血缘: what a source table promises, and where one of its columns ends up."""

from __future__ import annotations

import streamlit as st

from dashboards.components import states
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.consumers import consumers_of
from dashboards.context import Context, current
from dashboards.deployment import profile_of
from jingcang.contracts.files import read_contract
from jingcang.contracts.lineage import uses_of_column
from jingcang.contracts.model import Profile, SourceTable

_CLASSES = {"public": "公开", "internal": "内部", "personal": "个人信息", "sensitive": "敏感"}
_SEVERITIES = {"quarantine": "隔离", "flag": "标记", "block": "阻断", "warn": "提醒"}


def main() -> None:
    context = current()
    st.header("契约与血缘")
    profile = profile_of(context.generation.profile)
    if profile is None:
        states.empty("读不到产生这一版数据的方案", "请系统管理员检查方案目录")
        return
    tables = {table.qualified: table for table in profile.tables}
    chosen = st.selectbox(
        "来源表",
        list(tables),
        format_func=lambda name: f"{tables[name].title_zh}（{name}）",
        key="table",
        bind="query-params",
    )
    table = tables[chosen]
    _answer(context, table)
    _lineage(context, profile, table)
    _columns(table)
    _rules(table)
    contract = read_contract(table.contract_path)
    context.foot = {
        "契约": f"{contract.id} 版本 {contract.version}，{contract.status}，ODCS {contract.apiVersion}",
        "血缘": "来源列到实体字段按映射，准确；实体字段到模型按模型文本中出现的字段名，可能偏多",
        **context.foot,
    }


def _answer(context: Context, table: SourceTable) -> None:
    consumers = consumers_of(context.generation.profile, table.qualified)
    answer(
        f"{table.title_zh}有 {len(table.columns)} 列、{len(table.rules) + len(table.set_rules)} 条规则，"
        f"主键 {'、'.join(table.key) or '未声明（按文件和行号）'}，供给 {len(table.mappings)} 个实体；"
        f"{consumers.words()}用到它。"
    )


def _lineage(context: Context, profile: Profile, table: SourceTable) -> None:
    titles = {column.name: column.title_zh for column in table.columns}
    column = st.selectbox(
        "列",
        list(titles),
        format_func=lambda name: f"{name}　{titles[name]}",
        key="column",
        bind="query-params",
    )
    uses = list(uses_of_column(profile, table.qualified, column))
    if not uses:
        st.subheader(f"{titles[column]}（{column}）没有进入仓库")
        st.caption("映射没有用到这一列；规则可能用到它，见下。")
        return
    models = sorted({model for use in uses for model in use.models})
    st.subheader(f"{titles[column]}（{column}）成为 {len(uses)} 个实体字段，{len(models)} 个模型读到")
    show_table(
        [("实体",), ("字段",), ("变换",), ("读到它的表",), ("指标和页面",)],
        [
            [
                use.entity,
                use.column,
                use.transform,
                "、".join(name for name in use.models if name.startswith(("dim_", "fct_", "rpt_"))) or None,
                _ends(context, use.models),
            ]
            for use in uses
        ],
        key="lineage",
        title=f"血缘 {table.qualified}.{column}",
    )


def _ends(context: Context, models: tuple[str, ...]) -> str | None:
    kpis: dict[str, None] = {}
    pages: dict[str, None] = {}
    for model in models:
        if not model.startswith("stg_"):
            found = consumers_of(context.generation.profile, model)
            kpis |= dict.fromkeys(found.kpis)
            pages |= dict.fromkeys(found.pages)
    return "、".join([*kpis, *pages]) or None


def _columns(table: SourceTable) -> None:
    st.subheader(
        f"契约：{len(table.columns)} 列，其中 {sum(column.required for column in table.columns)} 列必填"
    )
    show_table(
        [("列",), ("名称",), ("类型",), ("必填",), ("密级",), ("约束",)],
        [
            [
                column.name,
                column.title_zh,
                column.logical_type,
                "是" if column.required else None,
                _CLASSES[column.classification],
                "；".join(f"{name}={value}" for name, value in column.options.items())[:200] or None,
            ]
            for column in table.columns
        ],
        key="columns",
        title=f"契约 {table.qualified}",
    )


def _rules(table: SourceTable) -> None:
    rules = [
        (rule.rule_id, rule.title_zh, rule.severity, rule.dimension)
        for rule in (*table.rules, *table.set_rules)
    ]
    st.subheader(f"规则：{len(rules)} 条")
    show_table(
        [("规则",), ("要求",), ("违反时",), ("检查编号",)],
        [
            [rule_id, title, _SEVERITIES.get(severity, severity), f"{table.qualified}.{rule_id}"]
            for rule_id, title, severity, _ in rules
        ],
        key="rules",
        title=f"规则 {table.qualified}",
    )


main()
