"""The codes of the dictionaries, read from their seed rows.

Belongs here: reading and indexing codes. Does not belong here: comparing names (``similarity``), finding
suggestions (``suggestions``), and which value of a source means which code (mapping rows of a profile).
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from jingcang.errors import JingcangError

SEEDS = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds" / "dictionaries"

TITLES = Path(__file__).with_name("titles.csv")
COLUMNS = (
    "dictionary", "code", "parent_code", "level_number", "name_zh", "aliases", "standard_ref", "valid_from",
    "valid_to", "is_own_code",
)  # fmt: skip


@dataclass(frozen=True)
class Code:
    """One code of one dictionary; the fields are the columns of a seed row."""

    dictionary: str
    code: str
    parent_code: str
    level_number: int
    name_zh: str
    aliases: tuple[str, ...]
    standard_ref: str
    valid_from: dt.date
    valid_to: dt.date | None
    is_own_code: bool

    @property
    def spellings(self) -> tuple[str, ...]:
        """The name, then every alias."""
        return (self.name_zh, *self.aliases)


@dataclass(frozen=True)
class Dictionary:
    """The codes of one dictionary in the order of their codes.

    Args:
        id: what ``--dictionary`` names.
        codes: code → :class:`Code`.
    """

    id: str
    codes: Mapping[str, Code]

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Parent code → its children; ``""`` holds the roots."""
        found: dict[str, list[str]] = defaultdict(list)
        for code in self.codes.values():
            found[code.parent_code].append(code.code)
        return {parent: tuple(children) for parent, children in found.items()}

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above one code, nearest first."""
        found: list[str] = []
        parent = self.codes[code].parent_code
        while parent and parent not in found:
            found.append(parent)
            parent = self.codes[parent].parent_code
        return tuple(found)

    def root(self, code: str) -> str:
        """Return the topmost code above one code (itself when it has no parent)."""
        return (code, *self.ancestors(code))[-1]


def load_dictionaries(
    folders: Iterable[Path] = (SEEDS,), *, as_of: dt.date | None = None
) -> dict[str, Dictionary]:
    """Read every ``dictionary_*.csv`` of some folders.

    Args:
        folders: folders of seed rows; of two rows with one dictionary and code, the later folder's stays, so
            that a bureau's own folder goes after the product's.
        as_of: keep the codes valid on this day only; all codes when None (old records carry old codes).

    Returns:
        Dictionary id → :class:`Dictionary`, by id.

    Raises:
        JingcangError: a file lacks a column.
    """
    found: dict[str, dict[str, Code]] = defaultdict(dict)
    for folder in folders:
        for path in sorted(folder.glob("dictionary_*.csv")):
            for code in read_codes(path):
                found[code.dictionary][code.code] = code
    return {
        id_: Dictionary(id_, {key: code for key, code in sorted(codes.items()) if _is_valid(code, as_of)})
        for id_, codes in sorted(found.items())
    }


def _is_valid(code: Code, as_of: dt.date | None) -> bool:
    return as_of is None or (code.valid_from <= as_of and (code.valid_to is None or as_of < code.valid_to))


def load_dictionary(id_: str, folders: Iterable[Path] = (SEEDS,)) -> Dictionary:
    """Return one dictionary.

    Raises:
        JingcangError: there is none of this id; the message lists the known ones.
    """
    known = load_dictionaries(folders)
    if id_ not in known:
        raise JingcangError(f"没有这部字典：{id_}", remedy=f"可用的字典有：{'、'.join(known)}")
    return known[id_]


@cache
def _titles() -> dict[str, str]:
    with TITLES.open(encoding="utf-8", newline="") as stream:
        return {row["dictionary"]: row["name_zh"] for row in csv.DictReader(stream)}


def dictionary_title(id_: str) -> str:
    """Return the Chinese name of a dictionary, its id where ``titles.csv`` has none."""
    return _titles().get(id_, id_)


def read_codes(path: Path) -> list[Code]:
    """Return the codes of one seed file in its order.

    Raises:
        JingcangError: a column is missing.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise JingcangError(
                f"字典文件缺少列：{'、'.join(missing)}",
                where=path.name,
                remedy=f"字典文件须有列 {'、'.join(COLUMNS)}",
            )
        return [_code(row) for row in rows]


def _code(row: Mapping[str, str]) -> Code:
    return Code(
        dictionary=row["dictionary"],
        code=row["code"],
        parent_code=row["parent_code"],
        level_number=int(row["level_number"]),
        name_zh=row["name_zh"],
        aliases=tuple(filter(None, row["aliases"].split("|"))),
        standard_ref=row["standard_ref"],
        valid_from=dt.date.fromisoformat(row["valid_from"]),
        valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        is_own_code=row["is_own_code"] == "true",
    )
