"""A count with a mean and an overdispersion: Poisson or negative binomial.

Belongs here: the one parametrisation that bands, early warning and forecasts share. Does not belong here:
how mean and overdispersion are found.

Source: METHODS section 2: variance φμ, negative binomial with size μ/(φ−1) and probability 1/φ; Poisson when
φ is 1. scipy's frozen distributions give the same, but building one costs more than a whole quantile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scipy import stats

from .inputs import Array


@dataclass(frozen=True)
class CountDistribution:
    """Distribution of a future count.

    Args:
        mean: not negative.
        dispersion: variance / mean, at least 1; 1 is Poisson.
    """

    mean: float
    dispersion: float = 1.0

    @property
    def is_poisson(self) -> bool:
        """Without overdispersion, or with a mean of zero."""
        return self.dispersion <= 1 or self.mean <= 0

    @property
    def _law(self) -> Any:
        return stats.poisson if self.is_poisson else stats.nbinom

    @property
    def _shape(self) -> tuple[float, ...]:
        if self.is_poisson:
            return (self.mean,)
        return self.mean / (self.dispersion - 1), 1 / self.dispersion

    def quantile(self, share: float) -> float:
        """Return the smallest count with at least ``share`` of the probability at or below it."""
        return float(self._law.ppf(share, *self._shape))

    def upper_quantile(self, share: float) -> float:
        """Return the smallest count with at most ``share`` of the probability above it."""
        return float(self._law.isf(share, *self._shape))

    def chance_of_at_least(self, count: float) -> float:
        """Return P(Y ≥ count)."""
        return float(self._law.sf(count - 1, *self._shape))

    def cumulative(self, counts: Array) -> Array:
        """Return P(Y ≤ count), shape of ``counts``."""
        values: Array = self._law.cdf(counts, *self._shape)
        return values
