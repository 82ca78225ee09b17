"""Panel effects against dense dummies, hand-made sandwiches and planted truths."""

from __future__ import annotations

import datetime
import itertools
import math
import time
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from simulated_panels import NAMES, panel

from jingcang.errors import JingcangError
from jingcang.statistics import effect_verdict, log_rate_ratio, panel_effect


def dense(frame: pd.DataFrame, model: str) -> tuple[float, np.ndarray, np.ndarray, int]:
    """Return estimate, bread × scores of the treatment, residual rows and number of parameters, by dummies."""
    design = np.column_stack(
        [frame["干预"], pd.get_dummies(frame["格"]), pd.get_dummies(frame["周"], drop_first=True)]
    ).astype(float)
    outcome = frame["警情"].to_numpy(float)
    if model == "poisson":
        fit = sm.GLM(outcome, design, family=sm.families.Poisson()).fit(tol=1e-12)
        weights = fit.mu
    else:
        fit = sm.OLS(outcome, design).fit()
        weights = np.ones(len(frame))
    residuals = outcome - (fit.mu if model == "poisson" else fit.fittedvalues)
    bread = np.linalg.inv(design.T @ (weights[:, None] * design))
    return float(fit.params[0]), (design @ bread)[:, 0] * residuals, residuals, design.shape[1]


@pytest.mark.parametrize("model", ["poisson", "linear"])
@pytest.mark.parametrize("kept", [1.0, 0.8])
def test_dense_dummies_agree(model: str, kept: float) -> None:
    frame = panel(np.random.default_rng(1), kept=kept)
    estimate, scores, _, parameters = dense(frame, model)
    rows = len(frame)
    robust = panel_effect(frame, **NAMES, model=model)
    assert robust.estimate == pytest.approx(estimate, abs=1e-8)
    hc1 = math.sqrt(rows / (rows - parameters) * (scores**2).sum())
    assert robust.standard_error == pytest.approx(hc1, rel=1e-6)
    assert robust.covariance == "hc1"
    for cluster, groups in (("格", 30), ("片", 15)):
        found = panel_effect(frame, **NAMES, cluster=cluster, model=model)
        sums = pd.Series(scores).groupby(frame[cluster].to_numpy()).sum()
        # fixest: the 30 unit effects are nested in the clusters and count once
        factor = groups / (groups - 1) * (rows - 1) / (rows - (parameters - 29))
        assert found.standard_error == pytest.approx(math.sqrt(factor * (sums**2).sum()), rel=1e-6)
        assert found.clusters == groups
        assert found.ci_high - found.estimate == pytest.approx(
            stats.t.isf(0.025, groups - 1) * found.standard_error
        )


def test_statsmodels_clusters_but_for_the_small_sample_factor() -> None:
    frame = panel(np.random.default_rng(2))
    other = smf.ols("警情 ~ 干预 + C(格) + C(周)", frame).fit(
        cov_type="cluster", cov_kwds={"groups": frame["格"]}
    )
    found = panel_effect(frame, **NAMES, cluster="格", model="linear")
    rows, all_parameters = len(frame), len(other.params)
    ratio = math.sqrt((rows - all_parameters) / (rows - (all_parameters - 29)))
    assert found.estimate == pytest.approx(other.params["干预"], abs=1e-9)
    assert found.standard_error == pytest.approx(other.bse["干预"] * ratio, rel=1e-8)


def test_two_by_two_is_the_log_rate_ratio() -> None:
    # Wheeler & Ratcliffe 2018
    frame = pl.DataFrame(
        {
            "格": ["干预", "干预", "对照", "对照"],
            "周": [0, 1, 0, 1],
            "警情": [207, 110, 308, 318],
            "干预": [0, 1, 0, 0],
        }
    )
    found, direct = panel_effect(frame, **NAMES), log_rate_ratio(207, 110, 308, 318)
    for name in ("estimate", "standard_error", "ci_low", "ci_high", "p_value", "percent"):
        assert getattr(found, name) == pytest.approx(getattr(direct, name), abs=1e-8)
    assert panel_effect(frame, **NAMES, model="linear").estimate == pytest.approx(-97 - 10)
    # Clusters cannot say more than there is
    clustered = panel_effect(frame, **NAMES, cluster="格")
    assert (clustered.covariance, clustered.ci_low) == ("model", pytest.approx(direct.ci_low, abs=1e-8))


