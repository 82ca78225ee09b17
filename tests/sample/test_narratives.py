"""Labels found in the sample's narratives against what each narrative was written to affirm."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from jingcang.labelling import Labeller, find_clues
from jingcang.labelling.relations import RelationFinder
from jingcang.sample import narratives

FACTS = narratives.Facts(
    "", "3月2日14时", "城北路12号", "王某", "李某", "13800001939", "6222021234567890128", "11010519491231002X",
    "1200.50",
)  # fmt: skip
FAMILIES = ("burglary", "vehicle", "pocket", "shop", "fraud", "assault", "gambling", "damage", "other")
PLANTED = {*narratives.AFFIRMED, *narratives.FRAUD_CLASS.values()}
LEAST = 0.98
RELATED = {
    f"（联系电话{FACTS.phone}）报称": "reporter_phone",
    f"（身份证号{FACTS.identity}）于": "reporter_id_card",
    f"对方电话{FACTS.phone}": "counterpart_phone",
}
"""Fixed phrase of a narrative → relation it states."""
TELLING = ("报称：", "报警称，", "报案称：")


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


def test_planted_relations_are_found_and_no_other_of_their_kind(written: list[tuple[str, set[str]]]) -> None:
    """What the wording relates is known from its fixed phrases; the story's one phone is told under several roles."""
    finder = RelationFinder()
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for text, _ in written:
        if "收款卡号" in text:
            continue  # says to which card, but not by itself that it was paid
        planted = {relation for phrase, relation in RELATED.items() if phrase in text}
        if any(telling in text for telling in TELLING):
            planted |= {"payer_payee_account"} if f"{FACTS.card}转账" in text else set()
        found = {item.relation_code for item in finder.find(text)} & {
            *RELATED.values(),
            "payer_payee_account",
        }
        right.update(found & planted)
        wrong.update(found - planted)
        missed.update(planted - found)
    assert set(right) == {*RELATED.values(), "payer_payee_account"}
    for code in sorted(right):
        assert right[code] >= LEAST * (right[code] + wrong[code]), (code, "precision", wrong)
        assert right[code] >= LEAST * (right[code] + missed[code]), (code, "recall", missed)
