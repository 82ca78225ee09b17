"""Label rules: evidence, negation, claims, quotations, priority."""

import csv
from pathlib import Path

import polars as pl
import pytest

from jingcang.labelling import LABELS_VERSION, Labeller, label_cases, load_rules
from jingcang.labelling.rules import Rule

from .examples import HARD_NEGATIVE, POSITIVE

SEEDS = Path(__file__).parents[3] / "dbt_project/seeds/dictionaries"


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    return Labeller()


def _seed_labels() -> dict[str, dict[str, str]]:
    with (SEEDS / "labels.csv").open(encoding="utf-8") as stream:
        return {row["label_code"]: row for row in csv.DictReader(stream)}


def test_ten_labels_with_five_examples_each_way() -> None:
    assert len(_seed_labels()) == 10
    for examples in (POSITIVE, HARD_NEGATIVE):
        assert set(examples) == set(_seed_labels())
        assert all(len(texts) >= 5 for texts in examples.values())


@pytest.mark.parametrize(("code", "text"), [(c, t) for c, ts in POSITIVE.items() for t in ts])
def test_positive_example_is_labelled(labeller: Labeller, code: str, text: str) -> None:
    assert code in [item.label_code for item in labeller.label(text)]


@pytest.mark.parametrize(("code", "text"), [(c, t) for c, ts in HARD_NEGATIVE.items() for t in ts])
def test_hard_negative_is_not_labelled(labeller: Labeller, code: str, text: str) -> None:
    assert code not in [item.label_code for item in labeller.label(text)]


def test_every_rule_has_a_label_of_the_seed_and_the_same_version() -> None:
    labels = _seed_labels()
    assert {rule.label_code for rule in load_rules()} == set(labels)
    for rule in load_rules():
        assert rule.rule_version == labels[rule.label_code]["rule_version"]
        assert rule.terms
        assert bool(rule.context) == (rule.context_reach > 0), rule.rule_id
        assert bool(rule.exclusions) == (rule.exclusion_reach > 0), rule.rule_id


def test_rule_ids_are_unique() -> None:
    ids = [rule.rule_id for rule in load_rules()]
    assert len(ids) == len(set(ids))


def test_evidence_offsets_point_at_the_term(labeller: Labeller) -> None:
    text = "２月３日，嫌疑人溜门进入李某家，持刀威胁。"
    spans = {item.label_code: text[item.start : item.end] for item in labeller.label(text)}
    assert spans == {"MO05": "溜门", "MO10": "持刀"}


@pytest.mark.parametrize(
    ("text", "labelled"),
    [
        ("嫌疑人使用暴力抢走手机。", True),
        ("嫌疑人未使用暴力。", False),
        ("嫌疑人没有使用暴力。", False),
        ("趁其未成年使用暴力抢走手机。", True),
        ("未遂后使用暴力抗拒抓捕。", True),
        ("报警人谎称嫌疑人使用暴力。", False),
        ("报警称有人使用暴力，经查属虚构。", False),
        ("前一案系虚构。本案嫌疑人使用暴力抢走手机。", True),
        ("以“使用暴力”的手段抢走手机。", True),
        ("影片名“使用暴力”，与本案无关。", False),
    ],
)
def test_negation_claim_and_quotation(labeller: Labeller, text: str, labelled: bool) -> None:
    assert ("MO10" in [item.label_code for item in labeller.label(text)]) is labelled


def test_higher_priority_keeps_an_overlapping_place() -> None:
    def rule(rule_id: str, label: str, term: str, priority: int) -> Rule:
        return Rule(rule_id, label, (term,), (), 0, (), 0, False, priority, 90, "1.0.0")

    labels = Labeller((rule("A", "LOW", "砸车窗", 10), rule("B", "HIGH", "车窗玻璃", 20))).label("砸车窗玻璃")
    assert [item.label_code for item in labels] == ["HIGH"]


def test_label_cases_frame() -> None:
    frame = pl.DataFrame(
        {
            "case_id": ["c1", "c2", "c3"],
            "narrative_text": ["嫌疑人溜门入室，又溜门入室。", None, "捡到手机。"],
        }
    )
    result = label_cases(frame)
    assert result.select("case_id", "label_code", "evidence_from", "evidence_to").rows() == [
        ("c1", "MO05", 3, 5)
    ]
    assert result["source"].to_list() == ["rule"]
    assert result["review_state"].to_list() == ["unreviewed"]
    assert label_cases(frame.head(0)).schema == result.schema
    assert len(LABELS_VERSION) == 16
