"""Texts that are published in no table, of rows that are published: read from the batch each row was made from.

Belongs here: finding a text in landing. Does not belong here: who may read which texts, why, and the audit trail
(``narratives``, ``archive_search``, ``visit_names``).
"""

from __future__ import annotations

import polars as pl

from jingcang.home import Home
from jingcang.landing.store import accepted_file


def landed_texts(home: Home, entity: str, key: str, column: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return a text of rows that the caller was let to and has audited.

    Args:
        home: where landing lives.
        entity: the rows' entity.
        key: its key.
        column: the text.
        rows: ``key`` and ``batch_id``, the batch the published row was made from; one row a key.

    Returns:
        ``key, column`` in the order of ``rows``; rows without a batch, or whose batch is not kept, does not hold them
        or is older than the column, are left out.
    """
    found = [pl.DataFrame(schema={key: pl.String, column: pl.String})]
    for (batch_id,), of_batch in rows.drop_nulls("batch_id").group_by("batch_id"):
        path = accepted_file(home, entity, str(batch_id))
        if path.is_file() and column in pl.read_parquet_schema(path):
            mine = pl.scan_parquet(path).filter(pl.col(key).is_in(of_batch[key].implode()))
            found.append(mine.select(key, column).collect())
    return rows.select(key).join(pl.concat(found).unique(key), on=key, how="inner", maintain_order="left")
