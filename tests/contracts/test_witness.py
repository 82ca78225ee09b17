"""The split, its SQL and the witness agree on arbitrary values, and across the witness's chunks."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingcang.contracts import witness
from jingcang.contracts.rules_polars import prepare, violations

PROPERTIES = [
    {"name": "BH", "primaryKey": True, "logicalTypeOptions": {"pattern": r"[A-Z]\d+", "maxLength": 4}},
    {"name": "I", "logicalType": "integer", "logicalTypeOptions": {"minimum": -5, "maximum": 99}},
    {"name": "N", "logicalType": "number", "logicalTypeOptions": {"minimum": 0}},
    {"name": "M", "logicalType": "number"},
    {
        "name": "D",
        "logicalType": "date",
        "logicalTypeOptions": {"format": ["%Y-%m-%d", "%Y%m%d"], "maximum": "2026-06-30"},
    },
    {"name": "E", "logicalType": "date", "logicalTypeOptions": {"format": "roc_date"}},
    {"name": "T", "logicalType": "timestamp", "logicalTypeOptions": {"format": "%Y%m%d%H%M%S"}},
    {"name": "S", "required": True, "enum": ["0", "1"]},
    {"name": "P", "logicalTypeOptions": {"minLength": 2}},
]
RULES = [
    {"name": "empty", "implementation": {"kind": "all_empty", "columns": ["BH", "I", "S"]}},
    {"name": "before", "implementation": {"kind": "compare", "left": "D", "op": "<=", "right": "T"}},
    {"name": "less", "implementation": {"kind": "compare", "left": "I", "op": "<", "right": "N"}},
    {"name": "needs", "implementation": {"kind": "requires", "if": "S", "equals": "1", "then": "P"}},
    {"name": "gb", "implementation": {"kind": "checksum", "column": "P", "algorithm": "gb11643"}},
    {"name": "card", "implementation": {"kind": "checksum", "column": "P", "algorithm": "luhn"}},
    {"name": "uscc", "implementation": {"kind": "checksum", "column": "P", "algorithm": "uscc"}},
    {"name": "box", "implementation": {"kind": "inside", "x": "N", "y": "M", "bbox": [0, 0, 5, 5]}},
    {"name": "text", "implementation": {"kind": "plausible_text", "column": "P"}},
    {"name": "own", "implementation": {"kind": "expression", "sql": 'length("P") > 3 and "S" = \'0\''}},
]
SCHEMA = {declaration["name"]: pl.String for declaration in PROPERTIES}

loose = st.none() | st.text(alphabet="0123456789-+.eEXxAZ 张三é\u3000\n／８", max_size=20)
digits = st.text(alphabet="0123456789", min_size=1, max_size=20)
days = st.dates().map(lambda day: day.strftime("%Y-%m-%d").rjust(10, "0"))
VALUES = {
    "BH": st.sampled_from(["A1", "A1 ", "B2", "B23456", "c3", None]) | loose,
    "I": st.integers(-120, 120).map(str) | loose,
    "N": st.decimals(-9, 9, places=3).map(str) | loose,
    "M": st.decimals(-9, 9, places=3).map(str) | loose,
    "D": days | days.map(lambda day: day.replace("-", "")) | digits | loose,
    "E": st.integers(0, 2_000_000).map(lambda number: f"{number:07d}") | loose,
    "T": st.datetimes().map(lambda at: at.strftime("%Y%m%d%H%M%S").rjust(14, "0")) | digits | loose,
    "S": st.sampled_from(["0", "1", "2", "", None]),
    "P": st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True) | digits | loose,
}


@given(rows=st.lists(st.tuples(*(VALUES[name] for name in SCHEMA)), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_split_and_sql_agree_row_by_row(make_table, rows):
    table = make_table(PROPERTIES, RULES)
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(prepare(table))
    split = frame.select(**violations(table))
    with duckdb.connect() as connection:
        connection.register("rows", frame.with_row_index("_row").to_arrow())
        columns = ", ".join(f'{rule.sql(table)} as "{rule.rule_id}"' for rule in table.rules)
        sql = connection.sql(
            f"select * exclude (_row) from (select _row, {columns} from rows) order by _row"
        ).pl()
    assert {name: split[name].to_list() for name in split.columns} == {
        name: sql[name].to_list() for name in sql.columns
    }


@given(rows=st.lists(st.tuples(*(VALUES[name] for name in SCHEMA)), min_size=1, max_size=40))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_split_and_witness_count_the_same(make_table, rows):
    table = make_table(PROPERTIES, RULES)
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(prepare(table))
    split = frame.select(**violations(table))
    counts = {name: int(split[name].sum()) for name in split.columns}
    assert witness.validate(table, frame).disagreements(counts) == {}
    assert witness.validate(table, frame, chunk_rows=7).disagreements(counts) == {}


def test_an_empty_batch_is_no_pass(make_table):
    table = make_table(PROPERTIES, RULES)
    assert witness.validate(table, pl.DataFrame(schema=SCHEMA)).expectations == 0


def test_an_expectation_that_raises_is_an_error_not_a_pass(make_table, monkeypatch):
    from jingcang.errors import JingcangError

    table = make_table([{"name": "A", "required": True}])
    broken = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "missing"},
        "meta": {"rule_id": "A.required"},
    }
    monkeypatch.setattr(witness, "expectation", lambda rule, table, typed=(): broken)
    with pytest.raises(JingcangError, match="复核"):
        witness.validate(table, pl.DataFrame({"A": ["1"]}))
