"""Suggested meanings of source codes for the pages, each found once a process.

Belongs here: keeping suggesters and what they found. Does not belong here: how a suggestion is found
(``jingcang.labelling.dictionaries``).
"""

from __future__ import annotations

from functools import lru_cache

from jingcang.labelling.dictionaries import Dictionary, Suggester, Suggestion, load_dictionaries

METHODS = {
    "code": "代码相同",
    "exact": "名称相同",
    "normalised": "写法归一后相同",
    "alias": "别名相同",
    "history": "改号前后对应",
    "hierarchy": "上下级相符",
    "pinyin": "读音相同",
    "fuzzy": "字面相近",
}
"""Kind of evidence → words."""


@lru_cache(maxsize=1)
def dictionaries() -> dict[str, Dictionary]:
    """Return every dictionary of the program."""
    return load_dictionaries()


@lru_cache(maxsize=64)
def _suggester(dictionary: str) -> Suggester | None:
    return Suggester.of(dictionary, dictionaries()) if dictionary in dictionaries() else None


@lru_cache(maxsize=20_000)
def suggestion(dictionary: str, source_value: str) -> Suggestion | None:
    """Return what a value probably means, None for a dictionary the program does not know."""
    found = _suggester(dictionary)
    return found.suggest(source_value) if found else None
