"""``jingcang kpi``: a frozen assessment period made again, and beside the data now published.

Belongs here: arguments, messages, exit codes. Does not belong here: the rebuild (``orchestration.rebuild``) and the
comparison with what is published (``jingcang.access.kpi_periods``); steps are taken on the page, by a person.
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
    from orchestration.rebuild.checked import Rebuilt, Reproduction

kpi = typer.Typer(help="考核指标：核对冻结的考核周期", no_args_is_help=True)


@kpi.command("verify")
def verify(
    period: Annotated[str, typer.Option("--period", help="考核周期的第一天，例如 2024-12-21")],
    home: Annotated[
        Path | None,
        typer.Option("--home", help="运行目录（默认 JINGCANG_HOME，否则 ./var）", show_default=False),
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="逐条列出变动的记录和来源")] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild/--no-rebuild", help="用冻结时的批次和程序重建并逐条核对（约半分钟起）")
    ] = True,
) -> None:
    """核对冻结的考核周期：内容是否完好，能否重建出来，现在的程序、数据和口径下哪些记录变了（不符时退出码为 1）。"""
    from jingcang.access import ALL_UNITS, Door, Identity
    from jingcang.access.kpi_periods import verified
    from jingcang.workbench import Workbench
    from orchestration.rebuild.checked import reproduced
    from orchestration.run import open_profile

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
    typer.echo(_intact_line(found))
    is_exact, pinned = True, found.frozen.pinned
    if rebuild and found.is_intact:
        if pinned is None:
            typer.echo("这个周期冻结时还没有留存批次和程序，不能重建，只能核对保存的内容")
        else:
            made = reproduced(where, open_profile(where), found.frozen, found.period_end, pinned)
            is_exact = made.is_exact
            for line in _rebuilt_lines(made, rows=rows):
                typer.echo(line)
    for line in _lines(found, rows=rows):
        typer.echo(line)
    if not found.is_intact or not is_exact:
        sys.exit(1)


def _intact_line(found: Verification) -> str:
    return f"冻结时的数据截至 {found.frozen.as_of}，保存的内容" + (
        "完好" if found.is_intact else "与冻结时的校验值不符，请从备份恢复业务库"
    )


def _rebuilt_lines(made: Reproduction, *, rows: bool) -> list[str]:
    said = []
    if made.lost:
        said.append(f"冻结时的程序不可用，下面是用现在的程序重建的结果，差别可能来自程序：{made.lost}")
    for name, (then, now) in made.engines.items():
        said.append(f"计算引擎版本不同：{name} 冻结时为 {then}，现为 {now}")
    if made.then is not None:
        said += _one_rebuild("冻结时的程序", made, made.then, rows=rows)
    if made.today is not None:
        if made.then is not None:
            said.append("现在的程序与冻结时不同，用同样的批次再重建一次：")
        said += _one_rebuild("现在的程序", made, made.today, rows=rows)
    return said


def _one_rebuild(program: str, made: Reproduction, result: Rebuilt, *, rows: bool) -> list[str]:
    from jingcang.contracts.kpis import load_kpis
    from jingcang.kpis.records import DIFFERS

    names = {code: item.name_zh for code, item in load_kpis().items()}
    head = f"用冻结时的 {made.batches:,} 批数据和{program}重建：{result.rows:,} 条"
    if result.rows_hash == made.frozen_hash:
        return [f"{head}，与冻结的逐条一致，行校验值 {made.frozen_hash[:12]}"]
    differing = result.differing
    said = [f"{head}（冻结 {made.frozen_rows:,} 条），{differing.height:,} 条与冻结的不同"]
    said += [
        f"  {names.get(code, code)}：{DIFFERS[kind]} {count:,} 条"
        for code, kind, count in differing.group_by("kpi_code", "differs_code")
        .len().sort("kpi_code", "differs_code").iter_rows()
    ]  # fmt: skip
    if rows:
        said += [
            "  " + "  ".join((
                names.get(row["kpi_code"], row["kpi_code"]), DIFFERS[row["differs_code"]], row["record_no"] or "—",
                f"{row['then_verdict'] or '—'} → {row['again_verdict'] or '—'}", row["columns"] or "—",
                f"{row['_source_table'] or '—'} {row['_source_key'] or '—'}",
            ))
            for row in differing.iter_rows(named=True)
        ]  # fmt: skip
    return said


def _lines(found: Verification, *, rows: bool) -> list[str]:
    from jingcang.access.kpi_causes import CAUSES
    from jingcang.access.kpi_periods import MOVED
    from jingcang.contracts.kpis import load_kpis

    names = {code: item.name_zh for code, item in load_kpis().items()}
    said = [
        f"口径改变：{names.get(code, code)} 冻结时第 {then} 版，现为第 {now} 版"
        for code, (then, now) in found.redefined.items()
    ]
    if found.moved.is_empty():
        return [
            *said,
            f"现在发布的数据逐条与冻结时一致（{int(found.sums['frozen_in_denominator'].sum()):,} 条计入分母）",
        ]
    keys = ("kpi_code", "moved_code", "cause_code")
    said.append(f"现在发布的数据有 {found.moved.height:,} 条与冻结时不同：")
    said += [
        f"  {names.get(code, code)}：{MOVED[moved]} {count:,} 条（原因：{CAUSES[cause]}）"
        for code, moved, cause, count in found.moved.group_by(keys).len().sort(keys).iter_rows()
    ]
    if rows:
        said += [
            "  " + "  ".join((
                names.get(row["kpi_code"], row["kpi_code"]), MOVED[row["moved_code"]], CAUSES[row["cause_code"]],
                row["record_no"] or "—",
                f"{row['frozen_verdict'] or '—'} → {row['now_verdict'] or '—'}",
                f"{row['_source_table']} {row['_source_key']}",
            ))
            for row in found.moved.iter_rows(named=True)
        ]  # fmt: skip
    return said
