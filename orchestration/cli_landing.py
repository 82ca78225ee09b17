"""``jingcang landing``: the files of the landing zone, compared in full and freed.

Belongs here: options, wording of results. Does not belong here: what is done (``jingcang.landing``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jingcang.home import Home

landing = typer.Typer(help="检查与清理入库区", no_args_is_help=True)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="运行目录（默认 JINGCANG_HOME，否则 ./var）", show_default=False)
]


@landing.command("verify")
def verify(home: HomeOption = None) -> None:
    """逐字节核对入库文件；损坏的移入 landing/damaged，下次运行重新生成或重新读取。"""
    from jingcang.landing import isolate_damaged
    from orchestration import lease

    where = Home.resolve(home)
    with lease.hold(where, "核对入库文件"):
        problems = isolate_damaged(where)
    for problem in problems:
        typer.echo(problem)
    if problems:
        typer.echo(f"{len(problems)} 个文件有问题；请运行 jingcang run 重新生成")
        raise typer.Exit(1)
    typer.echo("全部入库文件与登记的校验值一致")


@landing.command("release")
def release(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说明会清理什么")] = False,
    home: HomeOption = None,
) -> None:
    """按 landing.keep_superseded_days 清理被整体替换的批次的原始文件。"""
    from jingcang.config import load_settings
    from orchestration import lease
    from orchestration.publish.assets import release_raw
    from orchestration.run import open_profile, resolve_as_of

    where = Home.resolve(home)
    settings = load_settings(where)
    if settings.landing.keep_superseded_days == 0:
        typer.echo("未启用清理（landing.keep_superseded_days = 0）")
        return
    with lease.hold(where, "清理入库文件"):
        as_of = resolve_as_of(where, open_profile(where), None)
        freed = release_raw(where, settings, as_of, dry_run=dry_run)
    typer.echo(f"{'将清理' if dry_run else '已清理'}：{freed.in_words()}")
