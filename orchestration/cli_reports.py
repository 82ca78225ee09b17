"""``jingcang report``: make briefings and disclosures, check edited ones.

Belongs here: arguments, messages, exit codes. Does not belong here: what a briefing says and how it is checked
(``jingcang.reports``).
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
    from jingcang.access import Door, Identity
    from jingcang.reports.briefing.verification import Finding
    from jingcang.workbench import Workbench

report = typer.Typer(help="研判简报：生成、核对，社区版", no_args_is_help=True)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="运行目录（默认 JINGCANG_HOME，否则 ./var）", show_default=False)
]
ByOption = Annotated[str, typer.Option("--by", help="办理人的账号，派出所领导或分局领导")]
AsOfOption = Annotated[
    str, typer.Option("--as-of", help="为哪一天生成，例如 2026-06-30；取此前最近一个完整周")
]
UnitOption = Annotated[
    list[str] | None,
    typer.Option("--unit", help="单位编号，可重复（默认账号范围内全部）", show_default=False),
]
CANNOT_CHECK = 2
"""Exit code of ``verify`` when the file could not be checked at all; 1 means something does not agree."""


@report.command("weekly")
def weekly(
    as_of: AsOfOption,
    by: ByOption,
    unit: UnitOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="要写的 .docx（默认 研判简报_编号.docx）", show_default=False),
    ] = None,
    excel: Annotated[
        Path | None, typer.Option("--excel", help="同时写出同一批数字的 .xlsx", show_default=False)
    ] = None,
    home: HomeOption = None,
) -> None:
    """生成一周研判简报（.docx），登记编号并记入审计日志。"""
    from jingcang.contracts.deployment import deployment
    from jingcang.reports.briefing.service import make_weekly

    door, workbench, identity = opened(home, by)
    made = make_weekly(
        door, workbench, identity, as_of=_date(as_of), units=unit or (),
        deployment=deployment(door.generation().profile),
    )  # fmt: skip
    register = made.register
    target = output or Path(f"研判简报_{register.report_id}.docx")
    target.write_bytes(made.docx)
    typer.echo(
        f"已生成 {target}：编号 {register.report_id}，版本 {register.generation}，{len(register.figures)} 个数字"
    )
    if excel is not None:
        excel.write_bytes(made.xlsx)
        typer.echo(f"同一批数字的表：{excel}")


@report.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="改过的简报（.docx）")],
    by: ByOption,
    home: HomeOption = None,
) -> None:
    """重新计算简报里的数字，逐个指出对不上的；退出码 0 一致，1 有不一致，2 无法核对。"""
    from jingcang.reports.briefing.service import verify as check

    try:
        door, workbench, identity = opened(home, by)
        checked = check(door, workbench, identity, file)
    except JingcangError as error:
        print(f"错误：{error}", file=sys.stderr)
        raise typer.Exit(CANNOT_CHECK) from error
    register = checked.register
    typer.echo(
        f"简报 {register.report_id}，出自版本 {register.generation}，按现行版本 {checked.generation} 核对"
    )
    for number, finding in enumerate(checked.findings, 1):
        typer.echo(f"{number}. {_words(finding)}")
    if checked.findings:
        typer.echo(f"共 {len(checked.findings)} 处不一致")
        raise typer.Exit(1)
    typer.echo(f"{len(register.figures)} 个数字全部一致")


@report.command("community")
def community(
    as_of: AsOfOption,
    by: ByOption,
    to: Annotated[str, typer.Option("--to", help="发给谁，例如 城东居委会")],
    period: Annotated[
        str, typer.Option("--period", help="week（最近完整周）或 month（最近完整月）")
    ] = "month",
    unit: UnitOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="要写的 .docx（默认 社区通报_编号.docx）", show_default=False),
    ] = None,
    home: HomeOption = None,
) -> None:
    """生成社区版（只列地区，小数隐去），登记发给谁；同一时期再取得到同一份文件。"""
    from jingcang.contracts.deployment import deployment
    from jingcang.reports.community.release import KINDS, release

    if period not in KINDS:
        raise JingcangError(f"没有这种时期：{period}", remedy=f"--period 只能是 {' 或 '.join(KINDS)}")
    door, workbench, identity = opened(home, by)
    released = release(
        door, workbench, identity, as_of=_date(as_of), units=unit or (), kind=period, recipient=to,
        deployment=deployment(door.generation().profile),
    )  # fmt: skip
    given = released.disclosure
    target = output or Path(f"社区通报_{given.report_id}.docx")
    target.write_bytes(given.content)
    verb = "以前发过，再取同一份" if released.is_again else "已生成"
    typer.echo(f"{verb} {target}：编号 {given.report_id}，隐去 {given.hidden_count} 格，已登记发给 {to}")


@report.command("disclosures")
def disclosures(by: ByOption, home: HomeOption = None) -> None:
    """列出发过的社区版：时期、单位、发给谁。"""
    from jingcang.reports.briefing.request import check_maker
    from jingcang.workbench.reports import ReportBook

    door, workbench, identity = opened(home, by)
    check_maker(door, identity)
    scope, book = door.scope_units(identity), ReportBook(workbench)
    known = [one for one in book.disclosures() if scope is None or set(one.units) <= set(scope)]
    for one in known:
        days = f"{one.period_start} 至 {one.period_end - dt.timedelta(1)}"
        what = f"{'、'.join(one.units)}  隐去 {one.hidden_count} 格  {one.content_hash[:16]}"
        typer.echo(f"{one.report_id}  {days}  {what}")
        for recipient, user, moment in book.recipients(one.report_id):
            typer.echo(f"    {moment.astimezone():%Y-%m-%d %H:%M}  {user} 发给 {recipient}")
    if not known:
        typer.echo("还没有发过社区版")


def _words(finding: Finding) -> str:
    parts = [f"【{finding.kind}】{finding.title}" if finding.title else f"【{finding.kind}】"]
    if finding.metric:
        parts.append(f"指标 {finding.metric}")
    for name, text in (
        ("文件写", finding.in_file), ("发出时", finding.handed_out), ("仓库现为", finding.in_warehouse)
    ):  # fmt: skip
        if text:
            parts.append(f"{name} {text}")
    parts.append(f"位置：{finding.where}")
    return "；".join(parts)


def opened(home: Path | None, by: str) -> tuple[Door, Workbench, Identity]:
    """Return the door and the workbench of a home, and who acts.

    Raises:
        JingcangError: no such account, or it is disabled.
    """
    from jingcang.access import Door
    from jingcang.access.accounts import find_account
    from jingcang.workbench import Workbench

    where = Home.resolve(home)
    workbench = Workbench.open(where)
    account = find_account(workbench, by)
    if account is None or account.is_disabled:
        raise JingcangError("没有这个账号，或它已停用", where=by, remedy="用 jingcang users list 查看账号")
    return Door(where, workbench=workbench), workbench, account.identity


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise JingcangError(f"日期写法不对：{text}", remedy="请写成 2026-06-30 的形式") from error
