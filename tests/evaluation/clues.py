"""Clues on texts with annotated identifiers: precision, recall and F1 of exact spans, kind by kind.

Belongs here: counting and telling. Does not belong here: a limit (``tests/unit/labelling/test_clues.py``).
Numbers inside the original narratives are not annotated: a clue before the first annotated span is not counted
as wrong, and of money only recall is a figure.

Usage: ``python -m tests.evaluation.clues [identifiers_dev.jsonl]``
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from jingcang.labelling import Clue, find_clues
from jingcang.statistics.intervals import wilson_interval

ROOT = Path(__file__).parents[2]
DEFAULT = Path("narratives") / "identifiers_dev.jsonl"


@dataclass
class Counts:
    """Spans by kind: found and annotated, found only, annotated only, found with another value."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    other_value: Counter[str] = field(default_factory=Counter)

    @property
    def kinds(self) -> list[str]:
        """Kinds annotated or found after the first annotated span."""
        return sorted(self.right | self.wrong | self.missed)

    def precision(self, kind: str) -> tuple[int, int]:
        """Return right spans and found spans."""
        return self.right[kind], self.right[kind] + self.wrong[kind]

    def recall(self, kind: str) -> tuple[int, int]:
        """Return right spans and annotated spans."""
        return self.right[kind], self.right[kind] + self.missed[kind]

    def f1(self, kind: str) -> float:
        """Return the harmonic mean of precision and recall; 0 where nothing is right."""
        return 2 * self.right[kind] / (2 * self.right[kind] + self.wrong[kind] + self.missed[kind])


def evaluate(path: Path) -> Counts:
    """Compare clues with annotated spans.

    Args:
        path: JSON lines with ``text`` and ``spans`` of ``label``, ``start``, ``end``, ``value`` (money in 元).

    Returns:
        Counts by kind.
    """
    counts = Counts()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        annotated = {(span["label"], span["start"], span["end"]): span["value"] for span in row["spans"]}
        first = min((start for _, start, _ in annotated), default=0)
        for clue in find_clues(row["text"]):
            span = (clue.kind, clue.start, clue.end)
            if span in annotated:
                counts.right[clue.kind] += 1
                if not _same_value(clue, annotated.pop(span)):
                    counts.other_value[clue.kind] += 1
            elif clue.start >= first:
                counts.wrong[clue.kind] += 1
        counts.missed.update(kind for kind, _, _ in annotated)
    return counts


def _same_value(clue: Clue, value: object) -> bool:
    if clue.kind == "money":
        return clue.amount_fen == round(float(str(value)) * 100)
    return clue.value == value


def main() -> None:
    """Print one line a kind: figures with their Wilson intervals (95%)."""
    folder = Path(os.environ.get("JINGCANG_REAL_DATA") or ROOT.parent / "shared" / "data")
    counts = evaluate(Path(sys.argv[1]) if len(sys.argv) > 1 else folder / DEFAULT)
    for kind in counts.kinds:
        parts = []
        for name, (hits, trials) in (("precision", counts.precision(kind)), ("recall", counts.recall(kind))):
            share = wilson_interval(hits, trials)
            parts.append(
                f"{name} {share.estimate:.4f} [{share.ci_low:.4f}, {share.ci_high:.4f}] ({hits}/{trials})"
            )
        print(f"{kind}: {'; '.join(parts)}; F1 {counts.f1(kind):.4f}; other value {counts.other_value[kind]}")


if __name__ == "__main__":
    main()
