"""The result of an evaluation: counts, effect with interval, WDD, past, displacement, dosage, verdict, faults.

Belongs here: which statistics are asked with which numbers, when no verdict is said yet, and the sentences beside it.
Does not belong here: the sums (``counting``) and the statistics (``jingcang.statistics``).
"""

from __future__ import annotations

import datetime as dt
import math
import warnings
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from jingcang.contracts.evaluations import ON_OUTCOME, EvaluationPlan
from jingcang.evaluations.counting import Counts, Sums
from jingcang.evaluations.dosage import Dosage
from jingcang.evaluations.resolving import Resolved
from jingcang.statistics import (
    BasesDifferWarning,
    Design,
    Effect,
    evaluate_design,
    judge_effect,
    log_rate_ratio,
    wdd,
)
from jingcang.statistics.design import PRE_TREND_LEVEL
from jingcang.statistics.effects import CLEAR_FALL, NO_CHANGE, NOT_DONE, POSSIBLE_FALL, RISE, UNDECIDED

VERDICTS = {
    "not_done": NOT_DONE, "undecided": UNDECIDED, "clear_fall": CLEAR_FALL, "possible_fall": POSSIBLE_FALL,
    "no_change": NO_CHANGE, "rise": RISE,
}  # fmt: skip
_CODES = {label: code for code, label in VERDICTS.items()}
STATES = {
    "evaluated": "已评估", "unresolved": "不能比较", "not_started": "尚未开始", "running": "进行中",
    "short": "周数不够", "late": "等迟到的数据",
}  # fmt: skip
SHORTEST_DAYS = 28
"""Of the days after the start, below which nothing is said; and the length of a period of the baseline."""
WAIT = dt.timedelta(14)
"""How long days without data at the end are waited for; later they are left out on both sides."""
_LAST = dt.timedelta(7)
SMALLEST_BASE = 10
"""Below this baseline no percentage is printed (METHODS section 1)."""


@dataclass(frozen=True)
class Result:
    """One row of ``landed.evaluation_results``, without the run; None where there is nothing to tell.

    Percentages are in percent, ``effect_log`` and its standard error on the log scale, ``wdd_*`` in incidents of the
    days after the start.
    """

    unit_no: str | None
    state_code: str
    state_label: str
    state_note: str
    treated_areas: str
    control_areas: str
    buffer_areas: str
    before_start: dt.date | None = None
    before_last: dt.date | None = None
    after_start: dt.date | None = None
    after_last: dt.date | None = None
    treated_before_count: int | None = None
    treated_after_count: int | None = None
    control_before_count: int | None = None
    control_after_count: int | None = None
    buffer_before_count: int | None = None
    buffer_after_count: int | None = None
    patrol_generated_count: int | None = None
    dispersion: float | None = None
    effect_log: float | None = None
    effect_standard_error: float | None = None
    effect_p_value: float | None = None
    effect_pct: float | None = None
    effect_low_pct: float | None = None
    effect_high_pct: float | None = None
    detectable_fall_pct: float | None = None
    wdd_count: float | None = None
    wdd_low_count: float | None = None
    wdd_high_count: float | None = None
    wdd_warning: str = ""
    displacement_pct: float | None = None
    displacement_low_pct: float | None = None
    displacement_high_pct: float | None = None
    displacement_label: str = ""
    pre_trend_p_value: float | None = None
    pre_trend_label: str = ""
    planned_minutes: float | None = None
    observed_minutes: float | None = None
    delivered_minutes: float | None = None
    observed_pct: float | None = None
    delivered_pct: float | None = None
    dosage_note: str = ""
    verdict_code: str | None = None
    verdict_label: str | None = None
    verdict_text: str = ""
    design_faults: str = ""
    design_remarks: str = ""

    def row(self) -> dict[str, Any]:
        """Return the row: an empty text is none, numbers as they are kept."""
        found = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: None if value == "" else value for name, value in found.items()}


