"""How concentrated are events: the 80–20 curve and the Gini coefficient that few events do not mislead.

Belongs here: measures over counts by place or person group (METHODS section 4, PAGES 重复警情), and what chance alone
would give. Does not belong here: which places are hot (``hot_areas``).

Source: Bernasco & Steenbeek 2017, J. Quant. Criminol. 33:451–467: with fewer events than places even a
perfectly even spread leaves places empty, so concentration is measured from the most even spread possible. Events that
fall on places evenly and independently follow a Poisson law of one mean; its dispersion test is Fisher's, 1950,
Biometrics 6:17–24.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .comparison import false_discovery
from .inputs import Array, as_counts, check_level, check_share


def gini(counts: Any) -> float:
    """Return the plain Gini coefficient.

    Args:
        counts: events by place, empty places included, shape (n,).

    Returns:
        (2 Σ i y − n − 1)/n with y the shares in rising order, in [0, 1 − 1/n]; nan without events. Above 0
        for events spread evenly over more places than events: use :func:`generalised_gini` there.

    Raises:
        StatisticsInputError: missing or negative counts.
    """
    values = np.sort(as_counts(counts, "各处计数", "基尼系数"))
    total, n = float(values.sum()), len(values)
    if total == 0:
        return float("nan")
    return float((2 * (np.arange(1, n + 1) @ values) / total - n - 1) / n)


def generalised_gini(counts: Any) -> float:
    """Return the generalised Gini coefficient G′.

    Args:
        counts: events by place, empty places included, shape (n,).

    Returns:
        max(1, n/c) (G − 1) + 1 with c the number of events: 0 when events are spread as evenly as they can
        be, and the plain coefficient from c ≥ n on; nan without events.

    Raises:
        StatisticsInputError: missing or negative counts.
    """
    values = as_counts(counts, "各处计数", "基尼系数")
    total = float(values.sum())
    if total == 0:
        return float("nan")
    return max(1.0, len(values) / total) * (gini(values) - 1) + 1


@dataclass(frozen=True, eq=False)
class ConcentrationCurve:
    """Result of :func:`concentration_curve`.

    Args:
        place_share: share of places, the busiest first, shape (n + 1,), from 0 to 1.
        event_share: share of events at them, same shape.
        most_even: share of events at them if events were spread as evenly as they can be, same shape.
        generalised_gini: G′.
        places: n.
        events: total.
    """

    place_share: Array
    event_share: Array
    most_even: Array
    generalised_gini: float
    places: int
    events: float

    def share_at(self, place_share: float) -> float:
        """Return the share of events at the busiest ``place_share`` of places (the 20 of 80–20)."""
        return float(np.interp(place_share, self.place_share, self.event_share))

    def places_for(self, event_share: float) -> int:
        """Return how few places hold ``event_share`` of the events (the 80 of 80–20)."""
        check_share(event_share, "事件占比", "集中度曲线")
        return int(np.searchsorted(self.event_share, event_share - 1e-12))


def concentration_curve(counts: Any) -> ConcentrationCurve:
    """Return the 80–20 curve.

    Args:
        counts: events by place, empty places included, shape (n,).

    Returns:
        See :class:`ConcentrationCurve`; shares of events are nan without events. Read it against
        ``most_even``: with fewer events than places "20% of places hold everything" is no concentration.

    Raises:
        StatisticsInputError: missing or negative counts.
    """
    values = np.sort(as_counts(counts, "各处计数", "集中度曲线"))[::-1]
    n, total = len(values), float(values.sum())
    places = np.arange(n + 1) / max(n, 1)
    reached = np.concatenate([[0.0], np.cumsum(values)])
    even = np.minimum(1.0, np.arange(n + 1) * max(1.0 / max(n, 1), 1 / total if total else 0))
    return ConcentrationCurve(
        place_share=places,
        event_share=reached / total if total else np.full(n + 1, np.nan),
        most_even=even if total else np.full(n + 1, np.nan),
        generalised_gini=generalised_gini(values),
        places=n,
        events=total,
    )


@dataclass(frozen=True, eq=False)
class ChanceConcentration:
    """Result of :func:`chance_concentration`: what even chance gives over the same places and events.

    Args:
        mean: events a place.
        place_share: share of places, the busiest first, from 0 to 1.
        event_share: expected share of events at them; same shape.
        dispersion: variance over mean of the counts as they are; 1 by chance, nan without events.
        p_value: one-sided, of a dispersion this large by chance; nan without events or with one place.
        beyond_from: fewest events at a place that chance does not explain; None where no place is beyond chance.
    """

    mean: float
    place_share: Array
    event_share: Array
    dispersion: float
    p_value: float
    beyond_from: int | None
    _places: int

    def share_at(self, place_share: float) -> float:
        """Return the share of events that chance alone puts at the busiest ``place_share`` of places."""
        return float(np.interp(place_share, self.place_share, self.event_share))

    def expected_places(self, at_least: int) -> float:
        """Return how many places have ``at_least`` events or more by chance alone."""
        return float(self._places * stats.poisson.sf(at_least - 1, self.mean))


def chance_concentration(counts: Any, *, level: float = 0.95) -> ChanceConcentration:
    """Return what the 80–20 curve looks like when every place is as likely as any other.

    Args:
        counts: events by place, empty places included, shape (n,).
        level: 1 − the false discovery rate at which single places are called beyond chance.

    Returns:
        See :class:`ChanceConcentration`. Places that differ in size (a whole building, one room) differ in their mean
        as well, so what is beyond even chance may be size: it tells where to look, not why.

    Raises:
        StatisticsInputError: missing or negative counts, a level outside (0, 1).
    """
    values = as_counts(counts, "各处计数", "偶然集中度")
    check_level(level)
    n, total = len(values), float(values.sum())
    mean = total / n if n else 0.0
    sizes = np.arange(int(stats.poisson.ppf(1 - 1e-12, mean)) + 1)[::-1] if mean else np.zeros(1)
    weights = stats.poisson.pmf(sizes, mean)
    places = np.concatenate([[0.0], np.cumsum(weights)])
    events = np.concatenate([[0.0], np.cumsum(weights * sizes)])
    chi2 = float(((values - mean) ** 2).sum() / mean) if mean else float("nan")
    return ChanceConcentration(
        mean=mean,
        place_share=places / places[-1],
        event_share=events / mean if mean else np.full(len(events), np.nan),
        dispersion=chi2 / (n - 1) if n > 1 else float("nan"),
        p_value=float(stats.chi2.sf(chi2, n - 1)) if n > 1 and mean else float("nan"),
        beyond_from=_beyond(values, mean, 1 - level),
        _places=n,
    )


def _beyond(values: Array, mean: float, rate: float) -> int | None:
    """Return the fewest events of a place that stays after false-discovery control over all places."""
    if not mean:
        return None
    q_values = false_discovery(stats.poisson.sf(values - 1, mean))
    found = values[q_values <= rate]
    return int(found.min()) if len(found) else None
