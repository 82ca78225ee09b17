"""The codes of the shipped dictionaries as trees: which codes a code stands for.

Belongs here: what declarations need to name codes (does it exist, what stands below it). Does not belong here: names,
suggestions and mappings (``jingcang.labelling.dictionaries``), and the rows themselves (seeds).
"""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "dictionaries"

INCIDENT_FLAGS = "incident_class_flags.csv"

MAPPING_OUTCOME = "mapping_outcome"
"""Stands for what became of a source value; no dictionary a value could be mapped to."""

MAPPING_OUTCOMES = ("absent", "ignored", "mapped", "unmapped")
"""Codes of :data:`MAPPING_OUTCOME`, as ``mapping_outcome`` of the dbt macros writes them."""


@dataclass(frozen=True)
class CodeTree:
    """One dictionary.

    Args:
        parents: code → code above it, "" at the top.
    """

    parents: Mapping[str, str]

    def below(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the codes and everything below them, sorted."""
        found = set(codes)
        children: dict[str, list[str]] = defaultdict(list)
        for code, parent in self.parents.items():
            children[parent].append(code)
        waiting = list(codes)
        while waiting:
            for child in children[waiting.pop()]:
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return tuple(sorted(found))


def load_code_trees(folder: Path = SEEDS) -> Mapping[str, CodeTree]:
    """Return dictionary → its codes; the outcomes of a mapping are among them as :data:`MAPPING_OUTCOME`."""
    files = sorted(folder.glob("dictionary_*.csv"))
    return _load(folder, max((path.stat().st_mtime_ns for path in files), default=0))


@functools.lru_cache(maxsize=4)
def _load(folder: Path, _changed: int) -> Mapping[str, CodeTree]:
    parents: dict[str, dict[str, str]] = {MAPPING_OUTCOME: dict.fromkeys(MAPPING_OUTCOMES, "")}
    for path in sorted(folder.glob("dictionary_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                parents.setdefault(row["dictionary"], {})[row["code"]] = row["parent_code"] or ""
    return {name: CodeTree(codes) for name, codes in parents.items()}


def discreet_incident_classes(folder: Path = SEEDS) -> tuple[str, ...]:
    """Return the classes of incidents that stand on no map and in no list of places, sorted.

    The marts leave out the same ones (dbt macro ``is_discreet``), and incidents of an unknown class with them.
    """
    path = folder / INCIDENT_FLAGS
    return _discreet(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _discreet(path: Path, _changed: int) -> tuple[str, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(sorted(row["code"] for row in csv.DictReader(file) if row["is_discreet"] == "true"))
