"""What rests on what: source columns → entities → models → KPIs, from the mappings and the models' own text.

Belongs here: the graph of tables and the columns a mapping makes. Does not belong here: pages, which are not known
to the library (``dashboards/consumers.py`` adds them).

A model's inputs are the ``ref`` and ``source`` calls of its file, so the graph needs no compiled project. Between
models the graph is one of tables: a column of an input may or may not reach a given column of the output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.model import Profile

MODELS = CONTRACTS_ROOT.parent / "dbt_project" / "models"
_REF = re.compile(r"ref\(\s*'([a-z_0-9]+)'\s*\)")
_SOURCE = re.compile(r"source\(\s*'(landed|derived)'\s*,\s*'([a-z_0-9]+)'\s*\)")
_KPI = re.compile(r"'([a-z_]+)' as kpi_code")


@dataclass(frozen=True)
class ModelGraph:
    """The models of the warehouse.

    Args:
        inputs: model → names of models and of landed or derived tables it reads.
        words: model → identifiers its text names.
        kpis: model → KPI codes it computes.
    """

    inputs: dict[str, frozenset[str]]
    words: dict[str, frozenset[str]]
    kpis: dict[str, frozenset[str]]

    def upstream(self, model: str) -> frozenset[str]:
        """Return everything a model rests on, itself included."""
        found, waiting = {model}, [model]
        while waiting:
            for name in self.inputs.get(waiting.pop(), frozenset()):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return frozenset(found)

    def kpis_resting_on(self, names: frozenset[str]) -> list[str]:
        """Return the codes of KPIs that rest on any of the named tables."""
        return sorted(
            {code for model, codes in self.kpis.items() if self.upstream(model) & names for code in codes}
        )


@lru_cache(maxsize=2)
def model_graph(root: Path = MODELS) -> ModelGraph:
    """Return the graph of all models below ``root``."""
    inputs, words, kpis = {}, {}, {}
    for path in sorted(root.rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        inputs[path.stem] = frozenset(_REF.findall(text)) | frozenset(
            name for _, name in _SOURCE.findall(text)
        )
        words[path.stem] = frozenset(re.findall(r"[a-z_][a-z_0-9]*", text))
        if codes := frozenset(_KPI.findall(text)):
            kpis[path.stem] = codes
    return ModelGraph(inputs, words, kpis)


def tables_of(profile: Profile | None, object_name: str) -> frozenset[str]:
    """Return the graph's names of what a check looks at: a model, or the entities a source table feeds."""
    if profile is not None:
        for table in profile.tables:
            if table.qualified == object_name:
                return frozenset(mapping.entity for mapping in table.mappings)
    return frozenset({object_name})


@dataclass(frozen=True)
class ColumnUse:
    """One entity column made from a source column, and the models whose text names it."""

    entity: str
    column: str
    transform: str
    models: tuple[str, ...]


def uses_of_column(profile: Profile, qualified: str, column: str) -> Iterator[ColumnUse]:
    """Yield what a source column becomes.

    Args:
        profile: its mappings.
        qualified: source table.
        column: the source's own column name.
    """
    graph = model_graph()
    table = profile.table(qualified)
    for mapping in table.mappings:
        for name, made in mapping.columns.items():
            if column in made.from_:
                reading = tuple(
                    model
                    for model in sorted(graph.inputs)
                    if mapping.entity in graph.upstream(model) and name in graph.words[model]
                )
                yield ColumnUse(mapping.entity, name, made.transform, reading)