def evaluate(
    plan: EvaluationPlan, places: Resolved, counts: Counts, given: Dosage | None, as_of: dt.date
) -> Result:
    """Return the result of one version of an evaluation.

    Args:
        plan: what is stated.
        places: its places and days.
        counts: incidents of its classes in these places.
        given: the dosage up to now; None where nothing can be compared.
        as_of: the run's date; it is no complete day itself.

    Returns:
        A verdict only when the days of the measure are over, four weeks long at least, and their data are there;
        before that the counts so far and what is waited for: looking every week would find chance.
    """
    where: dict[str, Any] = {
        "unit_no": places.unit_no, "treated_areas": ",".join(places.treated), "control_areas": ",".join(places.control),
        "buffer_areas": ",".join(places.buffer), "design_remarks": "\n".join(places.remarks),
    }  # fmt: skip
    if places.problem or places.after is None or given is None:
        return Result(
            **where, state_code="unresolved", state_label=STATES["unresolved"], state_note=places.problem
        )
    start, last = places.after
    missing = {day for day in counts.missing if start <= day <= last}
    state, note = _state(start, last, as_of, missing)
    last = min(last, as_of - dt.timedelta(1))
    told: dict[str, Any] = {
        **where,
        "before_start": places.before[0] if places.before else None,
        "before_last": places.before[1] if places.before else None,
        "after_start": start, "after_last": places.after[1], "state_code": state, "state_label": STATES[state],
        "state_note": note,
    }  # fmt: skip
    if state == "not_started":
        return Result(**told)
    before = places.before or (start, start - dt.timedelta(1))
    sums = Sums(plan, places, counts, before, (start, last))
    told |= sums.row() | _dosage_row(given)
    if state != "evaluated":
        return Result(**told)
    if counts.missing and (gaps := sum(before[0] <= day <= last for day in counts.missing)):
        told["design_remarks"] = "\n".join([*places.remarks, f"比较期内缺 {gaps} 天数据，两边都不计"])
    return Result(**told, **_judged(plan, places, sums, given))


def _state(start: dt.date, last: dt.date, as_of: dt.date, missing: Collection[dt.date]) -> tuple[str, str]:
    if start >= as_of:
        return "not_started", f"{start} 开始"
    if last >= as_of:
        return "running", f"到 {last} 结束，结束后才下结论：边看边下结论会把偶然当成变化"
    if (last - start).days + 1 < SHORTEST_DAYS:
        return "short", f"干预期不足 {SHORTEST_DAYS // 7} 周，不下结论"
    late = [day for day in missing if day > last - _LAST]
    if late and as_of < last + WAIT:
        return "late", f"{min(late)} 起还缺 {len(late)} 天警情，到齐或满两周后再下结论"
    return "evaluated", ""


def _dosage_row(given: Dosage) -> dict[str, Any]:
    is_told = given.is_claimed and bool(given.planned)
    return {
        "planned_minutes": None if given.planned is None else given.planned / 60,
        "observed_minutes": given.observed / 60,
        "delivered_minutes": given.delivered / 60,
        "observed_pct": None if given.observed_share is None else 100 * given.observed_share,
        "delivered_pct": 100 * given.delivered / given.planned if is_told and given.planned else None,
        "dosage_note": given.note,
    }


