"""``jingcang replay`` and ``jingcang quarantine``: arguments and messages.

Belongs here: options, wording of results. Does not belong here: what is done (``quarantine``, ``run``).
"""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jingcang.errors import JingcangError
from jingcang.home import Home

if TYPE_CHECKING:
    from jingcang.contracts import Profile
    from jingcang.landing import Again
    from orchestration.run import RunReport

quarantine = typer.Typer(help="查看、导出、重放或豁免被隔离的行", no_args_is_help=True)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="运行目录（默认 JINGCANG_HOME，否则 ./var）", show_default=False)
]
SourceOption = Annotated[
    str | None, typer.Option("--source", help="来源：系统 或 系统.表（默认全部）", show_default=False)
]
RuleOption = Annotated[str | None, typer.Option("--rule", help="规则编号", show_default=False)]


def replay(
    source: Annotated[str, typer.Option("--source", help="来源：系统 或 系统.表")],
    from_: Annotated[str, typer.Option("--from", help="起始日，例如 2026-05-01（含）")],
    to: Annotated[str, typer.Option("--to", help="截止日（含）")],
    home: HomeOption = None,
) -> None:
    """重新读取来源，并把涉及这些日期的表按当前契约从原始文件重新分流；可重复执行，结果不变。"""
    from orchestration.quarantine import chosen_tables, replay_plan

    where = Home.resolve(home)
    profile = _profile(where)
    plan = replay_plan(where, chosen_tables(profile, source), _date(from_), _date(to))
    for name, what in plan.items():
        typer.echo(f"  {name}：{'重新读取并重新分流' if what == 'split' else '重新读取'}")
    _tell(_run(profile, where, plan))


@quarantine.command("list")
def list_(source: SourceOption = None, rule: RuleOption = None, home: HomeOption = None) -> None:
    """按原因列出隔离行数，以及豁免和修正规则。"""
    from jingcang.workbench import Workbench
    from jingcang.workbench.waivers import every_waiver
    from orchestration.quarantine import by_reason, quarantined, rule_title
    from orchestration.run import resolve_as_of

    where = Home.resolve(home)
    profile = _profile(where)
    reasons = by_reason(quarantined(where, source, rule))
    for name, rule_id, rows, first in reasons.iter_rows():
        title = rule_title(profile, name, rule_id)
        typer.echo(f"{rows:>8,} 行  {name}  {rule_id}  {title}  首次隔离 {first}")
    typer.echo(f"共 {reasons['rows'].sum():,} 行被隔离")
    today = resolve_as_of(where, profile, None)
    waivers = every_waiver(Workbench.open(where)) if Workbench.exists(where) else []
    for item in waivers:
        name = f"{item['source_system']}.{item['source_table']}"
        if source in (None, item["source_system"], name) and rule in (None, item["rule_id"]):
            if item["revoked_at"] is not None:
                state = f"已由 {item['revoked_by']} 撤销"
            else:
                state = "已到期" if item["valid_to"] <= today else f"有效至 {item['valid_to']}（不含当日）"
            typer.echo(
                f"豁免 {item['waiver_id']}  {name}  {item['rule_id']}  {item['source_key']}  "
                f"{item['created_by']}：{item['reason']}  {state}"
            )
    _list_fixes(where, source, rule)


def _list_fixes(home: Home, source: str | None, rule: str | None) -> None:
    from jingcang.workbench import Workbench
    from jingcang.workbench.fixes import FixBook
    from jingcang.workbench.proposals import STATE_LABELS

    for fix in FixBook(Workbench.open(home)).declared() if Workbench.exists(home) else []:
        name = f"{fix.source_system}.{fix.source_table}"
        if source in (None, fix.source_system, name) and rule in (None, fix.rule_id):
            typer.echo(
                f"修正 {fix.fix_no}  {name}.{fix.column_name}  {fix.rule_id}  {fix.proposed_by}：{fix.proposal}  "
                f"{STATE_LABELS[fix.state_code]}"
            )


