"""The contract split: which rows load, which are quarantined, which load with a flag.

Belongs here: what becomes of judged rows, the shape of quarantined rows and flags. Does not belong here: what a rule
means (``jingcang.contracts``), which rules a row breaks (``judge``), key versions (``versions``), files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from jingcang.contracts import Entity, SourceTable
from jingcang.landing.delivery import FILE, LINE
from jingcang.landing.fixes import Fix, correct
from jingcang.landing.judge import Judged, judge, key_text, masked_json, shape
from jingcang.landing.transforms import build_entity
from jingcang.landing.typed import to_text
from jingcang.landing.versions import KEY

QUARANTINED_SCHEMA: dict[str, pl.DataType] = {
    "source_system": pl.String(), "source_table": pl.String(), "rule_id": pl.String(), "rule_ids": pl.String(),
    "failing_columns": pl.String(), "source_key": pl.String(), "source_file": pl.String(),
    "source_line": pl.Int64(), "batch_id": pl.String(), "raw_values_masked": pl.String(),
    "event_date": pl.Date(), "unit_no": pl.String(), "first_seen_at": pl.Date(),
}  # fmt: skip
FLAG_SCHEMA: dict[str, pl.DataType] = {
    "source_system": pl.String(), "source_table": pl.String(), "rule_id": pl.String(), "source_key": pl.String(),
    "source_file": pl.String(), "source_line": pl.Int64(), "batch_id": pl.String(), "event_date": pl.Date(),
    "unit_no": pl.String(), "fix_no": pl.Int64(),
}  # fmt: skip


@dataclass
class Split:
    """Outcome of one frame of rows.

    Args:
        entities: entity → its canonical rows with the row's file, line, key, version and hash.
        quarantined: rows of :data:`QUARANTINED_SCHEMA` without ``batch_id`` and ``first_seen_at``.
        flags: rows of :data:`FLAG_SCHEMA` without ``batch_id``.
        outcomes: ``accepted`` or ``quarantined`` for every row of the input, in its order.
        rule_counts: rule id → rows violating it as received, whether or not they load.
        waived: rows that load only because a waiver stands; each is listed in ``flags`` under the waived rule.
        corrected: rows that load only because a fix changed a value; each is listed in ``flags`` under the rules
            it broke as received, with the number of the fix.
    """

    entities: dict[str, list[pl.DataFrame]]
    quarantined: pl.DataFrame
    flags: pl.DataFrame
    outcomes: pl.Series
    rule_counts: dict[str, int] = field(default_factory=dict)
    waived: int = 0
    corrected: int = 0


def split(
    frame: pl.DataFrame, table: SourceTable, entities: dict[str, Entity], waivers: pl.DataFrame | None = None,
    fixes: Sequence[Fix] = (),
) -> Split:  # fmt: skip
    """Split prepared rows by the table's row rules and map what loads.

    Args:
        frame: prepared rows; see :func:`jingcang.landing.judge.judge`.
        table: contract and mappings.
        entities: canonical entities by name.
        waivers: those that stand (``decisions.standing_waivers``): the row loads in spite of the rule.
        fixes: those that stand (``fixes.standing_fixes``): a row that loads with the changed values loads with
            them, any other is quarantined as received.

    Returns:
        See :class:`Split`. A row whose mapping leaves a required entity column empty is quarantined under
        ``<entity>.<column>.mapped``: it would break what the entity promises.
    """
    received = judge(frame, table, entities, waivers)
    rows, by_fix = _corrected(frame, received, table, entities, waivers, fixes)
    final = judge(rows, table, entities, waivers, frame) if by_fix else received
    good = ~final.bad
    let_in = pl.DataFrame([
        broken & good & ~final.masks[broken.name] if broken.name in final.masks.columns else broken & good
        for broken in received.broken
    ])  # fmt: skip
    made: dict[str, list[pl.DataFrame]] = {}
    lineage = frame.select(
        FILE, LINE, *[name for name in (KEY, "_source_version", "_row_hash") if name in frame.columns]
    )
    for mapping, mapped in zip(table.mappings, final.mapped, strict=True):
        keep = good
        if mapping.where is not None:
            keep = keep & rows.select(mapping.where.expression()).to_series()
        whole = pl.concat([mapped, lineage], how="horizontal")
        made.setdefault(mapping.entity, []).append(whole if keep.all() else whole.filter(keep))
    rejected = to_text(frame.filter(final.bad), [column.name for column in table.columns], table.timezone)
    quarantined = _quarantined(rejected, final, table)
    answered = {
        name: _fix_of(received.columns[name], by_fix, frame.height)
        for name in let_in.columns
        if let_in[name].any()
    }
    flagging = {
        name: final.masks[name] & good for name, severity in final.severities.items() if severity == "flag"
    }
    flags = pl.concat([
        *[_flags(rows, hit, table, name) for name, hit in flagging.items() if hit.any()],
        *[_flags(rows, let_in[name], table, name, fix_no) for name, fix_no in answered.items()],
        pl.DataFrame(schema=FLAG_SCHEMA).drop("batch_id"),
    ])  # fmt: skip
    waived = [let_in[name] & fix_no.is_null() for name, fix_no in answered.items()]
    outcomes = pl.select(pl.when(final.bad).then(pl.lit("quarantined")).otherwise(pl.lit("accepted")))
    return Split(
        made, quarantined, flags, outcomes.to_series(),
        {name: int(received.broken[name].sum() or 0) for name in received.severities},
        waived=int(pl.select(pl.any_horizontal(waived)).to_series().sum()) if waived else 0,
        corrected=int((received.bad & good).sum()),
    )  # fmt: skip


def _corrected(
    frame: pl.DataFrame, received: Judged, table: SourceTable, entities: dict[str, Entity],
    waivers: pl.DataFrame | None, fixes: Sequence[Fix],
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:  # fmt: skip
    """Return the frame with the values of the rows that fixes let load, and column → fix of each changed row.

    No column is named where no row loads thanks to a fix.
    """
    bad = received.bad
    if not fixes or not bad.any():
        return frame, {}
    rows = frame.filter(bad)
    fixed, applied, judged = correct(rows, table, entities, waivers, fixes)
    healed = ~judged.bad
    if not healed.any():
        return frame, {}
    index = pl.int_range(frame.height, dtype=pl.UInt32, eager=True).filter(bad).filter(healed)
    nobody = pl.Series([None], dtype=pl.Int64).new_from_index(0, frame.height)
    values = [frame[name].scatter(index, fixed[name].filter(healed)) for name in applied]
    by_fix = {name: nobody.clone().scatter(index, by.filter(healed)) for name, by in applied.items()}
    return frame.with_columns(values), by_fix


def _fix_of(columns: Iterable[str], by_fix: Mapping[str, pl.Series], height: int) -> pl.Series:
    """Return for each row the fix that changed what a rule reads, null where none did."""
    found = [by_fix[column] for column in columns if column in by_fix]
    nobody = pl.Series([None], dtype=pl.Int64).new_from_index(0, height)
    return pl.select(pl.coalesce([nobody, *found])).to_series()


def _quarantined(bad: pl.DataFrame, judged: Judged, table: SourceTable) -> pl.DataFrame:
    order = [name for name in QUARANTINED_SCHEMA if name not in ("batch_id", "first_seen_at")]
    if bad.is_empty():
        return pl.DataFrame(schema={name: QUARANTINED_SCHEMA[name] for name in order})
    first = pl.coalesce([pl.when(pl.col(name)).then(pl.lit(name)) for name in judged.blocking])
    every = pl.concat_list([pl.when(pl.col(name)).then(pl.lit(name)) for name in judged.columns])
    failing = pl.concat_list([
        pl.when(pl.col(name)).then(pl.lit(column)) for name, used in judged.columns.items() for column in used
    ] or [pl.lit(None, dtype=pl.String)]).list.drop_nulls()  # fmt: skip
    named = judged.masks.filter(judged.bad).select(
        first.alias("rule_id"),
        every.list.drop_nulls().list.sort().list.join(";").alias("rule_ids"),
        failing.list.unique().list.sort().list.join(";").alias("failing_columns"),
    )
    facts = _facts(bad, table)
    values = bad.select(
        pl.lit(table.system).alias("source_system"), pl.lit(table.table).alias("source_table"),
        key_text(bad).alias("source_key"), pl.col(FILE).alias("source_file"), pl.col(LINE).alias("source_line"),
        masked_json(table).alias("raw_values_masked"),
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
    frame: pl.DataFrame, hit: pl.Series, table: SourceTable, rule_id: str, fix_no: pl.Series | None = None
) -> pl.DataFrame:
    rows = frame.filter(hit)
    nobody = pl.Series([None], dtype=pl.Int64).new_from_index(0, frame.height)
    named = rows.select(
        pl.lit(table.system).alias("source_system"), pl.lit(table.table).alias("source_table"),
        pl.lit(rule_id).alias("rule_id"), key_text(rows).alias("source_key"),
        pl.col(FILE).alias("source_file"), pl.col(LINE).alias("source_line"),
    )  # fmt: skip
    by = (nobody if fix_no is None else fix_no).filter(hit).alias("fix_no").to_frame()
    order = [name for name in FLAG_SCHEMA if name != "batch_id"]
    return pl.concat([named, _facts(rows, table), by], how="horizontal").select(order)


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
