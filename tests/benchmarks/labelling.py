"""Label rules and clues of narratives of about a hundred characters, against a plain dictionary loop in Python.

The product's side: every label rule (automaton, negation, context) and every clue extractor, in two processes as a
run on two cores would, and in this process alone, of which the seconds of the processor are told: they hold on a
machine that does other work too. The bare side: forward maximum matching of the rules' terms with a Python
dictionary, character by character, as a word segmenter's dictionary look-up does; it finds terms only, and neither
judges them nor finds a clue. Narratives are those of the sample, joined and cut to a hundred characters each.

Labelling again after a change of one rule is held against labelling everything, for a rule whose terms stand in few,
in the median share and in most of the narratives: the cost goes with the narratives touched.

Usage: ``python -m tests.benchmarks.labelling [--narratives 20000]``
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from jingcang.labelling import Labeller, find_clues, label_cases, load_rules, relabel
from jingcang.labelling.relabelling import holds_a_term
from jingcang.sample import narratives
from tests.benchmarks.pairs import least, least_with_processor, tell

NARRATIVES, CHARACTERS, PROCESSES, LIMIT, SEED = 20_000, 100, 2, 1.0, 20_260
FAMILIES = ("burglary", "vehicle", "pocket", "shop", "fraud", "assault", "gambling", "damage", "other")
FACTS = narratives.Facts(
    "", "3月2日14时", "城北路12号", "王某", "李某", "13800001939", "6222021234567890128", "11010519491231002X",
    "1200.50",
)  # fmt: skip
_TERMS = frozenset(term for rule in load_rules() for term in rule.terms)
_LONGEST = max(map(len, _TERMS))
_LABELLER = Labeller()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="labelling")
    parser.add_argument("--narratives", type=int, default=NARRATIVES)
    run(parser.parse_args().narratives)


def run(count: int = NARRATIVES) -> None:
    """Time both sides in turn and print narratives a second and the ratio of seconds.

    Args:
        count: narratives.
    """
    texts = narratives_of(count)
    halves = [texts[part::PROCESSES] for part in range(PROCESSES)]
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        (product_s, bare_s, _, _), (_, _, single_cpu_s, bare_cpu_s) = least_with_processor(
            lambda: pool.map(_found, halves), lambda: pool.map(_looked_up, halves),
            lambda: _found(texts), lambda: _looked_up(texts),
        )  # fmt: skip
    tell(
        "labels and clues / plain dictionary loop", product=product_s, bare=bare_s, limit=LIMIT, narratives=count,
        characters=CHARACTERS, per_second=round(count / product_s),
        per_processor_second=round(count / single_cpu_s), bare_per_processor_second=round(count / bare_cpu_s),
        rules=len(_LABELLER.rules), terms=len(_TERMS),
    )  # fmt: skip
    _again(texts)


def _again(texts: Sequence[str]) -> None:
    """Time labelling again after a change of one rule, against labelling everything by the same rules."""
    frame = pl.DataFrame({"case_id": [str(place) for place in range(len(texts))], "narrative_text": texts})
    standing, rules = label_cases(frame), load_rules()
    held = sorted(
        (frame.select(holds_a_term([rule]).sum()).item(), place) for place, rule in enumerate(rules)
    )
    held = [entry for entry in held if entry[0]]
    for which, (count, place) in (
        ("rare", held[0]),
        ("median", held[len(held) // 2]),
        ("frequent", held[-1]),
    ):
        after = (*rules[:place], replace(rules[place], rule_version="1.0.0+1"), *rules[place + 1 :])
        labeller = Labeller(after)
        again_s, whole_s = least(
            lambda after=after: relabel(frame, standing, rules, after),
            lambda labeller=labeller: label_cases(frame, labeller),
        )  # type: ignore[misc]
        tell(
            f"labels after a change of a {which} rule / labels anew", product=again_s, bare=whole_s, limit=LIMIT,
            narratives=len(texts), labelled_again=count, share_pct=round(100 * count / len(texts), 2),
            seconds_pct=round(100 * again_s / whole_s, 2),
        )  # fmt: skip


def narratives_of(count: int) -> list[str]:
    """Return synthetic narratives, the same for every call."""
    rng = np.random.default_rng(SEED)
    written, length = [], 0
    while length < count * CHARACTERS:
        family = FAMILIES[len(written) % len(FAMILIES)]
        written.append(narratives.write(replace(FACTS, family=family), rng)[0])
        length += len(written[-1])
    joined = "".join(written)
    return [joined[start : start + CHARACTERS] for start in range(0, count * CHARACTERS, CHARACTERS)]


def _found(texts: Sequence[str]) -> int:
    return sum(len(_LABELLER.label(text)) + len(find_clues(text)) for text in texts)


def _looked_up(texts: Sequence[str]) -> int:
    found = 0
    for text in texts:
        place = 0
        while place < len(text):
            for length in range(min(_LONGEST, len(text) - place), 0, -1):
                if text[place : place + length] in _TERMS:
                    found += 1
                    place += length
                    break
            else:
                place += 1
    return found


if __name__ == "__main__":
    main()
