"""The derived batch of relations: a frame in, a frame out.

Belongs here: the shape of ``derived.case_relations``. Does not belong here: matching (``finder``), files and batches
(``orchestration``), values of numbers (``case_clues`` at the same place).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from jingcang.labelling.frames import definition_hash

from .finder import RelationFinder
from .mentions import ROLES_FILE
from .rule_table import RULES_FILE

RELATION_SCHEMA: dict[str, pl.DataType] = {
    "case_id": pl.String(), "relation_code": pl.String(),
    "subject_kind": pl.String(), "subject_from": pl.Int64(), "subject_to": pl.Int64(),
    "object_kind": pl.String(), "object_detail": pl.String(), "object_from": pl.Int64(), "object_to": pl.Int64(),
    "evidence_from": pl.Int64(), "evidence_to": pl.Int64(),
    "rule_id": pl.String(), "rule_version": pl.String(), "confidence_pct": pl.Int64(),
}  # fmt: skip

_HERE = Path(__file__).parent
_LABELLING = _HERE.parent
RELATIONS_VERSION = definition_hash(
    ROLES_FILE,
    RULES_FILE,
    *(_HERE / f"{name}.py" for name in ("finder", "frames", "mentions", "rule_table")),
    *(_LABELLING / f"{name}.py" for name in ("labeller", "rule_table")),
    *(_LABELLING / f"{name}.py" for name in ("clues", "accounts", "amounts", "checksums")),
    *(_LABELLING / "rules" / f"{name}.csv" for name in ("objects", "tools")),
)
"""Digest of all that decides about a relation: rules, role words, terms of things, the code that applies them."""


def relate_cases(frame: pl.DataFrame, finder: RelationFinder | None = None) -> pl.DataFrame:
    """Find the relations of narratives.

    Args:
        frame: columns ``case_id`` (text), ``narrative_text`` (text, may be null); others are ignored.
        finder: the rules to apply; those of ``rules.csv`` by default.

    Returns:
        ``derived.case_relations``: one row a case × relation × pair of mentions, columns of :data:`RELATION_SCHEMA`;
        offsets are half-open characters of ``narrative_text``; ``evidence_from``/``evidence_to`` are those of the
        words that relate the two; ``object_detail`` is the kind of the clue or the label code of the thing.
    """
    finder = finder or RelationFinder()
    rows = [
        (case_id, item.relation_code, item.subject.kind, item.subject.start, item.subject.end,
         item.object.kind, item.object.detail or None, item.object.start, item.object.end,
         item.trigger_start, item.trigger_end, item.rule_id, item.rule_version, item.confidence_pct)
        for case_id, text in frame.select("case_id", "narrative_text").iter_rows()
        if text
        for item in finder.find(text)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=RELATION_SCHEMA, orient="row")