def test_any_tidy_frame() -> None:
    frame = panel(np.random.default_rng(3))
    first = panel_effect(frame, **NAMES, cluster="格")
    dated = frame.assign(
        周=[datetime.date(2025, 1, 6) + datetime.timedelta(weeks=int(week)) for week in frame["周"]],
        格=frame["格"].map("格{}".format),
        干预=frame["干预"].astype(bool),
    )
    for form in (dated, pl.from_pandas(dated), dated.to_dict("list")):
        other = panel_effect(form, **NAMES, cluster="格")
        assert other.estimate == pytest.approx(first.estimate, abs=1e-9)
        assert other.standard_error == pytest.approx(first.standard_error, rel=1e-9)
        assert other.pre_trend_p_value == pytest.approx(first.pre_trend_p_value, rel=1e-6)


def test_units_and_periods_without_events_are_dropped_and_counted() -> None:
    frame = panel(np.random.default_rng(4))
    frame.loc[frame["格"].isin([20, 21]) | (frame["周"] == 3), "警情"] = 0
    found = panel_effect(frame, **NAMES)
    assert (found.dropped_units, found.dropped_periods) == (2, 1)
    assert (found.units, found.periods) == (28, 15)
    assert found.dropped_observations == 2 * 16 + 28
    rest = frame[~frame["格"].isin([20, 21]) & (frame["周"] != 3)]
    assert found.estimate == pytest.approx(dense(rest, "poisson")[0], abs=1e-8)
    assert panel_effect(frame, **NAMES, model="linear").dropped_observations == 0


@pytest.mark.parametrize("model", ["poisson", "linear"])
def test_randomisation_tries_every_assignment(model: str) -> None:
    frame = panel(np.random.default_rng(5), units=8, periods=10, treated_units=3, start=6, effect=-0.8)
    found = panel_effect(frame, **NAMES, cluster="格", model=model)
    assert found.p_value_method == "randomisation"
    assert found.randomisation is not None
    assert (found.randomisation.draws, found.randomisation.is_exact) == (math.comb(8, 3), True)
    # The same by hand: score of the model without treatment, over all 56 choices of three units
    outcome = frame["警情"].to_numpy(float)
    effects = np.column_stack(
        [pd.get_dummies(frame["格"]), pd.get_dummies(frame["周"], drop_first=True)]
    ).astype(float)
    family = sm.families.Poisson() if model == "poisson" else sm.families.Gaussian()
    mean = sm.GLM(outcome, effects, family=family).fit(tol=1e-12).mu
    weights = mean if model == "poisson" else np.ones_like(mean)
    root = np.sqrt(weights)

    def statistic(chosen: tuple[int, ...]) -> float:
        column = (frame["格"].isin(chosen) & (frame["周"] >= 6)).to_numpy(float)
        left = column - effects @ np.linalg.lstsq(root[:, None] * effects, root * column, rcond=None)[0]
        return abs(float(left @ (outcome - mean))) / math.sqrt(float((weights * left**2).sum()))

    every = [statistic(chosen) for chosen in itertools.combinations(range(8), 3)]
    expected = np.mean(np.array(every) >= statistic((0, 1, 2)) * (1 - 1e-9))
    assert found.p_value == pytest.approx(expected)


def test_randomisation_by_cluster_and_sampled() -> None:
    frame = panel(np.random.default_rng(6), units=36, treated_units=12, effect=-1.0)
    found = panel_effect(frame, **NAMES, cluster="片", draws=199, seed=3)
    assert found.clusters == 18
    assert found.randomisation is not None
    assert (found.randomisation.draws, found.randomisation.is_exact) == (199, False)
    assert found.p_value == pytest.approx(1 / 200)
    assert panel_effect(frame, **NAMES, cluster="片", draws=199, seed=3).p_value == found.p_value
    # Twenty clusters or more: no randomisation
    many = panel_effect(panel(np.random.default_rng(6)), **NAMES, cluster="格")
    assert many.randomisation is None
    assert many.p_value_method == "t"


def test_event_study_sees_a_slope_before() -> None:
    source = np.random.default_rng(8)
    level = panel(source, units=60, treated_units=25, periods=20, start=12)
    found = panel_effect(level, **NAMES, cluster="格")
    study = found.event_study
    assert study is not None
    assert study.relative_periods.tolist() == [-7, -6, -5, -4, -3, -2, 0, 1, 2, 3, 4, 5, 6]
    assert study.pre_trend_degrees == (6, 59)
    after = study.estimate[study.relative_periods >= 0]
    assert after.mean() == pytest.approx(-0.3, abs=0.12)
    sloped = panel(source, units=60, treated_units=25, periods=20, start=12, slope=0.06)
    assert panel_effect(sloped, **NAMES, cluster="格").pre_trend_p_value < 0.01
    # Against dummies for the same bins
    columns = pd.DataFrame(index=level.index)
    relative = (level["周"] - 12).clip(-7, 6).where(level["格"] < 25)
    for value in study.relative_periods:
        columns[f"e{value + 100}"] = (relative == value).astype(float)
    design = np.column_stack(
        [columns, pd.get_dummies(level["格"]), pd.get_dummies(level["周"], drop_first=True)]
    ).astype(float)
    fit = sm.GLM(level["警情"].to_numpy(float), design, family=sm.families.Poisson()).fit(tol=1e-12)
    assert study.estimate == pytest.approx(fit.params[: len(study.estimate)], abs=1e-6)


