"""Published rows of a decided mapping, and since when the decision is published: what it is confirmed by.

Belongs here: from a decision to a few rows that hold its source value, as readers see them now, within scope, masked
and audited; recording what was found. Does not belong here: deciding (``mappings``) and keeping findings
(``jingcang.workbench.mapping_confirmations``).

Which records hold the value is looked up in landing, the newest first; what is shown of them comes through the door.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import duckdb
import polars as pl

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.published import Generation
from jingcang.access.query import Query
from jingcang.contracts import load_entities, load_marts
from jingcang.contracts.lineage import MAPPINGS, entity_column, load_lineage
from jingcang.home import Home
from jingcang.landing import create_landed_views, current_cut, store
from jingcang.landing.decided_mappings import ENTITY
from jingcang.landing.decisions import WORKBENCH
from jingcang.workbench import Workbench
from jingcang.workbench.code_mappings import DeclaredMapping
from jingcang.workbench.mapping_confirmations import ConfirmationBook

SHOWN = 5
LOOKED_AT = 2000
"""Newest records with the value that are offered to the door: those of other units drop out there."""
_DATES = ("event_date", "made_date")


@dataclass(frozen=True)
class Sample:
    """One published row.

    Args:
        source_key: key of the row in its source.
        event_date: its day, None where the table has none.
        unit_no: its unit, None where the table has none.
        code, label: what is published of the mapped value.
        is_as_decided: whether that is what the decision says.
    """

    source_key: str
    event_date: dt.date | None
    unit_no: str | None
    code: str | None
    label: str | None
    is_as_decided: bool


@dataclass(frozen=True)
class Samples:
    """Published rows of one mapping; ``mart`` names their table, None where no table shows single rows of the field."""

    mart: str | None
    rows: tuple[Sample, ...] = ()


@dataclass(frozen=True)
class Published:
    """Since when a decision is in force for readers.

    Args:
        generation: first kept generation that has it, and all after it.
        is_oldest: no older generation is kept, so it may have been earlier.
    """

    generation: str
    is_oldest: bool


@cache
def published_place(field_name: str) -> tuple[str, str] | None:
    """Return the published table and its ``…_code`` column that show the mapped values of a field row by row.

    It is the table keyed by a column of the entity whose code rests on the field by the fewest steps; None where no
    table has single rows of the entity (counted points, totals).
    """
    entity, column = field_name.partition(".")[::2]
    if entity not in load_entities():
        return None
    graph, own = load_lineage(), set(load_entities()[entity].column_names)
    found = [
        (len(graph.columns[name][code]), name, code)
        for name, mart in load_marts().items()
        if len(mart.key) == 1 and mart.key[0] in own
        for code in mart.column_names
        if code.endswith("_code") and f"{code.removesuffix('_code')}_label" in mart.column_names
        if (MAPPINGS, "code") in graph.columns.get(name, {}).get(code, ())
        and entity_column(f"{entity}.{column}") in graph.rests_on({(name, code)})
    ]
    return min(found)[1:] if found else None


@cache
def _query(mart: str, code: str) -> Query:
    known = load_marts()[mart]
    day = "event_date" if "event_date" in known.column_names else "cast(null as date)"
    unit = "unit_no" if "unit_no" in known.column_names else "cast(null as varchar)"
    row_key = "_source_key" if "_source_key" in known.lineage else known.key[0]
    return Query(
        f"映射·抽样核对·{mart}·{code}",
        f"""
        select {row_key} as source_key, {day} as event_date, {unit} as unit_no, {code} as code,
            {code.removesuffix("_code")}_label as label
        from {{{mart}}}
        where {known.key[0]} in (select unnest($keys))
        order by event_date desc nulls last, source_key
        limit {SHOWN}
        """,
        {"keys": list},
    )


def sample_rows(door: Door, identity: Identity, home: Home, mapping: DeclaredMapping) -> Samples:
    """Return the newest published rows that hold a mapping's source value, within the reader's scope.

    Args:
        door, identity: who asks through which door.
        home: where landing lives.
        mapping: the decision.

    Returns:
        At most :data:`SHOWN` rows; none of dates before the decision's first day.

    Raises:
        Forbidden: the account was disabled or changed.
        JingcangError: the audit cannot be written.
    """
    place = published_place(mapping.field_name)
    if place is None or not door.may(identity, frozenset({place[0]})):
        return Samples(None)
    mart, code = place
    door.record(
        identity, "mapping_samples_read", mapping.field_name, mapping=mapping.mapping_no,
        value=mapping.source_value,
    )  # fmt: skip
    keys = _newest_keys(home, mapping, load_marts()[mart].key[0])
    found = door.run(_query(mart, code), identity, keys=keys).to_dicts() if keys else []
    return Samples(mart, tuple(Sample(**row, is_as_decided=_as_decided(mapping, row)) for row in found))


def _as_decided(mapping: DeclaredMapping, row: dict[str, str | None]) -> bool:
    if mapping.outcome == "mapped":
        return row["code"] == mapping.code
    return row["code"] is None and row["label"] == "不计"


def _newest_keys(home: Home, mapping: DeclaredMapping, key: str) -> list[str]:
    entity, _, column = mapping.field_name.partition(".")
    known = load_entities()[entity]
    if column not in known.column_names:
        return []
    date = next((name for name in _DATES if name in known.column_names), None)
    day = date or "cast(null as date)"
    with duckdb.connect(":memory:") as connection:
        create_landed_views(connection, home, current_cut(home), {entity: known})
        rows = connection.execute(
            f"""
            select distinct {key}, {day} as day from landed.{entity}
            where source_system = $system and {column} = $value and {key} is not null
                and ($since is null or {day} >= $since)
            order by day desc nulls last, {key} limit {LOOKED_AT}
            """,
            {"system": mapping.source_system, "value": mapping.source_value, "since": mapping.valid_from},
        ).fetchall()
    return [str(row[0]) for row in rows]


def published_since(home: Home, generation: Generation) -> dict[int, Published]:
    """Return mapping number → since which kept generation the decision is published; others are not yet.

    Args:
        home: where the generations and landing live.
        generation: the one readers see.
    """
    kept = sorted(path for path in home.serving.glob("g*.json") if path.stem <= generation.name)
    found: dict[int, Published] = {}
    for number, path in enumerate(kept):
        holds = _decided_in(home, path)
        found = {name: since for name, since in found.items() if name in holds}
        found |= {name: Published(path.stem, number == 0) for name in holds - found.keys()}
    return found


def _decided_in(home: Home, record: Path) -> frozenset[int]:
    batches: Iterable[str] = json.loads(record.read_text(encoding="utf-8")).get("batches", ())
    return frozenset().union(*(_decided_by(store.accepted_file(home, ENTITY, name)) for name in batches))


@lru_cache(maxsize=4096)
def _decided_by(path: Path) -> frozenset[int]:
    """Return the numbers of the decisions in one batch, none for a batch of anything else: batches never change."""
    if not path.is_file():
        return frozenset()
    mine = pl.read_parquet(path, columns=["_source_system", "_source_key"]).filter(
        pl.col("_source_system") == WORKBENCH
    )
    return frozenset(int(number) for number in mine["_source_key"])


def confirm_meaning(
    door: Door, identity: Identity, workbench: Workbench, number: int, verdict: str, *,
    field_name: str, note: str, generation: str,
) -> None:  # fmt: skip
    """Record what a steward found in the published rows of a mapping.

    Args:
        number: the decision.
        verdict: a key of :data:`jingcang.workbench.mapping_confirmations.VERDICTS`.
        field_name: for message and audit.
        note: what is wrong.

    Raises:
        Forbidden: the identity is no steward.
        JingcangError: the store refuses, or the audit cannot be written.
    """
    if identity.role != "steward":
        raise Forbidden(
            "只有数据管理员可以核对映射", where=field_name, rule="mapping_scope", remedy="请联系数据管理员"
        )
    door.record(identity, f"mapping_{verdict}", field_name, mapping=number, generation=generation)
    ConfirmationBook(workbench).record(number, verdict, note=note, by=identity.user_id, generation=generation)
