"""From a row a reader may see to the row as it was received, masked and audited.

Belongs here: the one way from the pages to landing. Does not belong here: finding rows (``landing.raw_rows``).

The reader names a row of ``rpt_quality_rows``; the door decides whether it is in scope, the audit trail is written,
and only then the raw file is opened. Values are masked by the class that the source contract gives the column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from jingcang.access import policy
from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.query import Query
from jingcang.contracts.model import Profile, SourceTable
from jingcang.home import Home
from jingcang.landing.judge import shape
from jingcang.landing.raw_rows import RawRow, RowEvent, raw_rows, row_events

NOT_SHOWN = "（不显示）"

ROW = Query(
    "核查·一行",
    """
    select quality_row_id, check_id, row_state, object_name, row_key, source_system, source_table, source_key,
        source_file, source_line, batch_id, unit_no, event_date, fix_no
    from {rpt_quality_rows}
    where quality_row_id = $row and check_id = $check
    """,
    {"row": str, "check": str},
)


@dataclass(frozen=True)
class SourceRow:
    """A failing row with its origin.

    Args:
        row: columns of ``rpt_quality_rows``.
        table: the source table, None when the row is made of many rows or its table is not in the profile.
        received: the rows as received, values masked for the reader.
        events: what every batch said about the key, oldest first.
        is_sealed: the row became a sealed record; neither values nor events are given.
    """

    row: dict[str, Any]
    table: SourceTable | None = None
    received: list[RawRow] = field(default_factory=list)
    events: list[RowEvent] = field(default_factory=list)
    is_sealed: bool = False


def read_source_row(
    door: Door, identity: Identity, home: Home, profile: Profile | None, *, check_id: str, row_id: str
) -> SourceRow | None:
    """Return one failing row with its received values.

    Args:
        door, identity: who asks through which door.
        home: where landing lives.
        profile: the profile that built the generation; None when it cannot be loaded.
        check_id, row_id: the row.

    Returns:
        None when no such row is in the reader's scope.

    Raises:
        Forbidden: the role may not see failing rows.
        JingcangError: the audit cannot be written.
    """
    rows = door.run(ROW, identity, row=row_id, check=check_id).to_dicts()
    if not rows:
        return None
    row = rows[0]
    name = f"{row['source_system']}.{row['source_table']}"
    table = next((table for table in profile.tables if table.qualified == name), None) if profile else None
    if table is None or not row["source_key"] or not row["batch_id"]:
        return SourceRow(row, table)
    # Batches name their table with the system, some fact tables without.
    if any(door.is_sealed_source_row(known, row["source_key"]) for known in (name, row["source_table"])):
        door.record(identity, "query_denied", name, check=check_id, row=row_id, reason="sealed")
        return SourceRow(row, table, is_sealed=True)
    door.record(identity, "source_row_read", name, check=check_id, row=row_id)
    received = raw_rows(
        home, table, row["batch_id"], source_key=row["source_key"],
        source_file=row["source_file"] or "", source_line=row["source_line"],
    )  # fmt: skip
    masks = policy.ROLE_MASKS[identity.role]
    return SourceRow(
        row,
        table,
        [RawRow(item.path, item.file, item.line, _masked(item.values, table, masks)) for item in received],
        row_events(home, table, row["source_key"]),
    )


def _masked(
    values: dict[str, str | None], table: SourceTable, masks: dict[str, policy.Mask]
) -> dict[str, str | None]:
    shown: dict[str, str | None] = {}
    for name, value in values.items():
        mask = masks.get(table.column(name).classification, "omit")
        if value is None or mask == "clear":
            shown[name] = value
        elif mask == "mask":
            shown[name] = pl.select(shape(pl.lit(value))).item()
        else:
            shown[name] = NOT_SHOWN
    return shown
