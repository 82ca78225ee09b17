"""Effects: estimates, smallest visible change, words."""

import numpy as np
import pytest

from jingcang.statistics import effect_verdict, log_rate_ratio, minimum_detectable_change


def test_log_rate_ratio_of_the_paper() -> None:
    # Data of Wheeler & Ratcliffe 2018, Crime Science 7:11
    effect = log_rate_ratio(207, 110, 308, 318)
    assert effect.estimate == pytest.approx(-0.6642, abs=1e-3)
    assert effect.standard_error == pytest.approx(0.1425, abs=1e-3)
    assert effect.percent == pytest.approx(-48.5, abs=0.1)
    assert effect.ci_low < effect.estimate < effect.ci_high < 0
    assert effect.p_value < 1e-5
    assert effect_verdict(effect) == "明显下降"


def test_zero_count_and_dispersion() -> None:
    effect = log_rate_ratio(5, 0, 6, 4)
    assert effect.is_corrected
    assert np.isfinite(effect.standard_error)
    wide = log_rate_ratio(207, 110, 308, 318, dispersion=4)
    assert wide.standard_error == pytest.approx(2 * log_rate_ratio(207, 110, 308, 318).standard_error)
    with pytest.raises(ValueError, match="negative"):
        log_rate_ratio(-1, 1, 1, 1)


def test_minimum_detectable_change() -> None:
    # METHODS section 4: 2.49 √(4 phi / base)
    sizes = [minimum_detectable_change(base) for base in (20, 100, 400)]
    assert [size.estimate for size in sizes] == pytest.approx([1.11, 0.50, 0.25], abs=0.01)
    assert [size.fall for size in sizes] == pytest.approx([0.67, 0.39, 0.22], abs=0.01)
    assert minimum_detectable_change(0).fall == 1


def test_verdicts() -> None:
    clear = log_rate_ratio(207, 110, 308, 318)
    assert effect_verdict(clear, delivered_share=0.4) == "未执行"
    assert effect_verdict(clear, delivered_share=0.9) == "明显下降"
    assert effect_verdict(clear, is_design_sound=False) == "无法判断"
    assert effect_verdict(clear, has_parallel_past=False) == "可能下降"
    assert effect_verdict(log_rate_ratio(110, 207, 318, 308)) == "上升"
    assert effect_verdict(log_rate_ratio(60, 45, 60, 60)) == "无法判断"
    assert effect_verdict(log_rate_ratio(60, 40, 60, 60)) == "可能下降"
    assert effect_verdict(log_rate_ratio(2000, 2010, 2000, 1990)) == "无明显变化"


def test_interval_covers_the_planted_effect() -> None:
    """500 draws on counts: the 95% interval covers a planted fall of 30% in at least 460 (issue: planted truth)."""
    source = np.random.default_rng(3)
    planted = np.log(0.7)
    covered = falls = 0
    for _ in range(500):
        effect = log_rate_ratio(*source.poisson([120, 120 * 0.7, 150, 150]).tolist())
        covered += effect.ci_low <= planted <= effect.ci_high
        null = log_rate_ratio(*source.poisson([120, 120, 150, 150]).tolist())
        falls += effect_verdict(null) == "明显下降"
    assert covered >= 460
    assert falls <= 20
