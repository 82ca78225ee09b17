"""The sample, the opinions and the figures of the review of labels."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from jingcang.labelling.review import (
    UNLABELLED,
    SampleItem,
    Stratum,
    Verdict,
    definition_version,
    draw,
    label_quality,
    label_reviews,
)

WEEK = dt.date(2026, 6, 29)
VERSIONS = {"MO01": "1.0.0", "MO05": "1.0.0", "MO06": "1.0.0"}
CASES = [f"c{number:03d}" for number in range(200)]
LABELLED = [(case_id, "MO01") for case_id in CASES[:40]] + [(case_id, "MO05") for case_id in CASES[30:50]]
SIZES = {"per_label": 5, "unlabelled": 10, "overlap_pct": 20}


def drawn(week: dt.date = WEEK, before: dict[str, set[str]] | None = None, **sizes: int):
    strata = draw(
        "作案手段", VERSIONS, LABELLED, CASES, week_start=week, drawn=before or {}, **{**SIZES, **sizes}
    )
    return {stratum.stratum_code: stratum for stratum in strata}


def test_every_label_is_a_stratum_and_so_are_the_cases_without_one() -> None:
    strata = drawn()
    sizes = {code: (s.stratum_count, len(s.cases), s.case_count) for code, s in strata.items()}
    assert sizes == {
        "MO01": (40, 5, 200), "MO05": (20, 5, 200), "MO06": (0, 0, 200), UNLABELLED: (150, 10, 200),
    }  # fmt: skip
    for code, stratum in strata.items():
        for case_id, labels, _ in stratum.cases:
            assert labels == tuple(c for c in sorted(VERSIONS) if (case_id, c) in LABELLED)
            assert (code in labels) if code != UNLABELLED else labels == ()


def test_the_same_week_draws_the_same_cases_and_the_next_week_others() -> None:
    first = drawn()
    shuffled = random.Random(5).sample(CASES, len(CASES))
    again = draw(
        "作案手段", VERSIONS, reversed(LABELLED), shuffled, week_start=WEEK, drawn={}, **SIZES
    )  # fmt: skip
    assert {s.stratum_code: s for s in again} == first
    before = {code: {case_id for case_id, _, _ in s.cases} for code, s in first.items()}
    later = drawn(WEEK + dt.timedelta(7), before)
    for code, stratum in later.items():
        assert not before[code] & {case_id for case_id, _, _ in stratum.cases}
    everything = drawn(WEEK, {"MO05": set(CASES)})
    assert everything["MO05"].cases == ()
    assert everything["MO05"].stratum_count == 20


def test_every_case_has_the_same_chance_and_the_overlap_its_share() -> None:
    counts, overlap = dict.fromkeys(CASES[50:], 0), 0
    for number in range(400):
        for case_id, _, is_overlap in drawn(WEEK + dt.timedelta(7 * number))[UNLABELLED].cases:
            counts[case_id] += 1
            overlap += is_overlap
    assert min(counts.values()) > 8  # expected 400 · 10 / 150 = 26.7
    assert max(counts.values()) < 50
    assert 0.17 < overlap / 4000 < 0.23


def test_a_changed_rule_changes_the_definition() -> None:
    assert definition_version(VERSIONS) == definition_version(dict(reversed(VERSIONS.items())))
    assert definition_version(VERSIONS) != definition_version({**VERSIONS, "MO05": "1.0.1"})


def verdict(
    number: int, sample: int, code: str | None, said: str, who: str = "wang", **more: object
) -> Verdict:
    known = {
        "verdict_no": number, "sample_no": sample, "case_id": f"k{sample}", "label_group": "作案手段",
        "label_code": code, "verdict": said, "undoes": None, "evidence_from": None, "evidence_to": None,
        "text_digest": "d", "purpose": "review", "user_id": who,
    }  # fmt: skip
    return Verdict(**{**known, **more})  # type: ignore[arg-type]


DIGESTS = {f"k{number}": "d" for number in range(100)}


def states(*verdicts: Verdict, digests: dict[str, str] = DIGESTS) -> dict[tuple[str, str], str]:
    return {(row.case_id, row.label_code): row.review_state for row in label_reviews(verdicts, digests)}


def test_the_state_of_a_label_is_what_people_say() -> None:
    missing = {"evidence_from": 3, "evidence_to": 7}
    assert states(verdict(1, 1, "MO01", "correct")) == {("k1", "MO01"): "confirmed"}
    assert states(verdict(1, 1, "MO01", "wrong")) == {("k1", "MO01"): "rejected"}
    assert states(verdict(1, 1, "MO01", "uncertain")) == {("k1", "MO01"): "uncertain"}
    assert states(verdict(1, 1, None, "correct")) == {}
    (row,) = label_reviews([verdict(1, 1, "MO05", "missing", **missing)], DIGESTS)
    assert (row.review_state, row.evidence_from, row.evidence_to) == ("confirmed", 3, 7)
    apart = [verdict(1, 1, "MO01", "correct"), verdict(2, 1, "MO01", "wrong", "zhao")]
    assert states(*apart) == {("k1", "MO01"): "disputed"}
    decided = verdict(3, 1, "MO01", "correct", "zhao", purpose="adjudication")
    assert states(*apart, decided) == {("k1", "MO01"): "confirmed"}
    # The other one closed the item without naming it.
    one_sees_it = [
        verdict(1, 1, "MO05", "missing", **missing), verdict(2, 1, None, "correct"),
        verdict(3, 1, None, "correct", "zhao"),
    ]  # fmt: skip
    assert states(*one_sees_it) == {("k1", "MO05"): "disputed"}


def test_what_was_taken_back_or_said_about_another_text_does_not_count() -> None:
    said = verdict(1, 1, "MO01", "wrong")
    assert states(said, verdict(2, 1, "MO01", "undone", undoes=1)) == {}
    again = verdict(3, 1, "MO01", "correct")
    assert states(said, verdict(2, 1, "MO01", "undone", undoes=1), again) == {("k1", "MO01"): "confirmed"}
    assert states(said, digests={"k1": "another"}) == {}
    assert states(said, digests={}) == {}


def sample(verdicts: dict[str, list[str]]) -> tuple[list[Stratum], list[SampleItem], list[Verdict]]:
    """Return strata with items judged as given: stratum → verdicts; ``missing`` is of MO06."""
    strata, items, log = [], [], []
    sizes = {"MO01": 40, "MO05": 20, "MO06": 10, UNLABELLED: 150}
    for place, code in enumerate(sizes, 1):
        judged = verdicts.get(code, [])
        version = VERSIONS.get(code)
        strata.append(Stratum(place, WEEK, "作案手段", "v", code, version, sizes[code], len(judged), 200))
        for said in judged:
            number = len(items) + 1
            own = None if code == UNLABELLED else code
            items.append(SampleItem(number, place, f"k{number}", own or "", False))
            if said == "missing":
                log.append(verdict(len(log) + 1, number, "MO06", "missing", evidence_from=0, evidence_to=2))
                said = "correct"
            log.append(verdict(len(log) + 1, number, own, said))
    return strata, items, log


def figures(verdicts: dict[str, list[str]]) -> dict[tuple[str | None, str], object]:
    rows = label_quality(*sample(verdicts), DIGESTS)
    return {(row.label_code, row.measure): row for row in rows}


def test_precision_and_recall_of_a_label() -> None:
    found = figures({
        "MO06": ["correct"] * 8 + ["wrong", "uncertain"],
        "MO01": ["correct"] * 9 + ["missing"],
        "MO05": ["correct"] * 5,
        UNLABELLED: ["correct"] * 29 + ["missing"],
    })  # fmt: skip
    precision = found["MO06", "precision"]
    assert (precision.reviewed_count, precision.hit_count, precision.undecided_count) == (9, 8, 1)
    assert precision.estimate == pytest.approx(8 / 9)
    recall = found["MO06", "recall"]
    # T = 10 · 8/9; missed: 150 · 1/30 without a label, 120 · (40/10) / (40/10 · 10 + 20/5 · 5) with another.
    missed = 150 / 30 + (200 - 150 - 10) * 4 / (40 + 20)
    assert recall.estimate == pytest.approx(80 / 9 / (80 / 9 + missed))
    assert recall.ci_low < recall.estimate < recall.ci_high
    assert (recall.reviewed_count, recall.hit_count, recall.undecided_count) == (9 + 15 + 30, 2, 1)


def test_recall_needs_the_cases_without_the_label() -> None:
    found = figures({"MO06": ["correct"] * 10})
    assert found["MO06", "precision"].estimate == 1
    assert found["MO06", "recall"].estimate is None
    assert found["MO01", "precision"].reviewed_count == 0
    assert found["MO01", "precision"].estimate is None


def test_figures_are_kept_apart_by_version_of_the_rules() -> None:
    strata, items, log = sample({"MO06": ["correct"] * 5})
    newer = [
        Stratum(s.stratum_no + 10, WEEK + dt.timedelta(7), s.label_group, "w", s.stratum_code,
                "1.1.0" if s.stratum_code == "MO06" else s.rule_version, s.stratum_count, 0, s.case_count)
        for s in strata
    ]  # fmt: skip
    found = {
        (row.label_code, row.rule_version): row.reviewed_count
        for row in label_quality([*strata, *newer], items, log, DIGESTS) if row.measure == "precision"
    }  # fmt: skip
    assert (found["MO06", "1.0.0"], found["MO06", "1.1.0"]) == (5, 0)


def test_kappa_compares_two_people_on_the_overlap() -> None:
    strata, items, log = sample(
        {"MO01": ["correct", "correct", "wrong", "wrong"], UNLABELLED: ["correct"] * 2}
    )
    second = ["correct", "wrong", "wrong", "wrong", "correct", "correct"]
    for item, said in zip(items, second, strict=True):
        log.append(verdict(len(log) + 1, item.sample_no, item.label_codes or None, said, "zhao"))
    (row,) = (row for row in label_quality(strata, items, log, DIGESTS) if row.measure == "kappa")
    assert (row.reviewed_count, row.hit_count) == (6, 5)
    # yes/no of 4 labels and twice that nothing is missing: p_o 5/6, p_e = 2/6 · 1/6 + 4/6 · 5/6.
    assert row.estimate == pytest.approx((5 / 6 - 22 / 36) / (1 - 22 / 36))
    alone = label_quality(*sample({"MO01": ["correct"] * 3}), DIGESTS)
    assert [row.estimate for row in alone if row.measure == "kappa"] == [None]
