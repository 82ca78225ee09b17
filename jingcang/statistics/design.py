"""May the word "effect" be used? Faults of an evaluation's design, and the verdict with everything beside it.

Belongs here: naming what is wrong with a comparison before anybody looks at its result, and putting estimate,
dosage, past and design together into one verdict. Does not belong here: estimates (``effects``, ``panel``),
storing evaluations.

Source: METHODS section 4; regression to the mean: an area chosen for its last month falls by 19.5% in the
mean with no effect at all, so the selection period is barred from the baseline.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass

from .effects import NOT_DONE, UNDECIDED, DetectableChange, Effect, effect_verdict, minimum_detectable_change
from .inputs import StatisticsInputError, as_number

CONTROLS_TOO_SMALL = "对照区太小"
SELECTED_ON_OUTCOME = "按结果选点，且选点期计入基线"
NO_PRE_PERIOD = "没有干预前时期"
PATROL_GENERATED = "结果含巡逻自行产生的警情"
# Below half the treated base the controls make up more than two thirds of the variance, and any accident of
# theirs becomes an "effect"; below 10 events they are no yardstick at all (METHODS section 1: no % under 10).
MIN_CONTROL_SHARE = 0.5
MIN_CONTROL_BASE = 10
# Two periods have a difference, three a trend that can be checked.
MIN_PERIODS_FOR_TREND = 3
PRE_TREND_LEVEL = 0.05

Window = tuple[datetime.date, datetime.date]


@dataclass(frozen=True)
class Fault:
    """A fault of a design.

    Args:
        kind: one of the constants of this module.
        reason: the figures behind it, one sentence.
        remedy: what would mend it.
    """

    kind: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Design:
    """Result of :func:`evaluate_design`.

    Args:
        faults: what is wrong; empty when the design is sound.
        can_check_trend: there are enough periods before to check the past.
    """

    faults: tuple[Fault, ...]
    can_check_trend: bool

    @property
    def is_sound(self) -> bool:
        """No fault: the word effect may be used."""
        return not self.faults


def evaluate_design(
    *,
    treated_before: float,
    control_before: float,
    pre_periods: int,
    is_selected_on_outcome: bool,
    baseline: Window | None = None,
    selection: Window | None = None,
    is_baseline_shrunken: bool = False,
    patrol_generated: float = 0,
) -> Design:
    """Name what is wrong with the design of an evaluation.

    Args:
        treated_before: count of the treated area before.
        control_before: count of all control areas before, over the same time.
        pre_periods: periods (weeks, months) before the start that are in the comparison.
        is_selected_on_outcome: the area was chosen because its count was high.
        baseline: first and last day of the baseline, both inside.
        selection: first and last day of the counts by which the area was chosen; needed with the above.
        is_baseline_shrunken: the baseline is that of :func:`shrunken_baseline` over all candidates.
        patrol_generated: events of the outcome that the patrols themselves brought about.

    Returns:
        See :class:`Design`.

    Raises:
        StatisticsInputError: negative or missing counts, a window that ends before it begins.
    """
    base = as_number(treated_before, "treated_before", minimum=0)
    control = as_number(control_before, "control_before", minimum=0)
    periods = as_number(pre_periods, "pre_periods", minimum=0)
    own = as_number(patrol_generated, "patrol_generated", minimum=0)
    for name, window in (("baseline", baseline), ("selection", selection)):
        if window is not None and window[1] < window[0]:
            raise StatisticsInputError("时段的结束早于开始", where=name, remedy="请检查起止日期")
    faults = []
    if control < MIN_CONTROL_BASE or control < MIN_CONTROL_SHARE * base:
        faults.append(
            Fault(
                CONTROLS_TOO_SMALL,
                f"对照区前期 {control:g} 起，干预区 {base:g} 起",
                f"增加对照区，使其前期不少于 {MIN_CONTROL_BASE} 起且不少于干预区的一半",
            )
        )
    if is_selected_on_outcome and not is_baseline_shrunken:
        reason = _selection_fault(baseline, selection)
        if reason:
            faults.append(
                Fault(SELECTED_ON_OUTCOME, reason, "基线改用选点期之前 12 个月，或用全部候选区域的收缩基线")
            )
    if periods < 1:
        faults.append(Fault(NO_PRE_PERIOD, "开始之前没有可比的时期", "补入开始之前的时期"))
    if own > 0:
        faults.append(
            Fault(PATROL_GENERATED, f"其中 {own:g} 起由巡逻自行产生", "从结果中剔除巡逻自行产生的警情")
        )
    return Design(tuple(faults), periods >= MIN_PERIODS_FOR_TREND)


def _selection_fault(baseline: Window | None, selection: Window | None) -> str:
    if baseline is None or selection is None:
        return "因高发而选，但没有说明选点期或基线的起止"
    if baseline[0] <= selection[1] and selection[0] <= baseline[1]:
        return f"选点期 {selection[0]} 至 {selection[1]} 与基线 {baseline[0]} 至 {baseline[1]} 重叠"
    return ""


@dataclass(frozen=True)
class Verdict:
    """An effect with all that a reader needs to believe it or not.

    Args:
        word: 未执行, 无法判断, 明显下降, 可能下降, 无明显变化 or 上升.
        effect: estimate and interval.
        detectable: the smallest change that could have been seen.
        design: faults, if any.
        delivered_share: delivered / planned dosage; None when no dosage is claimed.
        has_parallel_past: the pre-trend was checked and passed.
        text: one Chinese sentence for the page.
    """

    word: str
    effect: Effect
    detectable: DetectableChange
    design: Design
    delivered_share: float | None
    has_parallel_past: bool
    text: str


def judge_effect(
    effect: Effect,
    design: Design,
    *,
    treated_before: float,
    dispersion: float = 1,
    delivered: float | None = None,
    planned: float | None = None,
    pre_trend_p_value: float | None = None,
) -> Verdict:
    """Put an estimate, its design and its dosage together.

    Args:
        effect: of :func:`log_rate_ratio`, or an :class:`Effect` made from a panel.
        design: of :func:`evaluate_design`.
        treated_before: count of the treated area before, for the smallest visible change.
        dispersion: overdispersion phi used in the effect.
        delivered: minutes delivered; None when no dosage may be claimed (under 80% observed).
        planned: minutes planned.
        pre_trend_p_value: of the event study; None when it could not be tested, which is not a pass: then
            明显下降 is not said.

    Returns:
        See :class:`Verdict`; the rules are those of :func:`effect_verdict`.

    Raises:
        StatisticsInputError: delivered without planned, negative or missing values.
    """
    share = _delivered_share(delivered, planned)
    has_parallel_past = (
        design.can_check_trend
        and pre_trend_p_value is not None
        and as_number(pre_trend_p_value, "pre_trend_p_value", minimum=0, maximum=1) >= PRE_TREND_LEVEL
    )
    word = effect_verdict(
        effect,
        delivered_share=share,
        has_parallel_past=has_parallel_past,
        is_design_sound=design.is_sound,
    )
    detectable = minimum_detectable_change(treated_before, dispersion)
    text = _sentence(word, effect, detectable, design, share)
    return Verdict(word, effect, detectable, design, share, has_parallel_past, text)


def _delivered_share(delivered: float | None, planned: float | None) -> float | None:
    if delivered is None:
        return None
    if planned is None:
        raise StatisticsInputError("有完成量而没有计划量", where="planned", remedy="请传入计划分钟数")
    return as_number(delivered, "delivered", minimum=0) / as_number(planned, "planned", is_positive=True)


def _sentence(
    word: str, effect: Effect, detectable: DetectableChange, design: Design, share: float | None
) -> str:
    if word == NOT_DONE:
        return f"未执行：只完成计划的 {100 * (share or 0):.0f}%"
    if not design.is_sound:
        return "无法判断：" + "；".join(f"{fault.kind}（{fault.reason}）" for fault in design.faults)
    low, high = (100 * math.expm1(limit) for limit in (effect.ci_low, effect.ci_high))
    interval = f"{effect.percent:+.0f}%（{100 * effect.level:.0f}% 区间 {low:+.0f}% 至 {high:+.0f}%）"
    if word == UNDECIDED:
        return f"无法判断：{interval}；能看出的最小下降是 {100 * detectable.fall:.0f}%"
    return f"{word}：{interval}"
