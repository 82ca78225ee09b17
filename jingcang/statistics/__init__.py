"""The methods of 警仓: comparison, intervals, effects, places and hours.

Belongs here: pure functions on numbers and arrays, each with formula, source and limits; results are frozen
dataclasses with ``estimate, standard_error, ci_low, ci_high, p_value`` where they apply.
Does not belong here: queries, charts, and the choice of periods, areas and controls.
"""

from .calendar import spring_festival, spring_festival_days
from .comparison import (
    Band,
    Comparison,
    chance_band,
    compare_counts,
    estimate_dispersion,
    false_discovery,
    verdict_after,
)  # fmt: skip
from .effects import (
    DetectableChange,
    Effect,
    effect_verdict,
    log_rate_ratio,
    minimum_detectable_change,
)  # fmt: skip
from .intervals import FunnelLimits, Interval, funnel_limits, poisson_interval, wilson_interval
from .places import aoristic_weights, coverage, pai

__all__ = [
    "Band", "Comparison", "DetectableChange", "Effect", "FunnelLimits", "Interval", "aoristic_weights",
    "chance_band", "compare_counts", "coverage", "effect_verdict", "estimate_dispersion", "false_discovery",
    "funnel_limits", "log_rate_ratio", "minimum_detectable_change", "pai", "poisson_interval",
    "spring_festival", "spring_festival_days", "verdict_after", "wilson_interval",
]  # fmt: skip
