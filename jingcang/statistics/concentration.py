"""How concentrated are events: the 80–20 curve and the Gini coefficient that few events do not mislead.

Belongs here: measures over counts by place or person group (METHODS section 4, PAGES 重复警情). Does not
belong here: which places are hot (``hot_areas``).

Source: Bernasco & Steenbeek 2017, J. Quant. Criminol. 33:451–467: with fewer events than places even a
perfectly even spread leaves places empty, so concentration is measured from the most even spread possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .inputs import Array, as_counts, check_share


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
