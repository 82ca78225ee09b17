"""The independent witness: Great Expectations over a batch, once per table and run.

Belongs here: running the suite of ``suites`` and counting violations a rule. GE is imported here and
nowhere else, and only when a batch arrives (its import takes 6 to 9 s).
Does not belong here: splitting a batch; the witness never decides about a row.

Batches are judged in chunks: a pandas copy of a chunk holds only the columns that have rules, so memory
stays flat whatever the batch size. Measured on 2 cores, the 16 rules of GPS points, GE's import apart: 0.9 s of
CPU a million typed rows, about four times that as text; 5M typed rows peak at 1.0 GB, the batch included.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from jingcang.contracts.model import RowRule, SourceTable
from jingcang.contracts.suites import Config, expectation, holds_column, value_column, witnessed
from jingcang.errors import JingcangError

if TYPE_CHECKING:
    import pandas as pd

CHUNK_VALUES = 14_000_000
"""Values of one pandas copy: 2M points, 0.5M incidents; GE takes 25 ms of CPU an expectation whatever the rows."""

GROUP_COLUMNS = 4
"""Columns of one GE batch: 38 rules of 210k incidents take 3.0 s of CPU so, 4.6 s in one batch."""


@dataclass(frozen=True)
class WitnessResult:
    """What the witness counted.

    Args:
        rows: rows judged.
        counts: rule id → rows violating it.
        expectations: expectations evaluated (rules that GE can witness).
    """

    rows: int
    counts: Mapping[str, int]
    expectations: int

    def disagreements(self, split: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        """Return rule id → (split count, witness count) where they differ; empty when they agree."""
        return {
            rule: (split.get(rule, 0), count)
            for rule, count in self.counts.items()
            if split.get(rule, 0) != count
        }


def load_engine() -> None:
    """Import Great Expectations ahead of the first batch."""
    import great_expectations  # noqa: F401


def validate(table: SourceTable, frame: pl.DataFrame, *, chunk_rows: int | None = None) -> WitnessResult:
    """Count the violations of every witnessed rule with Great Expectations.

    Args:
        table: the source table.
        frame: the whole batch as the split received it: contract column names, text prepared, typed
            columns allowed. Row order does not matter.
        chunk_rows: rows of one pandas copy; by default as many as hold :data:`CHUNK_VALUES`.

    Returns:
        Counts for exactly the rules of :func:`jingcang.contracts.suites.witnessed`.

    Raises:
        JingcangError: an expectation raised, or GE evaluated fewer expectations than declared.
    """
    rules = witnessed(table)
    counts = {rule.rule_id: 0 for rule in rules}
    if not rules or frame.is_empty():
        return WitnessResult(frame.height, counts, 0)
    runner = _Runner(table)
    stopping = [rule for rule in rules if rule.stops]
    chunked = [rule for rule in rules if not rule.stops and rule.kind != "key"]
    keys: list[pd.DataFrame] = []
    columns = sorted({name for rule in rules for name in rule.columns} | set(_key_columns(table)))
    size = chunk_rows or max(CHUNK_VALUES // len(columns), 1)
    for start in range(0, frame.height, size):
        rows = frame.slice(start, size).select(columns).to_pandas()
        rows.index += start
        runner.count(stopping, rows, counts)
        rows = _not_stopped(stopping, rows)
        runner.count(chunked, rows, counts)
        if table.key:
            keys.append(rows[_key_columns(table)])
    for rule in rules:
        if rule.kind == "key":
            runner.count_key(rule, keys, frame, counts)
    return WitnessResult(frame.height, counts, len(rules))


def _key_columns(table: SourceTable) -> list[str]:
    return [*table.key, *([table.watermark] if table.watermark else [])] if table.key else []


def _not_stopped(stopping: list[RowRule], rows: pd.DataFrame) -> pd.DataFrame:
    for rule in stopping:
        going_on = rows[list(rule.columns)].notna().any(axis=1)
        if not going_on.all():
            rows = rows[going_on]
    return rows


def _columns_read(config: Config) -> list[str]:
    return [config["kwargs"][key] for key in ("column", "column_A", "column_B") if key in config["kwargs"]]


def _grouped(configs: list[Config]) -> list[tuple[list[Config], set[str]]]:
    """Return the expectations in groups that read few columns, with these columns."""
    groups: list[tuple[list[Config], set[str]]] = []
    for config in configs:
        for group, names in groups:
            if len(names.union(_columns_read(config))) <= GROUP_COLUMNS:
                group.append(config)
                names.update(_columns_read(config))
                break
        else:
            groups.append(([config], set(_columns_read(config))))
    return groups


@cache
def _engine() -> tuple[Any, Any]:
    """Return GE and the one batch definition of this process: an in-memory source; nothing is stored or sent."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.execution_engine import pandas_execution_engine

    # GE hashes every batch below this size for a fingerprint nobody reads: a quarter of the witness's time.
    pandas_execution_engine.HASH_THRESHOLD = 0
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = cast(Any, {"globally": False, "metric_calculations": False})
    asset = context.data_sources.add_pandas("batches").add_dataframe_asset("rows")
    return gx, asset.add_batch_definition_whole_dataframe("batch")


