"""KPIs of units compared fairly: may they be compared at all, and does one differ from its peers by more than chance.

Belongs here: the guard before a comparison (``guard``), the words (``judging``), months heaped at
their end (``month_ends``). Does not belong here: the statistics
(``jingcang.statistics``), definitions (``jingcang.contracts.kpis``), sums (``rpt_kpi_values``) and pages.
"""

from jingcang.kpis.guard import why_not_comparable
from jingcang.kpis.judging import NOT_APPLICABLE, TOO_FEW, JudgedUnit, UnitCounts, judge_units
from jingcang.kpis.month_ends import FEWEST_USES, MORE, JudgedMonth, UnitMonth, judge_months

__all__ = [
    "FEWEST_USES", "MORE", "NOT_APPLICABLE", "TOO_FEW", "JudgedMonth", "JudgedUnit", "UnitCounts", "UnitMonth",
    "judge_months", "judge_units", "why_not_comparable",
]  # fmt: skip
