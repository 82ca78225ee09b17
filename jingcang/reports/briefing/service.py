"""Making and checking briefings: the steps that the command and the page share.

Belongs here: rights, the order of the steps, the register and the audit trail. Does not belong here: arguments
and messages (``orchestration.cli_reports``), the button (``dashboards``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jingcang.access import Door, Identity
from jingcang.contracts.deployment import Deployment
from jingcang.errors import JingcangError
from jingcang.reports.briefing import document
from jingcang.reports.briefing.figures import Register, from_row, to_row
from jingcang.reports.briefing.reading import read, report_id_of
from jingcang.reports.briefing.request import check_maker, request_of
from jingcang.reports.briefing.values import Values
from jingcang.reports.briefing.verification import Finding, compare
from jingcang.reports.briefing.weekly import compose
from jingcang.reports.briefing.workbook import workbook
from jingcang.workbench import Workbench
from jingcang.workbench.reports import ReportBook

WEEKLY = "weekly"
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Made:
    """A briefing that was handed out.

    Args:
        register: what the warehouse keeps of it.
        docx, xlsx: the two files, with the same figures.
    """

    register: Register
    docx: bytes
    xlsx: bytes


@dataclass(frozen=True)
class Checked:
    """Result of :func:`verify`.

    Args:
        register: the briefing as handed out.
        generation: generation it was checked against.
        findings: what does not agree, in the order of the text.
    """

    register: Register
    generation: str
    findings: tuple[Finding, ...]


def make_weekly(
    door: Door, workbench: Workbench, identity: Identity, *, as_of: date, units: Sequence[str],
    deployment: Deployment, progress: Progress = lambda share, words: None,
) -> Made:  # fmt: skip
    """Make the briefing of the last complete week before a day; it is registered and in the audit trail.

    Args:
        door: the door.
        workbench: where the register is kept.
        identity: who asks; 派出所领导 or 分局领导.
        as_of: day it is made for.
        units: unit numbers, empty for the whole scope.
        deployment: what the profile knows.
        progress: told the share done and the step.

    Raises:
        JingcangError: no right, a day or unit that cannot be told of, nothing published, or the audit trail cannot be
            written; then there is no briefing.
    """
    check_maker(door, identity)
    progress(0.05, "核对权限和时期")
    values = Values(door, identity, tuple(sorted(set(units))))
    request = request_of(values, door, identity, as_of, deployment)
    book, made_at = ReportBook(workbench), datetime.now(UTC)
    report_id = book.next_number(as_of)
    progress(0.15, "按指标计数、比较")
    briefing = compose(values, request)
    progress(0.75, "排版")
    generation = values.generation
    blank = Register(
        report_id, WEEKLY, as_of, generation.name, generation.content_hash, generation.profile, request.units,
        request.scope, made_by=identity.user_id,
    )  # fmt: skip
    watermark = (
        f"内部资料　{identity.display_name}（{identity.user_id}）{made_at.astimezone():%Y-%m-%d %H:%M} 生成　"
        f"编号 {report_id}"
    )
    content, register = document.write(briefing, blank, watermark=watermark, made_at=made_at)
    sheets = workbook(briefing, watermark=watermark)
    progress(0.9, "登记")
    door.record(
        identity, "export", "briefing", kind="docx", title=report_id, rows=len(register.figures),
        generation=register.generation, as_of=as_of.isoformat(), units=list(register.units),
    )  # fmt: skip
    book.keep_briefing(_row(register))
    progress(1.0, "完成")
    return Made(register, content, sheets)


def verify(door: Door, workbench: Workbench, identity: Identity, path: Path) -> Checked:
    """Compute the figures of an edited briefing anew and return what does not agree.

    Args:
        door: the door.
        workbench: where the register is kept.
        identity: who asks; the scope must be the briefing's.
        path: the file.

    Raises:
        JingcangError: no right, not a briefing, a briefing of another warehouse, or another scope.
    """
    check_maker(door, identity)
    report_id = report_id_of(path)
    row = ReportBook(workbench).briefing(report_id)
    if row is None:
        raise JingcangError(
            f"编号 {report_id} 的简报不是本仓库生成的", where=path.name, rule="briefing_register",
            remedy="请到生成它的运行目录核对；数字来自另一个仓库，本仓库无从核对",
        )  # fmt: skip
    register = _register(row)
    if door.generation().profile != register.profile or door.scope_units(identity) != register.scope:
        door.record(identity, "report_denied", "briefing", reason="scope", title=report_id)
        raise JingcangError(
            f"简报 {report_id} 是按另一个范围生成的，用这个账号核对会算出不同的数", where=path.name,
            rule="briefing_scope", remedy=f"请由生成人（{register.made_by}）或范围相同的领导账号核对",
        )  # fmt: skip
    content = read(path, frozenset(figure.section for figure in register.figures))
    values = Values(door, identity, register.units)
    now = values.texts([figure.recipe for figure in register.figures])
    findings = tuple(compare(content, register, now))
    door.record(identity, "report_verified", "briefing", title=report_id, findings=len(findings))
    return Checked(register, values.generation.name, findings)


def _row(register: Register) -> dict[str, Any]:
    return {
        "report_id": register.report_id, "kind": register.kind, "as_of": register.as_of,
        "generation": register.generation, "content_hash": register.content_hash, "profile": register.profile,
        "units": list(register.units), "scope": None if register.scope is None else list(register.scope),
        "figures": [to_row(figure) for figure in register.figures],
        "appendix_digest": register.appendix_digest, "made_by": register.made_by,
    }  # fmt: skip


def _register(row: dict[str, Any]) -> Register:
    kept = {name: value for name, value in row.items() if name != "made_at"}
    kept["units"] = tuple(kept["units"])
    kept["scope"] = None if kept["scope"] is None else tuple(kept["scope"])
    kept["figures"] = tuple(from_row(figure) for figure in kept["figures"])
    return Register(**kept)
