"""Which rules each row breaks: the declared ones, and those that follow from the mapping.

Belongs here: evaluating rules on prepared rows, and taking away what a waiver covers. Does not belong here: what
becomes of a row (``split``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from jingcang.contracts import Entity, SourceTable
from jingcang.contracts.rules_polars import values_read
from jingcang.landing.decisions import row_digest
from jingcang.landing.delivery import FILE, LINE
from jingcang.landing.transforms import build_entity
from jingcang.landing.typed import to_text
from jingcang.landing.versions import KEY, KEYLESS


@dataclass(frozen=True)
class Judged:
    """What is wrong with each row of a frame.

    Args:
        masks: one Boolean column a rule, true where the row violates it and no waiver covers that; rules about
            the mapping (``<entity>.<column>.mapped``) speak only of rows nothing else is wrong with.
        broken: the same before waivers.
        severities: rule id → quarantine or flag.
        columns: rule id → the source columns it reads.
        mapped: the rows of each mapping of the table, in its order.
        bad: rows that may not load.
    """

    masks: pl.DataFrame
    broken: pl.DataFrame
    severities: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    mapped: tuple[pl.DataFrame, ...]
    bad: pl.Series

    @property
    def blocking(self) -> list[str]:
        """Return the rules whose violation keeps a row out."""
        return [rule_id for rule_id, severity in self.severities.items() if severity == "quarantine"]


def judge(
    frame: pl.DataFrame, table: SourceTable, entities: Mapping[str, Entity], waivers: pl.DataFrame | None = None,
    received: pl.DataFrame | None = None,
) -> Judged:  # fmt: skip
    """Return what is wrong with each row.

    Args:
        frame: prepared rows (text, or typed by ``jingcang.landing.typed``) with ``_source_file``,
            ``_source_line`` and, for keyed tables, the version columns.
        table: contract and mappings.
        entities: canonical entities by name.
        waivers: those that stand (``decisions.standing_waivers``).
        received: the rows as received, where ``frame`` holds corrected ones: waivers know a row by what was received.
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
    masks = _waived(frame if received is None else received, masks, table, waivers)
    mapped = tuple(
        build_entity(frame, table, mapping.columns, entities[mapping.entity].polars_schema())
        for mapping in table.mappings
    )
    for mapping, rows in zip(table.mappings, mapped, strict=True):
        for column in entities[mapping.entity].columns:
            if not column.required:
                continue
            absent = rows[column.name].is_null()
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
    declared = [rule.rule_id for rule in rules if rule.severity == "quarantine"]
    if declared and len(declared) < len(blocking):
        clean = ~masks.select(pl.any_horizontal(declared)).to_series()
        masks = masks.with_columns(
            [(pl.col(name) & clean).alias(name) for name in blocking if name not in declared]
        )
    broken = broken.with_columns([masks[name] for name in severities if name not in broken.columns])
    return Judged(masks, broken, severities, columns, mapped, bad)


def violations(frame: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    """Return one Boolean column a rule that can be evaluated on rows, true where violated, in evaluation order.

    Args:
        frame: prepared rows as :func:`judge` takes them.
        table: the contract.
    """
    rules = [rule for rule in table.rules if not rule.by_reader]
    read = frame.lazy().with_columns(values_read(table, frame.schema))
    predicates = [rule.violated(table, read.collect_schema()).alias(rule.rule_id) for rule in rules]
    # The line number keeps the height where every predicate is a constant.
    return read.select(LINE, *predicates).collect().drop(LINE)


def _waived(
    frame: pl.DataFrame, masks: pl.DataFrame, table: SourceTable, waivers: pl.DataFrame | None
) -> pl.DataFrame:
    """Return the violations without those that a waiver covers: same rule, same key, same content as seen."""
    if waivers is None or waivers.is_empty():
        return masks
    rows = frame.with_row_index("_row").filter(key_text(frame).is_in(waivers["source_key"].implode()))
    text = to_text(rows, [column.name for column in table.columns], table.timezone)
    seen = text.select(
        "_row", key_text(rows).alias("source_key"), row_digest(masked_json(table)).alias("row_digest")
    )
    covered = seen.join(waivers, on=["source_key", "row_digest"], how="inner")
    for (rule_id,), found in covered.group_by("rule_id"):
        if rule_id in masks.columns:
            here = pl.int_range(masks.height, dtype=pl.UInt32, eager=True).is_in(found["_row"].implode())
            masks = masks.with_columns((pl.col(str(rule_id)) & ~here).alias(str(rule_id)))
    return masks


def key_text(frame: pl.DataFrame) -> pl.Expr:
    """Return the source key of each row as books and quarantine name it."""
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


def masked_json(table: SourceTable) -> pl.Expr:
    """Return a row's values as JSON, personal and sensitive ones by their shape only."""
    return pl.struct([
        (shape(pl.col(column.name)) if column.classification in ("personal", "sensitive") else pl.col(column.name))
        .alias(column.name)
        for column in table.columns
    ]).struct.json_encode()  # fmt: skip
