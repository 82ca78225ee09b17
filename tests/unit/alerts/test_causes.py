"""One alert per cause: places, classes and weeks."""

from __future__ import annotations

import datetime as dt

from jingcang.alerts import Cell, KnownAlert, Scope, Signal, place

WEEK = dt.date(2026, 6, 22)
BUREAU, S1, S2 = Scope("bureau", "B"), Scope("unit", "S1"), Scope("unit", "S2")
A1, A2, A9 = Scope("area", "S1", "A1"), Scope("area", "S1", "A2"), Scope("area", "S2", "A9")


def cell(code: str, scope: Scope) -> Cell:
    level = 1 if len(code) == 2 else 2
    return Cell(level, code, code, code[:2], code[:2], scope)


def signal(
    code: str, scope: Scope, excess: float = 10, week: dt.date = WEEK, method: str = "gamma-poisson"
) -> Signal:
    return Signal(
        cell(code, scope), week, method, 1, 20 + excess, 20, 10, 25, 0.001, 0.0001, 0.01, 1.0
    )  # fmt: skip


def heads(*signals: Signal, known: tuple[KnownAlert, ...] = ()) -> dict[str, tuple[tuple[str, Scope], int]]:
    """Return alert id → (headline, number of signals)."""
    placed = place(signals, known)
    assert [item.signal for item in placed] == list(signals)
    found = {}
    for item in placed:
        if item.is_headline:
            told = (item.signal.cell.class_code, item.signal.cell.scope)
            found[item.alert_id] = (told, sum(other.alert_id == item.alert_id for other in placed))
    return found


def told(*signals: Signal, known: tuple[KnownAlert, ...] = ()) -> set[tuple[tuple[str, Scope], int]]:
    return set(heads(*signals, known=known).values())


def test_nested_places_of_one_class_are_told_at_the_broadest() -> None:
    assert told(signal("1001", A1), signal("1001", S1), signal("1001", BUREAU), signal("1001", A9)) == {
        (("1001", BUREAU), 4)
    }
    assert told(signal("1001", A1), signal("1001", S1), signal("1001", A9)) == {
        (("1001", S1), 2),
        (("1001", A9), 1),
    }


def test_areas_of_one_unit_are_one_and_places_of_two_units_are_two() -> None:
    assert told(signal("1001", A1, 9), signal("1001", A2, 12)) == {(("1001", A2), 2)}
    assert told(signal("1001", A1), signal("1001", A9)) == {(("1001", A1), 1), (("1001", A9), 1)}
    assert told(signal("1001", S1), signal("1001", S2)) == {(("1001", S1), 1), (("1001", S2), 1)}


def test_other_classes_are_other_causes() -> None:
    assert told(signal("1001", S1), signal("2001", S1)) == {(("1001", S1), 1), (("2001", S1), 1)}


def test_a_first_level_alarm_joins_the_class_that_makes_up_half_of_it() -> None:
    assert told(signal("10", BUREAU, 20), signal("1001", S1, 10)) == {(("1001", S1), 2)}
    assert told(signal("10", BUREAU, 21), signal("1001", S1, 10)) == {(("10", BUREAU), 1), (("1001", S1), 1)}
    assert told(signal("10", S2, 10), signal("1001", S1, 10)) == {(("10", S2), 1), (("1001", S1), 1)}


def test_the_weeks_own_figure_tells_before_one_added_up() -> None:
    found = place([signal("1001", S1, 90, method="cusum"), signal("1001", S1, 10)], [])
    assert [item.is_headline for item in found] == [False, True]


def known(code: str, scope: Scope, weeks_ago: int, name: str = "old", first: int | None = None) -> KnownAlert:
    week = dt.timedelta(7)
    return KnownAlert(name, cell(code, scope), WEEK - (first or weeks_ago) * week, WEEK - weeks_ago * week)


def test_a_cause_goes_on_up_to_four_weeks_and_then_is_new() -> None:
    assert "old" in heads(signal("1001", S1), known=(known("1001", S1, 4),))
    assert "old" not in heads(signal("1001", S1), known=(known("1001", S1, 5),))


def test_a_cause_goes_on_at_a_broader_or_narrower_place_and_in_its_first_level_class() -> None:
    for there in (BUREAU, A1, S1):
        assert "old" in heads(signal("1001", S1), known=(known("1001", there, 1),))
    assert "old" in heads(signal("1001", A2), known=(known("1001", A1, 1),))
    assert "old" not in heads(signal("1001", A9), known=(known("1001", A1, 1),))
    assert "old" in heads(signal("10", S1), known=(known("1001", S1, 1),))
    assert "old" not in heads(signal("1002", S1), known=(known("1001", S1, 1),))
    assert "old" not in heads(signal("1001", S2), known=(known("1001", S1, 1),))


def test_of_several_the_one_at_the_same_place_goes_on_and_each_only_once() -> None:
    there = (known("1001", BUREAU, 1, "wide"), known("1001", S1, 3, "here"))
    assert set(heads(signal("1001", S1), known=there)) == {"here"}
    both = heads(signal("1001", S1, 12), signal("1001", S2, 9), known=(known("1001", BUREAU, 1),))
    assert both.pop("old") == (("1001", S1), 1)
    assert len(both) == 1


def test_a_week_judged_late_joins_the_alert_that_began_after_it() -> None:
    later = KnownAlert("next", cell("1001", S1), WEEK + dt.timedelta(7), WEEK + dt.timedelta(14))
    assert "next" in heads(signal("1001", S1), known=(later,))


def test_an_id_says_week_class_and_place_and_nothing_else() -> None:
    one = set(heads(signal("1001", S1, 10)))
    assert one == set(heads(signal("1001", S1, 99), signal("1001", A1)))
    others = [signal("1001", S2), signal("1002", S1), signal("1001", S1, week=WEEK + dt.timedelta(7))]
    assert all(one.isdisjoint(heads(other)) for other in others)
