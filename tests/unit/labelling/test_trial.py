"""A trial tells what labelling by both rules would show, and shows no more of a narrative than it may."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from jingcang.labelling import Labeller, Rule, load_rules
from jingcang.labelling.trial import AROUND, try_rules

from .examples import HARD_NEGATIVE, POSITIVE

TEXTS = [text for texts in (*POSITIVE.values(), *HARD_NEGATIVE.values()) for text in texts]
FRAME = pl.DataFrame({"case_id": [f"c{n}" for n in range(len(TEXTS))], "narrative_text": TEXTS})


def changed(rule_id: str, **columns: object) -> tuple[Rule, ...]:
    return tuple(replace(r, **columns) if r.rule_id == rule_id else r for r in load_rules())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "after",
    [
        changed("MO05-1", status="retired"),
        changed("FR01-1", status="retired"),  # an exclusive group: other frauds take its place
        changed("MO02-1", terms=("破窗",)),
        changed("MO10-1", terms=("持刀", "入室", "进入"), priority=100),
        changed("OB02-1", context=(), context_reach=0),
    ],
)
def test_gained_and_lost_are_the_differences_of_labelling_everything(after: tuple[Rule, ...]) -> None:
    old, new = Labeller(load_rules()), Labeller(after)
    gained: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for text in TEXTS:
        had, has = ({item.label_code for item in labeller.label(text)} for labeller in (old, new))
        gained.update(has - had)
        lost.update(had - has)
    trial = try_rules(FRAME, load_rules(), after, most=2)
    assert gained or lost
    assert {code: count[0] for code, count in trial.counts.items() if count[0]} == gained
    assert {code: count[1] for code, count in trial.counts.items() if count[1]} == lost
    for kind, counted in ((trial.gained, gained), (trial.lost, lost)):
        assert {code: len(items) for code, items in kind.items()} == {
            c: min(n, 2) for c, n in counted.items()
        }


def test_an_example_shows_the_surroundings_of_the_evidence_with_identities_covered() -> None:
    text = "无关文字" * 30 + "报案人王建国（电话13800001939）称嫌疑人甲乙丙丁进入屋内。" + "无关文字" * 30
    rule = replace(load_rules()[0], rule_id="NEW-1", terms=("甲乙丙丁",), context=(), exclusions=())
    frame = pl.DataFrame({"case_id": ["c1", "c2"], "narrative_text": [text, None]})
    trial = try_rules(frame, load_rules(), (*load_rules(), rule))
    (example,) = trial.gained[rule.label_code]
    assert example.evidence == "甲乙丙丁"
    assert len(example.before) == len(example.after) == AROUND + 1
    assert "13800001939" not in example.before
    assert "建国" not in example.before
    assert (trial.narratives, trial.touched) == (2, 1)
