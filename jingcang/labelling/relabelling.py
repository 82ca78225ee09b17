"""Labels after a change of rules, without labelling every narrative again.

Belongs here: which narratives a change of rules can touch. Does not belong here: matching (``labeller``), files and
versions (``orchestration.derive``).

Why it is enough to look at the narratives that hold a term of a changed rule: the labels of a narrative depend on
nothing but its text and the places where terms of rules stand in it (``Labeller.label``). A rule that differs between
two sets of rules, was added or removed has no place in a narrative that holds none of its terms, neither those it had
nor those it has. So such a narrative has the same places under both sets, and among them priority, overlap and
exclusive groups decide alike. A narrative that carried a label of the rule holds one of its former terms.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from .frames import in_label_order, label_cases
from .labeller import Labeller
from .rule_table import Rule, applied


@dataclass(frozen=True)
class Relabelled:
    """Labels of a frame of narratives.

    Args:
        rows: what :func:`jingcang.labelling.frames.label_cases` gives for the frame.
        narratives: how many went through the labeller to know it.
    """

    rows: pl.DataFrame
    narratives: int


def changed_rules(before: Collection[Rule], after: Collection[Rule]) -> tuple[Rule, ...]:
    """Return the applied rules that are in one of two sets and not, word for word, in the other; both versions."""
    old, new = set(applied(before)), set(applied(after))
    return tuple(sorted(old ^ new, key=lambda rule: (rule.rule_id, rule in new)))


def holds_a_term(rules: Collection[Rule], column: str = "narrative_text") -> pl.Expr:
    """Return whether a text holds a term of one of some rules; never null."""
    terms = sorted({term for rule in rules for term in rule.terms})
    if not terms:
        return pl.lit(False)
    return pl.col(column).str.contains_any(terms).fill_null(False)


def relabel(
    frame: pl.DataFrame, labels: pl.DataFrame, before: Collection[Rule], after: Collection[Rule]
) -> Relabelled:
    """Label narratives by new rules, given their labels by the former ones.

    Args:
        frame: columns ``case_id``, ``narrative_text``.
        labels: the frame's labels by ``before``: rows of ``derived.case_labels``.
        before, after: former and new rules.

    Returns:
        The labels by ``after``, equal to labelling the whole frame.
    """
    touched = frame.filter(holds_a_term(changed_rules(before, after)))
    # A case given twice in one batch is labelled again as a whole: its rows cannot be told apart.
    again = frame.filter(pl.col("case_id").is_in(touched["case_id"].implode()))
    kept = labels.filter(~pl.col("case_id").is_in(again["case_id"].implode()))
    fresh = label_cases(again, Labeller(tuple(after)))
    return Relabelled(in_label_order(pl.concat([kept, fresh])), again.height)