class _Runner:
    """The expectations of one table, evaluated over frames."""

    def __init__(self, table: SourceTable) -> None:
        self._gx, self._batches = _engine()
        self._table = table

    def count(self, rules: list[RowRule], rows: pd.DataFrame, counts: dict[str, int]) -> None:
        import pandas as pd

        from jingcang.contracts.witness_columns import Chunk, is_text

        if not rules or rows.empty:
            return
        typed = [name for name in rows.columns if not is_text(rows[name])]
        configs = [expectation(rule, self._table, typed) for rule in rules]
        chunk = Chunk(self._table, rows)
        judged: dict[str, pd.Series[Any]] = {}
        for rule, config in zip(rules, configs, strict=True):
            used = _columns_read(config)
            if holds_column(rule) in used:
                judged[holds_column(rule)] = chunk.holds(rule)
            for name in rule.columns:
                if name in used:
                    judged[name] = rows[name]
                if value_column(name) in used:
                    judged[value_column(name)] = chunk.parsed(name)
        # Only the columns that expectations read, a few at a time: GE copies the whole batch for every
        # expectation.
        for group, names in _grouped(configs):
            self._evaluate(
                group, pd.DataFrame({name: judged[name] for name in sorted(names & judged.keys())}), counts
            )

    def count_key(
        self, rule: RowRule, keys: list[pd.DataFrame], frame: pl.DataFrame, counts: dict[str, int]
    ) -> None:
        import pandas as pd

        from jingcang.contracts.witness_columns import key_holds

        whole = pd.concat(keys)
        if whole.empty:
            return
        verdicts = pd.DataFrame({holds_column(rule): key_holds(rule, self._table, whole, frame)})
        self._evaluate([expectation(rule, self._table)], verdicts, counts)

    def _evaluate(self, configs: list[Config], rows: pd.DataFrame, counts: dict[str, int]) -> None:
        from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

        expectations = [ExpectationConfiguration(**config).to_domain_obj() for config in configs]
        suite = self._gx.ExpectationSuite(name=self._table.qualified, expectations=expectations)
        batch = self._batches.get_batch({"dataframe": rows})
        result = batch.validate(
            suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
        )
        if len(result.results) != len(configs):
            raise self._failed("复核组件没有执行全部期望")
        for one in result.results:
            rule_id = cast(Any, one.expectation_config).meta["rule_id"]
            if "unexpected_count" not in one.result:
                raise self._failed("复核组件执行出错", rule_id)
            counts[rule_id] += int(one.result["unexpected_count"])

    def _failed(self, what: str, rule: str = "") -> JingcangError:
        return JingcangError(
            what, where=self._table.qualified, rule=rule, remedy="检查合同中的这条规则；批次未入库"
        )
