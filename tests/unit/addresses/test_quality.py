"""Accuracy on the labelled addresses: floors, planted faults, and the document that tells it."""

import re
from collections.abc import Callable

import pytest

from jingcang.addresses import folding, parsing
from tests.evaluation import addresses


@pytest.mark.parametrize(("which", "parser"), sorted(addresses.FLOORS))
def test_floors(which: str, parser: str) -> None:
    result = addresses.score(addresses.labelled(which), addresses.parsers()[parser])
    assert addresses.shortfalls(result, addresses.FLOORS[which, parser]) == [], result.errors


def _pattern(name: str, old: str, new: str) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(patch: pytest.MonkeyPatch) -> None:
        pattern = getattr(parsing, name).pattern
        assert old in pattern
        patch.setattr(parsing, name, re.compile(pattern.replace(old, new)))

    return plant


def _shift_spans(patch: pytest.MonkeyPatch) -> None:
    span = folding.Folded.span
    patch.setattr(folding.Folded, "span", lambda self, start, end: span(self, start + 1, end))


@pytest.mark.parametrize(
    "plant",
    [
        _pattern("_BUILDING", "|栋", ""),
        _pattern("_ROAD", "|街", ""),
        _pattern("_HOUSE", "[-~至]", "[至]"),
        _pattern("_RELATION", "附近|", ""),
        _pattern("_FLOOR", "楼|", ""),
        _shift_spans,
        lambda patch: patch.setattr(parsing, "is_range", lambda number: False),
        lambda patch: patch.setattr(folding, "_han_number", lambda text: "1"),
    ],
    ids=["building", "road", "range", "near", "floor", "spans", "range as house", "Chinese numerals"],
)
def test_a_planted_fault_is_caught(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    result = addresses.score(addresses.labelled("held_out"), addresses.parsers()["words"])
    assert addresses.shortfalls(result, addresses.FLOORS["held_out", "words"])


def test_sets_are_large_and_without_repeats() -> None:
    texts = [row["text"] for which in addresses.SETS for row in addresses.labelled(which)]
    assert len(texts) >= 600
    assert len(set(texts)) > 0.99 * len(texts)
    for which in addresses.SETS:
        for row in addresses.labelled(which):
            for start, end, value in row["parts"].values():
                assert 0 <= start < end <= len(row["text"]), row["id"]
                assert value, row["id"]


def test_the_document_tells_what_is_measured() -> None:
    assert addresses.DOCUMENT.read_text(encoding="utf-8") == addresses.document()
