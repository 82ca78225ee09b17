"""Faults of a design and the verdict with everything beside it."""

import datetime

import pytest

from jingcang.errors import JingcangError
from jingcang.statistics import evaluate_design, judge_effect, log_rate_ratio

MARCH = datetime.date(2026, 3, 1), datetime.date(2026, 3, 31)
BEFORE_MARCH = datetime.date(2025, 3, 1), datetime.date(2026, 2, 28)
SOUND = {"treated_before": 207, "control_before": 308, "pre_periods": 12, "is_selected_on_outcome": False}


def faults(**changes: object) -> list[str]:
    return [fault.kind for fault in evaluate_design(**{**SOUND, **changes}).faults]  # type: ignore[arg-type]


def test_each_fault_is_named() -> None:
    assert faults() == []
    assert faults(control_before=100) == ["对照区太小"]
    assert faults(treated_before=5, control_before=9) == ["对照区太小"]
    assert faults(treated_before=200, control_before=100) == []
    assert faults(pre_periods=0) == ["没有干预前时期"]
    assert faults(patrol_generated=1) == ["结果含巡逻自行产生的警情"]
    chosen = ["按结果选点，且选点期计入基线"]
    assert faults(is_selected_on_outcome=True) == chosen
    assert faults(is_selected_on_outcome=True, selection=MARCH, baseline=MARCH) == chosen
    one_day = (BEFORE_MARCH[0], MARCH[0])
    assert faults(is_selected_on_outcome=True, selection=MARCH, baseline=one_day) == chosen
    last_day = (MARCH[1], datetime.date(2026, 6, 30))
    assert faults(is_selected_on_outcome=True, selection=MARCH, baseline=last_day) == chosen
    assert faults(is_selected_on_outcome=True, selection=MARCH, baseline=BEFORE_MARCH) == []
    assert (
        faults(is_selected_on_outcome=True, selection=MARCH, baseline=MARCH, is_baseline_shrunken=True) == []
    )
    assert len(faults(control_before=3, pre_periods=0, patrol_generated=4, is_selected_on_outcome=True)) == 4


def test_a_wrong_design_blocks_the_effect() -> None:
    effect = log_rate_ratio(207, 110, 308, 318)
    design = evaluate_design(**{**SOUND, "patrol_generated": 4})  # type: ignore[arg-type]
    verdict = judge_effect(effect, design, treated_before=207, pre_trend_p_value=0.6)
    assert verdict.word == "无法判断"
    assert "巡逻自行产生" in verdict.text
    assert "下降" not in verdict.text


def test_words_with_dosage_and_past() -> None:
    effect = log_rate_ratio(207, 110, 308, 318)
    design = evaluate_design(**SOUND)  # type: ignore[arg-type]
    clear = judge_effect(effect, design, treated_before=207, pre_trend_p_value=0.6, delivered=90, planned=100)
    assert clear.word == "明显下降"
    assert clear.text == "明显下降：-49%（95% 区间 -61% 至 -32%）"
    assert clear.delivered_share == 0.9
    not_done = judge_effect(effect, design, treated_before=207, delivered=49, planned=100)
    assert (not_done.word, not_done.text) == ("未执行", "未执行：只完成计划的 49%")
    # The past was not checked, or was not parallel, or is too short to be checked
    assert judge_effect(effect, design, treated_before=207).word == "可能下降"
    assert judge_effect(effect, design, treated_before=207, pre_trend_p_value=0.01).word == "可能下降"
    short = evaluate_design(**{**SOUND, "pre_periods": 2})  # type: ignore[arg-type]
    assert judge_effect(effect, short, treated_before=207, pre_trend_p_value=0.6).word == "可能下降"
    small = judge_effect(log_rate_ratio(60, 45, 60, 60), design, treated_before=60, pre_trend_p_value=0.6)
    assert small.text.endswith("能看出的最小下降是 47%")
    with pytest.raises(JingcangError, match="计划"):
        judge_effect(effect, design, treated_before=207, delivered=3)


def test_windows_must_run_forward() -> None:
    with pytest.raises(JingcangError, match="早于"):
        evaluate_design(**SOUND, selection=(MARCH[1], MARCH[0]))  # type: ignore[arg-type]
