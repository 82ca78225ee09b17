"""A bureau's own codes as rows of the entity ``dictionary_codes``, from the profile's folder ``dictionaries``.

Belongs here: landing these files. Does not belong here: what a bureau's table changes and how the files come about
(``jingcang.labelling.dictionaries``), and how the codes meet the product's (``int_dictionary_codes``: the bureau's row
takes the place of the product's of the same code).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from jingcang.contracts import Profile, load_entities
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.decisions import land_log
from jingcang.landing.manifests import PROFILE
from jingcang.landing.transforms.identity import SEPARATOR, md5_of

if TYPE_CHECKING:
    from jingcang.labelling.dictionaries import Code

ENTITY = "dictionary_codes"
_FIRST_LINE = 2


def land_own_codes(profile: Profile, home: Home, *, as_of: dt.date) -> tuple[str, ...]:
    """Land the bureau's own codes; unchanged files make no batch, files that are gone take their codes out of force.

    Args:
        profile: its ``dictionaries`` are files as ``jingcang dictionary import`` writes them.
        home: where landing lives.
        as_of: the run's date.

    Returns:
        Ids of the batches committed: one or none.

    Raises:
        JingcangError: a file lacks a column, a row cannot be read, or a code stands twice; file and line are named.
    """
    schema = load_entities()[ENTITY].polars_schema(lineage=True)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for path in profile.dictionaries:
        for line, code in _numbered(path):
            key = (code.dictionary, code.code)
            if key in rows:
                raise JingcangError(
                    f"本局字典的代码 {code.code} 写了两次", where=f"{path.name} 第 {line} 行",
                    remedy="请删去一行后重新运行",
                )  # fmt: skip
            rows[key] = _row(code, path, line)
    keyed = pl.concat_str([pl.col("dictionary"), pl.col("code")], separator=SEPARATOR)
    frame = pl.DataFrame([rows[key] for key in sorted(rows)], schema=schema)
    frame = frame.with_columns(md5_of(keyed).alias("bureau_code_id"))
    return land_log(
        home, ENTITY, frame, functools.partial(store.accepted_file, home, ENTITY), as_of, entity=ENTITY,
        system=PROFILE,
    )  # fmt: skip


def _numbered(path: Path) -> Iterator[tuple[int, Code]]:
    from jingcang.labelling.dictionaries.codes import read_codes  # brings the comparison of names along

    try:
        yield from enumerate(read_codes(path), start=_FIRST_LINE)
    except ValueError as error:
        raise JingcangError(
            "本局字典文件有读不懂的日期或级次", where=path.name,
            remedy="日期写成 2026-07-01，级次写成 1 至 4；或重新运行 jingcang dictionary import",
        ) from error  # fmt: skip


def _row(code: Code, path: Path, line: int) -> dict[str, Any]:
    return vars(code) | {
        "parent_code": code.parent_code or None,
        "aliases": "|".join(code.aliases) or None,
        "_source_system": PROFILE,
        "_source_table": ENTITY,
        "_source_key": f"{code.dictionary}:{code.code}",
        "_source_version": "",
        "_source_file": path.name,
        "_source_line": line,
    }
