"""``jingcang users``: accounts from the command line, passwords typed or read from an environment variable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from jingcang.errors import JingcangError
from jingcang.home import Home

users = typer.Typer(help="管理账号", no_args_is_help=True)

PASSWORD_VARIABLE = "JINGCANG_NEW_PASSWORD"

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="运行目录（默认 JINGCANG_HOME，否则 ./var）", show_default=False)
]


@users.command("add")
def add(
    user_id: Annotated[str, typer.Argument(help="账号名")],
    role: Annotated[str, typer.Option(help="角色，例如 leader_station、officer、steward")],
    name: Annotated[str, typer.Option(help="显示的姓名")],
    unit: Annotated[list[str] | None, typer.Option(help="单位编号，可重复；* 表示全部")] = None,
    officer_no: Annotated[str | None, typer.Option(help="警号（民警必填）")] = None,
    external: Annotated[str | None, typer.Option(help="统一身份认证的标识；有它就不设口令")] = None,
    home: HomeOption = None,
) -> None:
    """新增账号；口令从终端输入，或取自环境变量 JINGCANG_NEW_PASSWORD。"""
    from jingcang.access.accounts import add_account
    from jingcang.workbench import Workbench

    password = None
    if external is None:
        password = os.environ.get(PASSWORD_VARIABLE) or typer.prompt(
            "口令", hide_input=True, confirmation_prompt="再输入一次"
        )
    account = add_account(
        Workbench.open(Home.resolve(home)),
        user_id=user_id,
        display_name=name,
        role=role,
        unit_nos=tuple(unit or ()),
        officer_no=officer_no,
        password=password,
        external_subject=external,
    )
    typer.echo(f"已新增账号 {account.identity.user_id}（{account.identity.role_label}）")


@users.command("list")
def list_(home: HomeOption = None) -> None:
    """列出账号。"""
    from jingcang.access.accounts import list_accounts
    from jingcang.workbench import Workbench

    for account in list_accounts(Workbench.open(Home.resolve(home))):
        who = account.identity
        state = "停用" if account.is_disabled else "启用"
        scope = "、".join(who.unit_nos) or "无单位范围"
        typer.echo(f"{who.user_id}  {who.display_name}  {who.role_label}  {scope}  {state}")


@users.command("disable")
def disable(
    user_id: Annotated[str, typer.Argument(help="账号名")],
    home: HomeOption = None,
) -> None:
    """停用账号，立即结束其会话。"""
    from jingcang.access.accounts import disable_account, find_account
    from jingcang.workbench import Workbench

    workbench = Workbench.open(Home.resolve(home))
    if find_account(workbench, user_id) is None:
        raise JingcangError("没有这个账号", where=user_id, remedy="用 jingcang users list 查看")
    disable_account(workbench, user_id)
    typer.echo(f"已停用账号 {user_id}")
