"""案件标签 and 线索: labels and clues found in narratives, each with the place that supports it.

Belongs here: label rules and their matcher, clue extraction, check digits, the frames of the two derived
steps ``case_labels`` and ``case_clues``; in rooms of their own ``dictionaries`` (which code a source value means),
``models`` (entities, charge, amount, events) and ``relations`` (what a narrative relates). Does not belong here: the
rows of dictionaries and label names (seeds), linking of cases by a shared clue and label quality (the warehouse),
review verdicts (the workbench).
"""

from .checksums import is_valid_id, is_valid_luhn
from .clues import Clue, find_clues
from .frames import CLUES_VERSION, extract_clues, label_cases, labels_version
from .labeller import Evidence, Labeller
from .relabelling import Relabelled, relabel
from .rule_table import Rule, load_rules, rows_in_force, rule_of

__all__ = [
    "CLUES_VERSION", "Clue", "Evidence", "Labeller", "Relabelled", "Rule", "extract_clues", "find_clues",
    "is_valid_id", "is_valid_luhn", "label_cases", "labels_version", "load_rules", "relabel", "rows_in_force",
    "rule_of",
]  # fmt: skip
