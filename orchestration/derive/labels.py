"""The derived step ``case_labels``: the rules in force, and what of an earlier version of the labels still holds.

Belongs here: versions of rules beside their labels, and finding the version nearest to the rules in force. Does not
belong here: which narratives a change of rules touches (``jingcang.labelling.relabelling``), and the decisions
themselves (``jingcang.workbench.label_rules``).

Every version of the labels keeps its rules (``definition.json``) and its files, so a figure of an earlier generation
can be computed again, and a rule that is taken back finds its labels standing.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from jingcang.home import Home
from jingcang.landing import LABEL_RULES, Cut, landed_decisions

if TYPE_CHECKING:
    from jingcang.labelling import Rule
    from orchestration.derive.steps import Input

STEP = "case_labels"
DEFINITION = "definition.json"


def labels_schema() -> dict[str, pl.DataType]:
    """Return the columns of ``derived.case_labels``."""
    from jingcang.labelling.frames import LABEL_SCHEMA

    return LABEL_SCHEMA


@lru_cache(maxsize=2)
def rules_in_force(home: Home, cut: Cut) -> tuple[Rule, ...]:
    """Return the shipped rules with what stewards had decided by this cut, drafts included."""
    from jingcang.labelling import rows_in_force, rule_of

    decided = landed_decisions(home, LABEL_RULES, cut).to_dicts()
    return tuple(rule_of(row) for row in rows_in_force(decided))


def labels_version(home: Home, cut: Cut) -> str:
    """Return the digest of the matcher and of the rules in force."""
    from jingcang.labelling import labels_version

    return labels_version(rules_in_force(home, cut))


def labels_definition(home: Home, cut: Cut) -> bytes:
    """Return the rules of the version, one object a rule, as they are kept beside its files."""
    rules = [asdict(rule) for rule in rules_in_force(home, cut)]
    return json.dumps(rules, ensure_ascii=False).encode("utf-8")


def compute_labels(home: Home, cut: Cut, item: Input, frame: pl.DataFrame) -> pl.DataFrame:
    """Label narratives; see ``jingcang.labelling.frames.label_cases``."""
    from jingcang.labelling import Labeller, label_cases

    return label_cases(frame, Labeller(rules_in_force(home, cut)))


def revise_labels(
    home: Home, cut: Cut, item: Input, batch_id: str, frame: pl.DataFrame
) -> tuple[pl.DataFrame, int] | None:
    """Make a batch's labels from those of the version whose rules differ least.

    Returns:
        The labels and how many narratives went through the labeller; None when no version of the same matcher holds
        the batch.
    """
    from jingcang.labelling import relabel
    from jingcang.labelling.relabelling import changed_rules

    wanted = rules_in_force(home, cut)
    known = [
        (len(changed_rules(rules, wanted)), path, rules)
        for folder in _versions(home)
        if (path := folder / item.entity / f"{batch_id}.parquet").is_file()
        and (rules := _rules_of(folder / DEFINITION)) is not None
    ]
    for _, path, rules in sorted(known, key=lambda entry: entry[:2]):
        try:
            labels = pl.read_parquet(path, columns=list(labels_schema()))
        except (OSError, pl.exceptions.PolarsError):
            continue  # a damaged file of an earlier version: the next nearest, or labelling anew, is as good
        made = relabel(frame, labels, rules, wanted)
        return made.rows, made.narratives
    return None


def _versions(home: Home) -> list[Path]:
    from jingcang.labelling.frames import MATCHER_VERSION

    return sorted((home.derived / STEP).glob(f"{MATCHER_VERSION}_*"))


def _rules_of(path: Path) -> tuple[Rule, ...] | None:
    """Return the rules kept beside a version's files, None when they cannot be read."""
    try:
        return _read_rules(path)
    except (OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=64)
def _read_rules(path: Path) -> tuple[Rule, ...]:
    from jingcang.labelling import Rule

    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    for row in rows:
        row.update({name: tuple(value) for name, value in row.items() if isinstance(value, list)})
    return tuple(Rule(**row) for row in rows)
