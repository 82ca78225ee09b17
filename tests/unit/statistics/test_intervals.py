"""Intervals and funnel limits against published answers."""

import copy
import math
import pickle

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from jingcang.errors import JingcangError
from jingcang.statistics import poisson_interval, wilson_interval

PUBLISHED = [
    (15, 148, 0.0624, 0.1605),
    (81, 263, 0.2553, 0.3662),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("hits", "trials", "low", "high"), PUBLISHED)
def test_wilson(hits: int, trials: int, low: float, high: float) -> None:
    # Newcombe 1998, Stat. Med. 17:857-872
    result = wilson_interval(hits, trials, 0.95)
    assert result == pytest.approx((low, high), abs=1e-4)
    assert (result.ci_low, result.ci_high) == result
    assert result.estimate == hits / trials


def test_an_interval_is_a_frozen_pair() -> None:
    result = wilson_interval(15, 148)
    low, high = result
    assert isinstance(result, tuple)
    assert (low, high) == (result[0], result[1]) == tuple(result)
    for twin in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
        assert twin == result
        assert twin.estimate == result.estimate
    with pytest.raises(AttributeError):
        result.ci_low = 0  # type: ignore[misc]


def test_many_shares_at_once() -> None:
    hits, trials, low, high = (list(column) for column in zip(*PUBLISHED, strict=True))
    for form in (list, np.array, pl.Series):
        result = wilson_interval(form(hits), form(trials), 0.95)
        assert result.ci_low == pytest.approx(low, abs=1e-4)
        assert result.ci_high == pytest.approx(high, abs=1e-4)


@given(trials=st.integers(1, 10_000), share=st.floats(0, 1), level=st.floats(0.5, 0.999))
def test_wilson_inverts_the_score_test(trials: int, share: float, level: float) -> None:
    hits = round(share * trials)
    low, high = wilson_interval(hits, trials, level)
    assert (low, high) == pytest.approx(proportion_confint(hits, trials, 1 - level, "wilson"), abs=1e-9)
    assert 0 <= low <= hits / trials <= high <= 1
    # The mirror image: failures
    assert wilson_interval(trials - hits, trials, level) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_wilson_at_the_edges() -> None:
    assert math.isnan(wilson_interval(0, 0).estimate)
    assert wilson_interval(0, 0) == (0, 1)
    assert wilson_interval(20, 20)[1] == 1
    with pytest.raises(ValueError, match="分子大于分母"):
        wilson_interval(3, 2)
    with pytest.raises(JingcangError, match="缺失"):
        wilson_interval(float("nan"), 2)
    with pytest.raises(JingcangError, match="负数"):
        wilson_interval(-1, 2)


def test_poisson_interval() -> None:
    # Exact: Garwood 1936, χ² form (Ulm 1990): 0 → 3.689, 10 → 4.795 to 18.390
    assert poisson_interval(10, 0.95) == pytest.approx((4.7954, 18.3904), abs=1e-4)
    assert poisson_interval(0)[1] == pytest.approx(3.6889, abs=1e-4)
    # OHID/PHE form of Byar; the other textbook form gives 5.134 and 17.740.
    byar = poisson_interval(10, method="byar_ohid")
    assert byar == pytest.approx((4.787, 18.391), abs=1e-3)
    assert poisson_interval(5, method="byar_ohid") == poisson_interval(5)
    assert poisson_interval(10, method="byar") == byar
    per_thousand = poisson_interval(10, exposure=2)
    assert per_thousand == pytest.approx((4.7954 / 2, 18.3904 / 2), abs=1e-4)
    assert per_thousand.estimate == 5
    with pytest.raises(ValueError, match="区间方法"):
        poisson_interval(1, method="rothman")
    for wrong in (-1, None, float("inf")):
        with pytest.raises(JingcangError, match="count"):
            poisson_interval(wrong)


@given(count=st.integers(0, 5_000), level=st.floats(0.5, 0.999))
def test_exact_limits_have_the_tails_they_claim(count: int, level: float) -> None:
    low, high = poisson_interval(count, level)
    tail = (1 - level) / 2
    assert stats.poisson.cdf(count, high) == pytest.approx(tail, rel=1e-6)
    if count:
        assert stats.poisson.sf(count - 1, low) == pytest.approx(tail, rel=1e-6)
    byar = poisson_interval(count, level, method="byar_ohid")
    assert byar == pytest.approx((low, high), rel=0.02, abs=0.02)
