"""Which values of a column a model asks a relation for: told where the SQL says it plainly, else any."""

from __future__ import annotations

import pytest
import sqlglot

from orchestration.column_values import values_asked

COLUMNS = {
    "mappings": ["field_name", "source_value", "code"],
    "cases": ["nature_raw", "class_raw", "field_name"],
    "calls": ["class_raw"],
}
STEPS = "with m as (select * from mappings), c as (select * from cases) "


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("select nature_raw from cases", set()),
        ("select code from mappings where field_name = 'a'", {"a"}),
        ("select code from mappings where 'a' = field_name and source_value = '1'", {"a"}),
        (
            STEPS
            + "select x.code from c left join m as x on x.field_name = 'a' and x.source_value = c.nature_raw",
            {"a"},
        ),
        (
            STEPS + "select x.code, y.code from c left join m as x on x.field_name = 'a'"
            " left join m as y on y.field_name = 'b' and y.source_value = c.class_raw",
            {"a", "b"},
        ),
        # The field differs by row, and every field it can be is written down.
        (
            STEPS
            + ", f as (select class_raw, case when class_raw is null then 'a' else 'b' end as field from c)"
            " select m.code from f left join m on m.field_name = f.field",
            {"a", "b"},
        ),
        (
            STEPS + ", f as (select 'a' as field from c union all select 'b' as field from calls union all"
            " select 'c' as field from calls) select m.code from f inner join m on m.field_name = f.field",
            {"a", "b", "c"},
        ),
        ("with m as (select code from mappings where field_name = 'a') select * from m", {"a"}),
        # Not told: any row may bear on the result.
        ("select code from mappings", None),
        ("select code from mappings where field_name <> 'a'", None),
        ("select code from mappings where field_name = 'a' or source_value = '1'", None),
        (STEPS + "select m.code from c left join m on m.field_name = c.field_name", None),
        (STEPS + "select m.code from c left join m on m.field_name = c.class_raw || '.x'", None),
        (
            STEPS
            + "select x.code, y.code from c left join m as x on x.field_name = 'a' left join m as y on true",
            None,
        ),
        # The condition of a left join does not keep rows of its left side away.
        (STEPS + "select m.code from m left join c on m.field_name = 'a'", None),
        (
            "with m as (select field_name, count(*) as n from mappings group by field_name) select * from m",
            None,
        ),
        (
            STEPS + ", f as (select 'a' as field from c union all select class_raw as field from calls)"
            " select m.code from f left join m on m.field_name = f.field",
            None,
        ),
    ],
)
def test_values_asked(query: str, asked: set[str] | None) -> None:
    found = values_asked(sqlglot.parse_one(query, read="duckdb"), "mappings", "field_name", COLUMNS)
    assert found == asked
