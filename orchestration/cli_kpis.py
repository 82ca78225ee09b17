"""``jingcang kpi``: the assessment periods, and a frozen one beside the data now published.

Belongs here: arguments, messages, exit codes. Does not belong here: the comparison (``jingcang.access.kpi_periods``);
steps are taken on the page, by a person.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jingcang.errors import JingcangError
from jingcang.home import Home

if TYPE_CHECKING:
    from jingcang.access.kpi_periods import Verification

kpi = typer.Typer(help="考核指标：核对冻结的考核周期", no_args_is_help=True)


@kpi.command("verify")
def verify(
    period: Annotated[str, typer.Option("--period", help="考核周期的第一天，例如 2024-12-21")],
    home: Annotated[
        Path | None,
        typer.Option("--home", help="运行目录（默认 JINGCANG_HOME，否则 ./var）", show_default=False),
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="逐条列出变动的记录和来源")] = False,
) -> None:
    """核对冻结的考核周期：保存的内容是否完好，现在的数据和口径下哪些记录变了（内容不完好时退出码为 1）。"""
    from jingcang.access import ALL_UNITS, Door, Identity
    from jingcang.access.kpi_periods import verified
    from jingcang.workbench import Workbench

    try:
        start = dt.date.fromisoformat(period)
    except ValueError as error:
        raise JingcangError(f"日期写法不对：{period}", remedy="请写周期的第一天，例如 2024-12-21") from error
    where = Home.resolve(home)
    door = Door(where, is_current=lambda identity: True)
    operator = Identity("cli", "命令行", "evaluator", (ALL_UNITS,))
    found = verified(door, operator, Workbench.open(where), start)
    if found is None:
        raise JingcangError(f"{period} 开始的考核周期没有冻结过", remedy="在“周期管理”页查看各周期的状态")
    for line in _lines(found, rows=rows):
        typer.echo(line)
    if not found.is_intact:
        sys.exit(1)


def _lines(found: Verification, *, rows: bool) -> list[str]:
    from jingcang.access.kpi_periods import CAUSES, MOVED
    from jingcang.contracts.kpis import load_kpis

    names = {code: item.name_zh for code, item in load_kpis().items()}
    frozen = found.frozen
    said = [
        f"冻结时的数据截至 {frozen.as_of}，保存的内容"
        + ("完好" if found.is_intact else "与冻结时的校验值不符，请从备份恢复业务库")
    ]
    said += [
        f"口径改变：{names.get(code, code)} 冻结时第 {then} 版，现为第 {now} 版"
        for code, (then, now) in found.redefined.items()
    ]
    if found.moved.is_empty():
        return [
            *said,
            f"现在的数据逐条与冻结时一致（{int(found.sums['frozen_in_denominator'].sum()):,} 条计入分母）",
        ]
    keys = ("kpi_code", "moved_code", "cause_code")
    said += [
        f"{names.get(code, code)}：{MOVED[moved]} {count:,} 条（原因：{CAUSES[cause]}）"
        for code, moved, cause, count in found.moved.group_by(keys).len().sort(keys).iter_rows()
    ]
    if rows:
        said += [
            "  ".join((
                names.get(row["kpi_code"], row["kpi_code"]), MOVED[row["moved_code"]], CAUSES[row["cause_code"]],
                row["record_no"] or "—",
                f"{row['frozen_verdict'] or '—'} → {row['now_verdict'] or '—'}",
                f"{row['_source_table']} {row['_source_key']}",
            ))
            for row in found.moved.iter_rows(named=True)
        ]  # fmt: skip
    return said