def test_pre_trend_test_keeps_its_level() -> None:
    source = np.random.default_rng(10)
    p_values = [panel_effect(panel(source), **NAMES, cluster="格").pre_trend_p_value for _ in range(60)]
    assert 0.2 < np.median(p_values) < 0.8
    assert np.mean(np.array(p_values) < 0.05) < 0.2


def test_dosage_and_staggered_starts() -> None:
    frame = panel(np.random.default_rng(11))
    dosed = frame.assign(干预=frame["干预"] * 2.5)
    found, plain = panel_effect(dosed, **NAMES, cluster="格"), panel_effect(frame, **NAMES, cluster="格")
    assert found.estimate == pytest.approx(plain.estimate / 2.5)
    assert found.event_study is None
    assert "0/1" in found.event_study_note
    assert not plain.is_staggered
    later = frame.assign(干预=frame["干预"].where(~((frame["格"] < 4) & (frame["周"] < 12)), 0))
    assert panel_effect(later, **NAMES, cluster="格").is_staggered
    effect = plain.as_effect()
    assert (effect.estimate, effect.percent) == (plain.estimate, plain.percent)
    with pytest.raises(JingcangError, match="泊松"):
        panel_effect(frame, **NAMES, model="linear").as_effect()


def test_interval_covers_the_planted_effect() -> None:
    source = np.random.default_rng(12)
    found = [panel_effect(panel(source), **NAMES, cluster="格") for _ in range(60)]
    assert sum(result.ci_low <= -0.3 <= result.ci_high for result in found) >= 51


def test_one_treated_cell_is_not_praised_by_its_own_standard_error() -> None:
    source = np.random.default_rng(15)
    null = {"units": 30, "treated_units": 1, "effect": 0.0}
    found = [panel_effect(panel(source, **null), **NAMES, cluster="格") for _ in range(60)]
    assert {result.p_value_method for result in found} == {"randomisation"}
    assert all(math.isnan(result.pre_trend_p_value) for result in found)
    assert sum(result.ci_high < 0 for result in found) <= 6
    assert sum(result.ci_low <= 0 <= result.ci_high for result in found) >= 51
    # The clustered standard error alone would have called most of them different
    naive = [abs(result.estimate) > 2.045 * result.standard_error for result in found]
    assert np.mean(naive) > 0.3


def test_a_null_panel_of_few_treated_clusters_is_seldom_a_possible_fall() -> None:
    source = np.random.default_rng(16)
    words = []
    for _ in range(60):
        frame = panel(source, units=10, treated_units=1, periods=12, start=6, effect=0.0)
        shock = np.exp(source.normal(0, 0.25, (10, 2)))[frame["格"], (frame["周"] >= 6).astype(int)]
        found = panel_effect(frame.assign(警情=source.poisson(8 * shock)), **NAMES, cluster="格", draws=99)
        low, high = found.as_effect().interval(0.80)
        assert (low <= 0 <= high) or found.p_value <= 0.3
        assert found.as_effect().interval(0.95) == (found.ci_low, found.ci_high)
        words.append(effect_verdict(found.as_effect(), has_parallel_past=False))
    # One side of an interval of 80 %: one in ten by chance
    assert words.count("可能下降") <= 12
    assert not math.isfinite(found.ci_low), "ten assignments have no 95 % interval"


