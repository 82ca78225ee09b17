"""Quantiles of banded durations: textbook ranks, coverage, and the ends of the sample."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jingcang.errors import JingcangError
from jingcang.statistics import banded_quantile


def test_ranks_of_the_textbook() -> None:
    # Hahn & Meeker 1991, table A.15a: n = 100, 95% limits of the median are the ranks 40 and 61
    found = banded_quantile(range(1, 101), [1] * 100, 0.5)
    assert (found.estimate, found.ci_low, found.ci_high, found.n) == (50, 40, 61, 100)


def test_bands_add_up_in_any_order() -> None:
    found = banded_quantile([60, 10, 60, 20], [30, 40, 20, 10], 0.9)
    assert (found.estimate, found.n) == (60, 100)
    assert banded_quantile([10, 20], [50, 50], 0.5).estimate == 10
    assert banded_quantile([10, 20], [49, 51], 0.5).estimate == 20


def test_limits_that_the_records_do_not_reach_are_open() -> None:
    few = banded_quantile([1, 2, 3], [1, 1, 1], 0.9)
    assert few.ci_high == math.inf
    assert few.estimate == 3
    assert banded_quantile([1, 2, 3], [1, 1, 1], 0.01).ci_low == 0
    assert math.isnan(banded_quantile([], [], 0.5).estimate)


def test_the_limits_cover() -> None:
    source = np.random.default_rng(4)
    truth = math.log(10) * 100
    inside = 0
    for _ in range(400):
        values = np.ceil(source.exponential(100, 120))
        edges, counts = np.unique(values, return_counts=True)
        found = banded_quantile(edges, counts, 0.9)
        inside += found.ci_low <= truth + 1 and truth <= found.ci_high
    assert inside >= 0.93 * 400


@pytest.mark.parametrize(
    ("edges", "counts", "share"), [([1], [1, 2], 0.5), ([1], [-1], 0.5), ([1], [1], 1.0)]
)
def test_bad_input_is_refused(edges: list[int], counts: list[int], share: float) -> None:
    with pytest.raises(JingcangError):
        banded_quantile(edges, counts, share)
