"""Where next: need, 15-minute blocks, fixed posts, and whether last plans would have met later events.

Belongs here: METHODS section 5 on arrays of area × hour. Does not belong here: duty sheets, task files, pages; what
patrols brought about themselves is no need and is left out before anything is added up.
"""

from .allocation import Plan, PlannedBlock, allocate_blocks, assign_crews, plan_value, random_blocks
from .backtest import PlanScore, compare_plans
from .need import HarmTable, Need, patrol_need
from .posts import Posts, maximal_covering, p_median

__all__ = [
    "HarmTable", "Need", "Plan", "PlanScore", "PlannedBlock", "Posts", "allocate_blocks", "assign_crews",
    "compare_plans", "maximal_covering", "p_median", "patrol_need", "plan_value", "random_blocks",
]  # fmt: skip
