"""The contract split: which rows load, which are quarantined, which load with a flag.

Belongs here: evaluating a table's row rules on prepared rows, the shape of quarantined rows and flags.
Does not belong here: what a rule means (``jingcang.contracts``), key versions (``versions``), files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from jingcang.contracts import Entity, SourceTable
from jingcang.landing.decisions import row_digest
from jingcang.landing.delivery import FILE, LINE
from jingcang.landing.transforms import build_entity
from jingcang.landing.typed import to_text
from jingcang.landing.versions import KEY, KEYLESS

QUARANTINED_SCHEMA: dict[str, pl.DataType] = {
    "source_system": pl.String(), "source_table": pl.String(), "rule_id": pl.String(), "rule_ids": pl.String(),
    "failing_columns": pl.String(), "source_key": pl.String(), "source_file": pl.String(),
    "source_line": pl.Int64(), "batch_id": pl.String(), "raw_values_masked": pl.String(),
    "event_date": pl.Date(), "unit_no": pl.String(), "first_seen_at": pl.Date(),
}  # fmt: skip
FLAG_SCHEMA: dict[str, pl.DataType] = {
    "source_system": pl.String(), "source_table": pl.String(), "rule_id": pl.String(), "source_key": pl.String(),
    "source_file": pl.String(), "source_line": pl.Int64(), "batch_id": pl.String(), "event_date": pl.Date(),
    "unit_no": pl.String(),
}  # fmt: skip


@dataclass
class Split:
    """Outcome of one frame of rows.

    Args:
        entities: entity → its canonical rows with the row's file, line, key, version and hash.
        quarantined: rows of :data:`QUARANTINED_SCHEMA` without ``batch_id`` and ``first_seen_at``.
        flags: rows of :data:`FLAG_SCHEMA` without ``batch_id``.
        outcomes: ``accepted`` or ``quarantined`` for every row of the input, in its order.
        rule_counts: rule id → rows violating it, waived or not.
        waived: rows that load only because a waiver stands; each is listed in ``flags`` under the waived rule.
    """

    entities: dict[str, list[pl.DataFrame]]
    quarantined: pl.DataFrame
    flags: pl.DataFrame
    outcomes: pl.Series
    rule_counts: dict[str, int] = field(default_factory=dict)
    waived: int = 0


def split(
    frame: pl.DataFrame, table: SourceTable, entities: dict[str, Entity], waivers: pl.DataFrame | None = None
) -> Split:
    """Split prepared rows by the table's row rules and map what loads.

    Args:
        frame: prepared rows (text, or typed by ``jingcang.landing.typed``) with ``_source_file``,
            ``_source_line`` and, for keyed tables, the version columns.
        table: contract and mappings.
        entities: canonical entities by name.
        waivers: those that stand (``decisions.standing_waivers``): the row loads in spite of the rule.

    Returns:
        See :class:`Split`. A row whose mapping leaves a required entity column empty is quarantined under
        ``<entity>.<column>.mapped``: it would break what the entity promises.
    """
    rules = [rule for rule in table.rules if not rule.by_reader]
    masks = violations(frame, table)
    severities = {rule.rule_id: rule.severity for rule in rules}
    columns = {rule.rule_id: tuple(rule.columns) for rule in rules}
    if "key" in severities:
        # Two spellings of one source version: the rule compares texts, the record is one all the same.
        clash = frame.select(~pl.col(KEY).str.starts_with(KEYLESS) & (pl.len().over(KEY) > 1)).to_series()
        masks = masks.with_columns((pl.col("key") | clash).alias("key"))
    broken = masks
    masks = _waived(frame, masks, table, waivers)
    mapped = {index: _mapped(frame, table, index, entities) for index in range(len(table.mappings))}
    for index, mapping in enumerate(table.mappings):
        entity = entities[mapping.entity]
        for column in entity.columns:
            if not column.required:
                continue
            absent = mapped[index][column.name].is_null()
            if not absent.any():
                continue
            if mapping.where is not None:
                absent &= frame.select(mapping.where.expression()).to_series()
            if absent.any():
                rule_id = f"{mapping.entity}.{column.name}.mapped"
                masks = masks.with_columns(absent.alias(rule_id))
                severities[rule_id] = "quarantine"
                columns[rule_id] = tuple(mapping.columns[column.name].from_)
    blocking = [rule_id for rule_id, severity in severities.items() if severity == "quarantine"]
    never = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    bad = masks.select(pl.any_horizontal(blocking)).to_series() if blocking else never
    # A rule about the mapping speaks only of rows nothing else is wrong with.
    declared = [rule.rule_id for rule in rules if rule.severity == "quarantine"]
    if declared and len(declared) < len(blocking):
        clean = ~masks.select(pl.any_horizontal(declared)).to_series()
        masks = masks.with_columns(
            [(pl.col(name) & clean).alias(name) for name in blocking if name not in declared]
        )
    good = ~bad
    counts = {
        name: int((broken if name in broken.columns else masks)[name].sum() or 0) for name in severities
    }
    let_in = broken.select([(pl.col(name) & ~masks[name] & good).alias(name) for name in broken.columns])
    made: dict[str, list[pl.DataFrame]] = {}
    lineage = frame.select(
        FILE, LINE, *[name for name in (KEY, "_source_version", "_row_hash") if name in frame.columns]
    )
    for index, mapping in enumerate(table.mappings):
        keep = good
        if mapping.where is not None:
            keep = keep & frame.select(mapping.where.expression()).to_series()
        rows = pl.concat([mapped[index], lineage], how="horizontal")
        made.setdefault(mapping.entity, []).append(rows if keep.all() else rows.filter(keep))
    rejected = to_text(frame.filter(bad), [column.name for column in table.columns], table.timezone)
    quarantined = _quarantined(rejected, masks.filter(bad), table, blocking, columns)
    flags = pl.concat([
        _flags(frame, masks, good, table, [name for name in severities if severities[name] == "flag"]),
        _flags(frame, let_in, good, table, let_in.columns),
    ])  # fmt: skip
    waived = int(let_in.select(pl.any_horizontal(pl.all())).to_series().sum()) if let_in.width else 0
    outcomes = pl.select(pl.when(bad).then(pl.lit("quarantined")).otherwise(pl.lit("accepted"))).to_series()
    return Split(made, quarantined, flags, outcomes, counts, waived)


def violations(frame: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    """Return one Boolean column a rule that can be evaluated on rows, true where violated, in evaluation order.

    Args:
        frame: prepared rows as :func:`split` takes them.
        table: the contract.
    """
    rules = [rule for rule in table.rules if not rule.by_reader]
    predicates = [rule.violated(table, frame.schema).alias(rule.rule_id) for rule in rules]
    # The line number keeps the height where every predicate is a constant.
    return frame.lazy().select(LINE, *predicates).collect().drop(LINE)


def _waived(
    frame: pl.DataFrame, masks: pl.DataFrame, table: SourceTable, waivers: pl.DataFrame | None
) -> pl.DataFrame:
    """Return the violations without those that a waiver covers: same rule, same key, same content as seen."""
    if waivers is None or waivers.is_empty():
        return masks
    rows = frame.with_row_index("_row").filter(_key_text(frame).is_in(waivers["source_key"].implode()))
    text = to_text(rows, [column.name for column in table.columns], table.timezone)
    seen = text.select(
        "_row", _key_text(rows).alias("source_key"), row_digest(_masked_json(table)).alias("row_digest")
    )
    covered = seen.join(waivers, on=["source_key", "row_digest"], how="inner")
    for (rule_id,), found in covered.group_by("rule_id"):
        if rule_id in masks.columns:
            here = pl.int_range(masks.height, dtype=pl.UInt32, eager=True).is_in(found["_row"].implode())
            masks = masks.with_columns((pl.col(str(rule_id)) & ~here).alias(str(rule_id)))
    return masks


def _mapped(frame: pl.DataFrame, table: SourceTable, index: int, entities: dict[str, Entity]) -> pl.DataFrame:
    mapping = table.mappings[index]
    return build_entity(frame, table, mapping.columns, entities[mapping.entity].polars_schema())


def _key_text(frame: pl.DataFrame) -> pl.Expr:
    if KEY in frame.columns:
        return pl.col(KEY)
    return pl.concat_str([pl.col(FILE), pl.col(LINE)], separator=":")


def shape(text: pl.Expr) -> pl.Expr:
    """Hide what a value says and keep how it is built: digits 9, Latin letters A, other letters 某."""
    return (
        text.str.replace_all(r"[0-9]", "9")
        .str.replace_all(r"[A-Za-z]", "A")
        .str.replace_all(r"[^\x00-\x7F]", "某")
    )


def _masked_json(table: SourceTable) -> pl.Expr:
    return pl.struct([
        (shape(pl.col(column.name)) if column.classification in ("personal", "sensitive") else pl.col(column.name))
        .alias(column.name)
        for column in table.columns
    ]).struct.json_encode()  # fmt: skip


def _quarantined(
    bad: pl.DataFrame,
    masks: pl.DataFrame,
    table: SourceTable,
    blocking: list[str],
    columns: dict[str, tuple[str, ...]],
) -> pl.DataFrame:
    order = [name for name in QUARANTINED_SCHEMA if name not in ("batch_id", "first_seen_at")]
    if bad.is_empty():
        return pl.DataFrame(schema={name: QUARANTINED_SCHEMA[name] for name in order})
    first = pl.coalesce([pl.when(pl.col(name)).then(pl.lit(name)) for name in blocking])
    every = pl.concat_list([pl.when(pl.col(name)).then(pl.lit(name)) for name in columns]).list.drop_nulls()
    failing = pl.concat_list([
        pl.when(pl.col(name)).then(pl.lit(column)) for name, used in columns.items() for column in used
    ] or [pl.lit(None, dtype=pl.String)]).list.drop_nulls()  # fmt: skip
    named = masks.select(
        first.alias("rule_id"),
        every.list.sort().list.join(";").alias("rule_ids"),
        failing.list.unique().list.sort().list.join(";").alias("failing_columns"),
    )
    facts = _facts(bad, table)
    values = bad.select(
        pl.lit(table.system).alias("source_system"), pl.lit(table.table).alias("source_table"),
        _key_text(bad).alias("source_key"), pl.col(FILE).alias("source_file"), pl.col(LINE).alias("source_line"),
        _masked_json(table).alias("raw_values_masked"),
    )  # fmt: skip
    return pl.concat([values, named, facts], how="horizontal").select(order)


def _facts(bad: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    """Return date and unit of quarantined or flagged rows as far as a mapping can read them."""
    schema = {"event_date": pl.Date(), "unit_no": pl.String()}
    columns = {
        name: mapping.columns[name]
        for mapping in reversed(table.mappings)
        for name in schema
        if name in mapping.columns
    }
    return build_entity(bad, table, columns, schema)


def _flags(
    frame: pl.DataFrame, masks: pl.DataFrame, good: pl.Series, table: SourceTable, rule_ids: Sequence[str]
) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=FLAG_SCHEMA).drop("batch_id")]
    for rule_id in rule_ids:
        hit = masks[rule_id] & good
        if hit.any():
            rows = frame.filter(hit)
            named = rows.select(
                pl.lit(table.system).alias("source_system"), pl.lit(table.table).alias("source_table"),
                pl.lit(rule_id).alias("rule_id"), _key_text(rows).alias("source_key"),
                pl.col(FILE).alias("source_file"), pl.col(LINE).alias("source_line"),
            )  # fmt: skip
            parts.append(pl.concat([named, _facts(rows, table)], how="horizontal"))
    return pl.concat(parts)


def damaged_rows(damaged: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    """Return lines that are no rows (ragged, undecodable) in the shape of quarantined rows."""
    text = pl.struct(shape(pl.col("raw_text")).alias("整行")).struct.json_encode()
    return damaged.select(
        pl.lit(table.system).alias("source_system"), pl.lit(table.table).alias("source_table"),
        pl.col("rule_id"), pl.col("rule_id").alias("rule_ids"), pl.lit("").alias("failing_columns"),
        pl.concat_str([pl.col(FILE), pl.col(LINE)], separator=":").alias("source_key"),
        pl.col(FILE).alias("source_file"), pl.col(LINE).alias("source_line"),
        text.alias("raw_values_masked"), pl.lit(None, dtype=pl.Date).alias("event_date"),
        pl.lit(None, dtype=pl.String).alias("unit_no"),
    )  # fmt: skip
