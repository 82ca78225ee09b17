"""The methods of 警仓: comparison, early warning, places and hours, forecasts, intervals, fairness, effects.

Belongs here: pure functions on numbers and arrays, each with formula, source and limits; results are frozen
dataclasses with ``estimate, standard_error, ci_low, ci_high, p_value`` where they apply; an interval is the
tuple (low, high). Lists, numpy arrays, polars and pandas series are taken alike; missing values are refused,
not read as zero. Presence from GPS points is in ``presence``, patrol plans are in ``planning``.
Does not belong here: queries, charts, and the choice of periods, areas and controls.
"""

from .agreement import Agreement, kappa
from .alarm_budget import Replay, alarm_alpha, early_warning, replay
from .bands import Band, chance_band, estimate_dispersion
from .calendar import festival_regressors, spring_festival, spring_festival_days
from .calibration import CalibrationWeights, calibration_weights
from .comparability import (
    Comparability,
    comparability,
    heaping,
    identical_share,
    practice_difference,
    round_share,
)
from .comparison import Comparison, compare_counts, false_discovery, verdict_after
from .composite import CompositeScore, composite_score
from .concentration import (
    ChanceConcentration,
    ConcentrationCurve,
    chance_concentration,
    concentration_curve,
    generalised_gini,
    gini,
)
from .cusum import CusumChart, cusum_run_length, cusum_threshold, ewma, poisson_cusum
from .design import Design, Fault, Verdict, evaluate_design, judge_effect
from .displacement import BasesDifferWarning, DisplacementDifference, DisplacementQuotient, wdd, wdq
from .distributions import CountDistribution
from .effects import DetectableChange, Effect, effect_verdict, log_rate_ratio, minimum_detectable_change
from .farrington import farrington_flexible
from .forecasting import (
    SampleForecast,
    crps,
    level_forecast,
    prediction_interval,
    regression_forecast,
    seasonal_naive,
)
from .funnel import FunnelLimits, Overdispersion, funnel_limits, funnel_word, is_rate_shown, overdispersion
from .hot_areas import HotCells, LocalStatistic, gi_star, hot_cells
from .hot_lists import HotList, hot_list
from .hours import AoristicProfile, aoristic_profile, aoristic_weights
from .inputs import StatisticsInputError
from .intervals import Interval, poisson_interval, wilson_interval
from .model_choice import ForecastChoice, ModelScore, forecast_choice
from .month_end import MonthEnd, month_end_share
from .near_repeat import KnoxTable, knox, near_repeat_flags
from .panel import PanelEffect, panel_effect
from .places import coverage, minutes_per_incident, overlap, pai, pei, rri
from .pre_trend import PreTrend, pre_trend
from .quantiles import BandedQuantile, banded_quantile
from .reviews import ReviewedStratum, stratified_precision, stratified_recall
from .scan import ScanCluster, circular_scan
from .scoring import (
    LossComparison,
    crps_negative_binomial,
    crps_poisson,
    crps_sample,
    diebold_mariano,
    interval_coverage,
)
from .shrinkage import ShrunkenBaseline, ShrunkenRates, shrunken_baseline, shrunken_rates
from .standardisation import StandardisedRatio, indirect_standardisation
from .surveillance import EarlyWarning, gamma_poisson_band
from .survival import SurvivalCurve, kaplan_meier

__all__ = [
    "Agreement",
    "AoristicProfile",
    "Band",
    "BandedQuantile",
    "BasesDifferWarning",
    "CalibrationWeights",
    "ChanceConcentration",
    "Comparability",
    "Comparison",
    "CompositeScore",
    "ConcentrationCurve",
    "CountDistribution",
    "CusumChart",
    "Design",
    "DetectableChange",
    "DisplacementDifference",
    "DisplacementQuotient",
    "EarlyWarning",
    "Effect",
    "Fault",
    "ForecastChoice",
    "FunnelLimits",
    "HotCells",
    "HotList",
    "Interval",
    "KnoxTable",
    "LocalStatistic",
    "LossComparison",
    "ModelScore",
    "MonthEnd",
    "Overdispersion",
    "PanelEffect",
    "PreTrend",
    "Replay",
    "ReviewedStratum",
    "SampleForecast",
    "ScanCluster",
    "ShrunkenBaseline",
    "ShrunkenRates",
    "StandardisedRatio",
    "StatisticsInputError",
    "SurvivalCurve",
    "Verdict",
    "alarm_alpha",
    "aoristic_profile",
    "aoristic_weights",
    "banded_quantile",
    "calibration_weights",
    "chance_band",
    "chance_concentration",
    "circular_scan",
    "comparability",
    "compare_counts",
    "composite_score",
    "concentration_curve",
    "coverage",
    "crps",
    "crps_negative_binomial",
    "crps_poisson",
    "crps_sample",
    "cusum_run_length",
    "cusum_threshold",
    "diebold_mariano",
    "early_warning",
    "effect_verdict",
    "estimate_dispersion",
    "evaluate_design",
    "ewma",
    "false_discovery",
    "farrington_flexible",
    "festival_regressors",
    "forecast_choice",
    "funnel_limits",
    "funnel_word",
    "gamma_poisson_band",
    "generalised_gini",
    "gi_star",
    "gini",
    "heaping",
    "hot_cells",
    "hot_list",
    "identical_share",
    "indirect_standardisation",
    "interval_coverage",
    "is_rate_shown",
    "judge_effect",
    "kaplan_meier",
    "kappa",
    "knox",
    "level_forecast",
    "log_rate_ratio",
    "minimum_detectable_change",
    "minutes_per_incident",
    "month_end_share",
    "near_repeat_flags",
    "overdispersion",
    "overlap",
    "pai",
    "panel_effect",
    "pei",
    "poisson_cusum",
    "poisson_interval",
    "practice_difference",
    "pre_trend",
    "prediction_interval",
    "regression_forecast",
    "replay",
    "round_share",
    "rri",
    "seasonal_naive",
    "shrunken_baseline",
    "shrunken_rates",
    "spring_festival",
    "spring_festival_days",
    "stratified_precision",
    "stratified_recall",
    "verdict_after",
    "wdd",
    "wdq",
    "wilson_interval",
]  # fmt: skip
