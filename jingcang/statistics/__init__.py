"""The methods of 警仓: comparison, intervals, fairness, effects, places and hours.

Belongs here: pure functions on numbers and arrays, each with formula, source and limits; results are frozen
dataclasses with ``estimate, standard_error, ci_low, ci_high, p_value`` where they apply; an interval is the
tuple (low, high). Presence from GPS points is in ``presence``, patrol plans are in ``planning``.
Does not belong here: queries, charts, and the choice of periods, areas and controls.
"""

from .agreement import Agreement, kappa
from .calendar import spring_festival, spring_festival_days
from .comparability import Comparability, comparability, heaping, identical_share, practice_difference
from .comparison import (
    Band,
    Comparison,
    chance_band,
    compare_counts,
    estimate_dispersion,
    false_discovery,
    verdict_after,
)  # fmt: skip
from .composite import CompositeScore, composite_score
from .design import Design, Fault, Verdict, evaluate_design, judge_effect
from .displacement import (
    BasesDifferWarning,
    DisplacementDifference,
    DisplacementQuotient,
    wdd,
    wdq,
)  # fmt: skip
from .effects import (
    DetectableChange,
    Effect,
    effect_verdict,
    log_rate_ratio,
    minimum_detectable_change,
)  # fmt: skip
from .funnel import (
    FunnelLimits,
    Overdispersion,
    funnel_limits,
    funnel_word,
    is_rate_shown,
    overdispersion,
)  # fmt: skip
from .inputs import StatisticsInputError
from .intervals import Interval, poisson_interval, wilson_interval
from .panel import PanelEffect, panel_effect
from .places import aoristic_weights, coverage, minutes_per_incident, overlap, pai
from .reviews import ReviewedStratum, stratified_precision, stratified_recall
from .shrinkage import ShrunkenBaseline, ShrunkenRates, shrunken_baseline, shrunken_rates
from .standardisation import StandardisedRatio, indirect_standardisation
from .survival import SurvivalCurve, kaplan_meier

__all__ = [
    "Agreement", "Band", "BasesDifferWarning", "Comparability", "Comparison", "CompositeScore", "Design",
    "DetectableChange", "DisplacementDifference", "DisplacementQuotient", "Effect", "Fault", "FunnelLimits",
    "Interval", "Overdispersion", "PanelEffect", "ReviewedStratum", "ShrunkenBaseline", "ShrunkenRates",
    "StandardisedRatio", "StatisticsInputError", "SurvivalCurve", "Verdict", "aoristic_weights",
    "chance_band", "comparability", "compare_counts", "composite_score", "coverage", "effect_verdict",
    "estimate_dispersion", "evaluate_design", "false_discovery", "funnel_limits", "funnel_word", "heaping",
    "identical_share", "indirect_standardisation", "is_rate_shown", "judge_effect", "kaplan_meier", "kappa",
    "log_rate_ratio", "minimum_detectable_change", "minutes_per_incident", "overdispersion", "overlap", "pai",
    "panel_effect", "poisson_interval", "practice_difference", "shrunken_baseline", "shrunken_rates",
    "spring_festival", "spring_festival_days", "stratified_precision", "stratified_recall", "verdict_after",
    "wdd", "wdq", "wilson_interval",
]  # fmt: skip
