"""Words whose nearness tells what a span is, nouns, terms and patterns that speak for a charge: reading the lists.

Belongs here: reading the lists. Does not belong here: the words. The file holds general words of case
narratives and of the Criminal Law, written down from knowledge of the domain, no strings of particular
texts; which word speaks for what is learnt. A row is a list, a kind and the words of that kind.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

WORDS_PATH = Path(__file__).with_name("words.csv")
PATTERNS_PATH = Path(__file__).with_name("charge_patterns.csv")


@cache
def load_words(name: str) -> dict[str, tuple[str, ...]]:
    """Read one list.

    Args:
        name: ``trigger`` (words before and after which a span stands), ``noun`` (what a span holds) or
            ``charge`` (elements of offences).

    Returns:
        Kind → words in small letters, in the order of the file.
    """
    with WORDS_PATH.open(encoding="utf-8", newline="") as stream:
        return {
            row["kind"]: tuple(row["words"].lower().split())
            for row in csv.DictReader(stream)
            if row["list"] == name
        }


@cache
def charge_terms() -> tuple[str, ...]:
    """Return all terms of the list ``charge``, each once."""
    return tuple(dict.fromkeys(term for words in load_words("charge").values() for term in words))


@cache
def charge_patterns() -> tuple[str, ...]:
    """Return the regular expressions of ``charge_patterns.csv``: conduct in the wording of the law, one kind a row.

    Source: the elements of the offences in the Criminal Law; written from its text, not from particular cases.
    """
    with PATTERNS_PATH.open(encoding="utf-8", newline="") as stream:
        return tuple(row["pattern"] for row in csv.DictReader(stream))
