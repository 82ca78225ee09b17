"""A KPI has a value only from the declared minimum of records on and within the declared limit of unmapped ones."""

from __future__ import annotations

from dashboards.components.kpis import Measured, add, measure, told_officers
from jingcang.contracts.kpis import load_kpis

NON_PAPER = load_kpis()["archive_non_paper"]


def row(hits: int, n: int, excluded: int = 0, unmapped: int = 0) -> dict[str, int]:
    return {
        "numerator_value": hits,
        "denominator_value": n,
        "numerator_records": hits,
        "denominator_records": n,
        "excluded_records": excluded,
        "unmapped_records": unmapped,
    }


def test_below_the_declared_minimum_counts_alone_are_told() -> None:
    few, enough = measure(NON_PAPER, row(4, 9)), measure(NON_PAPER, row(4, 10))
    assert (few.value, few.low, few.words()) == (None, None, "4/9（分母不足 10 条，只列件数）")
    assert enough.value == 40
    strict = NON_PAPER.model_copy(update={"minimum_n": 11})
    assert measure(strict, row(4, 10)).words() == "4/10（分母不足 11 条，只列件数）"


def test_above_the_declared_limit_of_unmapped_records_nothing_is_told() -> None:
    at, above = measure(NON_PAPER, row(20, 95, 5, 5)), measure(NON_PAPER, row(20, 94, 6, 6))
    assert at.value is not None
    assert (above.value, above.low, above.is_unmapped) == (None, None, True)
    assert above.withheld == "未映射的占 6.0%（6/100），超过 5% 的限度"
    assert measure(NON_PAPER, row(20, 94, 6)).value is not None
    assert measure(load_kpis()["archive_in_time"], row(20, 94, 6, 6)).value is not None


def test_a_definition_names_who_owns_and_who_approved_it() -> None:
    assert "考核员负责，局领导批准" in NON_PAPER.standing_zh
    assert "未映射超过 5% 不显示" in NON_PAPER.limits_zh


def told(*counts: tuple[int, int]) -> set[str]:
    kpi = load_kpis()["archive_in_time"]
    rows = [row(hits, n) for hits, n in counts]
    measured: dict[str, Measured] = {str(number): measure(kpi, one) for number, one in enumerate(rows)}
    return told_officers(measured, measure(kpi, add(rows)))


def test_officers_who_differ_by_chance_alone_have_no_rate() -> None:
    assert told((48, 60), (50, 60), (47, 60), (49, 60), (48, 60)) == set()


def test_officers_who_differ_widely_have_a_rate_each() -> None:
    assert told((10, 60), (50, 60), (25, 60), (58, 60), (35, 60)) == {"0", "1", "2", "3", "4"}


def test_an_officer_with_few_records_has_none_beside_those_who_have() -> None:
    # 3 of 11: 11 × 0.41 of the rarer outcome expected, under five, though the prior would let it pass.
    assert told((10, 60), (50, 60), (25, 60), (58, 60), (35, 60), (3, 11)) == {"0", "1", "2", "3", "4"}


def test_of_one_officer_alone_nothing_is_told() -> None:
    assert told((10, 60)) == set()
    assert told((10, 60), (0, 0)) == set()
