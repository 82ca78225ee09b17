"""契约与血缘: what a source table promises, and where one of its columns ends up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from dashboards.components import checks, contract_words, states
from dashboards.components.choices import choose
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.consumers import consumers_of, titled
from dashboards.context import Context, current
from dashboards.deployment import profile_of
from jingcang.contracts import load_fields, load_marts
from jingcang.contracts.compare import Change
from jingcang.contracts.files import read_contract
from jingcang.contracts.history import ContractVersion, contract_versions, version_changes
from jingcang.contracts.lineage import load_lineage, uses_of_source_column
from jingcang.contracts.model import Column, Profile, SourceTable
from jingcang.home import Home


def main() -> None:
    context = current()
    st.header("契约与血缘")
    profile = profile_of(context.generation.profile)
    if profile is None:
        states.empty("读不到产生这一版数据的方案", "请系统管理员检查方案目录")
        return
    tables = {table.qualified: table for table in profile.tables}
    chosen = choose(
        "来源表",
        list(tables),
        param="table",
        words=lambda name: f"{tables[name].title_zh}（{name}）",
    )
    table = tables[chosen]
    _answer(context, table)
    _lineage(profile, table)
    _upstream(profile)
    _versions(table)
    _columns(table)
    _rules(table)
    contract = read_contract(table.contract_path)
    context.foot = {
        "契约": f"{contract.id} 版本 {contract.version}，{contract.status}，ODCS {contract.apiVersion}",
        "血缘": "来源列到实体字段按映射；实体字段到表、指标和页面按编译后的 SQL 逐列推出，含决定取哪些行的列",
        **context.foot,
    }


def _answer(context: Context, table: SourceTable) -> None:
    consumers = consumers_of(context.generation.profile, table.qualified)
    answer(
        f"{table.title_zh}有 {len(table.columns)} 列、{len(table.rules) + len(table.set_rules)} 条规则，"
        f"主键 {'、'.join(table.key) or '未声明（按文件和行号）'}，供给 {len(table.mappings)} 个实体；"
        f"{consumers.words()}用到它。"
    )


def _lineage(profile: Profile, table: SourceTable) -> None:
    """Show where a source column ends up: entity column, tables, KPIs and pages."""
    titles = {column.name: column.title_zh for column in table.columns}
    column = choose("列", list(titles), param="column", words=lambda name: f"{name}　{titles[name]}")
    uses = uses_of_source_column(profile, table.qualified, column)
    if not uses:
        st.subheader(f"{titles[column]}（{column}）没有进入仓库")
        st.caption("映射没有用到这一列；规则可能用到它，见下。")
        return
    every = titled((f"landed.{use.entity}", use.entity_column) for use in uses)
    st.subheader(f"{titles[column]}（{column}）成为 {len(uses)} 个实体字段，{every.words()}用到它")
    show_table(
        [("实体",), ("字段",), ("变换",), ("算出的表",), ("指标",), ("页面",)],
        [
            [
                use.entity,
                use.entity_column,
                contract_words.TRANSFORMS.get(use.transform, use.transform),
                "、".join(load_lineage().consumers({made}).published) or None,
                "、".join(titled({made}).kpis) or None,
                "、".join(titled({made}).pages) or None,
            ]
            for use in uses
            for made in [(f"landed.{use.entity}", use.entity_column)]
        ],
        key="lineage",
        title=f"血缘 {table.qualified}.{column}",
    )


def _upstream(profile: Profile) -> None:
    """Show which source columns a column of a published table rests on, and who uses it."""
    graph = load_lineage()
    marts = {name: mart for name, mart in load_marts().items() if name in graph.columns}
    st.subheader("反过来查：仓库的一个字段由哪些来源列得出")
    left, right = st.columns(2)
    with left:
        mart = choose(
            "仓库的表", list(marts), param="mart", words=lambda name: f"{marts[name].title_zh}（{name}）"
        )
    fields = load_fields()
    with right:
        column = choose(
            "字段",
            [name for name in graph.columns[mart] if not name.startswith("_")],
            param="field",
            words=lambda name: f"{name}　{fields[name].name_zh if name in fields else ''}",
        )
    found = graph.sources_of(profile, mart, column)
    tables = {item.qualified: item for item in profile.tables}
    users = titled({(mart, column)})
    if not found:
        st.caption(f"这个字段不由本方案的来源列得出（常量、字典或运行信息）；{users.words()}用到它。")
        return
    st.caption(
        f"由 {len({use.table for use in found})} 张来源表的 {len(found)} 处得出；{users.words()}用到它。"
    )
    show_table(
        [("来源表",), ("来源列",), ("名称",), ("变换",), ("实体字段",)],
        [
            [
                tables[use.table].title_zh,
                use.column,
                tables[use.table].column(use.column).title_zh,
                contract_words.TRANSFORMS.get(use.transform, use.transform),
                f"{use.entity}.{use.entity_column}",
            ]
            for use in found
        ],
        key="upstream",
        title=f"血缘 {mart}.{column}",
    )


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
                contract_words.TYPES.get(column.logical_type, column.logical_type),
                "是" if column.required else None,
                contract_words.CLASSES[column.classification],
                _constraints(column),
            ]
            for column in table.columns
        ],
        key="columns",
        title=f"契约 {table.qualified}",
    )


def _constraints(column: Column) -> str | None:
    """Return what the contract asks of a column's values, in plain Chinese; dates by an example."""
    asked = []
    for name, value in column.options.items():
        shown = "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        asked.append(
            f"{contract_words.OPTIONS.get(name, name)} {checks.title({'check_id': '', 'note': shown})}"
        )
    return "；".join(asked)[:200] or None