def _judged(plan: EvaluationPlan, places: Resolved, sums: Sums, given: Dosage) -> dict[str, Any]:
    (base, after), (other_base, other_after) = sums.of["treated"], sums.of["control"]
    phi, past = sums.past.dispersion, sums.past.p_value
    effect = log_rate_ratio(base, after, other_base, other_after, dispersion=phi)
    selection = (
        (plan.selection_start, plan.selection_last) if plan.selection_start and plan.selection_last else None
    )
    checked = evaluate_design(
        treated_before=base,
        control_before=other_base,
        pre_periods=((sums.before[1] - sums.before[0]).days + 1) // SHORTEST_DAYS,
        is_selected_on_outcome=plan.chosen_because in ON_OUTCOME,
        baseline=places.before,
        selection=selection,
        patrol_generated=0 if plan.excludes_patrol_generated else sums.patrol_generated,
    )
    design = Design((*checked.faults, *places.faults), checked.can_check_trend)
    verdict = judge_effect(
        effect,
        design,
        treated_before=_equal_base(sums),
        dispersion=phi,
        delivered=given.delivered if given.is_claimed else None,
        planned=given.planned,
        pre_trend_p_value=None if math.isnan(past) else past,
    )
    text = verdict.text
    if base < SMALLEST_BASE and verdict.word != NOT_DONE and design.is_sound:
        text = (
            f"{verdict.word}：干预区 {base} → {after} 起，对照区 {other_base} → {other_after} 起；"
            f"干预区前期不足 {SMALLEST_BASE} 起，不算百分比；能看出的最小下降是 {100 * verdict.detectable.fall:.0f}%"
        )
    return {
        "dispersion": phi,
        "effect_log": effect.estimate,
        "effect_standard_error": effect.standard_error,
        "effect_p_value": effect.p_value,
        **_percent("effect", effect, base),
        "detectable_fall_pct": 100 * float(verdict.detectable.fall),
        **_wdd_row(sums, phi),
        **_displacement(sums, phi),
        "pre_trend_p_value": None if math.isnan(past) else past,
        "pre_trend_label": _past_words(design, past),
        "verdict_code": _CODES[verdict.word],
        "verdict_label": verdict.word,
        "verdict_text": text,
        "design_faults": "\n".join(f"{f.kind}：{f.reason}。{f.remedy}" for f in design.faults),
    }


def _equal_base(sums: Sums) -> float:
    """Return the count that four alike counts would need to be to tell as much as these: 4 / Σ 1/n.

    The smallest visible change of METHODS section 4 takes all four for alike. A baseline of a year against eight weeks
    is not: the few incidents after decide. The treated count after is the one no effect would have led to expect.
    """
    (base, _), (other_base, other_after) = sums.of["treated"], sums.of["control"]
    if not (base and other_base and other_after):
        return 0.0
    expected = base * other_after / other_base
    return 4 / sum(1 / count for count in (base, expected, other_base, other_after))


def _percent(name: str, effect: Effect, base: int) -> dict[str, Any]:
    if base < SMALLEST_BASE:
        return {}
    low, high = (100 * math.expm1(limit) for limit in (effect.ci_low, effect.ci_high))
    return {f"{name}_pct": effect.percent, f"{name}_low_pct": low, f"{name}_high_pct": high}


def _past_words(design: Design, p_value: float) -> str:
    if not design.can_check_trend or math.isnan(p_value):
        return "前期太短或起数太少，走势无从核对"
    return "前期走势不同" if p_value < PRE_TREND_LEVEL else "前期走势没有看出不同"


def _wdd_row(sums: Sums, phi: float) -> dict[str, Any]:
    if not all(sums.days):
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BasesDifferWarning)  # told in the row
        found = wdd(
            sums.of["treated"], sums.of["control"], sums.of["buffer"],
            time_weights=(sums.days[0] / sums.days[1], 1), dispersion=phi,
        )  # fmt: skip
    return {
        "wdd_count": found.estimate, "wdd_low_count": found.ci_low, "wdd_high_count": found.ci_high,
        "wdd_warning": found.warning,
    }  # fmt: skip


def _displacement(sums: Sums, phi: float) -> dict[str, Any]:
    base, after = sums.of["buffer"]
    if not base and not after:
        return {"displacement_label": "没有指定外围，或外围没有警情，转移无从核对"}
    effect = log_rate_ratio(base, after, *sums.of["control"], dispersion=phi)
    if base < SMALLEST_BASE:
        words = f"外围前期不足 {SMALLEST_BASE} 起，看不出转移"
    elif effect.ci_low > 0:
        words = "外围上升，可能有转移"
    elif effect.ci_high < 0:
        words = "外围同样下降"
    else:
        words = "看不出转移"
    return {"displacement_label": words, **_percent("displacement", effect, base)}
