"""Kinds of faults: which change of a clean row breaks which rules.

Belongs here: one :class:`Fault` a clause or named rule of the source contracts, and the oddities that must load.
Does not belong here: choosing rows and writing them (``defects``); deciding what a rule means (the product).

Each fault lists every rule it breaks, overlaps included; these lists are this module's own knowledge and are
compared with what the product flags.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from jingcang.sample.contracts_read import Contract
from jingcang.sample.fault_tables import ACCEPTED, BASES, EXPRESSIONS, MISSING_TARGETS, OVERLAPS

Row = dict[str, str | None]
MOJIBAKE = "寮犱紵寮哄叕鍙哥殑寮犱紵寮哄叕鍙哥殑"
"""张伟强公司的 twice, in UTF-8, read as GBK."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault of one table.

    Args:
        kind: the kind's name; unique with the table.
        table: ``system.table``.
        rules: local ids of all rules the changed row breaks; empty where it must load unflagged.
        change: makes the faulty row from a clean one that already carries its new key.
        needs: columns that must hold a value in the clean row.
        where: further condition on the clean row.
        repeat: ``identical``, ``clash`` or ``older`` for faults made of two rows of one key.
    """

    kind: str
    table: str
    rules: tuple[str, ...]
    change: Callable[[Row], Row]
    needs: tuple[str, ...] = ()
    where: pl.Expr | None = None
    repeat: str = ""


def _set(**values: str | None) -> Callable[[Row], Row]:
    return lambda row: {**row, **values}


def shift(text: str, fmt: str, **delta: float) -> str:
    """Return a time written in ``fmt`` moved by a timedelta, in the same format."""
    return (dt.datetime.strptime(text, fmt) + dt.timedelta(**delta)).strftime(fmt)  # noqa: DTZ007 (source text has no zone)


@dataclass(frozen=True)
class Builder:
    """Makes the faults of one table from its contract."""

    contract: Contract
    faults: list[Fault] = field(default_factory=list)

    def add(
        self,
        kind: str,
        rule: str,
        change: Callable[[Row], Row],
        needs: tuple[str, ...] = (),
        repeat: str = "",
    ) -> None:
        """Add a fault with the overlaps and base condition declared for it."""
        table = self.contract.table
        rules = (rule, *OVERLAPS.get((table, rule, kind), OVERLAPS.get((table, rule, ""), ())))
        where = BASES.get((table, rule, kind), BASES.get((table, rule, "")))
        if where is None:
            where = BASES.get((table, "*", ""))
        self.faults.append(Fault(kind, table, rules, change, needs, where, repeat))


def all_faults(contract: Contract) -> list[Fault]:
    """Return every fault of a table: clauses, named rules, repeated keys and oddities that load."""
    builder = Builder(contract)
    for column in contract.columns:
        _clauses(builder, column)
    for rule in contract.rules:
        _named(builder, rule)
    if contract.key:
        builder.add("duplicate_key_different", "key", lambda row: row, contract.key, "clash")
        builder.faults.append(_plain(contract, "duplicate_key_identical", "identical"))
        if contract.watermark:
            builder.faults.append(_plain(contract, "superseded_version", "older"))
    for kind, column, change, where in ACCEPTED.get(contract.table, ()):
        builder.faults.append(Fault(kind, contract.table, (), _text_change(column, change), (column,), where))
    return builder.faults


def _plain(contract: Contract, kind: str, repeat: str) -> Fault:
    where = BASES.get((contract.table, "*", ""))
    return Fault(kind, contract.table, (), lambda row: row, contract.key, where, repeat)


def _text_change(column: str, change: Callable[[str], str | Row]) -> Callable[[Row], Row]:
    def apply(row: Row) -> Row:
        made = change(str(row[column]))
        return {**row, **made} if isinstance(made, dict) else {**row, column: made}

    return apply


def _clauses(builder: Builder, column: str) -> None:
    contract = builder.contract
    prop = contract.properties[column]
    options: dict[str, Any] = prop.get("logicalTypeOptions", {})
    needs = (column,)
    if prop.get("required"):
        builder.add("missing_required", f"{column}.required", _set(**{column: None}), needs)
    if prop["logicalType"] in ("date", "timestamp"):
        year = 0 if column == contract.watermark else 2099
        bad = _impossible(contract.format(column), year)
        builder.add("impossible_date", f"{column}.format", _set(**{column: bad}), needs)
    if prop["logicalType"] in ("integer", "number"):
        builder.add("not_a_number", f"{column}.type", _set(**{column: "1O2"}), needs)
    if "pattern" in options:
        builder.add(
            "wrong_pattern",
            f"{column}.pattern",
            lambda row: {**row, column: f"X#{str(row[column])[-6:]}"},
            needs,
        )
    if "maxLength" in options:
        builder.add(
            "too_long", f"{column}.max_length", _set(**{column: "x" * (options["maxLength"] + 1)}), needs
        )
    if "minLength" in options:
        builder.add(
            "too_short", f"{column}.min_length", _set(**{column: "x" * (options["minLength"] - 1)}), needs
        )
    if "minimum" in options:
        kind = "negative_count" if options["minimum"] == 0 else "below_minimum"
        builder.add(kind, f"{column}.minimum", _set(**{column: str(options["minimum"] - 1)}), needs)
    if "maximum" in options:
        builder.add(
            "above_maximum", f"{column}.maximum", _set(**{column: str(options["maximum"] + 1)}), needs
        )
    if "enum" in prop:
        builder.add("outside_closed_set", f"{column}.enum", _set(**{column: "？"}), needs)


def _impossible(fmt: str, year: int) -> str:
    month, day = ("02", "30") if year else ("00", "00")
    parts = {"%Y": f"{year:04d}", "%m": month, "%d": day, "%H": "08", "%M": "00", "%S": "00"}
    for directive, text in parts.items():
        fmt = fmt.replace(directive, text)
    return fmt


def _named(builder: Builder, rule: dict[str, Any]) -> None:
    """Add the fault of one named rule; its kind is the rule's name."""
    how, name, table = rule["implementation"], rule["name"], builder.contract.table
    match how["kind"]:
        case "all_empty":
            builder.add(name, name, _set(**dict.fromkeys(how["columns"])))
        case "compare":
            _compare(builder, name, how)
        case "requires":
            _requires(builder, name, how)
        case "checksum":
            column = how["column"]
            builder.add(name, name, lambda row: {**row, column: _spoilt(str(row[column]))}, (column,))
        case "inside":
            builder.add(name, name, _set(**{how["x"]: "121.500000"}), (how["x"], how["y"]))
        case "plausible_text":
            builder.add(name, name, _set(**{how["column"]: MOJIBAKE}), (how["column"],))
        case "reference":
            column = how["column"]
            builder.add(name, name, _set(**{column: MISSING_TARGETS[how["to"]]}), (column,))
        case "expression":
            needs, change = EXPRESSIONS[table, name]
            builder.add(name, name, change, needs)


