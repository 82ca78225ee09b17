"""Precision and recall of a reviewed sample: edges, hand-worked answers, and intervals that cover."""

import math

import numpy as np
import pytest

from jingcang.statistics import ReviewedStratum, stratified_precision, stratified_recall, wilson_interval


def test_precision_is_a_wilson_share_corrected_for_a_finite_population() -> None:
    big = stratified_precision(ReviewedStratum.drawn(10**9, 40, 32))
    plain = wilson_interval(32, 40)
    assert (big.estimate, big.ci_low, big.ci_high) == pytest.approx((0.8, plain.ci_low, plain.ci_high))
    half = stratified_precision(ReviewedStratum.drawn(80, 40, 32))
    assert big.ci_low < half.ci_low
    assert half.ci_high < big.ci_high
    whole = stratified_precision(ReviewedStratum.drawn(40, 40, 32))
    assert (whole.ci_low, whole.ci_high) == (0.8, 0.8)


def test_few_hits_have_the_modified_limits_of_brown_cai_and_dasgupta() -> None:
    # Lower limit for one hit of n: λ/n with e^(−λ) = 0.95.
    one = stratified_precision(ReviewedStratum.drawn(10**9, 40, 1))
    assert one.ci_low == pytest.approx(-math.log(0.95) / 40, rel=1e-5)
    assert one.ci_high == pytest.approx(wilson_interval(1, 40).ci_high)
    all_but_one = stratified_precision(ReviewedStratum.drawn(10**9, 40, 39))
    assert all_but_one.ci_high == pytest.approx(1 + math.log(0.95) / 40, rel=1e-5)


def test_recall_by_hand() -> None:
    # 100 labelled, 20 judged, 18 right: T = 90. 900 unlabelled, 90 judged, 2 missing: F = 20. R = 90/110.
    labelled, other = ReviewedStratum(100, 20, 0.9, 20), ReviewedStratum(900, 90, 2 / 90, 90)
    result = stratified_recall(labelled, [other])
    assert result.estimate == pytest.approx(90 / 110)
    found, missed = 100**2 * 0.9 * 0.1 / 20, 900**2 * (2 / 90) * (88 / 90) / 90
    assert result.standard_error == pytest.approx(math.sqrt(20**2 * found + 90**2 * missed) / 110**2)
    assert 0.5 < result.ci_low < result.estimate < result.ci_high < 0.97


def test_nothing_missed_in_a_small_sample_is_not_a_recall_of_one() -> None:
    labelled = ReviewedStratum.drawn(100, 20, 20)
    few = stratified_recall(labelled, [ReviewedStratum.drawn(900, 10, 0)])
    many = stratified_recall(labelled, [ReviewedStratum.drawn(900, 600, 0)])
    assert few.estimate == many.estimate == few.ci_high == 1
    assert few.standard_error == 0
    assert few.ci_low < 0.4 < 0.9 < many.ci_low < 1
    nothing_found = stratified_recall(ReviewedStratum.drawn(100, 20, 0), [ReviewedStratum.drawn(900, 90, 3)])
    assert nothing_found.estimate == nothing_found.ci_low == 0
    assert nothing_found.ci_high > 0


def test_what_was_not_judged_is_not_told() -> None:
    judged, unseen = ReviewedStratum.drawn(100, 20, 18), ReviewedStratum.drawn(900, 0, 0)
    for result in (
        stratified_precision(unseen), stratified_recall(judged, [unseen]), stratified_recall(unseen, [judged]),
        stratified_recall(ReviewedStratum.drawn(5, 5, 0), [ReviewedStratum.drawn(90, 9, 0)]),
    ):  # fmt: skip
        assert math.isnan(result.estimate)
        assert (result.ci_low, result.ci_high) == (0, 1)
    # An empty stratum needs no review.
    assert stratified_recall(judged, [ReviewedStratum.drawn(0, 0, 0)]).estimate == 1
    with pytest.raises(ValueError, match="命中数"):
        ReviewedStratum.drawn(10, 3, 4)
    with pytest.raises(ValueError, match="权重"):
        ReviewedStratum.weighted(10, [True], [0])


def test_weights_undo_unequal_chances() -> None:
    # Half the units were drawn ten times as often; only those rarely drawn lack the label.
    hits, weights = [False] * 100 + [True] * 10, [1.0] * 100 + [10.0] * 10
    stratum = ReviewedStratum.weighted(1000, hits, weights)
    assert stratum.share == pytest.approx(0.5)
    assert stratum.effective_size == pytest.approx(200**2 / (100 + 1000))


COVERED = 0.93
REPEATS = 1500


@pytest.mark.parametrize(
    ("sizes", "shares", "drawn"),
    [
        ((400, 250, 6000), (0.9, 0.02, 0.004), (40, 30, 120)),
        ((60, 250, 3000), (0.97, 0.0, 0.002), (15, 20, 60)),
        ((800, 300, 2000), (0.75, 0.1, 0.05), (60, 40, 150)),
        ((30, 100, 1000), (0.5, 0.03, 0.01), (12, 25, 200)),
    ],
)
def test_the_intervals_cover_the_truth(
    sizes: tuple[int, int, int], shares: tuple[float, float, float], drawn: tuple[int, int, int]
) -> None:
    rng = np.random.default_rng(sum(sizes))
    hits = [round(size * share) for size, share in zip(sizes, shares, strict=True)]
    recall = hits[0] / sum(hits)
    covered = {"precision": 0, "recall": 0}
    for _ in range(REPEATS):
        found = [
            ReviewedStratum.drawn(size, n, int(rng.hypergeometric(hit, size - hit, n)))
            for size, hit, n in zip(sizes, hits, drawn, strict=True)
        ]
        precision = stratified_precision(found[0])
        covered["precision"] += precision.ci_low <= hits[0] / sizes[0] <= precision.ci_high
        result = stratified_recall(found[0], found[1:])
        covered["recall"] += result.ci_low <= recall <= result.ci_high
    for measure, count in covered.items():
        assert count / REPEATS >= COVERED, (measure, count / REPEATS)
