"""Agreement of two raters.

Belongs here: Cohen's kappa of two sequences. Does not belong here: which judgements are paired.

Sources: Cohen 1960, Educ. Psychol. Meas. 20:37–46; Fleiss, Cohen and Everitt 1969, Psychol. Bull. 72:323–327 (standard
error without the hypothesis of no agreement).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from .inputs import StatisticsInputError, check_level
from .intervals import wilson_interval

TENTATIVE_FROM, FIRM_FROM = 0.67, 0.80
"""Least agreement for a tentative and a firm conclusion (Krippendorff 2004; METHODS 8)."""


@dataclass(frozen=True)
class Agreement:
    """Agreement beyond chance.

    Args:
        estimate: kappa in [-1, 1]; nan without items, and when both raters gave one and the same category throughout:
            nothing could then have disagreed.
        standard_error: large-sample; 0 when all agree.
        ci_low, ci_high: limits; [-1, 1] when the estimate is nan.
        observed_agreement: share of items on which both agree; nan without items.
        expected_agreement: share expected of independent raters with the same margins; nan without items.
        n: items.
        level: confidence level.
    """

    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    observed_agreement: float
    expected_agreement: float
    n: int
    level: float = 0.95


def kappa(first: Sequence[Hashable], second: Sequence[Hashable], level: float = 0.95) -> Agreement:
    """Return Cohen's kappa of two raters who judged the same items into nominal categories.

    kappa = (p_o − p_e) / (1 − p_e), with p_o = Σ p_ii and p_e = Σ p_i. p_.i. The limits are kappa ± z · SE. Where all
    agree the standard error is 0 whatever the number of items; the lower limit is then that of the observed agreement
    (Wilson) at the same p_e.

    Args:
        first: categories of the first rater, one an item.
        second: those of the second, in the same order of items.
        level: confidence level.

    Returns:
        Estimate with standard error and limits, see :class:`Agreement`.

    Raises:
        StatisticsInputError: sequences of different length, a level outside (0, 1).
    """
    if len(first) != len(second):
        raise StatisticsInputError(
            "两人判的不是同一批条目", where="first, second", remedy="请给出同样长、同样顺序的两个序列"
        )
    n = len(first)
    if n == 0:
        return Agreement(math.nan, math.nan, -1.0, 1.0, math.nan, math.nan, 0, level)
    places = {category: place for place, category in enumerate(dict.fromkeys([*first, *second]))}
    table = np.zeros((len(places), len(places)))
    for one, other in zip(first, second, strict=True):
        table[places[one], places[other]] += 1
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.trace(shares)), float(rows @ columns)
    if len(places) == 1:
        return Agreement(math.nan, math.nan, -1.0, 1.0, observed, expected, n, level)
    estimate = (observed - expected) / (1 - expected)
    z = float(stats.norm.isf((1 - check_level(level)) / 2))
    if np.trace(table) == n:
        low = (wilson_interval(n, n, level).ci_low - expected) / (1 - expected)
        return Agreement(1.0, 0.0, max(-1.0, low), 1.0, observed, expected, n, level)
    diagonal = float(np.diag(shares) @ (1 - (rows + columns) * (1 - estimate)) ** 2)
    crossed = (columns[:, None] + rows[None, :]) ** 2 * shares
    aside = (1 - estimate) ** 2 * float(crossed.sum() - np.trace(crossed))
    centre = (estimate - expected * (1 - estimate)) ** 2
    error = math.sqrt(max(0.0, diagonal + aside - centre) / n) / (1 - expected)
    return Agreement(
        estimate, error, max(-1.0, estimate - z * error), min(1.0, estimate + z * error), observed, expected, n,
        level,
    )  # fmt: skip
