"""Dictionaries: their codes, and which code a source value probably means.

Belongs here: reading the seed rows, comparing names, suggestions for values. Does not belong here: the rows themselves
(``dbt_project/seeds/dictionaries``) and mappings in force (profiles and the workbench): a suggestion maps
nothing until it is written there.
"""

from .codes import SEEDS, Code, Dictionary, load_dictionaries, load_dictionary
from .suggestions import Candidate, Suggester, Suggestion
from .value_files import Value, read_values, suggest_all, write_suggestions

__all__ = [
    "SEEDS", "Candidate", "Code", "Dictionary", "Suggester", "Suggestion", "Value", "load_dictionaries",
    "load_dictionary", "read_values", "suggest_all", "write_suggestions",
]  # fmt: skip
