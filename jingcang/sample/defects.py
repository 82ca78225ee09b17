"""Planting faults: which clean rows get a faulty copy, and what must be flagged.

Belongs here: choosing clean rows, new keys, the planted rows and their records for the truth file.
Does not belong here: kinds of faults (``faults``, ``fault_tables``) and file formats (``writers``).

A planted row is a copy of a clean row under a new key with one fault; the clean row is its twin and must be
accepted unflagged. Rows of one planted key stand next to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from jingcang.sample.contracts_read import Contract
from jingcang.sample.faults import Fault, Row, all_faults

TIMES = 2
"""Planted rows of each kind of fault."""
CANDIDATES = 4_000
"""Clean rows looked at before the whole table is searched."""
ABSOLUTE = (
    "impossible_date",
    "not_a_number",
    "negative_count",
    "below_minimum",
    "above_maximum",
    "outside_closed_set",
)
"""Kinds that write a value of their own and so can be made of a row whose column is empty."""


@dataclass
class Planted:
    """The planted rows of one table.

    Args:
        rows: in writing order; ``keys`` their source keys ("?" where a key part is missing), ``rules`` the
            local ids each breaks, ``kinds`` and ``twins`` (source key of the clean row) alongside.
        repeated, superseded: rows that are identical repeats of a key, and older versions.
    """

    rows: list[Row] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    rules: list[tuple[str, ...]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)
    repeated: int = 0
    superseded: int = 0

    def add(self, row: Row, key: str, rules: tuple[str, ...], kind: str, twin: str) -> None:
        """Append one planted row."""
        self.rows.append(row)
        self.keys.append(key)
        self.rules.append(rules)
        self.kinds.append(kind)
        self.twins.append(twin)


def _serial(prefix: str, width: int, column: str) -> Callable[[Row, int], Row]:
    return lambda row, n: {**row, column: f"{prefix}9{n:0{width - 1}d}"}


def _of_row(column: str, kept: int, width: int) -> Callable[[Row, int], Row]:
    return lambda row, n: {**row, column: f"{str(row[column])[:kept]}9{n:0{width - 1}d}"}


NEW_KEYS: Mapping[str, Callable[[Row, int], Row]] = {
    "case.pj_jjdb": _of_row("JJDBH", 14, 6),
    "case.pj_cjdb": _of_row("CJDBH", 14, 8),
    "case.aj_ajxx": _of_row("AJBH", 17, 6),
    "case.aj_sary": lambda row, n: {**row, "RYXH": str(100 + n)},
    "case.aj_wpxx": _serial("WP", 12, "WPBH"),
    "case.aj_wsxx": _serial("WS", 12, "WSBH"),
    "case.aj_qxbg": _serial("QX", 12, "BGBH"),
    "case.md_jfxx": _serial("JF", 12, "JFBH"),
    "case.hf_hfxx": _serial("HF", 12, "HFBH"),
    "population.dz_bzdz": _serial("999901DZ", 8, "DZBM"),
    "population.rk_syrk": _serial("RK", 10, "RKBH"),
    "population.fw_syfw": _serial("FW", 10, "FWBH"),
    "population.cs_zdcs": _serial("CS", 8, "CSBH"),
    "population.hc_hcjl": _serial("HC", 10, "HCBH"),
    "organisation.jg_dwxx": _serial("99990", 7, "DWBH"),
    "organisation.jg_ryxx": _serial("", 6, "JH"),
    "boundaries.jg_zrq": _serial("999901", 6, "ZRQBH"),
    "boundaries.jg_jdzxx": _serial("JD", 6, "JDBH"),
    "patrol.qw_pbxx": _serial("PB", 10, "PBID"),
    "patrol.qw_csjc": _serial("JC", 10, "JCID"),
    "patrol.qw_zfjl": _serial("ZF", 10, "ZFID"),
    "patrol.qw_xchd": _serial("HD", 10, "HDID"),
    "patrol.qw_gslb": _serial("GS", 10, "GSID"),
    "archive.da_daml": _of_row("档号", 21, 5),
    "archive.da_jylog": _serial("JY", 10, "登记号"),
    "archive.da_pxjl": _serial("PX", 10, "培训记录号"),
    "archive.da_xchd": _serial("XC", 10, "活动编号"),
    "archive.da_lyhf": _serial("LH", 10, "回访编号"),
}
"""How a copy of a row gets a key that no background row has."""

VARIED = {
    "case.pj_jjdb": "BJRXM",
    "case.pj_cjdb": "FKNR",
    "case.aj_ajxx": "FADZ",
    "case.aj_sary": "XM",
    "case.aj_wpxx": "WPMC",
    "case.aj_wsxx": "WSMC",
    "case.aj_qxbg": "BGYY",
    "case.md_jfxx": "FSDZ",
    "case.hf_hfxx": "NR",
    "population.dz_bzdz": "JDMC",
    "population.rk_syrk": "XM",
    "population.fw_syfw": "FWYT",
    "population.cs_zdcs": "CSMC",
    "population.hc_hcjl": "HCJG",
    "organisation.jg_dwxx": "DWMC",
    "organisation.jg_ryxx": "XM",
    "boundaries.jg_zrq": "ZRQMC",
    "boundaries.jg_jdzxx": "LM",
    "patrol.qw_pbxx": "ZXBH",
    "patrol.qw_csjc": "JCJG",
    "patrol.qw_zfjl": "ZFJG",
    "patrol.qw_xchd": "ZT",
    "patrol.qw_gslb": "ZRQBH",
    "archive.da_daml": "责任者",
    "archive.da_jylog": "利用目的",
    "archive.da_pxjl": "培训名称",
    "archive.da_xchd": "活动名称",
    "archive.da_lyhf": "回访方式",
}
"""The column in which two rows of one key differ."""


def source_key(contract: Contract, row: Row) -> str:
    """Return the landing's key text of a row, "?" where a part of the key is missing."""
    parts = [row[column] for column in contract.key]
    return "|".join(str(part) for part in parts) if all(parts) else "?"


