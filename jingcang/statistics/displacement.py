"""Differences of counts with displacement: WDD and WDQ.

Belongs here: measures on the scale of counts; they need treated and control areas of similar size. Does not
belong here: the default effect (``effects.log_rate_ratio``), which needs no similar bases.

Sources: Wheeler & Ratcliffe 2018, Crime Science 7:11 (WDD); the weights as in R's ptools, ``wdd`` (time and
area) and ``wdd_harm`` (harm); Bowers & Johnson 2003, J. Quant. Criminol. 19:275–301 (WDQ).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .inputs import Array, StatisticsInputError, as_number, as_numbers, check_level

# METHODS section 4: a common trend makes WDD claim success in 60% of nulls when the bases differ much more.
LOWEST_BASE_RATIO, HIGHEST_BASE_RATIO = 0.67, 1.5
AREAS = ("treated", "control", "treated_displacement", "control_displacement")


class BasesDifferWarning(UserWarning):
    """The treated and the control area are of too different a size for a difference of counts."""


@dataclass(frozen=True)
class DisplacementDifference:
    """Result of :func:`wdd`; negative is fewer events than the controls would have led to expect.

    Args:
        estimate: local and displacement difference together.
        standard_error: of it.
        ci_low: lower limit, normal.
        ci_high: upper limit.
        p_value: two-sided, normal.
        z: estimate / standard error.
        local_estimate: (T1 − T0) − (C1 − C0).
        local_standard_error: of it.
        displacement_estimate: the same in the displacement areas; 0 without.
        displacement_standard_error: of it.
        base_ratio: treated / control before, each per area and time weight; inf for a control of none.
        warning: why the difference must not be trusted; empty where the bases are similar.
        level: confidence level.
    """

    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    p_value: float
    z: float
    local_estimate: float
    local_standard_error: float
    displacement_estimate: float
    displacement_standard_error: float
    base_ratio: float
    warning: str
    level: float


def wdd(
    treated: Any,
    control: Any,
    treated_displacement: Any = None,
    control_displacement: Any = None,
    *,
    area_weights: Any = None,
    time_weights: Any = None,
    harm_weights: Any = None,
    dispersion: float = 1,
    level: float = 0.95,
) -> DisplacementDifference:
    """Return the weighted displacement difference.

    Args:
        treated: (before, after). With harm weights before and after are counts by class of offence, shape
            (2, classes) or one pair a class, shape (classes, 2); or a mapping class → (before, after). Of two
            classes without names an array of 2 × 2 is read as (before, after).
        control: the same for the control area.
        treated_displacement: the same for the area around the treated one; None is none.
        control_displacement: the same for the control of the displacement area.
        area_weights: size of each area (km², length of streets): in the order of the parameters, two
            (treated, control) or four (… treated_displacement, control_displacement), or a mapping by
            parameter name. ptools lists the control first; here the order is that of this function.
        time_weights: (before, after), lengths of the periods.
        harm_weights: weight of each class, or a mapping class → weight.
        dispersion: overdispersion phi, at least 1.
        level: confidence level.

    Returns:
        Each count is divided by area × time weight w; estimate Σ ± y/w, variance phi Σ y/w² (Poisson
        counts). With harm weights h the estimate is Σ h·WDD and the variance Σ h²·Var over the classes. The
        result is then per unit of area and time, or harm. Warns (:class:`BasesDifferWarning`, and in the
        result) when the bases before, per weight, have a ratio outside 0.67–1.5.

    Raises:
        StatisticsInputError: not pairs, negative or missing counts, weights not positive or too few.
    """
    sizes = _area_weights(area_weights)
    periods = as_numbers(
        np.ones(2) if time_weights is None else time_weights, "time_weights", is_positive=True
    )
    if periods.shape != (2,):
        raise StatisticsInputError("时长权重须为（前，后）两个数", where="time_weights", remedy="例如 (2, 1)")
    phi, _ = as_number(dispersion, "dispersion", minimum=1), check_level(level)
    classes, harm = _harm_weights(treated, harm_weights)
    given = (treated, control, treated_displacement, control_displacement)
    rates, variances = [], []
    for values, name, size in zip(given, AREAS, sizes, strict=True):
        counts = _pairs(values, name, classes, len(harm))
        weight = size * periods[:, None]
        rates.append((counts / weight) @ harm)
        variances.append(phi * float(((counts / weight**2) @ harm**2).sum()))
    changes = [float(after - before) for before, after in rates]
    local, local_variance = changes[0] - changes[1], variances[0] + variances[1]
    moved, moved_variance = changes[2] - changes[3], variances[2] + variances[3]
    estimate, error = local + moved, math.sqrt(local_variance + moved_variance)
    z = estimate / error if error > 0 else math.nan
    half = float(stats.norm.isf((1 - level) / 2)) * error
    ratio, warning = _compare_bases(rates, [values is not None for values in given])
    if warning:
        warnings.warn(warning, BasesDifferWarning, stacklevel=2)
    return DisplacementDifference(
        estimate=estimate,
        standard_error=error,
        ci_low=estimate - half,
        ci_high=estimate + half,
        p_value=float(2 * stats.norm.sf(abs(z))) if error > 0 else 1.0,
        z=z,
        local_estimate=local,
        local_standard_error=math.sqrt(local_variance),
        displacement_estimate=moved,
        displacement_standard_error=math.sqrt(moved_variance),
        base_ratio=ratio,
        warning=warning,
        level=level,
    )


def _area_weights(weights: Any) -> list[float]:
    if weights is None:
        return [1.0] * len(AREAS)
    if isinstance(weights, Mapping):
        unknown = set(weights) - set(AREAS)
        if unknown:
            raise StatisticsInputError(
                f"不认识的区域 {'、'.join(map(str, sorted(unknown)))}",
                where="area_weights",
                remedy="请用参数名",
            )
        weights = [weights.get(name, 1.0) for name in AREAS]
    sizes = as_numbers(weights, "area_weights", is_positive=True)
    if sizes.shape not in ((2,), (4,)):
        raise StatisticsInputError(
            "面积权重须为两个或四个数",
            where="area_weights",
            remedy="按干预区、对照区、干预外围、对照外围的顺序",
        )
    return [*sizes.tolist(), 1.0, 1.0][: len(AREAS)]


def _harm_weights(treated: Any, weights: Any) -> tuple[list[Any] | None, Array]:
    """Return the classes (None where counts come without names) and their weights."""
    if weights is None:
        if isinstance(treated, Mapping):
            raise StatisticsInputError(
                "分类别的次数需要危害权重", where="harm_weights", remedy="请传入类别到权重的表"
            )
        return None, np.ones(1)
    if isinstance(weights, Mapping):
        if not isinstance(treated, Mapping):
            raise StatisticsInputError(
                "危害权重按类别给出时，次数也须按类别给出",
                where="treated",
                remedy="请传入类别到（前，后）的表",
            )
        classes = list(treated)
        missing = [name for name in classes if name not in weights]
        if missing:
            raise StatisticsInputError(
                f"类别没有危害权重：{'、'.join(map(str, missing))}",
                where="harm_weights",
                remedy="请补齐权重表",
            )
        return classes, as_numbers([weights[name] for name in classes], "harm_weights", minimum=0)
    harm = np.atleast_1d(as_numbers(weights, "harm_weights", minimum=0))
    return (list(treated) if isinstance(treated, Mapping) else None), harm


def _pairs(values: Any, name: str, classes: list[Any] | None, width: int) -> Array:
    """Return counts of shape (2, classes): before and after."""
    if values is None:
        return np.zeros((2, width))
    if isinstance(values, Mapping):
        if classes is None or set(values) != set(classes):
            raise StatisticsInputError("各区域的类别不一致", where=name, remedy="请为每个区域给出相同的类别")
        counts = as_numbers([values[label] for label in classes], name, minimum=0)
        if counts.shape != (width, 2):
            raise StatisticsInputError("每个类别须为（前，后）一对次数", where=name, remedy="例如 (207, 110)")
        return counts.T
    counts = as_numbers(values, name, minimum=0)
    if counts.shape == (2,) and width == 1:
        return counts[:, None]
    if counts.shape == (2, width):
        return counts
    if counts.shape == (width, 2):
        return counts.T
    raise StatisticsInputError(
        "每个区域须为（前，后）一对次数，分类别时个数与危害权重相同", where=name, remedy="例如 (207, 110)"
    )


def _compare_bases(rates: list[Array], is_given: list[bool]) -> tuple[float, str]:
    """Return the ratio of the bases before, and the warning; the displacement areas are checked too."""
    ratios = []
    for first in (0, 2):
        before, other = float(rates[first][0]), float(rates[first + 1][0])
        endless = math.inf if before > 0 and is_given[first + 1] else math.nan
        ratios.append(before / other if other > 0 else endless)
    wrong = [
        f"{label}前期之比 {ratio:.2f}" if math.isfinite(ratio) else f"{label}前期之比无穷大（对照为 0）"
        for label, ratio in zip(("干预区与对照区", "两个外围区"), ratios, strict=True)
        if not math.isnan(ratio) and not LOWEST_BASE_RATIO <= ratio <= HIGHEST_BASE_RATIO
    ]
    if not wrong:
        return ratios[0], ""
    return ratios[0], (
        f"{'，'.join(wrong)}，超出 {LOWEST_BASE_RATIO}–{HIGHEST_BASE_RATIO}：共同趋势会被当成成效，请改用对数率比"
    )


@dataclass(frozen=True)
class DisplacementQuotient:
    """Result of :func:`wdq`.

    Args:
        estimate: above 0 diffusion of benefit, −1 to 0 displacement smaller than the gain, below −1 larger;
            nan where it cannot be read.
        reason: why it cannot be read; empty otherwise.
        target_change: A1/C1 − A0/C0 of the treated area, the denominator.
        buffer_change: B1/C1 − B0/C0 of the buffer, the numerator.
    """

    estimate: float
    reason: str
    target_change: float
    buffer_change: float


def wdq(treated: Any, buffer: Any, control: Any) -> DisplacementQuotient:
    """Return the weighted displacement quotient; a secondary measure, it has no standard error.

    Args:
        treated: (before, after), A.
        buffer: (before, after) of the surroundings, B.
        control: (before, after) of the control area, C, both positive.

    Returns:
        [(B1/C1) − (B0/C0)] / [(A1/C1) − (A0/C0)], only where the denominator is below 0: without a fall in
        the target there is nothing that could have moved.

    Raises:
        StatisticsInputError: not pairs, negative counts, a control without events.
    """
    inside, around = (_pairs(v, n, None, 1)[:, 0] for v, n in ((treated, "treated"), (buffer, "buffer")))
    other = as_numbers(control, "control", is_positive=True)
    if other.shape != (2,):
        raise StatisticsInputError("对照区须为（前，后）一对次数", where="control", remedy="例如 (308, 318)")
    target = float(inside[1] / other[1] - inside[0] / other[0])
    moved = float(around[1] / other[1] - around[0] / other[0])
    if target >= 0:
        return DisplacementQuotient(math.nan, "干预区相对对照区没有下降，不计算转移", target, moved)
    return DisplacementQuotient(moved / target, "", target, moved)
