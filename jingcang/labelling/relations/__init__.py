"""实体和关系: which persons, numbers, vehicles, tools and things of a narrative the text itself relates.

Belongs here: mentions of persons (``mentions``, ``roles.csv``), relation rules (``rule_table``, ``rules.csv``), the
matcher that joins two mentions by a trigger (``finder``), and the frame of the derived step ``case_relations``
(``frames``). Does not belong here: clues and label terms, which are found elsewhere and only joined here; names of
relations (dictionary ``case_relation``); links between cases (the warehouse).

A relation without evidence does not exist: each names both mentions, the words that relate them, and the rule.
"""

from .finder import Relation, RelationFinder
from .frames import RELATION_SCHEMA, RELATIONS_VERSION, relate_cases
from .mentions import Mention, find_mentions
from .rule_table import RelationRule, load_relation_rules

__all__ = [
    "RELATIONS_VERSION", "RELATION_SCHEMA", "Mention", "Relation", "RelationFinder", "RelationRule",
    "find_mentions", "load_relation_rules", "relate_cases",
]  # fmt: skip
