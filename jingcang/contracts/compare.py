"""Which changes of declarations break whom: two versions compared, one verdict a change.

Belongs here: the comparison of tables and rules, and the shape of a change.
Does not belong here: one column's facts (``compare_columns``), reading (``declared``), consumers (they need
the models and pages, which stand above this package).

A source contract says what is accepted: asking more of a row breaks, asking less does not. Entities and
marts are promises to readers: a value that may newly be absent breaks there too. What cannot be shown to be
wider counts as narrower.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jingcang.contracts.compare_columns import Verdict, column_verdicts, same_column
from jingcang.contracts.declared import DeclaredTable, Facts, read_declared
from jingcang.contracts.reasons import REASONS

STRONG = ("quarantine", "block")
"""Severities under which a violation keeps a row, or the whole run, from its readers."""

SUPERSETS = {("ascii", "utf-8"), ("ascii", "gbk"), ("ascii", "gb18030"), ("gb2312", "gbk"),
             ("gb2312", "gb18030"), ("gbk", "gb18030"), ("utf-8", "utf-8-sig")}  # fmt: skip
"""(old, new) encodings where the new one decodes every file of the old one to the same text."""

LOOSER = {
    "latency": 1, "frequency": 1, "timeToDetect": 1, "timeToNotify": 1, "timeToRepair": 1, "errorRate": 1,
    "timeOfAvailability": 1, "retention": -1, "availability": -1, "throughput": -1,
}  # fmt: skip
"""Service level → sign of a change that loosens it (ODCS 3.1, section SLA)."""

TABLE_FACTS = {
    "key": "key_changed", "grain": "grain_changed", "physical_name": "table_renamed",
    "custom.timezone": "time_zone_changed", "timezone": "time_zone_changed", "custom.crs": "crs_changed",
    "crs_region": "crs_changed", "custom.watermark": "watermark_changed", "custom.strategy": "strategy_changed",
    "custom.count_key": "key_changed", "week_start": "period_changed", "assessment_year_start": "period_changed",
    "assessment_period": "period_changed",
}  # fmt: skip
"""Facts of a table whose change breaks, with the reason."""

WORDS = ("title", "title_zh", "description", "version", "status", "show_in_navigation", "as_of", "name")


@dataclass(frozen=True)
class Change:
    """One change between two versions.

    Args:
        object_name: the declared table.
        kind: source, entity, mart, fields, codes, profile, mapping, metric or dictionary.
        column: the column, field or code concerned, None for the whole table.
        is_breaking: the verdict.
        reason: id of the reason, a key of :data:`jingcang.contracts.reasons.REASONS`.
        old, new: what stood there and what stands there.
        columns: columns whose consumers are concerned: ``column``, or those a rule reads.
    """

    object_name: str
    kind: str
    column: str | None
    is_breaking: bool
    reason: str
    old: Any = None
    new: Any = None
    columns: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        return "breaking" if self.is_breaking else "compatible"

    @property
    def reason_zh(self) -> str:
        return REASONS[self.reason]


def compare_paths(old: Path, new: Path) -> list[Change]:
    """Return the changes from ``old`` to ``new``, each a declaration file or a folder of them.

    Two single contract files are compared even if the table's name changed.
    """
    before, after = read_declared(old), read_declared(new)
    if old.is_file() and new.is_file() and len(before) == len(after) == 1 and before.keys() != after.keys():
        (one,), (other,) = before.values(), after.values()
        renamed = Change(one.name, one.kind, None, True, "table_renamed", one.name, other.name)
        return [renamed, *compare_tables(one, other)]
    changes: list[Change] = []
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            changes.append(Change(name, before[name].kind, None, True, "table_removed"))
        elif name not in before:
            changes.append(Change(name, after[name].kind, None, False, "table_added"))
        else:
            changes += compare_tables(before[name], after[name])
    return changes


def compare_tables(old: DeclaredTable, new: DeclaredTable) -> list[Change]:
    """Return the changes of one declared table."""
    changes = [
        *_table_changes(old, new), *_column_changes(old, new), *_rule_changes(old, new), *_sla_changes(old, new),
    ]  # fmt: skip
    return [Change(old.name, old.kind, *rest) for rest in changes]


_Rest = tuple[str | None, bool, str, Any, Any, tuple[str, ...]]


def _table_changes(old: DeclaredTable, new: DeclaredTable) -> Iterator[_Rest]:
    for key in dict.fromkeys([*old.facts, *new.facts]):
        was, now = old.facts.get(key), new.facts.get(key)
        if was == now:
            continue
        breaking, reason = _table_verdict(old.kind, key, was, now)
        concerned = tuple(dict.fromkeys([*old.facts["key"], *new.facts["key"]])) if key == "key" else ()
        yield None, breaking, reason, was, now, concerned


def _table_verdict(kind: str, key: str, was: Any, now: Any) -> Verdict:
    if kind == "entity" and key == "title":
        # The title of an entity is the wording of its grain.
        return True, "grain_changed"
    if kind == "metric" and key == "limit":
        return now < was, "metric_limit_lowered" if now < was else "metric_limit_raised"
    if kind == "metric" and key in ("counts", "unit"):
        return True, "metric_changed" if key == "counts" else "unit_changed"
    if key in WORDS:
        return False, "wording"
    if key in TABLE_FACTS:
        return True, TABLE_FACTS[key]
    if key == "custom.encoding":
        wider = (str(was or "utf-8").lower(), str(now or "utf-8").lower()) in SUPERSETS
        return not wider, "encoding_widened" if wider else "encoding_changed"
    if key.startswith("where."):
        return True, "mapping_condition_changed"
    if key in ("custom.page_size", "custom.success_path", "custom.success_value", "data"):
        return False, "transport_changed"
    return True, "layout_changed"


def _column_changes(old: DeclaredTable, new: DeclaredTable) -> Iterator[_Rest]:
    gone = [name for name in old.columns if name not in new.columns]
    added = [name for name in new.columns if name not in old.columns]
    for name in gone:
        successor = next((to for to in added if same_column(old, name, new, to)), None)
        if successor is not None:
            added.remove(successor)
            yield name, True, "column_renamed", name, successor, (name,)
        else:
            yield name, *_removed(old.kind, old.columns[name]), name, None, (name,)
    for name in added:
        breaking, reason = _added(new.kind, new.columns[name])
        yield name, breaking, reason, None, name, (name,)
    common = [name for name in old.columns if name in new.columns]
    for name in common:
        for breaking, reason, was, now in column_verdicts(old.kind, old.columns[name], new.columns[name]):
            yield name, breaking, reason, was, now, (name,)
    if common != [name for name in new.columns if name in old.columns]:
        # Columns are read by the name in the header; only a file without one is read by position.
        by_position = new.facts.get("custom.header_row", 0) == -1
        yield None, by_position, "order_changed" if by_position else "order_irrelevant", None, None, ()


def _removed(kind: str, facts: Facts) -> Verdict:
    reason = {"codes": "code_removed", "dictionary": "code_removed", "profile": "table_removed",
              "mapping": "mapping_removed"}  # fmt: skip
    return True, reason.get(kind, "column_removed")


def _added(kind: str, facts: Facts) -> Verdict:
    if kind in ("codes", "dictionary"):
        return False, "code_added"
    if kind == "profile":
        return False, "table_added"
    if kind in ("source", "entity") and facts.get("required"):
        return True, "required_column_added"
    return False, "column_added"


def _rule_changes(old: DeclaredTable, new: DeclaredTable) -> Iterator[_Rest]:
    for name in dict.fromkeys([*old.rules, *new.rules]):
        was, now = old.rules.get(name), new.rules.get(name)
        if was == now:
            continue
        columns = tuple(dict.fromkeys([*((was or {}).get("columns", ())), *((now or {}).get("columns", ()))]))
        if was is None or now is None:
            strong = (now or was or {}).get("severity") in STRONG
            reason = "rule_added" if was is None else "rule_removed"
            yield name, was is None and strong, reason, was and was["asks"], now and now["asks"], columns
            continue
        if was["asks"] != now["asks"]:
            wider = _asks_less(was["asks"], now["asks"])
            breaking = now["severity"] in STRONG and not wider
            yield (
                name,
                breaking,
                "rule_widened" if wider else "rule_changed",
                was["asks"],
                now["asks"],
                columns,
            )
        if was["severity"] != now["severity"]:
            breaking = now["severity"] in STRONG and was["severity"] not in STRONG
            reason = "severity_raised" if breaking else "severity_lowered"
            yield name, breaking, reason, was["severity"], now["severity"], columns
        if (was["description"], was["dimension"]) != (now["description"], now["dimension"]):
            yield name, False, "wording", was["description"], now["description"], columns


def _asks_less(was: Facts, now: Facts) -> bool:
    """Whether a changed rule of the same kind surely lets through everything it let through before."""
    if was.get("kind") != now.get("kind"):
        return False
    changed = {key for key in {*was, *now} if was.get(key) != now.get(key)}
    match was.get("kind"), sorted(changed):
        case "inside", ["bbox"]:
            (w, s, e, n), (w2, s2, e2, n2) = was["bbox"], now["bbox"]
            return bool(w2 <= w and s2 <= s and e2 >= e and n2 >= n)
        case "inside", ["missing"]:
            return all(pair in (now.get("missing") or []) for pair in was.get("missing") or [])
        case "volume", ["minimum"]:
            return bool(now["minimum"] <= was["minimum"])
        case "volume", ["maximum"]:
            return "maximum" not in now or ("maximum" in was and now["maximum"] >= was["maximum"])
        case "requires", ["in"]:
            return "in" in was and "in" in now and set(map(str, now["in"])) <= set(map(str, was["in"]))
        case "compare", ["op"]:
            return (was["op"], now["op"]) in {("<", "<="), (">", ">="), ("==", "<="), ("==", ">=")}
        case "all_empty", ["columns"]:
            return set(now["columns"]) >= set(was["columns"])
    return False


def _sla_changes(old: DeclaredTable, new: DeclaredTable) -> Iterator[_Rest]:
    for name in dict.fromkeys([*old.sla, *new.sla]):
        was, now = old.sla.get(name), new.sla.get(name)
        if was == now:
            continue
        prop, _, element = name.partition(":")
        column = element.rpartition(".")[2] or None
        breaking, reason = _sla_verdict(prop, was, now)
        yield column, breaking, reason, was, now, (column,) if column else ()


def _sla_verdict(prop: str, was: Any, now: Any) -> Verdict:
    if was is None:
        return False, "sla_added"
    if now is None:
        return True, "sla_loosened"
    if prop not in LOOSER or type(was) is not type(now):
        comparable = isinstance(was, int | float) and isinstance(now, int | float)
        if prop not in LOOSER or not comparable:
            return True, "sla_changed"
    loosened = now > was if LOOSER[prop] > 0 else now < was
    return loosened, "sla_loosened" if loosened else "sla_tightened"
