"""Decided meanings of source codes as rows of the entity ``code_mappings``, from the source ``_workbench``.

Belongs here: landing the decisions that stand. Does not belong here: which do (``jingcang.workbench.code_mappings``),
and how they meet the mappings of the profile (``int_code_mappings``: a decision wins).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any

import polars as pl

from jingcang.contracts import load_entities
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.decisions import WORKBENCH, land_log
from jingcang.landing.transforms.identity import SEPARATOR, md5_of

ENTITY = "code_mappings"
_KEY = ("source_system", "field_name", "source_value", "dictionary", "valid_from")
_TAKEN = {
    "source_system": "source_system", "field_name": "field_name", "source_value": "source_value",
    "dictionary": "dictionary", "code": "code", "outcome": "outcome", "equivalence": "equivalence",
    "reason": "proposal", "mapped_by": "proposed_by", "reviewed_by": "decided_by", "valid_from": "valid_from",
    "_source_key": "mapping_no", "_source_version": "version",
}  # fmt: skip


def land_code_mappings(home: Home, standing: Sequence[dict[str, Any]], *, as_of: dt.date) -> tuple[str, ...]:
    """Land the decided mappings that stand; unchanged ones make no batch.

    Args:
        home: where landing lives.
        standing: :func:`jingcang.workbench.code_mappings.standing` as dictionaries.
        as_of: the run's date.

    Returns:
        Ids of the batches committed: one or none.
    """
    schema = load_entities()[ENTITY].polars_schema(lineage=True)
    texts = {"_source_key", "_source_version"}
    rows = [
        {name: str(item[field]) if name in texts else item[field] for name, field in _TAKEN.items()}
        for item in standing
    ]
    frame = pl.DataFrame(rows, schema={name: schema[name] for name in _TAKEN})
    key = [pl.col(name).cast(pl.String).fill_null("") for name in _KEY]
    made = frame.with_columns(
        md5_of(pl.concat_str([pl.lit(WORKBENCH), *key], separator=SEPARATOR)).alias("mapping_id"),
        pl.lit(WORKBENCH).alias("_source_system"),
        pl.lit(ENTITY).alias("_source_table"),
    )
    absent = [
        pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in made.columns
    ]
    path = functools.partial(store.accepted_file, home, ENTITY)
    return land_log(home, ENTITY, made.with_columns(absent).select(list(schema)), path, as_of, entity=ENTITY)
