"""Labels found in the sample's narratives against what each narrative was written to affirm."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from jingcang.labelling import Labeller, find_clues
from jingcang.sample import narratives

FACTS = narratives.Facts(
    "", "3月2日14时", "城北路12号", "王某", "李某", "13800001939", "6222021234567890128", "11010519491231002X",
    "1200.50",
)  # fmt: skip
FAMILIES = ("burglary", "vehicle", "pocket", "shop", "fraud", "assault", "gambling", "damage", "other")
PLANTED = {*narratives.AFFIRMED, *narratives.FRAUD_CLASS.values()}
LEAST = 0.98


@pytest.fixture(scope="module")
def written(seed: int) -> list[tuple[str, set[str]]]:
    rng = np.random.default_rng(seed)
    found = []
    for family in FAMILIES * 150:
        text, codes = narratives.write(replace(FACTS, family=family), rng)
        found.append((text, set(codes)))
    return found


def test_planted_labels_are_found_and_nothing_denied_is(written: list[tuple[str, set[str]]]) -> None:
    labeller = Labeller()
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for text, affirmed in written:
        labelled = {item.label_code for item in labeller.label(text)} & PLANTED
        right.update(labelled & affirmed)
        wrong.update(labelled - affirmed)
        missed.update(affirmed - labelled)
    assert set(right) == PLANTED
    for code in sorted(PLANTED):
        assert right[code] >= LEAST * (right[code] + wrong[code]), (code, "precision")
        assert right[code] >= LEAST * (right[code] + missed[code]), (code, "recall")


def test_planted_numbers_are_found_wherever_they_were_written(written: list[tuple[str, set[str]]]) -> None:
    for text, _ in written:
        values = {(clue.kind, clue.value) for clue in find_clues(text)}
        for kind, value in (("mobile", FACTS.phone), ("bank_card", FACTS.card), ("id_card", FACTS.identity)):
            assert ((kind, value) in values) is (value in text), kind
        assert ("money", "120050") in values
