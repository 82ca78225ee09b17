"""Likely names: alike in characters or sound first, other numerals and points of the compass last."""

from __future__ import annotations

from jingcang.addresses.likely_names import is_distinct, likely_names

STANDARD = ["永安东路", "永安西路", "和平一路", "和平二路", "解放大道"]


def test_the_name_alike_in_sound_comes_first_and_other_directions_last() -> None:
    found = likely_names("永安东露", STANDARD)
    assert [name for name, _ in found][:2] == ["永安东路", "永安西路"]
    assert found[0][1] > 0.7


def test_a_name_with_another_numeral_comes_after_a_less_alike_one() -> None:
    found = [name for name, _ in likely_names("和平1路", ["和平二路", "和平路", "解放大道"])]
    assert found == ["和平路", "和平二路"] or found[-1] == "和平二路"
    assert is_distinct("和平一路", "和平二路")
    assert not is_distinct("永安东露", "永安东路")


def test_nothing_alike_gives_nothing() -> None:
    assert likely_names("人民广场", STANDARD) == []
    assert likely_names("", STANDARD) == []
