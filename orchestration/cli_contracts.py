"""``jingcang contracts``: what a change of declarations breaks, for people and for a merge guard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jingcang.errors import JingcangError

if TYPE_CHECKING:
    from jingcang.contracts.compare import Change
    from jingcang.contracts.lineage import Consumers

contracts = typer.Typer(help="数据合同", no_args_is_help=True)

VERDICT_ZH = {"breaking": "破坏（breaking）", "compatible": "兼容（compatible）"}


@contracts.callback()
def _group() -> None:
    """Keep ``diff`` a named command although it is the only one."""


@contracts.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="旧的合同文件、合同文件夹或方案文件夹")],
    new: Annotated[Path, typer.Argument(help="新的合同文件、合同文件夹或方案文件夹")],
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象")] = False,
) -> None:
    """逐项比较两个版本的合同；有破坏性变化时退出码为 1。"""
    from jingcang.contracts.compare import compare_paths

    for path in (old, new):
        if not path.exists():
            raise JingcangError("要比较的合同不存在", where=path.name, remedy="给出存在的文件或文件夹")
    changes = sorted(compare_paths(old, new), key=lambda item: not item.is_breaking)
    consumers = _consumers(changes, old, new)
    breaking = sum(change.is_breaking for change in changes)
    for change, using in zip(changes, consumers, strict=True):
        typer.echo(line(change, using))
    typer.echo(f"共 {len(changes)} 项变化，其中破坏 {breaking} 项" if changes else "没有变化")
    if as_json:
        listed = [as_object(change, using) for change, using in zip(changes, consumers, strict=True)]
        counts = {"breaking": breaking, "compatible": len(changes) - breaking}
        typer.echo(json.dumps({**counts, "changes": listed}, ensure_ascii=False, default=str))
    if breaking:
        raise typer.Exit(1)


def _consumers(changes: list[Change], old: Path, new: Path) -> list[Consumers]:
    if not changes:
        return []
    from jingcang.contracts.change_consumers import ChangeConsumers

    known = ChangeConsumers(old, new)
    return [known.of(change) for change in changes]


def line(change: Change, using: Consumers) -> str:
    """Return the one line that says what changed, the verdict, why, and who consumes it."""
    place = f"{change.object_name}.{change.column}" if change.column else change.object_name
    values = (
        f"（{_shown(change.old)} → {_shown(change.new)}）" if (change.old, change.new) != (None, None) else ""
    )
    listed = [
        f"{title} {'、'.join(names)}"
        for title, names in (("模型", using.models), ("页面", using.pages), ("指标", using.kpis))
        if names
    ]
    who = "；".join(listed) or "没有模型、页面或指标使用"
    return (
        f"{VERDICT_ZH[change.verdict]}  {place}  {change.reason}：{change.reason_zh}{values}。使用者：{who}"
    )


def _shown(value: Any) -> str:
    if value is None:
        return "无"
    text = "、".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def as_object(change: Change, using: Consumers) -> dict[str, Any]:
    """Return one change as the object that ``--json`` lists."""
    return {
        "object": change.object_name, "kind": change.kind, "column": change.column, "verdict": change.verdict,
        "reason": change.reason, "reason_zh": change.reason_zh, "old": change.old, "new": change.new,
        "models": list(using.models), "pages": list(using.pages), "kpis": list(using.kpis),
    }  # fmt: skip
