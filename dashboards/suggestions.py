"""Dictionaries and suggested meanings of source codes for the pages, each found once a published generation.

Belongs here: the program's codes with the bureau's own as published, keeping suggesters and what they found. Does not
belong here: how a suggestion is found (``jingcang.labelling.dictionaries``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, lru_cache

from dashboards.context import Context
from dashboards.queries import quality
from jingcang.labelling.dictionaries import Code, Dictionary, Suggester, Suggestion, load_dictionaries

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
_FOUND_AT_MOST = 20_000
_load = cache(load_dictionaries)


class Suggestions:
    """The codes of one published generation and what its values probably mean.

    Args:
        dictionaries: id → dictionary, the bureau's own codes among them.
        own: (dictionary, code) of the bureau's own codes.
    """

    def __init__(self, dictionaries: Mapping[str, Dictionary], own: Collection[tuple[str, str]]) -> None:
        self.dictionaries = dictionaries
        self._own = own
        self._suggesters: dict[str, Suggester] = {}
        self._found: dict[tuple[str, str], Suggestion] = {}

    def codes(self, dictionary: str) -> Mapping[str, Code]:
        """Return code → code of a dictionary, empty for one that nobody knows."""
        known = self.dictionaries.get(dictionary)
        return known.codes if known else {}

    def words(self, code: Code) -> str:
        """Return a code with its name, marked where it is the bureau's own."""
        marked = "（本局代码）" if (code.dictionary, code.code) in self._own else ""
        return f"{code.code} {code.name_zh}{marked}"

    def suggest(self, dictionary: str, source_value: str) -> Suggestion | None:
        """Return what a value probably means, None for a dictionary that nobody knows."""
        if dictionary not in self.dictionaries:
            return None
        key = (dictionary, source_value)
        if key not in self._found:
            if dictionary not in self._suggesters:
                self._suggesters[dictionary] = Suggester.of(dictionary, self.dictionaries)
            if len(self._found) >= _FOUND_AT_MOST:
                self._found.clear()
            self._found[key] = self._suggesters[dictionary].suggest(source_value)
        return self._found[key]


def suggestions(context: Context) -> Suggestions:
    """Return the suggestions of the generation that a page shows."""
    own = context.run(quality.BUREAU_CODES)
    return _made(tuple(_code(row) for row in own.iter_rows(named=True)))


@lru_cache(maxsize=4)
def _made(own: tuple[Code, ...]) -> Suggestions:
    merged = {id_: dict(known.codes) for id_, known in _load().items()}
    for code in own:
        merged.setdefault(code.dictionary, {})[code.code] = code
    made = {id_: Dictionary(id_, dict(sorted(codes.items()))) for id_, codes in merged.items()}
    return Suggestions(made, {(code.dictionary, code.code) for code in own})


def _code(row: Mapping[str, object]) -> Code:
    named = {name: row[name] for name in Code.__dataclass_fields__}
    aliases = tuple(str(row["aliases"] or "").split("|")) if row["aliases"] else ()
    return Code(**{**named, "aliases": aliases, "parent_code": row["parent_code"] or "",
                   "standard_ref": row["standard_ref"] or ""})  # type: ignore[arg-type]  # fmt: skip
