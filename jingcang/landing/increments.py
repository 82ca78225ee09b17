"""How far a pull of an incremental table reaches back: overlap behind the watermark, periodic full comparison.

Belongs here: deciding from the contract and the last run's cursor what the next pull asks for. Does not
belong here: asking (connectors) and finding out what is new (``versions``).

A watermark shows neither a row changed without moving it nor, where the source lists no keys, a row that
arrives with an older one. The contract therefore says how many days may pass between full comparisons: then every
row is pulled, compared by key and row hash, and whatever the increments could not see is news like any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from jingcang.contracts import SourceTable

#: Cursor entry: ISO date of the last full comparison.
COMPARED = "compared"
_ISO = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


def pull_since(table: SourceTable, cursor: Mapping[str, Any], as_of: dt.date) -> str | None:
    """Return the watermark from which a pull starts (inclusive), None when every row is pulled.

    Args:
        table: contract; only ``strategy: incremental`` with a key has increments.
        cursor: ``watermark``, ``watermark_version`` and ``compared`` of the last run.
        as_of: the run's date.
    """
    since: str | None = cursor.get("watermark")
    if table.strategy != "incremental" or not table.key or since is None or _is_due(table, cursor, as_of):
        return None
    if table.overlap_minutes == 0:
        return since
    with suppress(ValueError, OverflowError):
        moment = dt.datetime.fromisoformat(cursor["watermark_version"])
        formats = table.column(table.watermark or "").formats
        written = next((known for known in _ISO if known in formats), formats[0])
        return (moment - dt.timedelta(minutes=table.overlap_minutes)).strftime(written)
    return since


def compared_on(cursor: Mapping[str, Any], since: str | None, as_of: dt.date) -> dict[str, str]:
    """Return the cursor entry of a pull: today when every row was pulled, else the day carried on."""
    if since is None:
        return {COMPARED: as_of.isoformat()}
    return {COMPARED: cursor[COMPARED]} if COMPARED in cursor else {}


def _is_due(table: SourceTable, cursor: Mapping[str, Any], as_of: dt.date) -> bool:
    if table.full_compare_days == 0:
        return False
    try:
        last = dt.date.fromisoformat(cursor[COMPARED])
    except (KeyError, ValueError):
        return True
    return abs((as_of - last).days) >= table.full_compare_days
