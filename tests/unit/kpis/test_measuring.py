"""A KPI has a value only from the declared minimum of records on and within the declared limit of unmapped ones."""

from __future__ import annotations

from dashboards.components.kpis import measure
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
