"""An effect from many units and periods: fixed effects for both.

Belongs here: the public function alone. Does not belong here: checks of the frame (``panel_frame``), the fit
(``two_way``), standard errors (``panel_inference``), the periods before the start (``event_study``).

Sources: METHODS section 4 (Poisson fixed effects cell + week, clustered by cell); Wooldridge 1999, J. Econom.
90:77–97 (Poisson fixed effects need only the right mean, counts need not be Poisson).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from .effects import Effect
from .event_study import EventStudy, event_study
from .inputs import Array, StatisticsInputError, check_level
from .panel_frame import Panel, assignment_groups
from .panel_inference import (
    CLUSTER,
    HETEROSKEDASTIC,
    MODEL,
    Covariance,
    HalfWidth,
    Randomisation,
    covariance,
    randomise,
)
from .two_way import Fit, TwoWay, fit_linear, fit_poisson

POISSON, LINEAR = "poisson", "linear"
# METHODS section 4: with fewer clusters the p value comes from re-drawing who was treated.
MIN_CLUSTERS = 20
# MacKinnon & Webb 2017, J. Appl. Econom. 32:233–254: with so few clusters on one side the clustered standard
# error is far too small however many there are on the other.
MIN_CLUSTERS_ON_A_SIDE = 5


@dataclass(frozen=True)
class PanelEffect:
    """Result of :func:`panel_effect`.

    Args:
        estimate: log rate ratio (Poisson) or difference (linear) of one unit of ``treated``.
        standard_error: by ``covariance``.
        ci_low: lower limit; see :func:`panel_effect`.
        ci_high: upper limit.
        p_value: two-sided, by ``p_value_method``.
        p_value_method: ``t``, ``normal`` or ``randomisation``.
        percent: 100 × (exp(estimate) − 1) for Poisson; nan for linear.
        level: confidence level.
        model: ``poisson`` or ``linear``.
        covariance: ``cluster``, ``hc1``, or ``model`` where no residual freedom is left.
        clusters: number of clusters; 0 without.
        treated_clusters: clusters (units, without clusters) ever treated.
        randomisation: p from re-drawing who was treated; None where there are enough clusters (units).
        event_study: effects by period around the start; None where there is none.
        event_study_note: why there is none; empty otherwise.
        pre_trend_p_value: of the leads, jointly; nan where it cannot be tested.
        is_staggered: units start at different periods; then a single estimate mixes effects of different
            age and can mislead if they change with time (Goodman-Bacon 2021).
        observations: rows used.
        units: units used.
        periods: periods used.
        dropped_units: units without any event, which carry no information in a Poisson model.
        dropped_periods: periods without any event, likewise.
        dropped_observations: rows of these.
        half_width: level → half the width of the interval, by the method of ``ci_low`` and ``ci_high``.
    """

    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    p_value: float
    p_value_method: str
    percent: float
    level: float
    model: str
    covariance: str
    clusters: int
    treated_clusters: int
    randomisation: Randomisation | None
    event_study: EventStudy | None
    event_study_note: str
    pre_trend_p_value: float
    is_staggered: bool
    observations: int
    units: int
    periods: int
    dropped_units: int
    dropped_periods: int
    dropped_observations: int
    half_width: HalfWidth = field(repr=False, compare=False)

    def as_effect(self) -> Effect:
        """Return the effect for :func:`judge_effect` (Poisson only)."""
        if self.model != POISSON:
            raise StatisticsInputError(
                "只有泊松模型的效果能按百分比下结论", where="model", remedy="请用 poisson"
            )
        return Effect(
            self.estimate,
            self.standard_error,
            self.ci_low,
            self.ci_high,
            self.p_value,
            self.percent,
            self.level,
            is_corrected=False,
            half_width=self.half_width,
        )


def panel_effect(
    frame: Any,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: str,
    cluster: str | None = None,
    model: str = POISSON,
    level: float = 0.95,
    event_window: int = 6,
    draws: int = 999,
    seed: int = 0,
) -> PanelEffect:
    """Estimate an effect with unit and time fixed effects.

    Args:
        frame: polars or pandas frame or dict of columns, one row a unit × time; units may lack periods.
        unit: column of units.
        time: column of periods: numbers, dates, ordered categories, or texts that differ in their numbers alone.
        outcome: column of outcomes; counts (not negative) for Poisson.
        treated: column that is 0 before and without the measure and 1 (or its dosage) from its start on.
        cluster: column of clusters, ``unit`` in most designs: periods of one unit resemble each other, and
            without clusters the interval is then too narrow. None: heteroskedasticity-robust (HC1).
        model: ``poisson`` (log scale, ratio of rates) or ``linear``.
        level: confidence level.
        event_window: periods shown before and after the start, those beyond joined to the last.
        draws: random assignments where fewer than 20 clusters do not allow all.
        seed: of the draws.

    Returns:
        See :class:`PanelEffect`. Coefficients and standard errors are those of R's fixest (``feols``,
        ``fepois`` with ssc fixef.K = "nested"): clusters G/(G−1) × (n−1)/(n−K), K without the fixed effects
        nested in clusters (but one); HC1 n/(n−K). statsmodels with dummies counts all of them in K. Interval:
        t with G − 1 for clusters (also for Poisson, where fixest takes the normal), normal for Poisson HC1,
        t with n − K for linear HC1. With fewer than 20 named clusters, or fewer than 5 treated or 5 untreated
        ones, ``p_value`` is that of the randomisation; in the latter case so is the interval (its critical
        value times the root of the inverse information). Two units × two periods leave no residual: the
        Poisson standard error is then √(Σ 1/count), as in :func:`log_rate_ratio`.

    Raises:
        StatisticsInputError: missing columns or values, double rows, negative counts, treatment that does
            not vary beyond the fixed effects, no finite estimate.
    """
    check_level(level)
    if model not in (POISSON, LINEAR):
        raise StatisticsInputError(
            f"不认识的模型 {model}", where="model", remedy=f"请用 {POISSON} 或 {LINEAR}"
        )
    data = Panel.read(frame, unit, time, outcome, treated, cluster, model == POISSON)
    effects = TwoWay(data.unit, data.time)

    def fit(columns: Array) -> Fit:
        return (fit_poisson if model == POISSON else fit_linear)(effects, data.outcome, columns)

    def half_width(spread: Covariance, error: float) -> HalfWidth:
        is_normal = spread.kind == MODEL or (spread.kind == HETEROSKEDASTIC and model == POISSON)
        return HalfWidth(error, None if is_normal else spread.degrees)

    if model == POISSON and not data.outcome[data.treated != 0].any():
        raise StatisticsInputError(
            "干预期间一起也没有，泊松模型没有有限的估计",
            where=outcome,
            remedy="请改用 model='linear'，或用 log_rate_ratio（零计数加 0.5）",
        )
    found = fit(data.treated[:, None])
    spread = covariance(found, effects, data.cluster)
    estimate, error = float(found.coefficients[0]), math.sqrt(float(spread.matrix[0, 0]))
    width = half_width(spread, error)
    ratio = abs(estimate) / error if error > 0 else math.nan
    if spread.kind == CLUSTER or (spread.kind == HETEROSKEDASTIC and model == LINEAR):
        p_value, method = float(2 * stats.t.sf(ratio, spread.degrees)), "t"
    else:
        p_value, method = float(2 * stats.norm.sf(ratio)), "normal"
    groups = assignment_groups(data)
    of_treatment = data.unit if data.cluster is None else data.cluster
    clusters = int(of_treatment.max()) + 1
    treated_clusters = len(np.unique(of_treatment[data.treated != 0]))
    randomisation = None
    is_lopsided = min(treated_clusters, clusters - treated_clusters) < MIN_CLUSTERS_ON_A_SIDE
    if clusters < MIN_CLUSTERS or is_lopsided:
        null = fit(np.empty((len(data.outcome), 0)))
        randomisation = randomise(null, effects, data.treated, groups, draws=draws, seed=seed)
        if spread.kind == CLUSTER:
            p_value, method = randomisation.p_value, "randomisation"
        if spread.kind == CLUSTER and is_lopsided:
            width = HalfWidth(math.sqrt(float(found.bread[0, 0])), randomisation=randomisation)
    relative, study, note = data.relative, None, data.relative_note
    if relative is not None:
        study, note = event_study(
            fit,
            effects,
            relative,
            data.cluster,
            lambda spread: half_width(spread, 1.0)(level),
            window=event_window,
        )
    return PanelEffect(
        estimate=estimate,
        standard_error=error,
        ci_low=estimate - width(level),
        ci_high=estimate + width(level),
        p_value=p_value,
        p_value_method=method,
        percent=100 * math.expm1(estimate) if model == POISSON else math.nan,
        level=level,
        model=model,
        covariance=spread.kind,
        clusters=0 if data.cluster is None else clusters,
        treated_clusters=treated_clusters,
        randomisation=randomisation,
        event_study=study,
        event_study_note=note,
        pre_trend_p_value=math.nan if study is None else study.pre_trend_p_value,
        is_staggered=data.starts > 1,
        observations=len(data.outcome),
        units=effects.units,
        periods=effects.periods,
        dropped_units=data.dropped_units,
        dropped_periods=data.dropped_periods,
        dropped_observations=data.dropped_observations,
        half_width=width,
    )
