"""Rows made from a source contract: rows that keep every clause, and rows that break exactly one.

Belongs here: drawing values for clauses and asking the compiled split what a row breaks.
Does not belong here: Hypothesis (``strategies``), the simulated systems (``jingcang.sample``). Nothing of the product
reads this module; tests of every artefact do.

A row is drawn from the clauses, all its moments alike so that orders between them hold, then repaired by leaving
out optional values until the split accepts it. Values are synthetic.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import sqlglot
from sqlglot import exp

from jingcang.contracts import formats
from jingcang.contracts.checksums import PYTHON_CHECKSUMS, USCC_ALPHABET
from jingcang.contracts.example_values import matching, misread, moment_text
from jingcang.contracts.model import Column, RowRule, SourceTable
from jingcang.contracts.rules_polars import prepare, violations

Row = Mapping[str, str | None]
TRIES = 40
"""Rows drawn before giving up on a valid one; shipped tables need one or two."""
TRIES_BREAKING = 4
"""Valid rows changed before giving up on a rule."""
CANDIDATES = 300
"""Changes tried for an ``expression``, whose SQL says nothing of how to break it."""


def broken_rules(table: SourceTable, rows: Sequence[Row]) -> list[set[str]]:
    """Return for each row the ids of the rules it breaks, the rows judged as one batch."""
    judged = _frame(table, rows).with_row_index("_").select("_", **violations(table)).drop("_")
    names = judged.columns
    return [{name for name, bad in zip(names, row, strict=True) if bad} for row in judged.iter_rows()]


def _frame(table: SourceTable, rows: Sequence[Row]) -> pl.DataFrame:
    schema = {column.name: pl.String() for column in table.columns}
    return pl.DataFrame([dict(row) for row in rows], schema=schema).with_columns(prepare(table))


def valid_row(table: SourceTable, rng: random.Random) -> Row:
    """Return one row that breaks no rule.

    Raises:
        LookupError: no row was found; the contract contradicts itself or asks for what is not drawn here.
    """
    for _ in range(TRIES):
        row = _repaired(table, _drawn(table, rng), keep=())
        if row is not None:
            return row
    raise LookupError(f"{table.qualified}: no row keeps every rule")


def rows_breaking(
    table: SourceTable, rule: RowRule, rng: random.Random, *, alone: bool = True, start: Row | None = None
) -> list[Row]:
    """Return rows that together break ``rule``: two for a key, one for any other rule.

    Args:
        table, rule, rng: the rule and where chance comes from.
        alone: whether they may break no other rule; some clauses cannot be broken alone.
        start: a valid row to change first; default a drawn one.

    Raises:
        LookupError: none was found.
    """
    for attempt in range(TRIES_BREAKING):
        row = start if start is not None and attempt == 0 else valid_row(table, rng)
        if rule.kind == "key":
            for pair in _pairs(table, row, rng):
                if broken_rules(table, pair) == [{rule.rule_id}] * 2:
                    return pair
            continue
        hits = _hits(table, rule, row, rng)
        if hits and not alone:
            return hits[:1]
        for candidate in hits[:4]:
            mended = _repaired(table, candidate, rule.columns, rule.rule_id)
            if mended is not None:
                return [mended]
    raise LookupError(f"{rule.check_id}: cannot be broken{' alone' if alone else ''}")


def _hits(table: SourceTable, rule: RowRule, row: Row, rng: random.Random) -> list[Row]:
    """Return changes of ``row`` that break ``rule``, those with the fewest changes first."""
    changed = [{**row, **change} for change in itertools.islice(_changes(table, rule, row, rng), CANDIDATES)]
    bad: list[bool] = (
        _frame(table, changed).select(bad=rule.violated(table))["bad"].to_list() if changed else []
    )
    return [candidate for candidate, is_bad in zip(changed, bad, strict=True) if is_bad]


def _pairs(table: SourceTable, row: Row, rng: random.Random) -> Iterator[list[Row]]:
    """Yield a row beside itself with one other value."""
    fresh = _drawn(table, rng)
    for column in table.columns:
        if column.name not in (*table.key, table.watermark):
            other = None if not column.required and row[column.name] is not None else fresh[column.name]
            yield [row, {**row, column.name: other}]


def _repaired(table: SourceTable, row: Row, keep: Sequence[str], wanted: str | None = None) -> Row | None:
    """Leave out optional values that rules other than ``wanted`` complain about; None if that does not help."""
    rules = {rule.rule_id: rule for rule in table.rules}
    for _ in range(len(table.columns)):
        broken = broken_rules(table, [row])[0]
        if broken == ({wanted} if wanted else set()):
            return row
        read = [name for rule_id in sorted(broken - {str(wanted)}) for name in rules[rule_id].columns]
        spare = [name for name in read if not table.column(name).required and name not in keep
                 and row[name] is not None]  # fmt: skip
        if not spare:
            return None
        row = {**row, spare[0]: None}
    return None


def _drawn(table: SourceTable, rng: random.Random) -> dict[str, str | None]:
    day = dt.date(2025, 1, 1) + dt.timedelta(days=rng.randrange(500))
    start = dt.datetime.combine(day, dt.time(rng.randint(6, 12), rng.randint(0, 59)))
    number, ranks = rng.randint(1, 5), _ranks(table)
    row: dict[str, str | None] = {
        column.name: _value(column, start + dt.timedelta(minutes=ranks.get(column.name, 0)), number, rng)
        for column in table.columns
    }
    for rule in table.rules:
        if rule.kind == "inside":
            west, south, east, north = rule.parameters["bbox"]
            row[rule.parameters["x"]] = f"{rng.uniform(west, east):.6f}"
            row[rule.parameters["y"]] = f"{rng.uniform(south, north):.6f}"
        if rule.kind == "checksum":
            name = rule.columns[0]
            row[name] = _checked(str(row[name]), rule.parameters["algorithm"], rng)
    return row


def _ranks(table: SourceTable) -> dict[str, int]:
    """Return column → minutes after the first moment, so that every declared order of two columns holds."""
    orders = [rule.columns if rule.parameters["op"] in ("<", "<=") else rule.columns[::-1]
              for rule in table.rules if rule.kind == "compare" and len(rule.columns) == 2
              and rule.parameters["op"] in ("<", "<=", ">", ">=")]  # fmt: skip
    ranks: dict[str, int] = {}
    for _ in table.columns:
        for earlier, later in orders:
            ranks[later] = max(ranks.get(later, 0), ranks.get(earlier, 0) + 1)
    return ranks


def _value(column: Column, moment: dt.datetime, number: int, rng: random.Random) -> str:
    options = column.options
    if "enum" in options:
        return str(rng.choice(options["enum"]))
    match column.logical_type:
        case "date" | "timestamp":
            first, last = (_as_moment(options.get(key)) for key in ("minimum", "maximum"))
            moment = max(moment, first) if first else moment
            return moment_text(min(moment, last) if last else moment, column.formats[0])
        case "integer" | "number":
            low, high = options.get("minimum"), options.get("maximum")
            number = number if low is None else max(number, low)
            return str(number if high is None else min(number, high))
        case "boolean":
            return rng.choice([*formats.BOOLEAN_TRUE, *formats.BOOLEAN_FALSE])
    if "pattern" in options:
        return matching(options["pattern"], rng)
    least, most = options.get("minLength", 1), options.get("maxLength", 8)
    length = rng.randint(least, max(least, min(most, 8)))
    return "".join(rng.choice("东西南北中春夏秋冬甲乙丙丁") for _ in range(length))


def _as_moment(bound: Any) -> dt.datetime | None:
    if bound is None or isinstance(bound, dt.datetime):
        return bound
    return dt.datetime.combine(bound, dt.time())


def _checked(text: str, algorithm: str, rng: random.Random) -> str:
    """Return ``text`` (or digits, where it is none) with a right check character at its end."""
    length, alphabet = {
        "gb11643": (18, "0123456789X"),
        "luhn": (16, "0123456789"),
        "uscc": (18, USCC_ALPHABET),
    }[algorithm]
    if not re.fullmatch(f"[0-9A-Z]{{{length}}}", text):
        text = "".join(rng.choice("0123456789") for _ in range(length))
    return next(
        (text[:-1] + last for last in alphabet if PYTHON_CHECKSUMS[algorithm](text[:-1] + last)), text
    )


def _changes(table: SourceTable, rule: RowRule, row: Row, rng: random.Random) -> Iterator[Row]:
    """Yield changes of a valid row that may break ``rule``."""
    name = rule.columns[0]
    fresh = _drawn(table, rng)
    column, value = table.column(name), str(row[name] or fresh[name] or "")
    match rule.kind:
        case "required":
            yield {name: None}
        case "all_empty":
            yield dict.fromkeys(rule.columns)
        case "type":
            for text in ("1O2", "也许", "1.2.3"):
                yield {name: text}
        case "format":
            for text in (*(misread(value, fmt) for fmt in column.formats), "无日期"):
                yield {name: text}
        case "pattern":
            for text in (f"#{value[1:]}", f"{value[:-1]}#", "#", f"{value}#"):
                yield {name: text}
        case "min_length":
            yield {name: value[: rule.parameters["value"] - 1]}
        case "max_length":
            yield {name: (value or "甲") * (rule.parameters["value"] + 1)}
            yield {name: "甲" * (rule.parameters["value"] + 1)}
        case "minimum" | "maximum":
            yield {name: _past(column, rule.parameters["value"], -1 if rule.kind == "minimum" else 1)}
        case "enum":
            yield {name: "？"}
        case "checksum":
            for last in "0123456789X":
                yield {name: value[:-1] + last}
        case "inside":
            west, south, east, north = rule.parameters["bbox"]
            yield {rule.parameters["x"]: f"{east + 0.5:.6f}", rule.parameters["y"]: f"{south:.6f}"}
            yield {rule.parameters["x"]: f"{west:.6f}", rule.parameters["y"]: f"{north + 0.5:.6f}"}
        case "plausible_text":
            yield {name: "寮犱紵寮哄叕鍙哥殑"}
        case "requires":
            given = (
                {rule.parameters["if"]: str(rng.choice(rule.parameters["in"]))}
                if "in" in rule.parameters
                else {}
            )
            yield {**given, rule.parameters["then"]: None}
        case "compare" | "expression":
            yield from _combinations(table, rule, row, rng)


def _past(column: Column, bound: Any, step: int) -> str:
    moment = _as_moment(bound) if column.logical_type in ("date", "timestamp") else None
    return moment_text(moment + dt.timedelta(days=step), column.formats[0]) if moment else str(bound + step)


def _combinations(table: SourceTable, rule: RowRule, row: Row, rng: random.Random) -> Iterator[Row]:
    """Yield combinations of telling values for the columns that a comparison or an expression reads."""
    said = []
    if rule.kind == "expression":
        tree = sqlglot.parse_one(rule.parameters["sql"], read="duckdb")
        said = [str(item.this) for item in tree.find_all(exp.Literal)]
    value: Any = rule.parameters.get("value")
    choices: dict[str, list[str | None]] = {}
    for name in rule.columns:
        column = table.column(name)
        values: list[str | None] = [row[name], *(row[other] for other in rule.columns if other != name)]
        if column.logical_type in ("date", "timestamp"):
            around = [value, *(_moments(table, row, rule.columns))]
            for moment in (item for item in around if isinstance(item, dt.datetime)):
                values += [moment_text(moment + dt.timedelta(days=days), column.formats[0])
                           for days in (-1, 1, -40, 40, -800, 800)]  # fmt: skip
        elif column.logical_type in ("integer", "number"):
            numbers = [0, *(float(row[other] or 0) for other in rule.columns
                            if table.column(other).logical_type in ("integer", "number"))]  # fmt: skip
            numbers += [value] if isinstance(value, int | float) else []
            values += [str(int(number) + step) for number in numbers for step in (-1, 0, 1, 60)]
        else:
            if not column.required:
                values.append(None)
            values += [*said, "A" * 11 + "1" + "0" * 6, "A" * 11 + "2" + "0" * 6, "0" * 18, "1" * 18]
            values.append(_drawn(table, rng)[name])
        choices[name] = list(dict.fromkeys([*values, None] if not column.required else values))
    combinations = [dict(zip(choices, picked, strict=True)) for picked in
                    itertools.islice(itertools.product(*choices.values()), 20_000)]  # fmt: skip
    rng.shuffle(combinations)
    # Few changes first: they leave the other rules alone.
    yield from sorted(combinations, key=lambda change: sum(row[name] != new for name, new in change.items()))


def _moments(table: SourceTable, row: Row, names: Sequence[str]) -> list[dt.datetime]:
    from jingcang.contracts.rules_polars import value_of

    temporal = [name for name in names if table.column(name).logical_type in ("date", "timestamp")]
    frame = pl.DataFrame([{name: row[name] for name in temporal}], schema=dict.fromkeys(temporal, pl.String))
    values = frame.select([value_of(table, name) for name in temporal]).row(0) if temporal else ()
    return [value for value in values if value is not None]
