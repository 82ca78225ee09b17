"""Why a record of a frozen period is another one now: what was delivered and decided between the two.

The landed rows of both cuts are compared, not batch names: a file delivered again as it was has changed nothing.

Belongs here: which source rows, mappings, areas and officers changed, and the cause of each moved record. Does not
belong here: which records moved (``kpi_periods``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

import duckdb
import polars as pl

from jingcang.contracts import load_entities
from jingcang.contracts.lineage import load_lineage
from jingcang.home import Home
from jingcang.landing import Cut, create_landed_views
from jingcang.landing.in_force import known_rows
from jingcang.landing.manifests import Manifest

CAUSES = {
    "appeal": "申诉", "transfer": "人员或单位变动", "reclassified": "重新分类", "late": "补报或更正",
    "dictionary": "字典调整", "boundary": "辖区调整", "definition": "口径改变", "other": "其他",
}  # fmt: skip
"""Why a record moved; ``dictionary``, ``boundary``, ``reclassified`` and ``late`` mean what they mean in the ledger of
restated incidents (``orchestration.publish.restatements``)."""

MAPPINGS, PLACES, PEOPLE = ("code_mappings", "dictionary_codes"), ("areas", "units"), ("officers",)
_FACTS = r"[^0-9]"


@dataclass(frozen=True)
class Changes:
    """What differs between the landed rows a period was frozen from and those published now.

    Args:
        source_rows: source_table (without its system), source_key, is_same: whether the source row says the same in
            both; rows of tables without a declared key are not listed. Grain source row.
        mapped_fields: ``entity.column`` whose mappings or dictionary codes differ.
        places, people, others: areas or units, officers, any other entity differ.
        dictionary_kpis, boundary_kpis: KPIs that rest on a changed mapping, on areas or units if these changed.
    """

    source_rows: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(
            schema={"source_table": pl.String, "source_key": pl.String, "is_same": pl.Boolean}
        )
    )
    mapped_fields: tuple[str, ...] = ()
    places: bool = False
    people: bool = False
    others: bool = False
    dictionary_kpis: tuple[str, ...] = ()
    boundary_kpis: tuple[str, ...] = ()


@lru_cache(maxsize=4)
def changes(home: Home, before: tuple[str, ...], now: tuple[str, ...], tables: frozenset[str]) -> Changes:
    """Return what differs between two cuts.

    Args:
        home: where landing lives.
        before, now: ids of the batches in force then and now, oldest first.
        tables: source tables, without their system, whose rows are compared one by one.
    """
    cuts = [Cut(batches=batches, hash="") for batches in (before, now)]
    entries = [{entry.batch_id: entry for entry in cut.manifests(home)} for cut in cuts]
    arrived = [entry for name in set(before) ^ set(now) for side in entries if (entry := side.get(name))]
    touched = {entity for entry in arrived for entity in entry.entities}
    reference = touched & {*PLACES, *PEOPLE}
    differing = {name for name in reference if _rows(home, cuts[0], name) != _rows(home, cuts[1], name)}
    fields = _mapped_fields(home, cuts) if touched & set(MAPPINGS) else ()
    lineage, places = load_lineage(), differing & set(PLACES)
    columns = [
        (f"landed.{entity}", name) for entity in places for name in load_entities()[entity].duckdb_columns()
    ]
    mapped = [(f"landed.{entity}", column) for entity, _, column in (item.partition(".") for item in fields)]
    return Changes(
        _source_rows(home, entries, {entry.qualified for entry in arrived if entry.table in tables}),
        fields,
        bool(places),
        bool(differing & set(PEOPLE)),
        bool(touched - {*MAPPINGS, *PLACES, *PEOPLE}),
        lineage.consumers(mapped).kpis if mapped else (),
        lineage.consumers(columns).kpis if columns else (),
    )


def _landed(home: Home, cut: Cut, entity: str, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        create_landed_views(connection, home, cut, {entity: load_entities()[entity]})
        return connection.execute(query).fetchall()


def _rows(home: Home, cut: Cut, entity: str) -> str:
    """Return a digest over the rows of an entity in force, lineage left out."""
    columns = ", ".join(f'"{name}"' for name in load_entities()[entity].duckdb_columns())
    found = _landed(home, cut, entity, f"select {columns} from landed.{entity} order by all")
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _mapped_fields(home: Home, cuts: list[Cut]) -> tuple[str, ...]:
    """Return the fields whose mappings differ; a changed dictionary stands for every field that is coded with it."""
    rows = (
        "select field_name, dictionary, source_system, source_value, code, outcome, reason, valid_from, valid_to "
        "from landed.code_mappings"
    )
    names = ["dictionary", *(load_entities()["dictionary_codes"].duckdb_columns().keys() - {"dictionary"})]
    codes = f"select {', '.join(names)} from landed.dictionary_codes"
    said = [set(_landed(home, cut, "code_mappings", rows)) for cut in cuts]
    coded = [set(_landed(home, cut, "dictionary_codes", codes)) for cut in cuts]
    dictionaries = {row[0] for row in coded[0] ^ coded[1]}
    fields = {str(row[0]) for row in said[0] ^ said[1]}
    fields |= {str(row[0]) for side in said for row in side if row[1] in dictionaries}
    return tuple(sorted(fields))


def _source_rows(home: Home, sides: list[dict[str, Manifest]], tables: Collection[str]) -> pl.DataFrame:
    frames = [Changes().source_rows]
    for qualified in sorted(tables):
        known = [
            known_rows(home, [entry for entry in side.values() if entry.qualified == qualified])
            .select("_source_key", "_row_hash")
            for side in sides
        ]  # fmt: skip
        both = known[0].join(known[1], on="_source_key", how="full", coalesce=True, suffix="_now")
        frames.append(
            both.select(
                pl.lit(qualified.partition(".")[2]).alias("source_table"),
                pl.col("_source_key").alias("source_key"),
                pl.col("_row_hash").eq_missing(pl.col("_row_hash_now")).alias("is_same"),
            )
        )
    return pl.concat(frames).unique(["source_table", "source_key"])


def with_cause(
    moved: pl.DataFrame, differing: Changes, frozen_batches: list[str], redefined: list[str]
) -> pl.DataFrame:
    """Return records with ``cause_code``, the first that holds.

    - ``appeal``: an appeal acts on it now and did not;
    - its source row says something else, came or went: ``transfer`` where officer or unit differ, ``reclassified``
      where the category differs, else ``late``;
    - officer or unit differ though the source row says the same: ``transfer`` where officers changed, ``boundary``
      where areas or units did;
    - the category differs though the source row says the same, and mappings changed: ``dictionary``;
    - the facts in its evidence (dates and numbers) differ and rows of other tables came: ``late``;
    - the KPI has another version: ``definition``;
    - the KPI rests on a mapping that changed: ``dictionary``; on areas or units that changed: ``boundary``;
    - ``other``.

    Limits: a record that moved for two causes counts under the first. Where the source row has no declared key, it
    counts as changed when it stands in a batch that nothing frozen rests on. Shipped dictionaries are part of the
    program: what another version of them does is told by making the period again (``jingcang kpi verify``).

    Args:
        moved: frozen columns as named, those of now with ``_now``; ``was`` and ``is_there`` say on which sides it is.
        differing: of the two cuts.
        frozen_batches: batches that frozen records name as their source.
        redefined: KPIs with another version.
    """
    keyed = moved.with_columns(
        pl.coalesce("_source_table_now", "_source_table").str.split(".").list.last().alias("source_table"),
        pl.coalesce("_source_key_now", "_source_key").alias("source_key"),
    ).join(differing.source_rows, on=["source_table", "source_key"], how="left")
    both = pl.col("was").is_not_null() & pl.col("is_there").is_not_null()

    def differs(name: str) -> pl.Expr:
        return pl.col(name).ne_missing(pl.col(f"{name}_now"))

    batch, kpi = pl.col("_source_batch_id_now"), pl.coalesce("kpi_code_now", "kpi_code")
    in_new_batch = batch.is_not_null() & ~batch.is_in(frozen_batches) if frozen_batches else pl.lit(False)
    is_changed = pl.col("is_same").not_().fill_null(in_new_batch)
    placed = both & (differs("unit_no") | differs("officer_no"))
    category = both & pl.col("category_code").is_not_null() & differs("category_code")
    facts = (
        pl.col("evidence")
        .str.replace_all(_FACTS, "")
        .ne_missing(pl.col("evidence_now").str.replace_all(_FACTS, ""))
    )
    cause = (
        pl.when(differs("appeal_no") & pl.col("is_there").is_not_null()).then(pl.lit("appeal"))
        .when(is_changed & placed).then(pl.lit("transfer"))
        .when(is_changed & category).then(pl.lit("reclassified"))
        .when(is_changed).then(pl.lit("late"))
        .when(placed & differing.people).then(pl.lit("transfer"))
        .when(placed & differing.places).then(pl.lit("boundary"))
        .when(placed).then(pl.lit("transfer"))
        .when(category & bool(differing.mapped_fields)).then(pl.lit("dictionary"))
        .when(category).then(pl.lit("reclassified"))
        .when(facts & differing.others).then(pl.lit("late"))
        .when(kpi.is_in(redefined)).then(pl.lit("definition"))
        .when(kpi.is_in(list(differing.dictionary_kpis))).then(pl.lit("dictionary"))
        .when(kpi.is_in(list(differing.boundary_kpis))).then(pl.lit("boundary"))
        .otherwise(pl.lit("other"))
    )  # fmt: skip
    return keyed.with_columns(cause.alias("cause_code"))
