"""``jingcang map-codes`` and ``jingcang dictionary``: suggestions for values, a bureau's own codes.

Belongs here: arguments and messages. Does not belong here: finding suggestions and applying a table
(``jingcang.labelling.dictionaries``).
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated

import typer

from jingcang.errors import JingcangError

dictionary = typer.Typer(help="数据字典", no_args_is_help=True)

OwnOption = Annotated[
    Path | None,
    typer.Option("--own", help="本局自有字典的文件夹（dictionary import 写出的）", show_default=False),
]


@dictionary.command("list")
def list_dictionaries(own: OwnOption = None) -> None:
    """列出字典编号和代码数。"""
    from jingcang.labelling.dictionaries import dictionary_title, load_dictionaries

    for id_, known in load_dictionaries(_folders(own)).items():
        typer.echo(f"{id_}  {dictionary_title(id_)}  {len(known.codes):,} 个代码")


@dictionary.command("import")
def import_(
    workbook: Annotated[
        Path, typer.Argument(help="本局的代码表（.xlsx 或 .csv），列：代码、名称，可有上级代码、别名")
    ],
    dictionary: Annotated[str, typer.Option(help="字典编号，见 jingcang dictionary list")],
    output: Annotated[
        Path, typer.Option("--output", help="本局自有字典的文件夹：方案的 dictionaries 文件夹")
    ],
    sheet: Annotated[str | None, typer.Option(help="工作表名（默认第一张）", show_default=False)] = None,
    valid_from: Annotated[
        str | None, typer.Option(help="从哪一天起用，例如 2026-07-01（默认今天）", show_default=False)
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="新建一部本局自己的字典")] = False,
) -> None:
    """导入本局的代码表：列出与现行字典的差异，把有变化的代码写进本局的文件夹。"""
    from jingcang.labelling.dictionaries import KIND_ZH, import_table, read_workbook

    _check_id(dictionary, output, new=new)
    try:
        day = dt.date.fromisoformat(valid_from) if valid_from else dt.datetime.now().astimezone().date()
    except ValueError as error:
        raise JingcangError(f"日期写法不对：{valid_from}", remedy="请写成 2026-07-01 的形式") from error
    table = read_workbook(workbook, sheet)
    changes = import_table(dictionary, table, output, day=day, reference=f"本局代码表 {workbook.name}")
    for change in changes:
        typer.echo(f"{KIND_ZH[change.kind]}  {change.code}  {change.before or '—'} → {change.after or '—'}")
    counts = "，".join(
        f"{title} {sum(each.kind == kind for each in changes)}" for kind, title in KIND_ZH.items()
    )
    typer.echo(f"{len(table):,} 个代码，{counts}。已写入 {output}")


def map_codes(
    dictionary: Annotated[str, typer.Option(help="字典编号，见 docs/dictionaries.md，例如 case_class_8")],
    source: Annotated[Path, typer.Option("--input", help="CSV（UTF-8），列 source_value、count")],
    output: Annotated[Path, typer.Option("--output", help="要写的建议表（CSV，UTF-8）")],
    own: OwnOption = None,
) -> None:
    """为源系统的取值找字典代码：每个取值一行建议，auto 可直接采用，review 须人工核对。"""
    from jingcang.labelling.dictionaries import (
        Suggester,
        load_dictionaries,
        load_dictionary,
        read_values,
        suggest_all,
        write_suggestions,
    )

    folders = _folders(own)
    load_dictionary(dictionary, folders)  # an unknown id is told before the file is read
    values = read_values(source)
    suggestions = suggest_all(Suggester.of(dictionary, load_dictionaries(folders)), values)
    write_suggestions(output, suggestions)
    records = sum(value.count for value in values)
    automatic = [value for value, suggestion in suggestions if suggestion.decision == "auto"]
    covered = sum(value.count for value in automatic)
    typer.echo(
        f"{len(values):,} 个取值（{records:,} 条记录）：可直接采用 {len(automatic):,} 个"
        f"（{len(automatic) / len(values):.1%}；记录占 {covered / records if records else 0:.1%}），"
        f"须核对 {len(values) - len(automatic):,} 个。已写入 {output}"
    )


def _check_id(dictionary: str, folder: Path, *, new: bool) -> None:
    """Refuse, before the file is read, an id nobody knows, or a new one that is taken or no name of a file."""
    from jingcang.labelling.dictionaries import SEEDS, load_dictionaries, load_dictionary

    known = load_dictionaries((SEEDS, folder))
    if not new:
        if dictionary not in known:
            load_dictionary(dictionary)
    elif dictionary in load_dictionaries():
        raise JingcangError(
            f"本产品已有字典 {dictionary}", remedy="给新字典另起编号；要改这部字典，去掉 --new"
        )
    elif not re.fullmatch(r"\w+", dictionary):
        raise JingcangError(
            f"字典编号不能用：{dictionary}", remedy="只用汉字、字母、数字和下划线，例如 片区类型"
        )


def _folders(own: Path | None) -> tuple[Path, ...]:
    from jingcang.labelling.dictionaries import SEEDS

    if own is not None and not own.is_dir():
        raise JingcangError("没有这个文件夹", where=str(own), remedy="先运行 jingcang dictionary import")
    return (SEEDS,) if own is None else (SEEDS, own)
