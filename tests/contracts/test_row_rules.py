"""One violation per clause kind is planted; the split, its SQL and Great Expectations all find it alone."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from jingcang.contracts import witness
from jingcang.contracts.rules_polars import prepare, violations

GOOD_ID, BAD_ID = "11010519491231002X", "110105194912310021"

# kind → (column or rule declaration, values, positions that violate, id of the rule)
CLAUSES = {
    "required": ({"required": True}, ["甲", None, "", "  ", "乙"], [1, 2, 3], "A.required"),
    "integer": ({"logicalType": "integer"}, ["1", "-2", "+3", "1.0", "１", "x", None], [3, 4, 5], "A.type"),
    "number": (
        {"logicalType": "number"},
        ["1", "-2.5", ".5", "1e3", "1.2.3", "nan", "inf", "1,000", None],
        [4, 5, 6, 7],
        "A.type",
    ),
    "boolean": ({"logicalType": "boolean"}, ["1", "是", "TRUE", "也许", None], [3], "A.type"),
    "date": (
        {"logicalType": "date", "logicalTypeOptions": {"format": ["%Y-%m-%d", "%Y%m%d"]}},
        ["2024-02-29", "20240229", "2023-02-29", "2024111", "2024-2-9", "20241301", "二月", None],
        [2, 3, 5, 6],
        "A.format",
    ),
    "timestamp": (
        {"logicalType": "timestamp", "logicalTypeOptions": {"format": "%Y%m%d%H%M%S"}},
        ["20240229235959", "20240229240000", "2024022923595", "20240229235960x", "99990101000000", None],
        [1, 2, 3],
        "A.format",
    ),
    "timestamp_default": (
        {"logicalType": "timestamp"},
        ["2024-02-29 23:59:59", "2024-02-29T23:59:59", "2024-02-29 23:59:59.123456", "2024/02/29 1:2:3"],
        [3],
        "A.format",
    ),
    "timestamp_offset": (
        {"logicalType": "timestamp", "logicalTypeOptions": {"format": "%Y-%m-%dT%H:%M:%S%z"}},
        ["2024-02-29T23:59:59+0800", "2024-02-29T23:59:59+08:00", "2024-02-29T23:59:59"],
        [2],
        "A.format",
    ),
    "timestamp_us": (
        {"logicalType": "timestamp", "logicalTypeOptions": {"format": "%m/%d/%Y %I:%M:%S %p"}},
        ["1/5/2008 3:04:05 PM", "01/05/2008 03:04:05 am", "13/05/2008 03:04:05 am", "1/5/08 3:04:05 PM"],
        [2, 3],
        "A.format",
    ),
    "roc_date": (
        {"logicalType": "date", "logicalTypeOptions": {"format": "roc_date"}},
        ["1101231", "0991231", "110420", "1100230", None],
        [2, 3],
        "A.format",
    ),
    "pattern": (
        {"logicalTypeOptions": {"pattern": r"^9999\d{2}[\dX]$"}},
        ["9999123", "999912X", "99991234", "x9999123", "9999１２3", "9999123\n1", None],
        [2, 3, 4, 5],
        "A.pattern",
    ),
    "min_length": (
        {"logicalTypeOptions": {"minLength": 2}},
        ["张三", "张", "𠮷野", None],
        [1],
        "A.min_length",
    ),
    "max_length": (
        {"logicalTypeOptions": {"maxLength": 2}},
        ["张三", "欧阳锋", "𠮷野", "ab ", None],
        [1],
        "A.max_length",
    ),
    "minimum": (
        {"logicalType": "integer", "logicalTypeOptions": {"minimum": 0}},
        ["0", "-1", "5", None],
        [1],
        "A.minimum",
    ),
    "maximum": (
        {"logicalType": "number", "logicalTypeOptions": {"maximum": 0.1}},
        ["0.1", "0.10000001", "-3", "1e9", None],
        [1, 3],
        "A.maximum",
    ),
    "minimum_date": (
        {"logicalType": "date", "logicalTypeOptions": {"minimum": "2000-01-01"}},
        ["2000-01-01", "1999-12-31", None],
        [1],
        "A.minimum",
    ),
    "maximum_date": (
        {"logicalType": "timestamp", "logicalTypeOptions": {"maximum": "2024-06-30"}},
        ["2024-06-30 23:59:59", "2024-07-01 00:00:00", None],
        [1],
        "A.maximum",
    ),
    "enum": ({"enum": ["0", "1"]}, ["0", "1", "2", "1 ", None], [2], "A.enum"),
}

PAIR = [{"name": "A", "logicalType": "date"}, {"name": "B", "logicalType": "date"}]
TEXTS = [{"name": "A"}, {"name": "B"}]
NUMBERS = [{"name": "A", "logicalType": "number"}, {"name": "B", "logicalType": "number"}]

# name → (properties, implementation, rows, positions that violate)
NAMED = {
    "all_empty": (
        TEXTS,
        {"kind": "all_empty", "columns": ["A", "B"]},
        [(None, None), ("", " "), ("甲", None), (None, "乙")],
        [0, 1],
    ),
    **{
        f"compare{operator}": (
            PAIR,
            {"kind": "compare", "left": "A", "op": operator, "right": "B"},
            [
                ("2024-01-01", "2024-01-02"),
                ("2024-01-02", "2024-01-02"),
                ("2024-01-03", "2024-01-02"),
                ("2024-01-03", None),
                ("bad", "2024-01-02"),
            ],
            positions,
        )
        for operator, positions in {
            "<": [1, 2],
            "<=": [2],
            ">": [0, 1],
            ">=": [0],
            "==": [0, 2],
            "!=": [1],
        }.items()
    },
    "compare_value": (
        PAIR,
        {"kind": "compare", "left": "A", "op": "<=", "value": "2024-01-01"},
        [("2024-01-01", None), ("2024-01-02", None), (None, None)],
        [1],
    ),
    "compare_number": (
        NUMBERS,
        {"kind": "compare", "left": "A", "op": "<=", "value": 200},
        [("200", None), ("200.5", None), (None, None)],
        [1],
    ),
    "requires": (
        TEXTS,
        {"kind": "requires", "if": "A", "then": "B"},
        [("1", "x"), ("1", None), (None, None)],
        [1],
    ),
    "requires_equals": (
        TEXTS,
        {"kind": "requires", "if": "A", "equals": "01", "then": "B"},
        [("01", "x"), ("01", None), ("02", None), (None, None)],
        [1],
    ),
    "requires_in": (
        TEXTS,
        {"kind": "requires", "if": "A", "in": [1, "2"], "then": "B"},
        [("1", None), ("2", None), ("3", None)],
        [0, 1],
    ),
    "gb11643": (
        TEXTS,
        {"kind": "checksum", "column": "A", "algorithm": "gb11643"},
        [(GOOD_ID, None), (GOOD_ID.lower(), None), (BAD_ID, None), ("110105491231002", None), ("1", None)],
        [2, 4],
    ),
    "luhn": (
        TEXTS,
        {"kind": "checksum", "column": "A", "algorithm": "luhn"},
        [
            ("6222021234567890128", None),
            ("6222021234567890123", None),
            ("4111111111111111", None),
            ("12", None),
        ],
        [1, 3],
    ),
    "uscc": (
        TEXTS,
        {"kind": "checksum", "column": "A", "algorithm": "uscc"},
        [("91350100M000100Y43", None), ("91350100M000100Y44", None), ("91350100I000100Y43", None)],
        [1, 2],
    ),
    "inside": (
        NUMBERS,
        {"kind": "inside", "x": "A", "y": "B", "bbox": [120.2, 30, 120.48, 30.2], "missing": [[0, 0]]},
        [
            ("120.3", "30.1"),
            ("0", "0.0"),
            ("30.1", "120.3"),
            ("120.2", "30.2"),
            ("120.3", None),
            ("0", "30.1"),
        ],
        [2, 5],
    ),
    "plausible_text": (
        TEXTS,
        {"kind": "plausible_text", "column": "A"},
        [
            ("张伟", None),
            ("张伟".encode().decode("gbk"), None),
            ("李婕妍".encode("gbk").decode("latin-1"), None),
            ("张\ufffd伟", None),
            ("O'Brien Müller", None),
            (None, None),
        ],
        [1, 2, 3],
    ),
    "expression": (
        TEXTS,
        {"kind": "expression", "sql": '"A" is not null and "B" is null or "A" = \'坏\''},
        [("甲", "乙"), ("甲", None), ("坏", "乙"), (None, None)],
        [1, 2],
    ),
}


def _flagged(table, frame, rule_id):
    """Return positions flagged by the split and by SQL, and the count by GE, of one rule."""
    frame = frame.with_columns(prepare(table))
    predicates = violations(table)
    split = [i for i, bad in enumerate(frame.select(v=predicates[rule_id])["v"]) if bad]
    rule = next(rule for rule in table.rules if rule.rule_id == rule_id)
    with duckdb.connect() as connection:
        connection.register("rows", frame.with_row_index("_row").to_arrow())
        query = f"select _row from (select _row, {rule.sql(table)} as bad from rows) where bad order by _row"
        sql = [row for (row,) in connection.sql(query).fetchall()]
    result = witness.validate(table, frame)
    counts = {name: int(frame.select(v=bad.sum())["v"][0]) for name, bad in predicates.items()}
    assert result.disagreements(counts) == {}
    assert result.expectations == len(table.rules)
    return split, sql, result.counts[rule_id]


@pytest.mark.parametrize("name", CLAUSES)
def test_clause_is_caught_alone_and_by_all_three(name, make_table):
    declaration, values, expected, rule_id = CLAUSES[name]
    table = make_table([{"name": "A", **declaration}, {"name": "X"}])
    frame = pl.DataFrame({"A": values, "X": ["1"] * len(values)}, schema={"A": pl.String, "X": pl.String})
    assert _flagged(table, frame, rule_id) == (expected, expected, len(expected))


@pytest.mark.parametrize("name", NAMED)
def test_named_rule_is_caught_alone_and_by_all_three(name, make_table):
    properties, implementation, rows, expected = NAMED[name]
    table = make_table(properties, [{"name": "rule", "implementation": implementation}])
    frame = pl.DataFrame(rows, schema={"A": pl.String, "B": pl.String}, orient="row")
    assert _flagged(table, frame, "rule") == (expected, expected, len(expected))


def test_key_with_different_content_flags_all_rows_of_the_key_and_identical_rows_none(make_table):
    table = make_table([{"name": "BH", "primaryKey": True, "primaryKeyPosition": 1}, {"name": "A"}])
    rows = [
        ("1", "甲"),
        ("1", "乙"),
        ("2", "丙"),
        ("2", "丙"),
        (None, "丁"),
        (None, "戊"),
        ("3", None),
        ("3", "己"),
    ]
    frame = pl.DataFrame(rows, schema={"BH": pl.String, "A": pl.String}, orient="row")
    assert _flagged(table, frame, "key") == ([0, 1, 6, 7], [0, 1, 6, 7], 4)
    assert _flagged(table, frame, "BH.required") == ([4, 5], [4, 5], 2)


def test_versions_of_a_key_are_no_conflict(make_table):
    table = make_table(
        [{"name": "BH", "primaryKey": True}, {"name": "GX", "required": True}, {"name": "A"}], watermark="GX"
    )
    rows = [("1", "v1", "甲"), ("1", "v2", "乙"), ("2", "v1", "甲"), ("2", "v1", "乙")]
    frame = pl.DataFrame(rows, schema={"BH": pl.String, "GX": pl.String, "A": pl.String}, orient="row")
    assert _flagged(table, frame, "key") == ([2, 3], [2, 3], 2)


def test_a_rule_that_stops_silences_the_others_for_its_rows(make_table):
    table = make_table(
        [{"name": "A", "required": True}, {"name": "B"}],
        [{"name": "empty_record", "implementation": {"kind": "all_empty", "columns": ["A", "B"]}}],
    )
    frame = pl.DataFrame([(None, None), (None, "乙")], schema={"A": pl.String, "B": pl.String}, orient="row")
    assert [rule.rule_id for rule in table.rules] == ["empty_record", "A.required"]
    assert _flagged(table, frame, "empty_record") == ([0], [0], 1)
    assert _flagged(table, frame, "A.required") == ([1], [1], 1)


def test_width_is_normalised_only_where_the_contract_says_so(make_table):
    normalise = {"customProperties": [{"property": "normalise", "value": "width"}]}
    pattern = {"logicalTypeOptions": {"pattern": r"[0-9X]+"}}
    table = make_table([{"name": "A", **pattern, **normalise}, {"name": "B", **pattern}])
    frame = pl.DataFrame({"A": ["１２Ｘ\u3000"], "B": ["１２Ｘ"]})
    assert frame.select(prepare(table))["A"].to_list() == ["12X"]
    assert _flagged(table, frame, "A.pattern") == ([], [], 0)
    assert _flagged(table, frame, "B.pattern") == ([0], [0], 1)


def test_typed_columns_are_judged_without_text(make_table):
    import datetime as dt

    table = make_table(
        [
            {"name": "T", "logicalType": "timestamp", "required": True},
            {"name": "V", "logicalType": "integer", "logicalTypeOptions": {"maximum": 400}},
            {"name": "X", "logicalType": "number"},
            {"name": "Y", "logicalType": "number"},
        ],
        [
            {
                "name": "inside",
                "implementation": {"kind": "inside", "x": "X", "y": "Y", "bbox": [0, 0, 9, 9]},
            },
            {"name": "expr", "implementation": {"kind": "expression", "sql": '"X" is null or "V" = \'7\''}},
            {
                "name": "not_before",
                "implementation": {"kind": "compare", "left": "T", "op": ">=", "value": "2024-01-01"},
            },
        ],
    )
    moment = dt.datetime(2024, 1, 1, 8)  # noqa: DTZ001 local by contract
    frame = pl.DataFrame(
        {
            "T": [moment, None, moment - dt.timedelta(days=1)],
            "V": [400, 401, 7],
            "X": [1.5, 10.0, None],
            "Y": [1.5, 1.0, None],
        }
    )
    types = dict(frame.schema)
    counts = {
        rule.rule_id: int(frame.select(v=rule.violated(table, types).sum())["v"][0]) for rule in table.rules
    }
    assert {name: count for name, count in counts.items() if count} == {
        "T.required": 1,
        "V.maximum": 1,
        "inside": 1,
        "expr": 1,
        "not_before": 1,
    }
    assert witness.validate(table, frame, chunk_rows=2).disagreements(counts) == {}


def test_witness_notices_a_split_that_lost_a_row(make_table):
    table = make_table([{"name": "A", "required": True}])
    frame = pl.DataFrame({"A": ["甲", None, None]})
    assert witness.validate(table, frame).disagreements({"A.required": 1}) == {"A.required": (1, 2)}
