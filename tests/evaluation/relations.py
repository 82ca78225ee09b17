"""Relations found in real masked narratives: how many of each, how fast, and a sample to read by hand.

Nobody has marked relations in these texts: what is printed is read by a person, and what that person found stands in
``docs/labelling-quality.md``. Recall is not measured.

Usage: ``python -m tests.evaluation.relations --data ../shared/data/narratives [--sample 60] [--seed 1]``
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from pathlib import Path

from jingcang.labelling.relations import RelationFinder

FILES = {
    "cail2018_charge29.train_dev.jsonl": "fact",
    "cail2021_theft_ner.train.jsonl": "context",
    "cail2022_drug_ie.train.jsonl": "sentText",
}
"""File → its column of text."""


def main() -> None:
    """Find, count and print."""
    parser = argparse.ArgumentParser(prog="relations")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    texts = [
        json.loads(line)[column]
        for name, column in FILES.items()
        for line in (arguments.data / name).read_text(encoding="utf-8").splitlines()
    ]
    finder = RelationFinder()
    begun = time.process_time()
    found = [(text, relation) for text in texts for relation in finder.find(text)]
    seconds = time.process_time() - begun
    with_any = len({id(text) for text, _ in found})
    print(
        f"{len(texts):,} texts, {sum(map(len, texts)):,} characters, {len(found):,} relations in {with_any:,} texts, "
        f"{len(texts) / seconds:,.0f} texts a processor second"
    )
    for code, count in Counter(relation.relation_code for _, relation in found).most_common():
        print(f"{count:6,} {code}")
    for number, (text, item) in enumerate(random.Random(arguments.seed).sample(found, arguments.sample), 1):
        low = min(item.subject.start, item.object.start, item.trigger_start)
        high = max(item.subject.end, item.object.end, item.trigger_end)
        parts = [
            text[item.subject.start : item.subject.end],
            text[item.trigger_start : item.trigger_end],
            text[item.object.start : item.object.end],
        ]
        shown = text[max(0, low - 25) : low] + "«" + text[low:high] + "»" + text[high : high + 15]
        print(f"{number:3} {item.rule_id} {' | '.join(parts)} … {shown}".replace("\n", " "))


if __name__ == "__main__":
    main()
