"""What a bureau's own table changes in a dictionary, and the seed rows that hold the change.

Belongs here: the comparison of two states of one dictionary and the folder of own rows. Does not belong here:
reading the bureau's workbook (``workbook``).
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from jingcang.errors import JingcangError
from jingcang.reports.spreadsheets import write_csv

from .codes import COLUMNS, SEEDS, Code, Dictionary, load_dictionaries
from .workbook import DEEPEST, OwnCode

Kind = Literal["added", "removed", "renamed", "moved", "aliased", "revalidated"]
KIND_ZH: Mapping[Kind, str] = {
    "added": "新增", "removed": "停用", "renamed": "改名", "moved": "改上级", "aliased": "加别名",
    "revalidated": "恢复使用",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One difference between the dictionary in force and the bureau's table."""

    kind: Kind
    code: str
    before: str
    after: str


def apply_table(
    known: Dictionary, table: Sequence[OwnCode], *, day: dt.date, reference: str
) -> tuple[Dictionary, list[Change]]:
    """Return the dictionary after the bureau's table, and what changed.

    Args:
        known: the dictionary in force.
        table: the bureau's whole list of codes in use.
        day: from this day on the table holds: new codes begin, codes that are not in it end.
        reference: what ``standard_ref`` of changed rows says.

    Returns:
        The new dictionary (codes that ended stay, with ``valid_to``) and its changes by code. A code without a
        parent column keeps its parent; a new one is a root. The old name of a renamed code becomes an alias.

    Raises:
        JingcangError: a kept parent is not in the table, or the levels would exceed four.
    """
    listed = {row.code: row for row in table}
    codes: dict[str, Code] = {}
    changes: list[Change] = []
    for code, old in known.codes.items():
        ended = old.valid_to is not None and old.valid_to <= day
        if code not in listed and not ended:
            changes.append(Change("removed", code, old.name_zh, ""))
            codes[code] = replace(old, valid_to=day, standard_ref=reference)
        elif code not in listed:
            codes[code] = old
    for row in table:
        codes[row.code], found = _after(known.codes.get(row.code), row, known.id, day, reference)
        changes += found
    levelled = {code: replace(each, level_number=_level(codes, listed, code)) for code, each in codes.items()}
    return Dictionary(known.id, dict(sorted(levelled.items()))), sorted(changes, key=lambda each: each.code)


def _after(
    old: Code | None, row: OwnCode, dictionary: str, day: dt.date, reference: str
) -> tuple[Code, list[Change]]:
    if old is None:
        new = Code(
            dictionary, row.code, row.parent or "", 1, row.name, row.aliases or (), reference, day, None, True
        )
        return new, [Change("added", row.code, "", row.name)]
    changes: list[Change] = []
    new = old
    if row.name != old.name_zh:
        changes.append(Change("renamed", row.code, old.name_zh, row.name))
        aliases = [name for name in (*old.aliases, old.name_zh) if name != row.name]
        new = replace(new, name_zh=row.name, aliases=tuple(dict.fromkeys(aliases)))
    if row.parent is not None and row.parent != old.parent_code:
        changes.append(Change("moved", row.code, old.parent_code, row.parent))
        new = replace(new, parent_code=row.parent)
    if old.valid_to is not None and old.valid_to <= day:
        changes.append(Change("revalidated", row.code, old.valid_to.isoformat(), ""))
        new = replace(new, valid_to=None)
    if row.aliases:
        merged = tuple(dict.fromkeys((*new.aliases, *row.aliases)))
        merged = tuple(name for name in merged if name != row.name)
        if gained := [name for name in merged if name not in new.aliases]:
            changes.append(Change("aliased", row.code, "", "|".join(gained)))
        new = replace(new, aliases=merged)
    return (replace(new, standard_ref=reference) if changes else new), changes


def _level(codes: Mapping[str, Code], listed: Mapping[str, OwnCode], code: str) -> int:
    above = [code]
    parent = codes[code].parent_code
    while parent:
        if parent not in codes or (code in listed and parent not in listed) or parent in above:
            raise JingcangError(
                f"代码 {code} 的上级代码 {parent} 不在表中",
                remedy="在表中补上这个上级代码，或加一列上级代码写明它属于哪一级",
            )
        above.append(parent)
        parent = codes[parent].parent_code
    if len(above) > DEEPEST and code in listed:
        raise JingcangError(f"代码 {code} 超过 {DEEPEST} 级", remedy="减少层级后重新导入")
    return len(above)


def import_table(
    dictionary: str, table: Sequence[OwnCode], folder: Path, *, day: dt.date, reference: str
) -> list[Change]:
    """Write the rows that a bureau's table changes into its own folder, and return the changes.

    Args:
        folder: made when missing. ``dictionary_<id>.csv`` gets every row that differs from the product's own
            seeds, earlier imports included; :func:`load_dictionaries` reads it after the seeds.
            ``changes_<id>.csv`` gets the changes of this import.
        dictionary: its id; of a dictionary the product does not have, every code is the bureau's.
        table, day, reference: as for :func:`apply_table`.

    Raises:
        JingcangError: a table that cannot be applied, or a folder that cannot be written.
    """
    product = load_dictionaries().get(dictionary, Dictionary(dictionary, {}))
    known = load_dictionaries((SEEDS, folder)).get(dictionary, product)
    after, changes = apply_table(known, table, day=day, reference=reference)
    own = [code for code in after.codes.values() if product.codes.get(code.code) != code]
    path = folder / f"dictionary_{dictionary}.csv"
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(seed_row(code) for code in own)
        os.replace(temporary, path)
        rows = [(KIND_ZH[each.kind], each.code, each.before, each.after) for each in changes]
        write_csv(folder / f"changes_{dictionary}.csv", ("变化", "代码", "原来", "现在"), rows)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise JingcangError("写不了输出文件夹", where=str(folder), remedy="检查能否写入") from error
    return changes


def seed_row(code: Code) -> list[str]:
    """Return one code as a row of a seed file."""
    return [
        code.dictionary,
        code.code,
        code.parent_code,
        str(code.level_number),
        code.name_zh,
        "|".join(code.aliases),
        code.standard_ref,
        code.valid_from.isoformat(),
        code.valid_to.isoformat() if code.valid_to else "",
        "true" if code.is_own_code else "false",
    ]
