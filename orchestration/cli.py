"""The ``jingcang`` command. Imports are lazy, so that ``--help`` and small commands start at once.

Belongs here: arguments, messages, exit codes. Does not belong here: what the commands do.
Errors a user can act on end with exit code 1 and one Chinese message; anything else is a defect and keeps
its traceback.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jingcang.errors import JingcangError
from jingcang.home import Home

if TYPE_CHECKING:
    from orchestration.run import RunReport

app = typer.Typer(
    name="jingcang",
    help="警仓：派出所数据仓库",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="运行目录（默认 JINGCANG_HOME，否则 ./var）", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象")]


def main() -> None:
    """Run the command; turn a :class:`JingcangError` into its message and exit code 1."""
    try:
        app()
    except JingcangError as error:
        print(f"错误：{error}", file=sys.stderr)
        sys.exit(1)


@app.command()
def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="只生成并处理数据，不启动页面")] = False,
    size: Annotated[str, typer.Option(help="small 或 full")] = "small",
    home: HomeOption = None,
    seed: Annotated[int, typer.Option(help="模拟数据的种子")] = 1,
    as_json: JsonOption = False,
) -> None:
    """生成模拟源系统，运行数据更新，启动页面。"""
    from orchestration.serve.demo import run_demo

    if size not in ("small", "full"):
        raise JingcangError(f"没有这种规模：{size}", remedy="--size 只能是 small 或 full")
    run_demo(_home(home), size=size, seed=seed, serve=not no_serve, on_report=lambda r: _show(r, as_json))


@app.command()
def run(
    profile: Annotated[Path | None, typer.Option(help="方案目录（默认为运行目录登记的方案）")] = None,
    data: Annotated[Path | None, typer.Option(help="数据目录（默认为方案所定）")] = None,
    home: HomeOption = None,
    as_of: Annotated[str | None, typer.Option(help="数据截至日，例如 2026-06-30")] = None,
    as_json: JsonOption = False,
) -> None:
    """运行一次数据更新；源数据无变化时保留已发布的版本。"""
    from orchestration.display import StageDisplay
    from orchestration.run import open_profile, run_pipeline

    where = _home(home)
    today = _date(as_of) if as_of else None
    loaded = open_profile(where, profile, data)
    with StageDisplay() as display:
        report = run_pipeline(loaded, where, as_of=today, progress=display)
    _show(report, as_json)


@app.command()
def serve(home: HomeOption = None) -> None:
    """启动业务页面与调度页面，直到 Ctrl-C。"""
    from orchestration.serve.services import serve_home

    serve_home(_home(home))


@app.command()
def doctor(home: HomeOption = None) -> None:
    """检查运行环境，逐项说明缺什么、怎么补。"""
    from orchestration.doctor import examine

    findings = examine(_home(home))
    for finding in findings:
        typer.echo(f"{'正常' if finding.is_fine else '缺少'}  {finding.title}：{finding.detail}")
        if finding.remedy:
            typer.echo(f"      处理办法：{finding.remedy}")
    if any(not finding.is_fine and finding.is_required for finding in findings):
        raise typer.Exit(1)


@app.command()
def publish(
    list_: Annotated[bool, typer.Option("--list", help="列出保留的发布版本")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="退回上一个发布版本")] = False,
    compare: Annotated[str | None, typer.Option("--compare", help="列出与该版本的差异")] = None,
    generation: Annotated[
        str | None, typer.Option("--generation", help="退回到或比较到指定版本（默认上一个、当前）")
    ] = None,
    table: Annotated[str | None, typer.Option("--table", help="比较时逐行列出这张表")] = None,
    home: HomeOption = None,
) -> None:
    """查看、比较或退回发布版本。"""
    from orchestration import lease
    from orchestration.publish import generations

    where = _home(home)
    if sum((list_, rollback, compare is not None)) != 1:
        raise JingcangError("请选择 --list、--compare 或 --rollback 之一")
    if compare is not None:
        _compare(where, compare, generation or generations.current_name(where) or "", table)
        return
    if rollback:
        with lease.hold(where, "退回发布版本"):
            typer.echo(f"当前版本：{generations.rollback(where, generation).name}")
        return
    current = generations.current_name(where)
    for item in generations.kept_generations(where):
        mark = "当前" if item.name == current else "    "
        typer.echo(
            f"{mark}  {item.name}  数据截至 {item.as_of}  发布于 {item.published_at}  {item.content_hash}"
        )
    if current is None:
        typer.echo("还没有发布过版本；请先运行 jingcang run")


@app.command()
def restatements(
    metric: Annotated[str, typer.Option("--metric", help="度量编号，见 docs/dictionary/measures.md")],
    period: Annotated[str, typer.Option("--period", help="2026-06，或 2026-06-01..2026-06-28")],
    unit: Annotated[str, typer.Option("--unit", help="单位编号（默认全部）")] = "",
    area: Annotated[str, typer.Option("--area", help="责任区编号（默认全部）")] = "",
    since: Annotated[str, typer.Option("--since", help="与哪个版本比（默认最初发布这一期的版本）")] = "",
    rows: Annotated[bool, typer.Option("--rows", help="逐条列出改动的记录和来源")] = False,
    home: HomeOption = None,
) -> None:
    """一个数发布时是多少、现在是多少，差在哪里。"""
    from orchestration.cli_restatements import lines

    for line in lines(_home(home), metric, period, unit, area, since, rows=rows):
        typer.echo(line)


def _compare(home: Home, older: str, newer: str, table: str | None) -> None:
    from jingcang.contracts import load_fields, load_marts
    from orchestration.publish.differences import restated, restated_rows

    typer.echo(f"{older} → {newer}")
    if table is not None:
        fields, kinds = load_fields(), {"added": "新增", "removed": "减少", "changed": "更正"}
        for row in restated_rows(home, older, newer, table):
            columns = "、".join(fields[name].name_zh for name in row.columns)
            typer.echo("  ".join(filter(None, (row.month, kinds[row.kind], row.key, columns))))
        return
    found = restated(home, older, newer)
    for item in found:
        title = load_marts()[item.table].title_zh if item.table in load_marts() else ""
        typer.echo(
            f"{item.month or '不分月'}  {title}（{item.table}）"
            f"  新增 {item.added}，减少 {item.removed}，更正 {item.changed}"
        )
    if not found:
        typer.echo("两个版本内容相同")


def _home(path: Path | None) -> Home:
    return Home.resolve(path)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise JingcangError(f"日期写法不对：{text}", remedy="请写成 2026-06-30 的形式") from error


def _show(report: RunReport, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report_as_json(report), ensure_ascii=False), flush=True)
        return
    verb = "已发布" if report.changed else "无变化，保留"
    typer.echo(f"{verb}版本 {report.generation}，数据截至 {report.as_of}，用时 {report.seconds['total']} 秒")
    for name, counts in report.tables.items():
        typer.echo(
            f"  {name}：读入 {counts['read']:,}，接收 {counts['accepted']:,}，隔离 {counts['quarantined']:,}，"
            f"被替代 {counts['superseded']:,}，重复 {counts['repeated']:,}"
        )
    for name, message in report.unreachable.items():
        typer.echo(f"  未能读取 {name}，沿用上次数据：{message}")


def report_as_json(report: RunReport) -> dict[str, Any]:
    """Return the object ``--json`` prints: generation, content_hash, tables, checks, seconds and the frame."""
    return {
        "generation": report.generation,
        "content_hash": report.content_hash,
        "changed": report.changed,
        "full_refresh": report.full_refresh,
        "profile": report.profile,
        "as_of": report.as_of,
        "tables": {name: dict(counts) for name, counts in report.tables.items()},
        "checks": dict(report.checks),
        "seconds": dict(report.seconds),
        "processor_seconds": dict(report.processor_seconds),
        "unreachable": dict(report.unreachable),
        "derived": dict(report.derived),
    }


def _register() -> None:
    from orchestration.cli_archive import archive
    from orchestration.cli_contracts import contracts
    from orchestration.cli_dictionaries import dictionary, map_codes
    from orchestration.cli_kpis import kpi
    from orchestration.cli_labelling import label
    from orchestration.cli_landing import landing
    from orchestration.cli_plans import plan
    from orchestration.cli_quarantine import quarantine, replay
    from orchestration.cli_reports import report
    from orchestration.cli_users import users

    app.add_typer(users, name="users")
    app.add_typer(contracts, name="contracts")
    app.add_typer(quarantine, name="quarantine")
    app.add_typer(landing, name="landing")
    app.add_typer(dictionary, name="dictionary")
    app.add_typer(report, name="report")
    app.add_typer(kpi, name="kpi")
    app.add_typer(plan, name="plan")
    app.add_typer(archive, name="archive")
    app.command()(replay)
    app.command("map-codes")(map_codes)
    app.command()(label)


_register()

if __name__ == "__main__":
    main()
