"""Labelling again after a change of rules: the same labels as labelling everything, for few of the narratives."""

from __future__ import annotations

import random
from dataclasses import replace

import polars as pl
import pytest

from jingcang.labelling import Labeller, Rule, label_cases, labels_version, load_rules, relabel
from jingcang.labelling.relabelling import changed_rules, holds_a_term

from .examples import HARD_NEGATIVE, POSITIVE

CHANGES, COPIES, SEED = 60, 3, 20_260


@pytest.fixture(scope="module")
def narratives() -> pl.DataFrame:
    """Every example of a label, and mixtures of three of them, in which terms meet and overlap."""
    rng = random.Random(SEED)
    single = [text for texts in (*POSITIVE.values(), *HARD_NEGATIVE.values()) for text in texts]
    texts = [*single, *("".join(rng.sample(single, 3)) for _ in range(COPIES * len(single)))]
    return pl.DataFrame(
        {"case_id": [f"c{number}" for number in range(len(texts) + 1)], "narrative_text": [*texts, None]}
    )


@pytest.fixture(scope="module")
def standing(narratives: pl.DataFrame) -> pl.DataFrame:
    return label_cases(narratives)


def _changed(rules: tuple[Rule, ...], rng: random.Random) -> tuple[Rule, ...]:
    """Return the rules after one to three random changes of any column, among them removal and addition."""
    made = list(rules)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(made))
        rule, other = made[place], rng.choice(rules)
        kind = rng.choice(["terms", "fewer", "more", "context", "exclusions", "priority", "claim", "version",
                           "confidence", "off", "label", "new", "gone"])  # fmt: skip
        match kind:
            case "terms":
                made[place] = replace(rule, terms=other.terms[:3])
            case "fewer":
                made[place] = replace(rule, terms=rule.terms[: max(1, len(rule.terms) // 2)])
            case "more":
                made[place] = replace(rule, terms=(*rule.terms, *other.terms[:2]))
            case "context":
                made[place] = replace(rule, context=other.context, context_reach=other.context_reach)
            case "exclusions":
                made[place] = replace(rule, exclusions=other.terms[:2], exclusion_reach=30)
            case "priority":
                made[place] = replace(rule, priority=rng.randint(0, 100))
            case "claim":
                made[place] = replace(rule, counts_in_claim=not rule.counts_in_claim)
            case "version":
                made[place] = replace(rule, rule_version="1.0.0+1")
            case "confidence":
                made[place] = replace(rule, confidence_pct=51)
            case "off":
                made[place] = replace(rule, status="retired")
            case "label":
                made[place] = replace(rule, label_code=other.label_code, label_group=other.label_group)
            case "new":
                made.append(replace(rule, rule_id=f"NEW-{len(made)}", terms=other.terms[:4], priority=99))
            case "gone":
                del made[place]
    return tuple(made)


@pytest.mark.parametrize("seed", range(CHANGES))
def test_labelling_again_equals_labelling_everything(
    narratives: pl.DataFrame, standing: pl.DataFrame, seed: int
) -> None:
    before = load_rules()
    after = _changed(before, random.Random(seed))
    made = relabel(narratives, standing, before, after)
    whole = label_cases(narratives, Labeller(after))
    assert made.rows.equals(whole)
    assert made.rows.write_csv() == whole.write_csv()
    touched = narratives.filter(holds_a_term(changed_rules(before, after)))
    assert made.narratives == touched.height


def test_a_chain_of_changes_ends_where_it_began(narratives: pl.DataFrame, standing: pl.DataFrame) -> None:
    rng, rules, labels = random.Random(SEED), load_rules(), standing
    for _ in range(8):
        after = _changed(rules, rng)
        labels, rules = relabel(narratives, labels, rules, after).rows, after
    assert not labels.equals(standing)
    assert relabel(narratives, labels, rules, load_rules()).rows.equals(standing)


def test_most_changes_touch_few_narratives(narratives: pl.DataFrame, standing: pl.DataFrame) -> None:
    rules = load_rules()
    shares = []
    for rule in rules:
        after = tuple(replace(item, rule_version="1.0.0+1") if item is rule else item for item in rules)
        shares.append(relabel(narratives, standing, rules, after).narratives / narratives.height)
    shares.sort()
    assert shares[0] > 0
    assert shares[len(shares) // 2] < 0.03
    assert shares[-1] < 0.2


def test_rules_that_are_not_applied_change_nothing(narratives: pl.DataFrame, standing: pl.DataFrame) -> None:
    rules = load_rules()
    draft = replace(rules[0], rule_id="DRAFT-1", status="draft")
    made = relabel(narratives, standing, rules, (*rules, draft))
    assert made.narratives == 0
    assert made.rows.equals(standing)
    assert labels_version(rules) == labels_version((*reversed(rules), draft))
    assert labels_version(rules) != labels_version((*rules, replace(draft, status="active")))


def test_a_changed_rule_keeps_its_version_on_its_labels_only(
    narratives: pl.DataFrame, standing: pl.DataFrame
) -> None:
    rules = load_rules()
    after = tuple(replace(r, rule_version="1.0.0+7") if r.rule_id == "MO05-1" else r for r in rules)
    rows = relabel(narratives, standing, rules, after).rows
    versions = rows.group_by("rule_version").agg(pl.col("rule_id").unique()).sort("rule_version")
    assert versions["rule_version"].to_list() == ["1.0.0", "1.0.0+7"]
    assert versions["rule_id"][1].to_list() == ["MO05-1"]
    assert rows.drop("rule_version").equals(standing.drop("rule_version"))
