"""Relations of narratives: what sentences state, what hard ones do not, offsets, rules as rows."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from jingcang.labelling.relations import (
    RELATION_SCHEMA,
    RelationFinder,
    find_mentions,
    load_relation_rules,
    relate_cases,
)

from .relation_sentences import STATED, UNSTATED


@pytest.fixture(scope="module")
def finder() -> RelationFinder:
    return RelationFinder()


def found(finder: RelationFinder, text: str) -> list[tuple[str, str, str]]:
    return sorted(
        (
            item.relation_code,
            text[item.subject.start : item.subject.end],
            text[item.object.start : item.object.end],
        )
        for item in finder.find(text)
    )


def test_there_are_enough_sentences_and_half_of_them_are_hard() -> None:
    sentences = [text for _, text, _ in [*STATED, *UNSTATED]]
    assert len(sentences) == len(set(sentences)) >= 150
    assert len(UNSTATED) * 2 >= len(sentences)


@pytest.mark.parametrize(("kind", "text", "expected"), STATED)
def test_a_stated_relation_is_found(
    finder: RelationFinder, kind: str, text: str, expected: list[tuple[str, str, str]]
) -> None:
    assert found(finder, text) == sorted(expected)


@pytest.mark.parametrize(("kind", "text", "expected"), UNSTATED)
def test_a_hard_sentence_gives_nothing_it_does_not_state(
    finder: RelationFinder, kind: str, text: str, expected: list[tuple[str, str, str]]
) -> None:
    assert found(finder, text) == sorted(expected)


def test_every_active_rule_is_shown_by_a_sentence(finder: RelationFinder) -> None:
    """A rule that no sentence needs could be lost unseen."""
    seen = Counter(item.rule_id for _, text, _ in STATED for item in finder.find(text))
    stated = {relation for _, _, expected in STATED for relation, _, _ in expected}
    assert {rule.relation_code for rule in finder.rules} == stated
    assert len(seen) >= 0.8 * len(finder.rules)


def test_rules_are_told_apart_and_versioned() -> None:
    rules = load_relation_rules()
    assert len({rule.rule_id for rule in rules}) == len(rules)
    assert all(rule.rule_version and 0 < rule.confidence_pct <= 100 for rule in rules)


def test_offsets_name_both_mentions_and_the_words_between(finder: RelationFinder) -> None:
    text = "经查，嫌疑人张某持菜刀将被害人砍伤。"
    (relation,) = finder.find(text)
    assert text[relation.subject.start : relation.subject.end] == "嫌疑人张某"
    assert text[relation.trigger_start : relation.trigger_end] == "持"
    assert text[relation.object.start : relation.object.end] == "菜刀"
    assert relation.object.detail == "TL05"
    assert relation.rule_id == "SU-tool-1"


def test_a_name_has_the_role_the_text_gives_it_unless_it_gives_two() -> None:
    persons, _ = find_mentions("被告人李某某到案。李某某供述。")
    assert [person.kind for person in persons] == ["suspect", "suspect"]
    persons, _ = find_mentions("被告人李某某与被害人李某某相识。李某某离开。")
    assert [person.kind for person in persons] == ["suspect", "victim", "person"]


def test_the_frame_has_one_row_a_relation_and_nothing_for_empty_texts() -> None:
    frame = pl.DataFrame({
        "case_id": ["c1", "c2", "c3"],
        "narrative_text": ["嫌疑人联系电话13800001939。", None, ""],
    })  # fmt: skip
    rows = relate_cases(frame)
    assert rows.schema == pl.Schema(RELATION_SCHEMA)
    assert rows.select("case_id", "relation_code", "object_kind", "object_detail").rows() == [
        ("c1", "suspect_phone", "phone", "mobile")
    ]
    assert rows.select("subject_from", "subject_to", "evidence_from", "evidence_to", "object_from").row(0) == (
        0, 3, 3, 7, 7
    )  # fmt: skip