@quarantine.command("export")
def export_(
    output: Annotated[Path, typer.Option("--output", help="写到哪个 .xlsx 或 .csv 文件")],
    source: SourceOption = None,
    rule: RuleOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只要这个单位的行", show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    """导出给更正来源的人：个人信息只保留字形，公式已转义。"""
    import polars as pl

    from jingcang.workbench import AuditLog, Workbench
    from orchestration.quarantine import export, quarantined

    where = Home.resolve(home)
    rows = quarantined(where, source, rule)
    if unit is not None:
        rows = rows.filter(pl.col("unit_no") == unit)
    detail = {"source": source, "rule": rule, "unit": unit, "rows": rows.height, "os_user": getpass.getuser()}
    AuditLog(Workbench.open(where)).append(
        user_id="command", role="", action="quarantine_exported", object_name="quarantined_rows",
        detail=detail,
    )  # fmt: skip
    typer.echo(f"已导出 {export(_profile(where), rows, output):,} 行：{output}")


@quarantine.command("replay")
def replay_(source: SourceOption = None, home: HomeOption = None) -> None:
    """按当前契约、映射与豁免重新分流有隔离行的表，并更新发布。"""
    from orchestration.quarantine import by_reason, chosen_tables, quarantined

    where = Home.resolve(home)
    profile = _profile(where)
    before = by_reason(quarantined(where, source))
    wanted = {table.qualified for table in chosen_tables(profile, source)} if source else None
    plan: dict[str, Again] = {
        name: "split" for name in before["source"].unique().sort() if wanted is None or name in wanted
    }
    report = _run(profile, where, plan)
    after = {(name, rule): rows for name, rule, rows, _ in by_reason(quarantined(where, source)).iter_rows()}
    was = {(name, rule): rows for name, rule, rows, _ in before.iter_rows()}
    for name, rule in sorted(was.keys() | after.keys()):
        typer.echo(f"  {name}  {rule}：{was.get((name, rule), 0):,} → {after.get((name, rule), 0):,} 行")
    _tell(report)


@quarantine.command("waive")
def waive_(
    source: Annotated[str, typer.Option("--source", help="来源表：系统.表")],
    rule: Annotated[str, typer.Option("--rule", help="规则编号")],
    reason: Annotated[str, typer.Option("--reason", help="理由")],
    until: Annotated[str, typer.Option("--until", help="截止日（不含）；到期自动恢复隔离")],
    by: Annotated[str, typer.Option("--by", help="作出决定的数据管理员账号")],
    key: Annotated[list[str] | None, typer.Option("--key", help="来源主键，可重复")] = None,
    every: Annotated[bool, typer.Option("--all", help="该表该规则的全部隔离行")] = False,
    home: HomeOption = None,
) -> None:
    """豁免：这些行在到期前可以入库（带标记、计入账目），来源内容一变即失效。"""
    from jingcang.access.quarantine import waive
    from jingcang.workbench import Workbench
    from orchestration.quarantine import chosen_rows, quarantined
    from orchestration.run import resolve_as_of

    if bool(key) == every:
        raise JingcangError("请用 --key 指定行，或用 --all 表示全部，二者选一")
    where = Home.resolve(home)
    chosen = chosen_rows(quarantined(where, source, rule), None if every else key)
    count = waive(
        Workbench.open(where), chosen, reason=reason,
        until=_date(until), as_of=resolve_as_of(where, _profile(where), None), by=by,
    )  # fmt: skip
    typer.echo(f"已登记 {count:,} 条豁免，自下次运行起生效，{until} 起自动恢复隔离")
    others = sum(";" in rule_ids for rule_ids in chosen["rule_ids"])
    if others:
        typer.echo(f"其中 {others:,} 行还违反其他规则，仍会隔离；可用 jingcang quarantine list 查看")


@quarantine.command("revoke")
def revoke_(
    waiver: Annotated[list[str], typer.Argument(help="豁免编号，可多个")],
    by: Annotated[str, typer.Option("--by", help="作出决定的数据管理员账号")],
    home: HomeOption = None,
) -> None:
    """提前撤销豁免；下次运行起恢复隔离。"""
    from jingcang.workbench import Workbench
    from jingcang.workbench.waivers import revoke

    typer.echo(f"已撤销 {revoke(Workbench.open(Home.resolve(home)), waiver, by=by)} 条豁免")


def _profile(home: Home) -> Profile:
    from orchestration.run import open_profile

    return open_profile(home)


def _run(profile: Profile, home: Home, again: Mapping[str, Again]) -> RunReport:
    from orchestration.display import StageDisplay
    from orchestration.run import run_pipeline

    with StageDisplay() as display:
        return run_pipeline(profile, home, progress=display, again=again)


def _tell(report: RunReport) -> None:
    verb = "已发布" if report.changed else "无变化，保留"
    typer.echo(f"{verb}版本 {report.generation}，内容校验值 {report.content_hash}")
    for name, message in report.unreachable.items():
        typer.echo(f"  未能读取 {name}，该表没有重放：{message}")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise JingcangError(f"日期写法不对：{text}", remedy="请写成 2026-06-30 的形式") from error
