"""How good each label is, from the reviewed samples.

Belongs here: which reviewed items tell about which label, and their weights. Does not belong here: the estimators
(``jingcang.statistics.reviews``, ``agreement``).

Samples of several weeks count together while a label's rules stay the same; sizes of strata are those of the latest
draw. Precision rests on the cases drawn as carrying the label. Recall rests besides on the cases that do not carry it:
those without any label of the group, and those drawn for another label of it. A case with k labels could be drawn k
times, so its weight is N_h / (n_h k) (multiplicity estimator, Sirken 1970, J. Am. Stat. Assoc. 65:257–266). Cases in
doubt or in dispute are left out and counted.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jingcang.statistics import ReviewedStratum, kappa, stratified_precision, stratified_recall
from jingcang.statistics.intervals import Interval

from .opinions import Judged, current, judged_items, label_reviews
from .records import UNLABELLED, SampleItem, Stratum, Verdict

MEASURES = {"precision": "准确率", "recall": "召回率", "kappa": "一致性（kappa）"}
_HIT = {"confirmed": True, "rejected": False}


@dataclass(frozen=True)
class LabelQuality:
    """One measure of one label, or the agreement within a group.

    Args:
        label_code: the label; None for kappa.
        label_group: its group.
        measure: a key of :data:`MEASURES`.
        rule_version: version of the label's rules it holds for; None for kappa.
        estimate, standard_error, ci_low, ci_high: shares, or kappa; None while they cannot be told.
        reviewed_count: cases judged (for recall: with and without the label); for kappa: opinions compared.
        hit_count: rightly labelled cases among them; missed ones for recall; agreements for kappa.
        undecided_count: cases in doubt or in dispute, left out.
        covered_count: cases the measure speaks of.
        latest_week: first day of the last week drawn.
    """

    label_code: str | None
    label_group: str
    measure: str
    rule_version: str | None
    estimate: float | None
    standard_error: float | None
    ci_low: float | None
    ci_high: float | None
    reviewed_count: int
    hit_count: int
    undecided_count: int
    covered_count: int
    latest_week: dt.date


@dataclass(frozen=True)
class _Unit:
    """A case judged in one stratum.

    Args:
        case_id, stratum, labels: where it was drawn and which labels of the group it had.
        is_closed: somebody finished it without doubt about the whole.
    """

    case_id: str
    stratum: Stratum
    labels: tuple[str, ...]
    is_closed: bool


def label_quality(
    strata: Sequence[Stratum],
    items: Iterable[SampleItem],
    verdicts: Iterable[Verdict],
    digests: Mapping[str, str],
) -> list[LabelQuality]:
    """Return precision and recall of every label drawn, by version of its rules, and kappa by group.

    Args:
        strata, items: every sample ever drawn.
        verdicts: the whole log.
        digests: case → MD5 of its text now; verdicts on another text do not count.

    Returns:
        Ordered by group, label, version and measure.
    """
    log = list(verdicts)
    states = {(row.case_id, row.label_code): row.review_state for row in label_reviews(log, digests)}
    judged = judged_items(current(log, digests))
    by_no = {stratum.stratum_no: stratum for stratum in strata}
    units = [
        _Unit(
            item.case_id, by_no[item.stratum_no], item.labels,
            any(one.is_closed and not (one.label_code is None and one.verdict == "uncertain")
                for one in judged[item.sample_no].values()),
        )
        for item in items if item.sample_no in judged and item.stratum_no in by_no
    ]  # fmt: skip
    found = []
    labels = {(s.label_group, s.stratum_code, s.rule_version) for s in strata if s.stratum_code != UNLABELLED}
    for group, code, version in sorted(labels, key=lambda label: tuple(map(str, label))):
        draws = [
            s for s in strata
            if (s.label_group, s.stratum_code, s.rule_version) == (group, code, version)
        ]  # fmt: skip
        found += _of_label(code, draws, strata, [u for u in units if u.stratum.label_group == group], states)
    last: dict[str, dt.date] = {}
    for stratum in strata:
        last[stratum.label_group] = max(stratum.week_start, last.get(stratum.label_group, stratum.week_start))
    groups = {
        item.sample_no: by_no[item.stratum_no].label_group for item in items if item.stratum_no in by_no
    }
    for group, week in sorted(last.items()):
        found.append(
            _agreement(group, week, [judged[no] for no in sorted(judged) if groups.get(no) == group])
        )
    return found


def _of_label(
    code: str, draws: Sequence[Stratum], strata: Sequence[Stratum], units: Sequence[_Unit],
    states: Mapping[tuple[str, str], str],
) -> list[LabelQuality]:  # fmt: skip
    """Return precision and recall of one label under one version of its rules.

    Args:
        code: the label.
        draws: its own stratum in every draw under that version.
        strata: all strata.
        units: judged cases of the group.
        states: (case, label) → review state.
    """
    newest = max(draws, key=lambda stratum: (stratum.week_start, stratum.stratum_no))
    same = {(stratum.week_start, stratum.definition_version) for stratum in draws}
    units = [u for u in units if (u.stratum.week_start, u.stratum.definition_version) in same]
    labelled, unlabelled, others = {}, {}, []
    undecided = {"labelled": set[str](), "other": set[str]()}
    for unit in units:
        state = states.get((unit.case_id, code))
        if unit.stratum.stratum_code == code:
            if state in _HIT:
                labelled[unit.case_id] = _HIT[state]
            elif state is not None:
                undecided["labelled"].add(unit.case_id)
        elif code not in unit.labels:
            if state is not None and state not in _HIT:
                undecided["other"].add(unit.case_id)
            elif not unit.is_closed:
                continue
            elif unit.stratum.stratum_code == UNLABELLED:
                unlabelled[unit.case_id] = _HIT.get(state or "", False)
            else:
                others.append((unit, _HIT.get(state or "", False)))
    own = ReviewedStratum.drawn(newest.stratum_count, len(labelled), sum(labelled.values()))
    without = next(
        s for s in strata
        if s.stratum_code == UNLABELLED
        and (s.week_start, s.label_group, s.definition_version)
        == (newest.week_start, newest.label_group, newest.definition_version)
    )  # fmt: skip
    reviewed_of: dict[str, int] = {}
    for unit, _ in others:
        reviewed_of[unit.stratum.stratum_code] = reviewed_of.get(unit.stratum.stratum_code, 0) + 1
    none = ReviewedStratum.drawn(without.stratum_count, len(unlabelled), sum(unlabelled.values()))
    other = ReviewedStratum.weighted(
        newest.case_count - without.stratum_count - newest.stratum_count,
        [hit for _, hit in others],
        [
            max(unit.stratum.stratum_count, 1)
            / reviewed_of[unit.stratum.stratum_code]
            / max(len(unit.labels), 1)
            for unit, _ in others
        ],
    )
    if newest.case_count - without.stratum_count - newest.stratum_count == 0:
        other = ReviewedStratum(0, 0, math.nan, 0.0)
    precision, recall = stratified_precision(own), stratified_recall(own, [none, other])
    missed = {case_id for case_id, hit in unlabelled.items() if hit} | {u.case_id for u, hit in others if hit}
    seen = {*labelled, *unlabelled, *(u.case_id for u, _ in others)}
    week = newest.week_start
    return [
        LabelQuality(
            code, newest.label_group, "precision", newest.rule_version, *_told(precision), len(labelled),
            sum(labelled.values()), len(undecided["labelled"]), newest.stratum_count, week,
        ),
        LabelQuality(
            code, newest.label_group, "recall", newest.rule_version, *_told(recall), len(seen), len(missed),
            len(undecided["labelled"] | undecided["other"]), newest.case_count, week,
        ),
    ]  # fmt: skip


def _agreement(group: str, week: dt.date, items: Sequence[Mapping[str, Judged]]) -> LabelQuality:
    """Return kappa of the first two people who finished each item: does the label belong to the case or not.

    Compared are the label judged and every label either named as missing; of an item without a label that neither
    found anything in, that nothing is missing.
    """
    first: list[str] = []
    second: list[str] = []
    for people in items:
        closed = sorted((one for one in people.values() if one.is_closed), key=lambda one: one.first_no)[:2]
        if len(closed) < 2:
            continue
        codes = {one.label_code for one in closed if one.label_code} | {
            *closed[0].missing,
            *closed[1].missing,
        }
        if not codes:
            said = ["unsure" if one.verdict == "uncertain" else "no" for one in closed]
            first.append(said[0])
            second.append(said[1])
        for code in sorted(codes):
            first.append(closed[0].opinion(code) or "")
            second.append(closed[1].opinion(code) or "")
    result = kappa(first, second)
    agreed = sum(one == other for one, other in zip(first, second, strict=True))
    told = _told(Interval(result.ci_low, result.ci_high, result.estimate, result.standard_error))
    return LabelQuality(None, group, "kappa", None, *told, len(first), agreed, 0, len(first), week)


def _told(result: Interval) -> tuple[float | None, float | None, float | None, float | None]:
    if math.isnan(result.estimate):
        return None, None, None, None
    return result.estimate, result.standard_error, result.ci_low, result.ci_high
