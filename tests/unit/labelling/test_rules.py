"""Label rules: evidence, negation, claims, quotations, priority."""

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingcang.labelling import Labeller, label_cases, load_rules
from jingcang.labelling.labeller import _DOUBTS, FALSE_CLAIM, MISTAKE, REFUTATION
from jingcang.labelling.rule_table import GROUPS, Rule, expand

from .examples import HARD_NEGATIVE, POSITIVE

SEEDS = Path(__file__).parents[3] / "dbt_project/seeds/dictionaries"


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    return Labeller()


def _seed_labels() -> dict[str, dict[str, str]]:
    with (SEEDS / "labels.csv").open(encoding="utf-8") as stream:
        return {row["label_code"]: row for row in csv.DictReader(stream)}


def test_an_active_label_has_five_different_examples_each_way_and_a_draft_is_marked() -> None:
    active = {code for code, row in _seed_labels().items() if row["status"] == "active"}
    assert len(active) >= 120
    assert {row["status"] for row in _seed_labels().values()} <= {"active", "draft", "retired"}
    for examples in (POSITIVE, HARD_NEGATIVE):
        assert active <= set(examples) <= set(_seed_labels())
        assert [code for code in active if len(set(examples[code])) < 5] == []


def test_every_group_has_labels_and_a_code_of_its_own() -> None:
    labels = _seed_labels()
    assert {row["label_group"] for row in labels.values()} == set(GROUPS.values())
    for group in GROUPS.values():
        codes = [code for code, row in labels.items() if row["label_group"] == group]
        assert len({code[:2] for code in codes}) == 1, group
    assert len({row["label_zh"] for row in labels.values()}) == len(labels)


def test_frauds_are_the_twelve_classes_and_the_last_is_no_victimisation() -> None:
    frauds = {c: row for c, row in _seed_labels().items() if row["label_group"] == "诈骗类型"}
    assert len(frauds) == 12
    outside = [row["label_zh"] for row in frauds.values() if row["is_in_fraud_total"] == "false"]
    assert outside == ["网黑案件"]
    others = [row for row in _seed_labels().values() if row["label_group"] != "诈骗类型"]
    assert {row["is_in_fraud_total"] for row in others} == {"false"}


@pytest.mark.parametrize(("code", "text"), [(c, t) for c, ts in POSITIVE.items() for t in ts])
def test_positive_example_is_labelled(labeller: Labeller, code: str, text: str) -> None:
    assert code in [item.label_code for item in labeller.label(text)]


def test_every_active_rule_is_shown_by_a_narrative(labeller: Labeller) -> None:
    shown = {item.rule_id for texts in POSITIVE.values() for text in texts for item in labeller.label(text)}
    assert [
        rule.rule_id for rule in load_rules() if rule.status == "active" and rule.rule_id not in shown
    ] == []


@pytest.mark.parametrize(("code", "text"), [(c, t) for c, ts in HARD_NEGATIVE.items() for t in ts])
def test_hard_negative_is_not_labelled(labeller: Labeller, code: str, text: str) -> None:
    assert code not in [item.label_code for item in labeller.label(text)]


def test_every_rule_has_a_label_of_the_seed_and_the_same_version() -> None:
    labels = _seed_labels()
    assert {rule.label_code for rule in load_rules()} == set(labels)
    for rule in load_rules():
        assert rule.label_group == labels[rule.label_code]["label_group"], rule.rule_id
        assert rule.status == labels[rule.label_code]["status"], rule.rule_id
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


def _rule(rule_id: str, label: str, term: str, priority: int, **more: Any) -> Rule:
    return replace(Rule(rule_id, label, (term,), (), 0, (), 0, False, priority, 90, "1.0.0"), **more)


def test_higher_priority_keeps_an_overlapping_place_within_its_group_only() -> None:
    rules = (_rule("A", "LOW", "砸车窗", 10), _rule("B", "HIGH", "车窗玻璃", 20))
    assert [item.label_code for item in Labeller(rules).label("砸车窗玻璃")] == ["HIGH"]
    other = (_rule("A", "LOW", "砸车窗", 10, label_group="涉案物品"), rules[1])
    assert [item.label_code for item in Labeller(other).label("砸车窗玻璃")] == ["HIGH", "LOW"]


def test_one_fraud_label_wins() -> None:
    text = "对方自称部队采购，向店主订购蔬菜并要求代购罐头，又让其下载贷款APP转账保证金，被骗。"
    frauds = [item.label_code for item in Labeller().label(text) if item.label_group == "诈骗类型"]
    assert frauds == ["FR11"]


def test_a_draft_is_given_only_when_asked() -> None:
    rules = (_rule("A", "DRAFT", "左撇子", 10, status="draft"),)
    assert Labeller(rules).label("嫌疑人系左撇子") == []
    assert [e.label_code for e in Labeller(rules, with_drafts=True).label("嫌疑人系左撇子")] == ["DRAFT"]


@pytest.mark.parametrize(
    ("text", "labelled"),
    [
        ("手机被偷。", True),
        ("手机没有被偷，而是遗忘在车上。", False),
        ("没有锁门，手机被偷。", True),
        ("手机掉落，伤者送医抢救。", False),
        ("手机被抢，伤者送医抢救。", True),
        ("手机遗失，并未被偷；钱包被偷。", False),
        ("民警提醒群众保管手机，防止被偷。", False),
    ],
)
def test_a_context_word_counts_only_where_it_is_affirmed(
    labeller: Labeller, text: str, labelled: bool
) -> None:
    assert ("OB02" in [item.label_code for item in labeller.label(text)]) is labelled


def test_terms_expand_alternatives() -> None:
    assert expand("[撬/砸]门|溜门|撬门|报[了/]案") == ("撬门", "砸门", "溜门", "报了案", "报案")
    assert expand("") == ()


def test_no_term_is_a_remnant_of_the_notation() -> None:
    for rule in load_rules():
        for word in (*rule.terms, *rule.context, *rule.exclusions):
            assert not set(word) & set("[]/|?*() "), (rule.rule_id, word)


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


def test_offsets_hold_beside_characters_beyond_the_basic_plane(labeller: Labeller) -> None:
    text = "😀𠮷嫌疑人𠮷持刀😀。"
    assert [text[e.start : e.end] for e in labeller.label(text) if e.label_code == "MO10"] == ["持刀"]


def test_a_match_across_the_halves_of_characters_is_none() -> None:
    labeller = Labeller((_rule("A", "X", "一丁", 1),))
    # The bytes of 一丁, 4E 00 4E 01, stand in these three letters one byte off.
    assert labeller.label("\u014e\u004e\u0100") == []
    assert [(e.start, e.end) for e in labeller.label("\u014e\u004e\u0100一丁")] == [(3, 5)]


def test_whatever_doubts_a_label_holds_a_sign_of_doubt() -> None:
    """The search for a mistake, a false claim or a refutation is left out where no such sign stands."""
    words = {
        word
        for pattern in (MISTAKE, FALSE_CLAIM, REFUTATION)
        for word in re.findall("[\u4e00-\u9fff]{2,}", pattern.pattern)
    } - {"属于", "纯属"}
    assert len(words) == 19
    assert {word for word in words if not any(sign in word for sign in _DOUBTS)} == set()
