"""逐行核查: from a failing check to its rows, and from a row to file, line, raw values and history."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from dashboards.components import checks, states, wording
from dashboards.components.choices import choose
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import profile_of
from dashboards.queries import steward
from dashboards.sections import check_history, row_origin
from jingcang.access.source_rows import read_source_row
from jingcang.home import Home

_ALL = "全部单位"


def main() -> None:
    context = current()
    st.header("逐行核查")
    found = context.run(steward.CHECKS_WITH_ROWS).to_dicts()
    if not found:
        states.empty("最近一次运行没有一项检查有违规行", "到“数据质量”看各项检查的结果")
        return
    check = _choose(found)
    units = context.run(steward.CHECK_UNITS, check=check["check_id"]).to_dicts()
    _answer(context, check, units)
    unit = _choose_unit(context, units)
    rows = context.run(steward.ROWS, check=check["check_id"], unit=unit)
    if rows.is_empty():
        states.empty("这项检查没有逐行清单", _why_no_rows(check))
        return
    is_cut = rows.height >= steward.MOST_ROWS
    listed = f"列出前 {rows.height:,} 行" if is_cut else f"{rows.height:,} 行"
    st.subheader(f"违规行：{listed}，点一行看来龙去脉")
    picked = show_table(
        [("去向",), ("来源主键",), ("单位",), ("日期",), ("来源文件",), ("行号",), ("键",)],
        [
            [
                _outcome(row),
                row["source_key"],
                context.unit_name(row["unit_no"]),
                row["event_date"],
                row["source_file"],
                row["source_line"],
                row["row_key"],
            ]
            for row in rows.to_dicts()
        ],
        key="rows",
        title=f"违规行：{checks.title(check)}",
        is_cut=is_cut,
        pick="one",
    )
    _show_row(context, check, rows["quality_row_id"][picked[0] if picked else 0])
    with st.expander("这项检查的历次结果"):
        check_history.show(context, check)
    context.foot = {
        "违规行清单": "隔离和标记的行全部列出；规则检查每项最多列 10,000 行，违规行数为全数",
        **context.foot,
    }


def _outcome(row: dict[str, Any]) -> str:
    if row["row_state"] == "quarantined":
        return "隔离中"
    return "已入库" if row["fix_no"] is None else f"按第 {row['fix_no']} 号修正入库"


def _choose(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the check named in the address, or chosen; the worst one otherwise."""
    by_id = {
        check["check_id"]: check for check in sorted(found, key=lambda check: not check["rows_violated"])
    }
    wanted = st.query_params.get("check", "")
    if wanted and wanted not in by_id:
        st.info(f"检查 `{checks.code(wanted)}` 现在没有违规行；下面是其他检查中最重的一项。")
    chosen = choose(
        "检查",
        list(by_id),
        param="check",
        words=lambda check_id: (
            f"{by_id[check_id]['status_label']} · {checks.title(by_id[check_id])} · "
            f"{by_id[check_id]['rows_violated'] or 0:,} 行 · {check_id}"
        ),
    )
    return by_id[chosen]


def _answer(context: Context, check: dict[str, Any], units: list[dict[str, Any]]) -> None:
    where = checks.object_title(context.generation.profile, check["object_name"])
    words = (
        f"{where}：{checks.title(check)}——{check['status_label']}，违规 "
        f"{wording.share(check['rows_violated'] or 0, check['rows_checked'] or 0, 2)}"
        if check["rows_checked"]
        else f"{where}：{checks.title(check)}——{check['status_label']}，没有可检查的行"
    )
    named = [f"{context.unit_name(unit['unit_no'])}（{unit['rows_violated']:,} 行）" for unit in units[:3]]
    answer(words + (f"；最多的是{'、'.join(named)}。" if named else "。"))


def _choose_unit(context: Context, units: list[dict[str, Any]]) -> str:
    names = {_ALL: ""} | {
        f"{context.unit_name(unit['unit_no'])}（{unit['rows_violated']:,} / {unit['rows_checked']:,} 行）": unit[
            "unit_no"
        ]
        for unit in units
        if unit["unit_no"]
    }
    if len(names) < 3:
        return ""
    return names[st.selectbox("单位", list(names), key="rows_unit")]


def _why_no_rows(check: dict[str, Any]) -> str:
    if check["status"] == "error":
        return f"检查没有执行成功（{check['note'] or '原因见运行日志'}），请系统管理员处理后重新运行"
    if check["checked_by"] in ("dbt", "ge", "reconciliation"):
        return "它核对的是整张表，请看说明：" + (check["note"] or "无")
    return "违规行不在您的单位范围内，或检查对象不是单独的行"


def _show_row(context: Context, check: dict[str, Any], row_id: str) -> None:
    found = read_source_row(
        context.door, context.identity, Home.resolve(), profile_of(context.generation.profile),
        check_id=check["check_id"], row_id=row_id,
    )  # fmt: skip
    if found is None:
        states.empty("这一行已不在清单中", "请刷新页面")
        return
    row = found.row
    st.subheader(f"这一行：{row['source_key'] or row['row_key']}")
    row_origin.show_rule(context, check, found)
    row_origin.show_fix(row)
    left, right = st.columns(2)
    with left:
        row_origin.show_received(context, found, _quarantined(context, row))
    with right:
        row_origin.show_warehouse(context, row)
    row_origin.show_history(context, found)


def _quarantined(context: Context, row: dict[str, Any]) -> dict[str, Any] | None:
    if row["row_state"] != "quarantined" or not row["source_key"]:
        return None
    rows = context.run(
        steward.QUARANTINED_ROW, system=row["source_system"], table=row["source_table"],
        key=row["source_key"], batch=row["batch_id"],
    ).to_dicts()  # fmt: skip
    return {**rows[0], "values": json.loads(rows[0]["raw_values_masked"] or "{}")} if rows else None


main()
