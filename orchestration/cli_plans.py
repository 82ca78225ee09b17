"""``jingcang plan``: the task file of a saved plan of patrols, and what the duty system sends back.

Belongs here: arguments, messages, exit codes. Does not belong here: both formats (``jingcang.planning.task_file``) and
who may (``jingcang.access.patrol_plans``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jingcang.errors import JingcangError
from orchestration.cli_reports import ByOption, HomeOption, opened

plan = typer.Typer(help="巡防方案：导出任务文件，收勤务系统的回执", no_args_is_help=True)


@plan.command("export")
def export(
    number: Annotated[int, typer.Argument(help="方案编号，“下周建议”页上有")],
    by: ByOption,
    version: Annotated[
        int | None, typer.Option("--version", help="第几版（默认最新）", show_default=False)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="要写的文件（默认 任务文件_编号_版本.json）", show_default=False),
    ] = None,
    home: HomeOption = None,
) -> None:
    """导出一版已保存方案的任务文件（JSON），记入审计日志。"""
    from jingcang.access.patrol_plans import export_task, plan_of_number

    door, workbench, identity = opened(home, by)
    saved = plan_of_number(door, identity, workbench, number, version)
    content = export_task(door, identity, saved)
    target = output or Path(f"任务文件_{saved.plan_no}_{saved.version}.json")
    target.write_bytes(content)
    typer.echo(f"已写出 {target}：第 {saved.plan_no} 号方案第 {saved.version} 版，{len(saved.blocks()):,} 块")


@plan.command("read-back")
def read_back(
    file: Annotated[Path, typer.Argument(help="勤务系统的回执（JSON）")],
    by: ByOption,
    home: HomeOption = None,
) -> None:
    """收勤务系统的回执：哪些块已接、已完成、未完成、退回；坏文件一概不收。"""
    from jingcang.access.patrol_plans import take_return
    from jingcang.planning.task_file import STATES, state_counts

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise JingcangError("读不了这个文件", where=file.name, remedy="请核对路径和权限") from error
    door, workbench, identity = opened(home, by)
    kept = take_return(door, identity, workbench, raw)
    states = {int(number): state for number, state in kept.states.items()}
    counts = state_counts(states, list(states))
    told = "、".join(f"{words} {counts[state]:,} 块" for state, words in STATES.items() if state in counts)
    typer.echo(f"第 {kept.plan_no} 号方案第 {kept.version} 版的回执已收下：{told}")
