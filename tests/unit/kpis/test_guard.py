"""The guard: dates on the last day of the deadline, one and the same date, habits of registration, and nothing."""

from __future__ import annotations

import numpy as np

from jingcang.kpis import why_not_comparable

SPREAD = np.random.default_rng(2).integers(-40, 15, 120)


def ask(margins: dict[str, object], practice: dict[str, tuple[int, int]] | None = None) -> str:
    return why_not_comparable(
        margins, practice or {}, what_differs="没有关联编号", unit_name=lambda unit: f"{unit}所"
    )


def test_dates_that_spread_may_be_compared() -> None:
    assert ask({"城北": SPREAD, "城南": SPREAD + 1}) == ""
    assert ask({}) == ""


def test_filing_on_the_last_day_is_told_with_its_counts() -> None:
    heaped = np.concatenate([SPREAD, np.zeros(22)])
    found = ask({"城北": heaped, "城南": SPREAD})
    assert found.startswith("城北所的日期堆在期限最后一天：")
    assert "前一天和后一天各" in found


def test_one_and_the_same_date_is_told() -> None:
    assert "雷同" in ask({"城北": np.concatenate([SPREAD[:50], np.full(50, -20)])})


def test_habits_of_registration_are_told_from_to() -> None:
    found = ask({}, {"城北": (100, 100), "城南": (190, 10), "城东": (195, 5), "小所": (0, 19)})
    assert found == "各单位登记做法不同：没有关联编号的占比从城东所 2% 到城北所 50%"
    assert ask({}, {"城北": (180, 20), "城南": (190, 10)}) == ""
    assert ask({}, {"城北": (180, 20)}) == ""
