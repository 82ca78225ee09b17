"""Effects: estimates, smallest visible change, words."""

import numpy as np
import pytest

from jingcang.errors import JingcangError
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
    for wrong in (-1, float("nan"), float("inf"), None, "多"):
        with pytest.raises(JingcangError, match="treated_after"):
            log_rate_ratio(1, wrong, 1, 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dispersion"):
        log_rate_ratio(1, 1, 1, 1, dispersion=0.5)
    with pytest.raises(JingcangError, match="置信水平"):
        log_rate_ratio(1, 1, 1, 1, level=95)


def test_minimum_detectable_change() -> None:
    # METHODS section 4: 2.49 √(4 phi / base)
    sizes = [minimum_detectable_change(base) for base in (20, 100, 400)]
    assert [size.estimate for size in sizes] == pytest.approx([1.11, 0.50, 0.25], abs=0.01)
    assert [size.fall for size in sizes] == pytest.approx([0.67, 0.39, 0.22], abs=0.01)
    assert minimum_detectable_change(0).fall == 1
    assert minimum_detectable_change([20, 100, 400]).estimate == pytest.approx([1.11, 0.50, 0.25], abs=0.01)
    assert float(minimum_detectable_change(100, 4)) == pytest.approx(
        2 * float(minimum_detectable_change(100))
    )
    with pytest.raises(JingcangError, match="base"):
        minimum_detectable_change(float("nan"))


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