def test_a_period_without_events_does_not_move_the_others() -> None:
    frame = panel(np.random.default_rng(17), units=24, treated_units=10, periods=12, start=6, effect=0.0)
    silent = frame.assign(警情=frame["警情"].where(frame["周"] != 3, 0))
    study, whole = (panel_effect(each, **NAMES, cluster="格").event_study for each in (silent, frame))
    assert study is not None
    assert whole is not None
    assert whole.relative_periods.tolist() == [-6, -5, -4, -3, -2, 0, 1, 2, 3, 4, 5]
    assert study.relative_periods.tolist() == [-6, -5, -4, -2, 0, 1, 2, 3, 4, 5]
    gone = panel_effect(frame.assign(警情=frame["警情"].where(frame["周"] != 5, 0)), **NAMES, cluster="格")
    assert gone.event_study is None
    assert "一起也没有" in gone.event_study_note
    # A start period without events stays the start
    late = panel_effect(
        frame.assign(警情=frame["警情"].where(frame["周"] != 6, 0)), **NAMES, cluster="格"
    ).event_study
    assert late is not None
    assert late.relative_periods.tolist() == [-6, -5, -4, -3, -2, 1, 2, 3, 4, 5]


def test_periods_keep_the_order_of_time_however_they_are_written() -> None:
    frame = panel(np.random.default_rng(18), units=24, treated_units=10, periods=12, start=2, effect=-0.2)
    expected = panel_effect(frame, **NAMES, cluster="格").event_study
    assert expected is not None
    weeks = [f"W{week}" for week in range(1, 13)]
    named = [weeks[week] for week in frame["周"]]
    months = ["正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "冬月", "腊月"]
    words = [months[week] for week in frame["周"]]
    ways: list[Any] = [
        frame.assign(周=named),
        frame.assign(周=[f"2025年{week + 1}月" for week in frame["周"]]),
        frame.assign(周=pd.Categorical(words, categories=months, ordered=True)),
        pl.DataFrame(frame.assign(周=words).to_dict("list"), schema_overrides={"周": pl.Enum(months)}),
        frame.assign(周=pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * frame["周"], unit="D")),
    ]
    for way in ways:
        found = panel_effect(way, **NAMES, cluster="格").event_study
        assert found is not None
        assert found.relative_periods.tolist() == expected.relative_periods.tolist()
        assert found.estimate == pytest.approx(expected.estimate)
    unknown = panel_effect(frame.assign(周=words), **NAMES, cluster="格")
    assert unknown.event_study is None
    assert "看不出先后" in unknown.event_study_note
    assert unknown.estimate == pytest.approx(panel_effect(frame, **NAMES, cluster="格").estimate)
    with pytest.raises(JingcangError, match="年份在后"):
        panel_effect(frame.assign(周=[f"{week + 1}/1/2026" for week in frame["周"]]), **NAMES)


def test_a_small_dose_has_a_large_coefficient() -> None:
    frame = panel(np.random.default_rng(19))
    whole = panel_effect(frame, **NAMES, cluster="格")
    small = panel_effect(frame.assign(干预=0.01 * frame["干预"]), **NAMES, cluster="格")
    assert small.estimate == pytest.approx(100 * whole.estimate)


def test_hundreds_of_units_and_periods_take_seconds() -> None:
    frame = panel(
        np.random.default_rng(13), units=300, periods=200, treated_units=100, start=120, effect=-0.1
    )
    begun = time.process_time()
    found = panel_effect(frame, **NAMES, cluster="格")
    spent = time.process_time() - begun
    assert found.estimate == pytest.approx(-0.1, abs=0.05)
    assert spent < 30, f"{spent:.1f} s"


def test_refusals() -> None:
    frame = panel(np.random.default_rng(14), units=6, treated_units=2)
    always = frame.assign(干预=(frame["格"] < 2).astype(int))
    everywhere = frame.assign(干预=(frame["周"] >= 9).astype(int))
    empty_after = frame.assign(警情=frame["警情"].where(frame["干预"] == 0, 0))
    for wrong, message in (
        (frame.drop(columns="周"), "没有 周 列"),
        (pd.concat([frame, frame.iloc[:1]]), "多行"),
        (frame.assign(警情=-1), "负数"),
        (frame.assign(警情=np.nan), "缺失"),
        (frame.assign(格=None), "缺少单元"),
        (frame.assign(警情=0), "全为零"),
        (frame.iloc[:0], "没有记录"),
        (always, "没有变化"),
        (everywhere, "没有变化"),
        (empty_after, "有限的估计"),
    ):
        with pytest.raises(JingcangError, match=message):
            panel_effect(wrong, **NAMES)
    with pytest.raises(JingcangError, match="不认识的模型"):
        panel_effect(frame, **NAMES, model="logit")
    with pytest.raises(JingcangError, match="聚类"):
        panel_effect(frame.assign(片="甲"), **NAMES, cluster="片")
    # A linear model can take an end at zero, and negative outcomes
    assert panel_effect(empty_after, **NAMES, model="linear").estimate < 0
    assert panel_effect(frame.assign(警情=-frame["警情"]), **NAMES, model="linear").estimate is not None
