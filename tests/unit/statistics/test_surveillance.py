"""Short histories, the alarm budget, and the replay of a history."""

import math

import numpy as np
import pytest
from scipy import stats

from jingcang.errors import JingcangError
from jingcang.statistics import EarlyWarning, alarm_alpha, early_warning, gamma_poisson_band, replay


def test_short_history_threshold() -> None:
    past = [3, 1, 2, 4, 2, 3, 1, 2, 5, 3, 2, 1, 4]
    result = gamma_poisson_band([*past, 9], alpha=0.01, dispersion=1)
    law = stats.nbinom(sum(past) + 0.5, 13 / 14)  # METHODS section 1
    assert result.threshold == result.ci_high == law.ppf(0.99)
    assert result.p_value == pytest.approx(law.sf(8))
    assert result.expected == result.estimate == pytest.approx(33 / 13)
    assert result.alarm
    assert result.n_baseline == 13
    wide = gamma_poisson_band([*past, 9], alpha=0.01, dispersion=3)
    variance = 3 * (33 / 13) * (1 + 1 / 13)
    share = (33 / 13) / variance
    assert wide.threshold == stats.nbinom(33 / 13 * share / (1 - share), share).ppf(0.99)


def test_short_history_uses_eight_to_thirteen_weeks() -> None:
    counts = [2] * 8 + [3]
    assert gamma_poisson_band(counts).n_baseline == 8
    assert gamma_poisson_band([90] * 5 + [2] * 13 + [3]).expected == 2
    assert gamma_poisson_band([2] * 20, weeks=10, now=12).now == 12
    with pytest.raises(JingcangError, match="7 周"):
        gamma_poisson_band(counts[1:])
    with pytest.raises(JingcangError, match="缺失"):
        gamma_poisson_band([*counts, math.nan])
    with pytest.raises(JingcangError, match="不在序列内"):
        gamma_poisson_band(counts, now=9)


def test_no_alarm_below_five_events() -> None:
    assert not gamma_poisson_band([0] * 13 + [4]).alarm
    assert gamma_poisson_band([0] * 13 + [5]).alarm


def test_short_history_false_alarms(capsys: pytest.CaptureFixture[str]) -> None:
    """120 stable series (Poisson and overdispersed), 5 weeks each: at most 1.5 times the nominal rate."""
    alpha = 0.05
    for name, phi in (("Poisson", 1.0), ("overdispersed", 2.5)):
        alarms = tests = 0
        for seed in range(100):
            source = np.random.default_rng(seed)
            counts = (
                source.poisson(9, 80) if phi == 1 else source.negative_binomial(9 / (phi - 1), 1 / phi, 80)
            )
            for now in range(60, 80, 4):
                alarms += gamma_poisson_band(counts, now=now, alpha=alpha).alarm
                tests += 1
        with capsys.disabled():
            print(
                f"\nGamma-Poisson {name}: 60 seeds, {tests} tests, nominal {alpha}, realised {alarms / tests:.4f}"
            )
        assert alarms / tests <= 1.5 * alpha


def test_alarm_budget() -> None:
    # METHODS section 2: 24 a year over 60 cells
    assert alarm_alpha(24, 60) == pytest.approx(0.0077, abs=5e-5)
    assert alarm_alpha(10_000, 1) == 0.5
    for wrong in ((0, 5), (5, 0), (math.nan, 5)):
        with pytest.raises(JingcangError, match="报警预算"):
            alarm_alpha(*wrong)


def test_replay_prints_the_realised_against_the_nominal_rate(capsys: pytest.CaptureFixture[str]) -> None:
    """Eight stable series, 100 weeks each: 40 alarms expected (the issue's least number)."""
    counts = np.random.default_rng(21).poisson(10, (108, 8))
    result = replay(counts, "gamma-poisson", alpha=0.05, dispersion=1)
    assert result.tests == 800
    assert result.expected_alarms == pytest.approx(40)
    assert result.alarms.shape == counts.shape
    assert not result.alarms[: result.first_week].any()
    assert result.alarm_count == result.alarms.sum()
    assert result.realised_rate == pytest.approx(result.alarm_count / 800)
    assert result.is_accepted
    assert result.ci_low < result.rate_ratio < result.ci_high
    assert "名义报警率 5.00%" in result.summary
    assert result.summary.endswith("可以采用。")
    with capsys.disabled():
        print("\n" + result.summary)


def test_replay_of_one_series_by_farrington() -> None:
    counts = np.random.default_rng(22).poisson(8, 165)
    counts[162] = 60
    result = replay(counts, "farrington", alpha=0.02)
    assert result.first_week == 159
    assert result.alarms[162, 0]
    assert result.tests == 6


def test_the_history_decides_the_method() -> None:
    counts = np.random.default_rng(24).poisson(8, 165)
    assert early_warning(counts, now=158).method == "gamma-poisson"
    assert early_warning(counts, now=159).method == "farrington-flexible"
    assert replay(counts, alpha=0.02).tests == 165 - 8
    with pytest.raises(JingcangError, match="7 周"):
        early_warning(counts, now=7)


def test_replay_finds_a_bad_method_out() -> None:
    """The rule "30% above last week" (METHODS trap 7) alarms far more often than it promises."""

    def thirty_percent(series: np.ndarray, *, now: int, alpha: float) -> EarlyWarning:
        honest = gamma_poisson_band(series, now=now, alpha=alpha)
        values = {name: getattr(honest, name) for name in honest.__dataclass_fields__}
        return EarlyWarning(**{**values, "alarm": bool(series[now] > 1.3 * series[now - 1])})

    counts = np.random.default_rng(23).poisson(15, 200)
    result = replay(counts, thirty_percent, alpha=0.05, first_week=13)
    assert result.realised_rate > 0.15
    assert not result.is_accepted
    assert "报警偏多" in result.summary
    assert result.method == "thirty_percent"


def test_replay_leaves_out_weeks_without_data_and_counts_what_it_tested() -> None:
    counts = np.random.default_rng(25).poisson(10, (120, 2)).astype(float)
    counts[40:70, 0] = counts[110:, :] = np.nan
    with pytest.raises(JingcangError):
        replay(counts)
    result = replay(counts, allow_missing=True)
    assert result.tests == (110 - 30 - 8) + (110 - 8)
    assert (result.first_week, result.last_week) == (8, 109)
    assert result.expected_alarms == pytest.approx(0.05 * result.tests)
    counts[:40, 1] = np.nan  # a series that begins later is tested once as much of it is known
    assert replay(counts[:, 1], allow_missing=True).first_week == 48


def test_replay_of_some_weeks_is_spread_over_the_history_of_each_series() -> None:
    weeks: list[int] = []

    def noted(series: np.ndarray, *, now: int, alpha: float) -> EarlyWarning:
        weeks.append(now)
        return gamma_poisson_band(series, now=now, alpha=alpha)

    result = replay(np.full((112, 2), 7), noted, first_week=12, most_weeks=10)
    assert (result.tests, len(set(weeks))) == (20, 20), "each series has weeks of its own"
    assert set(np.diff(weeks[:10])) == set(np.diff(weeks[10:])) == {10}
    assert (result.first_week, result.last_week) == (min(weeks), max(weeks)) == (14, 109)


def test_replay_refuses() -> None:
    with pytest.raises(JingcangError, match="magic"):
        replay([1] * 300, "magic")
    with pytest.raises(JingcangError, match="只有 100 周"):
        replay([1] * 100, "farrington")
    with pytest.raises(JingcangError, match="周 × 序列"):
        replay(np.ones((3, 3, 3)))
