"""One disclosure: its period, its table, its file, and what earlier ones forbid.

Belongs here: the steps, the register and the audit trail. Does not belong here: hiding cells (``hiding``),
arguments and messages (``orchestration.cli_reports``).

Two tables that share days or units and differ in the rest could be subtracted from each other. So the days of
two disclosures that share a unit are the same or have nothing in common; the same days of the same units are
handed out as the very same file, also when the warehouse was corrected since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from jingcang.access import Door, Identity
from jingcang.contracts.deployment import Deployment
from jingcang.errors import JingcangError
from jingcang.reports.briefing import document
from jingcang.reports.briefing.blocks import Block, Briefing, Heading, Piece, Table, fixed, paragraph, pieces
from jingcang.reports.briefing.figures import Register
from jingcang.reports.briefing.request import Request, check_maker, long_days, request_of
from jingcang.reports.briefing.tips import load_tips, seasonal
from jingcang.reports.briefing.values import Values
from jingcang.reports.community.hiding import hidden_cells, with_totals
from jingcang.statistics.periods import Period, latest
from jingcang.workbench import Workbench
from jingcang.workbench.reports import Disclosure, ReportBook

METRIC, COLUMN = "incidents_effective", "class_level1_label"
HIDDEN = "＊"
KINDS = {"week": "week", "month": "month"}


@dataclass(frozen=True)
class Released:
    """A disclosure as handed out now.

    Args:
        disclosure: the file with its number.
        is_again: it had been handed out before; the file is the same.
    """

    disclosure: Disclosure
    is_again: bool


def release(
    door: Door, workbench: Workbench, identity: Identity, *, as_of: date, units: Sequence[str], kind: str,
    recipient: str, deployment: Deployment,
) -> Released:  # fmt: skip
    """Hand out the table of the last complete week or month before a day.

    Args:
        door: the door.
        workbench: where the disclosures are kept.
        identity: who hands it out; 派出所领导 or 分局领导.
        as_of: day it is made for.
        units: unit numbers, empty for the whole scope.
        kind: ``week`` or ``month``.
        recipient: who receives it, for example the name of a 居委会.
        deployment: what the profile knows.

    Raises:
        JingcangError: no right, no recipient, days missing, the metric withheld, days or units that an earlier
            disclosure overlaps, or the audit trail cannot be written; then nothing is handed out.
    """
    check_maker(door, identity)
    if not recipient.strip():
        raise JingcangError(
            "请写明发给谁", rule="community_recipient", remedy="加上 --to，例如 --to 城东居委会"
        )
    values = Values(door, identity, tuple(sorted(set(units))))
    request = request_of(values, door, identity, as_of, deployment)
    period = latest(KINDS[kind], as_of, values.week_start(as_of))
    book = ReportBook(workbench)
    told = tuple(sorted(request.units or request.scope or _stations(values, request)))
    earlier = _earlier(book.disclosures(), period, told)
    if earlier is None:
        _check_whole(values, period)
        disclosure, shape = _made(values, request, period, told, identity, book)
    door.record(
        identity, "disclosure", "community", title=earlier.report_id if earlier else disclosure.report_id,
        recipient=recipient.strip()[:100], again=earlier is not None, units=list(told),
        period=[period.start.isoformat(), period.end.isoformat()],
    )  # fmt: skip
    if earlier is None:
        book.keep_disclosure(disclosure, shape)
    given = earlier or disclosure
    book.give(given.report_id, recipient.strip()[:100], identity.user_id)
    return Released(given, earlier is not None)


def _stations(values: Values, request: Request) -> tuple[str, ...]:
    if request.place_column == "unit_no":
        return tuple(request.places)
    return tuple({unit for (unit,) in values.parts(METRIC, request.period, ("unit_no",)) if unit}) or ("*",)


def _earlier(disclosures: Sequence[Disclosure], period: Period, units: tuple[str, ...]) -> Disclosure | None:
    """Return the disclosure of the same days and units, None without any that overlaps.

    Raises:
        JingcangError: one overlaps and is not the same.
    """
    for known in disclosures:
        is_apart = known.period_end <= period.start or period.end <= known.period_start
        if is_apart or not set(known.units) & set(units):
            continue
        if (known.period_start, known.period_end, known.units) == (period.start, period.end, units):
            return known
        said = f"{long_days(Period(known.period_start, known.period_end))}，{'、'.join(known.units)}"
        raise JingcangError(
            f"与已发出的社区版 {known.report_id}（{said}）重叠而不相同，两份相减会露出隐去的数",
            rule="community_overlap", remedy="请按已发出的时期和单位再取同一份，或等下一个不重叠的时期",
        )  # fmt: skip
    return None


def _check_whole(values: Values, period: Period) -> None:
    if reason := values.total(METRIC, period).withheld:
        raise JingcangError(
            f"{values.total(METRIC, period).name_zh}暂不显示：{reason}", rule="community_withheld"
        )
    if late := values.missing(period):
        raise JingcangError(
            f"{long_days(period)} 有 {len(late)} 天缺数，发出后不能更正，先不发", rule="community_complete",
            remedy="请等数据到齐后再生成",
        )  # fmt: skip


def _made(
    values: Values,
    request: Request,
    period: Period,
    units: tuple[str, ...],
    identity: Identity,
    book: ReportBook,
) -> tuple[Disclosure, dict[str, Any]]:
    parts = values.parts(METRIC, period, (request.place_column, COLUMN))
    places = sorted({place for place, _ in parts} | set(request.places), key=lambda place: (not place, place))
    kinds = sorted({kind for _, kind in parts}) or ["有效警情"]
    counts = [[max(parts.get((place, kind), 0), 0) for kind in kinds] for place in places]
    hidden = hidden_cells(counts)
    names = [request.places.get(place, place) or "未登记地区" for place in places]
    report_id = book.next_number(period.end, "GK")
    made_at = datetime.now(UTC)
    briefing = _briefing(values, request, period, names, kinds, counts, hidden)
    blank = Register(report_id, "community", period.end, values.generation.name, "", "", units, None)
    content, _ = document.write(
        briefing,
        blank,
        watermark=f"编号 {report_id}　供社区（居委会、综治）工作使用，不得公开张贴",
        made_at=made_at,
    )
    disclosure = Disclosure(
        report_id, period.start, period.end, units, len(hidden), values.generation.name, content,
        hashlib.sha256(content).hexdigest(), identity.user_id, made_at,
    )  # fmt: skip
    shape = {"places": places, "kinds": kinds, "hidden": sorted(list(cell) for cell in hidden)}
    return disclosure, shape


def _briefing(
    values: Values, request: Request, period: Period, names: Sequence[str], kinds: Sequence[str],
    counts: Sequence[Sequence[int]], hidden: set[tuple[int, int]],
) -> Briefing:  # fmt: skip
    table = with_totals(counts)
    rows: list[list[tuple[Piece, ...]]] = []
    for row, name in enumerate([*names, "合计"]):
        cells = [
            HIDDEN if (row, column) in hidden else f"{value:,}" for column, value in enumerate(table[row])
        ]
        rows.append([tuple(pieces(name)), *((fixed(text),) for text in cells)])
    is_total_shown = (len(names), len(kinds)) not in hidden
    total = values.total(METRIC, period)
    what = "责任区" if request.place_column == "area_no" else "单位"
    month = (period.end.month - 2) % 12 + 1 if period.end.day == 1 else period.end.month
    number: Piece = fixed(f"{table[-1][-1]:,}") if is_total_shown else HIDDEN
    body: list[Block] = [
        Heading("一、警情概况"),
        paragraph(fixed(long_days(period)), "，", *pieces(request.title), *pieces(total.name_zh), " ", number, " 起。"),
        Table((f"各{what}各大类警情",), [(what,), *((kind or "未映射",) for kind in kinds), ("合计",)], rows),
        paragraph(
            f"{HIDDEN} 为按规定隐去的数：起数较小的隐去，并多隐去几格以防倒推；零照常列出。", is_note=True
        ),
        Heading("二、防范提示"),
        paragraph(*pieces(seasonal(month, load_tips()).text)),
    ]  # fmt: skip
    appendix: list[Block] = [
        Heading("说明"),
        paragraph(
            fixed(
                f"口径：{total.definition_zh}（第 {total.version} 版）。版本 {values.generation.name}。"
                "同一时期只发一份，此后更正不另发。"
            ),
            is_note=True,
        ),
    ]  # fmt: skip
    return Briefing("社区警情通报", tuple(pieces(request.title)), tuple(body), tuple(appendix))
