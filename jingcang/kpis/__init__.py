"""KPIs of units compared fairly: may they be compared at all, and does one differ from its peers by more than chance.

Belongs here: the guard before a comparison (``guard``), the words (``judging``). Does not belong here: the statistics
(``jingcang.statistics``), definitions (``jingcang.contracts.kpis``), sums (``rpt_kpi_values``) and pages.
"""

from jingcang.kpis.guard import why_not_comparable
from jingcang.kpis.judging import NOT_APPLICABLE, TOO_FEW, JudgedUnit, UnitCounts, judge_units

__all__ = ["NOT_APPLICABLE", "TOO_FEW", "JudgedUnit", "UnitCounts", "judge_units", "why_not_comparable"]
