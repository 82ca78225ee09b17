"""WDD and WDQ against published figures."""

import math
import warnings

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingcang.errors import JingcangError
from jingcang.statistics import BasesDifferWarning, wdd, wdq

# Wheeler & Ratcliffe 2018, Crime Science 7:11
TREATED, CONTROL, AROUND, AROUND_CONTROL = (207, 110), (308, 318), (178, 157), (150, 140)
# Worrall & Wheeler 2019, in Wheeler's note on harm weights: class → weight, treated, control
HARM = {
    "机动车被盗": (3, (130, 74), (133, 91)),
    "盗窃": (2, (327, 202), (388, 305)),
    "入室盗窃": (5, (398, 190), (148, 97)),
    "抢劫": (7, (144, 92), (86, 64)),
    "伤害": (10, (183, 96), (94, 67)),
}
counts = st.integers(0, 500)
pairs = st.tuples(counts, counts)


def test_the_paper() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = wdd(TREATED, CONTROL, AROUND, AROUND_CONTROL)
    assert result.estimate == -118
    assert result.standard_error == pytest.approx(math.sqrt(1568))
    assert result.z == pytest.approx(-2.98, abs=0.005)
    assert (result.ci_low, result.ci_high) == pytest.approx((-195.61, -40.39), abs=0.01)
    assert result.p_value == pytest.approx(0.0029, abs=1e-4)
    assert (result.local_estimate, result.displacement_estimate) == (-107, -11)
    assert result.warning == ""
    assert wdd(pl.Series(TREATED), np.array(CONTROL)).estimate == -107


def test_area_weights_of_the_published_note() -> None:
    # Wheeler's note on different area sizes: control 0.9, treated 1.2, displacement control 1.6, treated 1.5
    with pytest.warns(BasesDifferWarning, match="0.50"):
        result = wdd(TREATED, CONTROL, AROUND, AROUND_CONTROL, area_weights=(1.2, 0.9, 1.5, 1.6))
    assert result.estimate == pytest.approx(-99.69444444)
    assert result.standard_error == pytest.approx(35.4280755)
    assert result.z == pytest.approx(-2.813995483)
    assert (result.ci_low, result.ci_high) == pytest.approx((-169.1321965, -30.25669241))
    named = {"control": 0.9, "treated": 1.2, "control_displacement": 1.6, "treated_displacement": 1.5}
    with pytest.warns(BasesDifferWarning):
        assert wdd(TREATED, CONTROL, AROUND, AROUND_CONTROL, area_weights=named) == result


def test_time_weights_of_the_published_note() -> None:
    result = wdd((80, 20), (100, 50), time_weights=(2, 1))
    assert (result.estimate, result.standard_error) == pytest.approx((-20, math.sqrt(115)))


def test_harm_weights_of_the_published_note() -> None:
    weights = {name: row[0] for name, row in HARM.items()}
    treated = {name: row[1] for name, row in HARM.items()}
    control = {name: row[2] for name, row in HARM.items()}
    with pytest.warns(BasesDifferWarning, match=r"1\.70"):
        result = wdd(treated, control, harm_weights=weights)
    assert result.estimate == -1721
    assert result.standard_error == pytest.approx(304.10360077)
    assert (result.ci_low, result.ci_high) == pytest.approx((-2317.03210507, -1124.96789493))
    by_period = np.array(list(treated.values())).T, np.array(list(control.values())).T
    with pytest.warns(BasesDifferWarning):
        assert wdd(*by_period, harm_weights=list(weights.values())) == result
    with pytest.warns(BasesDifferWarning):
        assert wdd(by_period[0].T, by_period[1].T, harm_weights=list(weights.values())) == result


@pytest.mark.filterwarnings("ignore::jingcang.statistics.BasesDifferWarning")
@given(treated=pairs, control=pairs, around=pairs, other=pairs, size=st.floats(0.1, 10))
def test_laws(
    treated: tuple[int, int],
    control: tuple[int, int],
    around: tuple[int, int],
    other: tuple[int, int],
    size: float,
) -> None:
    whole = wdd(treated, control, around, other)
    mirrored = wdd(control, treated, other, around)
    assert mirrored.estimate == -whole.estimate
    assert mirrored.standard_error == pytest.approx(whole.standard_error)
    assert whole.standard_error**2 == pytest.approx(sum((*treated, *control, *around, *other)))
    scaled = wdd(treated, control, around, other, area_weights=[size] * 4)
    assert scaled.estimate * size == pytest.approx(whole.estimate, abs=1e-6)
    harm = wdd(treated, control, around, other, harm_weights=[size])
    assert harm.standard_error == pytest.approx(whole.standard_error * size, abs=1e-9)
    wide = wdd(treated, control, around, other, dispersion=4)
    assert wide.standard_error == pytest.approx(2 * whole.standard_error)


def test_the_warning_has_two_sides() -> None:
    for before in (66, 151):
        with pytest.warns(BasesDifferWarning):
            assert "对数率比" in wdd((before, 50), (100, 90)).warning
    for before in (67, 150):
        assert wdd((before, 50), (100, 90)).warning == ""
    with pytest.warns(BasesDifferWarning, match="外围"):
        wdd((100, 50), (100, 90), (10, 10), (100, 100))


def test_refusals() -> None:
    for wrong in ((1,), (1, 2, 3), (-1, 2), (1, float("nan"))):
        with pytest.raises(JingcangError, match="treated"):
            wdd(wrong, (1, 1))
    with pytest.raises(JingcangError, match="面积权重"):
        wdd((1, 1), (1, 1), area_weights=(1, 2, 3))
    with pytest.raises(JingcangError, match="area_weights"):
        wdd((1, 1), (1, 1), area_weights=(0, 1))
    with pytest.raises(JingcangError, match="抢劫"):
        wdd({"抢劫": (1, 2)}, {"抢劫": (1, 2)}, harm_weights={"盗窃": 1})
    with pytest.raises(JingcangError, match="危害权重"):
        wdd({"抢劫": (1, 2)}, {"抢劫": (1, 2)})


def test_wdq() -> None:
    # Target 207/308 → 110/318 falls; buffer 178/308 → 157/318 falls with it: diffusion of benefit
    result = wdq(TREATED, AROUND, CONTROL)
    expected = (157 / 318 - 178 / 308) / (110 / 318 - 207 / 308)
    assert result.estimate == pytest.approx(expected)
    assert result.estimate > 0
    risen = wdq((110, 207), AROUND, CONTROL)
    assert math.isnan(risen.estimate)
    assert "没有下降" in risen.reason
    with pytest.raises(JingcangError, match="control"):
        wdq(TREATED, AROUND, (0, 1))


def test_a_control_without_cases_before_is_warned_of() -> None:
    with pytest.warns(BasesDifferWarning, match="对照为 0"):
        found = wdd((50, 30), (0, 5))
    assert found.base_ratio == math.inf
    with pytest.warns(BasesDifferWarning, match="两个外围区前期之比无穷大"):
        wdd((20, 10), (20, 20), (20, 30), (0, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert math.isnan(wdd((0, 3), (0, 1)).base_ratio)
        assert wdd((20, 10), (20, 20), (20, 30)).base_ratio == 1


def test_two_classes_without_names_are_read_as_before_and_after() -> None:
    named = wdd(
        {"甲": (20, 10), "乙": (200, 100)},
        {"甲": (20, 20), "乙": (200, 200)},
        harm_weights={"甲": 10, "乙": 1},
    )
    bare = wdd(((20, 200), (10, 100)), ((20, 200), (20, 200)), harm_weights=(10, 1))
    assert bare.estimate == named.estimate == -200
