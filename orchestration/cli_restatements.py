"""The command ``restatements``: a number as it was published and as it is now.

Belongs here: arguments and messages. Does not belong here: the ledger (``jingcang.access.restatements``).
"""

from __future__ import annotations

import datetime as dt

from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.access.metrics import metric_of
from jingcang.access.restatements import ROWS, Restatement, restatement
from jingcang.errors import JingcangError
from jingcang.home import Home

_OPERATOR = Identity("cli", "命令行", "leader_bureau", (ALL_UNITS,))


def period_of(text: str) -> tuple[dt.date, dt.date]:
    """Return the days of ``2026-06`` or ``2026-06-01..2026-06-28`` (both days included) as a half-open period.

    Raises:
        JingcangError: neither.
    """
    try:
        if ".." in text:
            first, _, last = text.partition("..")
            start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last) + dt.timedelta(1)
        else:
            start = dt.date.fromisoformat(f"{text}-01")
            end = (start + dt.timedelta(31)).replace(day=1)
    except ValueError as error:
        raise JingcangError(
            f"期间写法不对：{text}", remedy="请写成 2026-06 或 2026-06-01..2026-06-28"
        ) from error
    if end <= start:
        raise JingcangError(f"期间写法不对：{text}", remedy="末日不能早于首日")
    return start, end


def lines(home: Home, metric: str, period: str, unit: str, area: str, since: str, *, rows: bool) -> list[str]:
    """Return what the command prints.

    Raises:
        JingcangError: see :func:`jingcang.access.restatements.restatement`.
    """
    door = Door(home, is_current=lambda identity: True)
    start, end = period_of(period)
    units = [unit] if unit else []
    found = restatement(door, _OPERATOR, metric, (start, end), units=units, area=area, since=since)
    if found is None:
        return ["这一整期此前没有发布过，没有可比的数"]
    said = _told(found)
    if rows:
        listed = door.run(
            ROWS.of(metric_of(metric)), _OPERATOR, start=start, end=end, units=units, area=area,
            publications=list(found.later),
        )  # fmt: skip
        sides = {"before": "改前", "after": "改后"}
        for row in listed.to_dicts():
            where = f"{row['source_table']} {row['source_key']} {row['source_file']}:{row['source_line']}"
            said.append(
                f"  {row['cause_label']}  {sides[row['side_code']]} {row['record_count']:+d}  {row['incident_no']}  "
                f"{row['event_date']}  {row['unit_no'] or '—'}  {row['class_label'] or '—'}  {where}"
            )
    return said


def _told(found: Restatement) -> list[str]:
    last = found.end - dt.timedelta(1)
    said = [
        f"{found.name_zh}  {found.start} 至 {last}",
        f"版本 {found.generation}（数据截至 {found.published_as_of}）发布 {found.published:,} {found.unit}，"
        f"现为 {found.now:,} {found.unit}",
    ]
    said += [f"  {part.label} {part.moved:+,} {found.unit}（{part.incidents:,} 条）" for part in found.parts]
    if found.is_redefined:
        said.append("口径在这期间改过：发布数按现行口径重算")
    if found.kept is not None:
        agrees = (
            "相符"
            if found.kept == found.published
            else "口径不同"
            if found.is_redefined
            else "不符，请告知数据管理员"
        )
        said.append(f"当时存下的数：{found.kept:,} {found.unit}（{agrees}）")
    return said
