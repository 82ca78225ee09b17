"""Dictionaries: their codes, a bureau's own codes, and which code a source value probably means.

Belongs here: reading the seed rows, comparing names, suggestions for values, importing a workbook of codes. Does not
belong here: the rows themselves (``dbt_project/seeds/dictionaries``) and mappings in force (profiles and the
workbench): a suggestion maps nothing until it is written there.
"""

from .changes import KIND_ZH, Change, import_table
from .codes import SEEDS, Code, Dictionary, dictionary_title, load_dictionaries, load_dictionary
from .suggestions import Candidate, Suggester, Suggestion
from .value_files import Value, read_values, suggest_all, write_suggestions
from .workbook import read_workbook

__all__ = [
    "KIND_ZH",
    "SEEDS",
    "Candidate",
    "Change",
    "Code",
    "Dictionary",
    "Suggester",
    "Suggestion",
    "Value",
    "dictionary_title",
    "import_table",
    "load_dictionaries",
    "load_dictionary",
    "read_values",
    "read_workbook",
    "suggest_all",
    "write_suggestions",
]  # fmt: skip
