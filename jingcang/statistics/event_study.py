"""Effects before and after the start: did treated and control units run alike before?

Belongs here: relative periods, their coefficients, the pre-trend test. Does not belong here: the overall
effect (``panel``).

Sources: Schmidheiny & Siegloch 2023, J. Appl. Econom. 38:695–713 (binned end points); Wald test of the leads
as F with the degrees of freedom of the covariance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from .inputs import Array, StatisticsInputError
from .panel_frame import NEVER
from .panel_inference import CLUSTER, MODEL, Covariance, covariance
from .two_way import Codes, Fit, TwoWay


@dataclass(frozen=True)
class EventStudy:
    """Effects by period relative to the start; the period before the start is the reference (0).

    Args:
        relative_periods: −1 is the last period before; the first and last stand for all beyond them.
        estimate: shape of ``relative_periods``, scale of the model.
        standard_error: same shape.
        ci_low: same shape.
        ci_high: same shape.
        pre_trend_statistic: F of all periods before −1; nan when there is none or it cannot be formed.
        pre_trend_p_value: its p value.
        pre_trend_degrees: degrees of freedom (leads, denominator).
    """

    relative_periods: npt.NDArray[np.int64]
    estimate: Array
    standard_error: Array
    ci_low: Array
    ci_high: Array
    pre_trend_statistic: float
    pre_trend_p_value: float
    pre_trend_degrees: tuple[int, int]


def event_study(
    fit: Callable[[Array], Fit],
    effects: TwoWay,
    relative: Codes,
    cluster: Codes | None,
    quantile: Callable[[Covariance], float],
    *,
    window: int,
) -> tuple[EventStudy | None, str]:
    """Return the event study, or None and why there is none.

    Args:
        fit: model as a function of its regressors.
        effects: fixed effects.
        relative: see :class:`~.panel_frame.Panel`.
        cluster: codes of the clusters, or None.
        quantile: critical value for a covariance.
        window: periods shown on either side; with few clusters less (at most a third of the clusters, half of
            the treated ones), as a joint test of many leads by few clusters means nothing.
    """
    is_ever = relative != NEVER
    shown, treated_clusters = window, effects.units
    if cluster is not None:
        treated_clusters = len(np.unique(cluster[is_ever]))
        shown = max(1, min(window, (int(cluster.max()) + 1) // 3, treated_clusters // 2))
    binned = np.clip(relative, -shown - 1, shown)
    present = [int(value) for value in np.unique(binned[is_ever]) if value != -1]
    if not (is_ever & (relative == -1)).any():
        return None, "没有干预前一期（或这一期一起也没有），无法画事件图"
    columns = np.column_stack([(is_ever & (binned == value)).astype(np.float64) for value in present])
    try:
        found = fit(columns)
    except StatisticsInputError:
        return None, "各期效应无法分开估计（缺少同期未干预的单元，或某期全为零）"
    spread = covariance(found, effects, cluster)
    error = np.sqrt(np.diag(spread.matrix))
    half = quantile(spread) * error
    leads = np.flatnonzero(np.array(present) < -1)
    statistic, p_value, degrees = np.nan, np.nan, (len(leads), spread.degrees)
    if len(leads) and spread.kind != MODEL and (spread.kind != CLUSTER or len(leads) < treated_clusters):
        part = spread.matrix[np.ix_(leads, leads)]
        estimate = found.coefficients[leads]
        statistic = float(estimate @ np.linalg.solve(part, estimate)) / len(leads)
        p_value = float(stats.f.sf(statistic, len(leads), spread.degrees))
    study = EventStudy(
        relative_periods=np.array(present),
        estimate=found.coefficients,
        standard_error=error,
        ci_low=found.coefficients - half,
        ci_high=found.coefficients + half,
        pre_trend_statistic=statistic,
        pre_trend_p_value=p_value,
        pre_trend_degrees=degrees,
    )
    return study, ""
