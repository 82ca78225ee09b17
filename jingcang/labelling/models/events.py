"""Events a sentence of a case text tells: twenty kinds, by the words that trigger them.

Belongs here: the kinds, their trigger words and the cases in which a word does not trigger. Does not
belong here: the time and the parties of an event. The rules were written from the names of the kinds and
from knowledge of such texts, not from the labels of the measuring set.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Event:
    """An event with the words that trigger it (half-open character offsets)."""

    kind: str
    start: int
    end: int


RULES_PATH = Path(__file__).with_name("events.csv")
_HYPOTHETICAL = re.compile(r"(?:未|没有|没|无法|拒绝|不予|不)$")
_NEGATABLE = frozenset({"支付/给付", "归还/偿还", "赔偿", "同意/接受", "供述"})


@cache
def load_patterns() -> dict[str, re.Pattern[str]]:
    """Read ``events.csv``: kind → the pattern that any of its rows makes."""
    parts: dict[str, list[str]] = {}
    with RULES_PATH.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            parts.setdefault(row["kind"], []).append(f"(?:{row['pattern']})")
    return {kind: re.compile("|".join(patterns)) for kind, patterns in parts.items()}


def find_events(text: str) -> list[Event]:
    """Find the events of one text.

    Args:
        text: a sentence or a whole narrative.

    Returns:
        The first trigger of each kind, in the order of the file; a negated payment, return or
        confession (未支付, 拒不归还) is none.
    """
    found = []
    for kind, pattern in load_patterns().items():
        for match in pattern.finditer(text):
            if kind in _NEGATABLE and _HYPOTHETICAL.search(text[max(0, match.start() - 2) : match.start()]):
                continue
            found.append(Event(kind, match.start(), match.end()))
            break
    return found


def event_kinds(text: str) -> frozenset[str]:
    """Return the kinds of the events of one text."""
    return frozenset(event.kind for event in find_events(text))
