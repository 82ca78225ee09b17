"""Derived batches: one file for each step, definition version, entity and input batch.

A file stands at ``derived/<step>/<version>/<entity>/<input batch>.parquet``. The version changes with the
step's rules (and with the pseudonym key or the boundaries, where they enter), so a file never has to be
changed: only new input or a new definition is computed, and a step may make a new version's file from that of an
earlier one, which stays. A row keeps the source key and file of the input row it was computed from, and is in force
while that row is: what landing took out of force is left out of both in the same way.

Does not belong here: the computation itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from jingcang.home import Home
from jingcang.landing import SOURCE_KEY, Cut, rows_in_force
from orchestration.derive import definitions, labels
from orchestration.publish.files import fsync_path, write_durably
from orchestration.session import Session

INPUT_BATCH = "_input_batch_id"
ORIGIN = ("_source_key", "_source_file", INPUT_BATCH)
"""Columns of a file beside the step's own: which input row a row was computed from."""

LAYOUT = "2"
"""Part of the path beside the version: files of other columns are made anew."""


@dataclass(frozen=True)
class Input:
    """One entity a step reads.

    Args:
        entity: landed entity.
        key: its key column.
        columns: the columns the computation reads.
        object_key: the key's name in the derived rows.
        object_kind: value of ``object_kind`` in the derived rows; None when the step has no such column.
    """

    entity: str
    key: str
    columns: tuple[str, ...]
    object_key: str
    object_kind: str | None = None


@dataclass(frozen=True)
class Step:
    """One derived table.

    Args:
        name: table name in the schema ``derived``.
        inputs: entities it is computed from, batch by batch.
        schema: columns of the result.
        version: definition version for a home and cut; part of the path.
        compute: input and frame → rows of ``schema``.
        references: other entities that enter every row; their change recomputes all batches.
        definition: what the version stands for, kept beside its files as ``definition.json``; None for steps whose
            versions are not looked at again.
        revise: input, batch and frame → rows made from an earlier version's file, and how many input rows that took;
            None when there is no such file.
    """

    name: str
    inputs: tuple[Input, ...]
    schema: dict[str, pl.DataType]
    version: Callable[[Home, Cut], str]
    compute: Callable[[Home, Cut, Input, pl.DataFrame], pl.DataFrame]
    references: tuple[str, ...] = ()
    definition: Callable[[Home, Cut], bytes] | None = None
    revise: Callable[[Home, Cut, Input, str, pl.DataFrame], tuple[pl.DataFrame, int] | None] | None = None


STEPS: tuple[Step, ...] = (
    Step(
        "case_labels",
        (Input("cases", "case_id", ("case_id", "narrative_text"), "case_id"),),
        labels.labels_schema(),
        labels.labels_version,
        labels.compute_labels,
        definition=labels.labels_definition,
        revise=labels.revise_labels,
    ),
    Step(
        "case_clues",
        (Input("cases", "case_id", ("case_id", "narrative_text"), "case_id"),),
        definitions.clues_schema(),
        definitions.clues_version,
        definitions.compute_clues,
    ),
    Step(
        "case_relations",
        (Input("cases", "case_id", ("case_id", "narrative_text"), "case_id"),),
        definitions.relations_schema(),
        definitions.relations_version,
        definitions.compute_relations,
    ),
    Step(
        "incident_addresses",
        (Input("incidents", "incident_id", ("incident_id", "address_text", "event_date"), "incident_id"),),
        definitions.addresses_schema(),
        definitions.addresses_version,
        definitions.compute_addresses,
        references=("addresses", "areas"),
    ),
    Step(
        "located_areas",
        tuple(
            Input(
                entity,
                key,
                (key, "longitude", "latitude", *(("event_date",) if entity != "places" else ())),
                "object_id",
                kind,
            )
            for entity, key, kind in (
                ("incidents", "incident_id", "incident"),
                ("cases", "case_id", "case"),
                ("places", "place_id", "place"),
            )
        ),
        definitions.areas_schema(),
        definitions.areas_version,
        definitions.compute_areas,
        references=("areas", "code_mappings"),
    ),
    Step(
        "area_strips",
        (
            Input(
                "areas", "area_id", ("area_id", "source_system", "area_level_raw", "boundary_wkt"), "area_id"
            ),
        ),
        definitions.strips_schema(),
        definitions.strips_version,
        definitions.compute_strips,
        references=("code_mappings",),
    ),
)


