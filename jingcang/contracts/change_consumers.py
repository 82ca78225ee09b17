"""Which columns of the lineage graph a change of declarations is about.

Belongs here: the way from a changed contract, mapping, code or dictionary to entity and model columns. Does not belong
here: the change itself (``compare``) and who consumes the columns (``lineage``).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from jingcang.contracts.compare import Change
from jingcang.contracts.declared import DeclaredTable, read_declared
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.lineage import ColumnName, Consumers, Lineage, entity_column, load_lineage
from jingcang.contracts.metrics import load_metrics


class ChangeConsumers:
    """Says who consumes what a change is about.

    Args:
        versions: the compared files or folders; their mappings and contracts count beside the shipped ones,
            the first of them before all others.
        lineage: the graph; default: the shipped one.
    """

    def __init__(self, *versions: Path, lineage: Lineage | None = None) -> None:
        self.lineage = lineage or load_lineage()
        self.declared = _declared(versions)

    def of(self, change: Change) -> Consumers:
        """Return the consumers of what a change is about."""
        return self.lineage.consumers(self.columns(change))

    def columns(self, change: Change) -> set[ColumnName]:
        """Return the columns a change is about; ("dictionary", name) stands for a dictionary."""
        rest = change.object_name.partition(".")[2]
        table = self.declared.get(change.object_name)
        columns = change.columns or self._concerned(change, table)
        match change.kind:
            case "source":
                return {made for column in columns for made in self._made_from(change.object_name, column)}
            case "entity":
                return {(f"landed.{rest}", column) for column in columns}
            case "mart":
                return {(rest, column) for column in columns}
            case "fields":
                return {
                    (f"landed.{other.name.partition('.')[2]}" if other.kind == "entity"
                     else other.name.partition(".")[2], column)
                    for other in self.declared.values() if other.kind in ("entity", "mart")
                    for column in columns if column in other.columns
                }  # fmt: skip
            case "mapping":
                return {entity_column(column) for column in columns if "." in column}
            case "codes":
                return {entity_column(column.partition("=")[0]) for column in columns}
            case "metric":
                metric = load_metrics().get(rest)
                return {(metric.mart, column) for column in metric.columns} if metric else set()
            case "dictionary":
                return self._coded_by(rest)
            case _:
                return set()

    def _concerned(self, change: Change, table: DeclaredTable | None) -> tuple[str, ...]:
        if table is None:
            return ()
        if change.reason == "time_zone_changed":
            return tuple(n for n, f in table.columns.items() if f.get("type") in ("date", "timestamp"))
        return tuple(table.columns)

    @cached_property
    def _made(self) -> dict[ColumnName, set[ColumnName]]:
        made: dict[ColumnName, set[ColumnName]] = {}
        for mapping in self.declared.values():
            if mapping.kind != "mapping":
                continue
            source = mapping.name.removeprefix("mapping.")
            for target, facts in mapping.columns.items():
                for column in self._read(source, facts["made"]):
                    made.setdefault((source, column), set()).add(entity_column(target))
            for fact, condition in mapping.facts.items():
                if condition:
                    entity = f"landed.{fact.removeprefix('where.')}"
                    whole = {entity_column(t) for t in mapping.columns if entity_column(t)[0] == entity}
                    made.setdefault((source, condition["column"]), set()).update(whole)
        return made

    def _read(self, source: str, how: Any) -> tuple[str, ...]:
        given = how.get("from", ()) if isinstance(how, dict) else ()
        names = (given,) if isinstance(given, str) else tuple(given)
        if not names and isinstance(how, dict) and how.get("transform") == "record_key":
            table = self.declared.get(source)
            return tuple(table.facts["key"]) if table else ()
        return names

    def _made_from(self, source: str, column: str) -> set[ColumnName]:
        return self._made.get((source, column), set())

    def _coded_by(self, dictionary: str) -> set[ColumnName]:
        return {
            entity_column(str(facts["field"]))
            for table in self.declared.values() if table.kind == "codes"
            for facts in table.columns.values() if facts["meaning"][0] == dictionary
        } | {("dictionary", dictionary)}  # fmt: skip


def _declared(versions: Iterable[Path]) -> dict[str, DeclaredTable]:
    found = {} if not CONTRACTS_ROOT.is_dir() else _shipped()
    for path in reversed(list(versions)):
        found |= read_declared(path)
    return found


def _shipped() -> dict[str, DeclaredTable]:
    found: dict[str, DeclaredTable] = {}
    for part in ("sources", "entities", "marts", *(f"profiles/{p.name}" for p in _profiles())):
        found |= read_declared(CONTRACTS_ROOT / part)
    return found


def _profiles() -> list[Path]:
    return sorted(path.parent for path in (CONTRACTS_ROOT / "profiles").glob("*/profile.yaml"))
