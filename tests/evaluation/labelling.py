"""``make eval``: how good the label models are on texts they have not seen, as the table of the documentation.

    python -m tests.evaluation.labelling DATA [--write]

Belongs here: the measures of entities, charge, total amount, events and messages, and the table. Does not
belong here: the formulas (``jingcang.labelling.models.evaluation``), dictionary codes (``codes``).

Entities are read as ``jingcang label`` reads them, scheme included. Charge and messages have no half of
their own: they are learnt again for each fold, near-duplicates kept together.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jingcang.labelling import find_clues
from jingcang.labelling.models import data
from jingcang.labelling.models.charge import suggest_charges
from jingcang.labelling.models.entities import DRUG_LABELS, THEFT_LABELS
from jingcang.labelling.models.evaluation import (
    Score,
    class_counts,
    exact_counts,
    exact_share,
    macro_f1,
    micro_f1,
    scored,
    span_counts,
)  # fmt: skip
from jingcang.labelling.models.events import event_kinds, load_patterns
from jingcang.labelling.models.learning import (
    class_score,
    cross_validate,
    grouped_folds,
    learn_charge,
    learn_messages,
)  # fmt: skip
from jingcang.labelling.models.output import find_entities
from jingcang.labelling.models.total_amount import Amount, total_amount

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "labelling-quality.md"
BEGIN, END = "<!-- make eval: begin -->\n", "<!-- make eval: end -->\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: what was measured, on what, against which target."""

    what: str
    on: str
    score: Score
    target: float | None = None


def entities(path: Path, read: Callable[[Path], list[data.Tagged]], labels: Sequence[str], what: str,
             target: float) -> list[Line]:  # fmt: skip
    """Measure strict spans: label, start and end must agree; spans of the other scheme count as wrong."""
    tagged = read(path)
    found = find_entities([item.text for item in tagged])
    every = [*labels, *sorted({span.label for spans in found for span in spans} - set(labels))]
    counts = span_counts(
        [[(span.label, span.start, span.end) for span in item.spans] for item in tagged],
        [[(span.label, span.start, span.end) for span in spans] for spans in found],
        every,
    )
    lines = [Line(f"{what}, strict span micro-F1", path.name, scored(counts, micro_f1), target)]
    for number, label in enumerate(labels):
        lines.append(Line(f"· {label}", path.name, scored(counts[:, [number]], micro_f1)))
    return lines


def total_amounts(path: Path) -> Score:
    """Measure totals right to the 分."""
    hits = []
    for text, expected in data.amounts(path):
        clues = [
            Amount(clue.start, clue.end, clue.amount_fen) for clue in find_clues(text) if clue.amount_fen
        ]
        total = total_amount(text, clues)
        hits.append(total is not None and total.fen == expected)
    return scored(exact_counts(hits), exact_share)


def events(path: Path) -> Score:
    """Measure the kinds of events of each sentence."""
    rows = data.events(path)
    counts = class_counts(
        [kinds for _, kinds in rows], [event_kinds(text) for text, _ in rows], list(load_patterns())
    )
    return scored(counts, macro_f1)


def speed(texts: list[str]) -> float:
    """Return texts a second of one process for entities, charge, total amount and events together."""
    find_entities(texts[:8])
    suggest_charges(texts[:8])
    begin = time.process_time()
    find_entities(texts)
    suggest_charges(texts)
    for text in texts:
        event_kinds(text)
        total_amount(text, [Amount(c.start, c.end, c.amount_fen) for c in find_clues(text) if c.amount_fen])
    return len(texts) / (time.process_time() - begin)


def measure(folder: Path) -> list[Line]:
    """Measure everything that the folder has data for."""
    lines = entities(folder / data.THEFT_DEV, data.theft, THEFT_LABELS, "theft entities", 0.85)
    lines += entities(folder / data.DRUG_DEV, data.drug, DRUG_LABELS, "drug entities", 0.86)
    charges = data.charges(folder / data.CHARGES)
    score = class_score(charges, cross_validate(charges, grouped_folds(charges), learn_charge))
    lines.append(Line("charge (29), macro-F1", f"{data.CHARGES}, 5 grouped folds", score["macro"], 0.90))
    lines.append(Line("· accuracy", f"{data.CHARGES}, 5 grouped folds", score["accuracy"]))
    lines.append(
        Line("total amount, exact", data.AMOUNTS_DEV, total_amounts(folder / data.AMOUNTS_DEV), 0.78)
    )
    lines.append(Line("event kinds (20), macro-F1", data.EVENTS_DEV, events(folder / data.EVENTS_DEV), 0.80))
    messages = data.messages(folder / data.MESSAGES)
    score = class_score(messages, cross_validate(messages, grouped_folds(messages), learn_messages))
    lines.append(
        Line("citizen messages (7), macro-F1", f"{data.MESSAGES}, 5 grouped folds", score["macro"], 0.80)
    )
    return lines


def table(lines: Sequence[Line]) -> str:
    """Return the table of the documentation."""
    out = ["| measure | on | texts | value | 95% interval | target |", "|---|---|---|---|---|---|"]
    for line in lines:
        score = line.score
        target = (
            ""
            if line.target is None
            else f"{line.target:.2f} {'met' if score.value >= line.target else 'missed'}"
        )
        out.append(
            f"| {line.what} | {line.on} | {score.texts:,} | {score.value:.3f} "
            f"| {score.low:.3f}–{score.high:.3f} | {target} |"
        )
    return "\n".join(out) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description="计量标签模型")
    parser.add_argument("data", type=Path, help="标注数据目录")
    parser.add_argument("--write", action="store_true", help=f"写入 {DOCUMENT.name}")
    options = parser.parse_args(arguments)
    found = table(measure(options.data))
    sys.stdout.write(found)
    theft = [item.text for item in data.theft(options.data / data.THEFT_DEV)]
    about_100 = [a + b for a, b in zip(theft[::2], theft[1::2], strict=False)]
    size = sum(map(len, about_100)) / len(about_100)
    sys.stdout.write(f"一个进程每秒 {speed(about_100):,.0f} 条（平均 {size:.0f} 字，按 CPU 时间）\n")
    if options.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        head, rest = text.split(BEGIN)
        DOCUMENT.write_text(head + BEGIN + found + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
