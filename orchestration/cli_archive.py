"""``jingcang archive``: lists of volumes that should be in the archive and are not.

Belongs here: arguments, messages, exit codes. Does not belong here: what is due (``jingcang.access.filing_dues``) and
how the files look (``jingcang.reports.filing_dues``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from jingcang.errors import JingcangError
from orchestration.cli_reports import HomeOption, UnitOption, opened

archive = typer.Typer(help="档案：应归未归清单", no_args_is_help=True)


@archive.callback()
def _archive() -> None:
    """Keep the command a group."""


@archive.command("export-due")
def export_due(
    by: Annotated[str, typer.Option("--by", help="办理人的账号，考核员或廉政监督员")],
    unit: UnitOption = None,
    folder: Annotated[Path, typer.Option("--folder", help="写到哪个文件夹（默认当前文件夹）")] = Path("."),
    home: HomeOption = None,
) -> None:
    """导出应归未归：一个 Excel（每单位一张表）和每单位一个任务文件（JSON），记入审计日志。"""
    from jingcang.access.filing_dues import filing_dues, record_export
    from jingcang.reports.filing_dues import task_file, to_xlsx

    door, _, identity = opened(home, by)
    dues = filing_dues(door, identity, unit or ())
    if not dues:
        typer.echo("没有应归未归的案卷")
        return
    if not folder.is_dir():
        raise JingcangError("没有这个文件夹", where=str(folder), remedy="请先建好文件夹，或换一个 --folder")
    generation = door.generation()
    as_of = generation.as_of or dt.date.fromisoformat(generation.published_at[:10])
    record_export(door, identity, "xlsx", dues)
    book = folder / f"应归未归_{as_of.isoformat()}.xlsx"
    now = dt.datetime.now(dt.UTC).astimezone()
    book.write_bytes(
        to_xlsx(
            dues, as_of=as_of, source=f"数据截至 {as_of.isoformat()}；版本 {generation.name}",
            watermark=f"{identity.display_name}（{identity.user_id}）导出于 {now:%Y-%m-%d %H:%M}，仅限内部使用",
        )
    )  # fmt: skip
    typer.echo(f"已写出 {book}：{len(dues):,} 个单位，{sum(len(one.volumes) for one in dues):,} 卷")
    record_export(door, identity, "json", dues)
    for one in dues:
        target = folder / f"归档任务_{one.unit_no or '未登记单位'}_{as_of.isoformat()}.json"
        target.write_bytes(
            task_file(one, as_of=as_of, generation=generation.name, exported_by=identity.user_id)
        )
        typer.echo(f"已写出 {target}：{len(one.volumes):,} 卷，其中逾期 {one.overdue:,} 卷")