def derive(session: Session, step: Step) -> int:
    """Compute what is missing of one step for the session's cut.

    Returns:
        How many input batches were computed; ``session.derived`` says how many of their rows.
    """
    assert session.cut is not None  # noqa: S101 - decided before anything is derived
    computed = 0
    with session.timed("derive"):
        folder = version_folder(session.home, step, session.cut)
        for item in step.inputs:
            for batch_id in session.cut.batches:
                source = session.home.landing / "accepted" / item.entity / f"{batch_id}.parquet"
                target = folder / item.entity / f"{batch_id}.parquet"
                if not source.exists() or target.exists():
                    continue
                origin = pl.scan_parquet(source).select(item.key, *_origin()).collect()
                frame = pl.read_parquet(source, columns=list(item.columns))
                _keep_definition(session.home, step, session.cut, folder)
                revised = step.revise and step.revise(session.home, session.cut, item, batch_id, frame)
                rows, count = revised or (step.compute(session.home, session.cut, item, frame), frame.height)
                session.derived[step.name] = session.derived.get(step.name, 0) + count
                rows = rows.join(
                    origin, left_on=item.object_key, right_on=item.key, how="left", maintain_order="left"
                )
                _write(target, rows.with_columns(pl.lit(batch_id).alias(INPUT_BATCH)))
                computed += 1
    session.progress.advance("derive", step.name)
    return computed


def _keep_definition(home: Home, step: Step, cut: Cut, folder: Path) -> None:
    path = folder / labels.DEFINITION
    if step.definition is not None and not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(path, step.definition(home, cut))


def _origin() -> list[pl.Expr]:
    """Return key and file of an accepted row, as the schema ``landed`` tells them."""
    return [pl.sql_expr(SOURCE_KEY).alias("_source_key"), pl.col("_source_file")]


def version_folder(home: Home, step: Step, cut: Cut) -> Path:
    """Return where the files of a step's version in force stand."""
    return home.derived / step.name / f"{step.version(home, cut)}.{LAYOUT}"


def _write(target: Path, rows: pl.DataFrame) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    rows.write_parquet(temporary, compression="zstd", compression_level=1)
    fsync_path(temporary)
    os.replace(temporary, target)
    fsync_path(target.parent)


def create_derived_views(connection: duckdb.DuckDBPyConnection, home: Home, cut: Cut) -> None:
    """Create the schema ``derived``: one view a step over the files of the cut, in-force rows only.

    Needs the schema ``landed``. A step without any input file becomes an empty typed table.
    """
    connection.execute("create schema if not exists derived")
    batches = cut.manifests(home)
    for step in STEPS:
        folder = version_folder(home, step, cut)
        parts = []
        for item in step.inputs:
            files = {entry: folder / item.entity / f"{entry.batch_id}.parquet" for entry in batches}
            query = rows_in_force(
                home, {entry: path for entry, path in files.items() if path.exists()},
                dict.fromkeys((*step.schema, *ORIGIN), "VARCHAR"), ", ".join(step.schema), batches, ORIGIN,
            )  # fmt: skip
            parts += [query] if query else []
        # DuckDB refuses "drop view if exists" on a table and the other way round.
        existing = connection.execute(
            "select case table_type when 'VIEW' then 'view' else 'table' end from information_schema.tables "
            "where table_schema = 'derived' and table_name = ?",
            [step.name],
        ).fetchone()
        if existing:
            connection.execute(f"drop {existing[0]} derived.{step.name}")
        if parts:
            connection.execute(f"create view derived.{step.name} as {' union all '.join(parts)}")
        else:
            empty = pl.DataFrame(schema=step.schema)  # noqa: F841 - read by name by DuckDB
            connection.execute(f"create table derived.{step.name} as select * from empty")