def _compare(builder: Builder, name: str, how: dict[str, Any]) -> None:
    contract, left, op = builder.contract, how["left"], how["op"]
    if "right" not in how:
        value = "1899-12-31" if isinstance(how["value"], str) else str(how["value"] + 50)
        builder.add(name, name, _set(**{left: value}), (left,))
        return
    right = how["right"]
    if op == "!=":
        builder.add(name, name, lambda row: {**row, left: row[right]}, (right,))
    elif contract.properties[left]["logicalType"] == "integer":
        builder.add(name, name, lambda row: {**row, left: str(int(str(row[right])) + 1)}, (left, right))
    else:
        days = 1 if op.startswith("<") else -1
        source, target = contract.format(right), contract.format(left)

        def change(row: Row) -> Row:
            moved = parse(str(row[right]), contract, right, source) + dt.timedelta(days=days)
            return {**row, left: moved.strftime(target)}

        builder.add(name, name, change, (right,))


def parse(text: str, contract: Contract, column: str, fmt: str) -> dt.datetime:
    """Return a time by any declared format of its column."""
    declared = contract.properties[column]["logicalTypeOptions"]["format"]
    for candidate in declared if isinstance(declared, list) else [fmt]:
        try:
            return dt.datetime.strptime(text, candidate)  # noqa: DTZ007 (source text has no zone)
        except ValueError:
            continue
    raise ValueError(f"{contract.table}.{column}")


def _requires(builder: Builder, name: str, how: dict[str, Any]) -> None:
    condition, then = how["if"], how["then"]
    builder.add(name, name, _set(**{then: None}), (condition, then))
    if "equals" in how:
        fault = builder.faults[-1]
        given = pl.col(condition) == how["equals"]
        where = given if fault.where is None else given & fault.where
        builder.faults[-1] = Fault(fault.kind, fault.table, fault.rules, fault.change, fault.needs, where)


def _spoilt(number: str) -> str:
    """Return a number with another last character, so that its check fails."""
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def kinds(faults: Iterator[Fault]) -> set[str]:
    """Return the names of the kinds of ``faults``."""
    return {fault.kind for fault in faults}
