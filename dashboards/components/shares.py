"""Shares of records with their interval, in words.

Belongs here: one share. Does not belong here: KPIs (``kpis``), comparing shares (``jingcang.statistics.verdicts``).
"""

from __future__ import annotations

from dashboards.components import wording
from jingcang.statistics import wilson_interval


def interval(hits: int, n: int, digits: int = 0) -> str:
    """Return the Wilson 95% interval of a share as 12%–34%, — without any record."""
    if not n:
        return wording.MISSING
    limits = wilson_interval(hits, n)
    return f"{100 * limits.ci_low:.{digits}f}%–{100 * limits.ci_high:.{digits}f}%"


def with_interval(hits: int, n: int, digits: int = 0) -> str:
    """Return a share as 23%（n/m），95% 区间 12%–34%; counts alone from fewer than ten, — without any record."""
    words = wording.share(hits, n, digits)
    return words if n < wording.SMALLEST_BASE else f"{words}，95% 区间 {interval(hits, n, digits)}"