def plant(contract: Contract, clean: pl.DataFrame, rng: np.random.Generator) -> Planted:
    """Return the planted rows of one table.

    Args:
        contract: what the table promises.
        clean: its rows as text; for tables without a key a ``_line`` column names each row (file:line).
        rng: chooses the clean rows.
    """
    planted, serial = Planted(), 0
    chosen = clean[np.sort(rng.permutation(len(clean))[:CANDIDATES])]
    for fault in all_faults(contract):
        for _ in range(TIMES):
            serial += 1
            _one(planted, contract, fault, _base(fault, chosen, clean, rng), serial)
    return planted


def _base(fault: Fault, chosen: pl.DataFrame, clean: pl.DataFrame, rng: np.random.Generator) -> Row:
    """Return a clean row that the fault can be made of; without one, the fault's columns stay as they are."""
    asked = [pl.col(column).is_not_null() for column in fault.needs]
    if fault.where is not None:
        asked.append(fault.where)
    for frame in (chosen, clean):
        found = frame.filter(*asked) if asked else frame
        if len(found):
            return found.row(int(rng.integers(len(found))), named=True)
    if fault.kind in ABSOLUTE:
        found = clean if fault.where is None else clean.filter(fault.where)
        if len(found):
            return found.row(int(rng.integers(len(found))), named=True)
    raise LookupError(f"no clean row for {fault.table} {fault.kind} {fault.rules}")


def _one(planted: Planted, contract: Contract, fault: Fault, base: Row, serial: int) -> None:
    if not contract.key:
        twin = str(base.pop("_line"))
        planted.add(fault.change(base), "", fault.rules, fault.kind, twin)
        return
    twin = source_key(contract, base)
    row = fault.change(NEW_KEYS[fault.table](base, serial))
    key = source_key(contract, row)
    if fault.repeat == "clash":
        other = {**row, VARIED[fault.table]: f"{row[VARIED[fault.table]] or ''}改"}
        planted.add(row, key, fault.rules, fault.kind, twin)
        planted.add(other, key, fault.rules, fault.kind, twin)
    elif fault.repeat == "identical":
        planted.add(row, key, (), fault.kind, twin)
        planted.add(dict(row), key, (), fault.kind, twin)
        planted.repeated += 1
    elif fault.repeat == "older":
        version = str(contract.watermark)
        stamp = str(row[version])
        newest = (
            "2026-06-30T06:00:00"
            if "T" in stamp
            else "2026-06-30 06:00:00"
            if "-" in stamp
            else "20260630060000"
        )
        later = f"{int(stamp[:4]) + 1}{stamp[4:]}" if stamp[:4] < "2025" else newest
        planted.add(row, key, (), fault.kind, twin)
        planted.add({**row, version: later}, key, (), fault.kind, twin)
        planted.superseded += 1
    else:
        planted.add(row, key, fault.rules, fault.kind, twin)


def expected(contract: Contract, planted: Planted, places: list[str]) -> dict[str, list[list[str]]]:
    """Return check id → sorted [table, key or file:line] of every row the check must flag.

    Args:
        contract: the table.
        planted: its planted rows.
        places: file and line of each planted row; used where a table has no key.
    """
    flags: dict[str, list[list[str]]] = {}
    for fault in all_faults(contract):
        for rule in fault.rules:
            flags.setdefault(f"{contract.table}.{rule}", [])
    for key, rules, place in zip(planted.keys, planted.rules, places, strict=True):
        for rule in rules:
            flags[f"{contract.table}.{rule}"].append([contract.table, key or place])
    for check, rows in flags.items():
        if check.endswith(".key"):
            rows[:] = [list(pair) for pair in {tuple(row) for row in rows}]
        rows.sort()
    return flags


def records(contract: Contract, planted: Planted, places: list[str]) -> list[dict[str, object]]:
    """Return the truth file's entry of every planted row."""
    return [
        {
            "kind": kind,
            "check_ids": [f"{contract.table}.{rule}" for rule in rules],
            "row": [contract.table, key or place],
            "twin": [contract.table, twin],
        }
        for kind, rules, key, place, twin in zip(
            planted.kinds, planted.rules, planted.keys, places, planted.twins, strict=True
        )
    ]
