"""What a change of one rule would do: labels that narratives would gain, lose and keep, before anyone decides.

Belongs here: comparing labels by two sets of rules over some narratives, and the words shown of them. Does not belong
here: whose narratives (``jingcang.access.rule_trials``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from .labeller import Evidence, Labeller
from .redaction import cover
from .relabelling import changed_rules, holds_a_term
from .rule_table import Rule

AROUND = 36
"""Characters shown on either side of the evidence: enough to judge it, not the whole narrative."""


@dataclass(frozen=True)
class Example:
    """One narrative that a change touches, cut to the surroundings of the evidence, identities covered.

    Args:
        case_id: the case.
        before, evidence, after: the words in their order.
        rule_id: the rule that gives the label (for a lost one: gave).
    """

    case_id: str
    before: str
    evidence: str
    after: str
    rule_id: str


@dataclass(frozen=True)
class Trial:
    """What a change does to the labels of some narratives.

    Args:
        narratives: how many were looked at.
        touched: how many hold a term of the former or the new rule.
        counts: label code → (gained, lost, kept) among the touched narratives, changed labels only; kept counts those
            that the label holds under both.
        gained, lost, kept: label code → examples, in the order of the narratives.
    """

    narratives: int
    touched: int
    counts: dict[str, tuple[int, int, int]]
    gained: dict[str, list[Example]]
    lost: dict[str, list[Example]]
    kept: dict[str, list[Example]]


def try_rules(
    frame: pl.DataFrame, before: Collection[Rule], after: Collection[Rule], *, most: int = 10
) -> Trial:
    """Label the narratives that a change of rules can touch by both sets and compare.

    Args:
        frame: columns ``case_id``, ``narrative_text``.
        before, after: the rules as they are and as they would be.
        most: examples of each kind and label.

    Returns:
        The comparison; a label is gained, lost or kept by its code, whichever rule gives it.
    """
    changed = changed_rules(before, after)
    # Groups do not touch each other: only rules of the groups concerned have to be looked at.
    groups, codes = {rule.label_group for rule in changed}, {rule.label_code for rule in changed}
    old, new = (
        Labeller(tuple(rule for rule in rules if rule.label_group in groups)) for rules in (before, after)
    )
    texts = frame.filter(holds_a_term(changed)).select("case_id", "narrative_text")
    counts: dict[str, Counter[str]] = {}
    examples: dict[str, dict[str, list[Example]]] = {"gained": {}, "lost": {}, "kept": {}}
    for case_id, text in texts.iter_rows():
        had = {item.label_code: item for item in old.label(text)}
        has = {item.label_code: item for item in new.label(text)}
        for code in sorted(had.keys() | has.keys()):
            kind = "kept" if code in had and code in has else "gained" if code in has else "lost"
            counts.setdefault(code, Counter())[kind] += 1
            if counts[code][kind] <= most and (kind != "kept" or code in codes):
                shown = _example(case_id, text, has.get(code) or had[code])
                examples[kind].setdefault(code, []).append(shown)
    told = {
        code: (count["gained"], count["lost"], count["kept"])
        for code, count in counts.items()
        if code in codes or count["gained"] or count["lost"]
    }
    return Trial(frame.height, texts.height, told, **examples)


def _example(case_id: str, text: str, item: Evidence) -> Example:
    shown = cover(text, keep=((item.start, item.end),))
    low, high = max(0, item.start - AROUND), min(len(text), item.end + AROUND)
    return Example(
        case_id,
        ("…" if low else "") + shown[low : item.start],
        shown[item.start : item.end],
        shown[item.end : high] + ("…" if high < len(text) else ""),
        item.rule_id,
    )
