"""Plans of patrols for the week ahead: from counts and rosters to blocks, duty lines and a task file.

Belongs here: the capacity of shifts (``slots``), the plan and what a change by hand costs (``week``), fixed posts
(``posts``), the look back at
weeks no plan was made from (``held_out``), who goes where when (``duty``), the file for the duty system and what it
sends back (``task_file``). Does not belong here: the statistics (``jingcang.statistics.planning``), keeping plans
(``jingcang.workbench``, ``jingcang.access``), pages and duty sheets as documents (``jingcang.reports``).
"""

from jingcang.planning.duty import DutyLine, duty_lines, from_content, to_content
from jingcang.planning.held_out import Comparison, compare
from jingcang.planning.posts import FixedPost, PostPlan, fixed_posts
from jingcang.planning.slots import ROSTER_WEEKS, Slot, slots_of
from jingcang.planning.task_file import TaskReturn, read_return, task_file
from jingcang.planning.week import NEED_WEEKS, WeekPlan, plan_week, seed_of

__all__ = [
    "NEED_WEEKS", "ROSTER_WEEKS", "Comparison", "DutyLine", "FixedPost", "PostPlan", "Slot", "TaskReturn", "WeekPlan",
    "compare", "duty_lines", "fixed_posts", "from_content", "plan_week", "read_return", "seed_of", "slots_of",
    "task_file", "to_content",
]  # fmt: skip