def _rules(table: SourceTable) -> None:
    rules = [
        (rule.rule_id, rule.title_zh, rule.severity, rule.dimension)
        for rule in (*table.rules, *table.set_rules)
    ]
    st.subheader(f"规则：{len(rules)} 条")
    show_table(
        [("规则",), ("要求",), ("违反时",), ("检查编号",)],
        [
            [
                rule_id,
                checks.title({"check_id": rule_id, "note": title}),
                checks.SEVERITIES.get(severity, severity),
                f"{table.qualified}.{rule_id}",
            ]
            for rule_id, title, severity, _ in rules
        ],
        key="rules",
        title=f"规则 {table.qualified}",
    )


def _versions(table: SourceTable) -> None:
    versions = contract_versions(Home.resolve(), table.qualified)
    if not versions:
        st.subheader("还没有版本记录")
        st.caption("下一次运行起，每次运行所用的契约和映射原文都会留存，变化逐项列在这里。")
        return
    changes = {version.number: version_changes(versions, version.number) for version in versions}
    broken = sum(any(change.is_breaking for change in found) for found in changes.values())
    st.subheader(
        f"版本：{len(versions):,} 个，{broken:,} 个含破坏性变化"
        if len(versions) > 1
        else f"版本：自 {versions[0].first_as_of} 起一直是同一版本"
    )
    ordered = versions[::-1]
    picked = show_table(
        [
            ("序号",),
            ("契约版本",),
            ("首次使用",),
            ("破坏性变化",),
            ("兼容变化",),
            ("判定",),
            ("记录时间",),
            ("运行",),
        ],
        [
            [
                version.number,
                version.declared,
                version.first_as_of,
                sum(change.is_breaking for change in changes[version.number]),
                sum(not change.is_breaking for change in changes[version.number]),
                _verdict(version, changes[version.number]),
                f"{datetime.fromisoformat(version.recorded_at).astimezone():%Y-%m-%d %H:%M}",
                version.run_id[:8],
            ]
            for version in ordered
        ],
        key="versions",
        title=f"契约版本 {table.qualified}",
        pick="one",
    )
    _changes(table, ordered[picked[0] if picked else 0], changes)


def _verdict(version: ContractVersion, changes: Sequence[Change]) -> str:
    if version.number == 1:
        return "最早的记录"
    if any(change.is_breaking for change in changes):
        return "破坏"
    return "兼容" if changes else "只改了文字或写法，含义不变"


def _changes(table: SourceTable, version: ContractVersion, changes: Mapping[int, Sequence[Change]]) -> None:
    found = changes[version.number]
    if not found:
        return
    st.markdown(f"**第 {version.number} 个版本比前一个改了 {len(found):,} 处**")
    show_table(
        [("判定",), ("在哪里",), ("列或规则",), ("理由",), ("原来",), ("现在",)],
        [
            [
                "破坏" if change.is_breaking else "兼容",
                "映射" if change.kind == "mapping" else "契约",
                change.column or "整张表",
                change.reason_zh,
                _shown(change.old),
                _shown(change.new),
            ]
            for change in found
        ],
        key="version_changes",
        title=f"契约变化 {table.qualified} 第 {version.number} 个版本",
    )


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


main()
