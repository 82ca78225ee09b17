"""Rows of 接警单 in any number, the same in every run.

Belongs here: where the rows come from (``calls.sql``). Does not belong here: where they are kept.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

AS_OF = dt.date(2026, 6, 30)
DAYS = 3000
_SQL = Path(__file__).with_suffix(".sql")


def rows_sql(rows: int, first: int = 0, last: int | None = None) -> str:
    """Return the query that makes rows.

    Args:
        rows: of the whole table; decides how many lie on a day.
        first, last: numbers of the rows wanted, ``last`` excluded; default: all.
    """
    return _SQL.read_text(encoding="utf-8").format(
        rows=rows, days=DAYS, first=first, last=rows if last is None else last
    )
