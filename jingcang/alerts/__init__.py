"""Early warning over all classes and places: which weekly counts are watched, what alarms, and what is one alert.

Belongs here: the series of a deployment, the judgement of one week over all of them, the joining of alarms of one
cause; near repeats of chosen classes. Does not belong here: the methods (``jingcang.statistics``), when weeks are
judged and where the results land (``orchestration.alerts``), what leaders decide about an alert
(``jingcang.workbench.alert_decisions``).
"""

from __future__ import annotations

from jingcang.alerts.causes import KnownAlert, Placed, place
from jingcang.alerts.cells import LEVELS, Cell, Scope, WeeklyCounts, weekly_counts
from jingcang.alerts.evaluate import LOOKBACK, ScopeWeek, Signal, WeekResult, judge_week, weeks_to_judge
from jingcang.alerts.near_repeats import NearRepeat, near_repeats
from jingcang.alerts.rehearsal import Rehearsal, rehearse

__all__ = [
    "LEVELS", "LOOKBACK", "Cell", "KnownAlert", "NearRepeat", "Placed", "Rehearsal", "Scope", "ScopeWeek", "Signal",
    "WeekResult", "WeeklyCounts", "judge_week", "near_repeats", "place", "rehearse", "weekly_counts", "weeks_to_judge",
]  # fmt: skip
