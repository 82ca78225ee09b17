"""Every model must one day run on a distributed engine: its compiled SQL parses, keeps to the portable part of
the language, and transpiles to Spark (ARCHITECTURE decision 9)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
PORTABLE = {
    "Abs", "And", "Avg", "Case", "Cast", "Ceil", "Coalesce", "Concat", "Count", "DateDiff", "DenseRank", "Exists",
    "Extract", "FirstValue", "Floor", "Greatest", "If", "Lag", "LastValue", "Lead", "Least", "Length", "Ln", "Lower",
    "MD5", "Max", "Min", "Nullif", "Or", "Pad", "Rank", "Replace", "Round", "RowNumber", "SplitPart", "Sqrt",
    "Substring", "Sum", "TimestampTrunc", "Trim", "Upper",
}  # fmt: skip
"""Functions every engine has with the same meaning; anything else is added here only after a comparison.

SplitPart: DuckDB, PostgreSQL and Spark (from 3.3 on) all count from 1 and return '' beyond the last part.
Sqrt: of double precision, correctly rounded in all three; they differ on negative numbers, which a guard keeps out."""
BY_MACRO = {"timezone", "epoch_us"}
"""Functions that engines spell differently; only macros may write them, and whole division (//, DIV)."""
INTEGERS = tuple(
    exp.DataType.Type[name] for name in ("TINYINT", "SMALLINT", "INT", "BIGINT", "INT128", "UINT", "UBIGINT")
)
ROUNDING = (exp.Round, exp.Floor, exp.Ceil, exp.Trunc)


def denied(sql: str) -> list[str]:
    """Return what a statement uses that engines spell or count differently."""
    found: list[str] = []
    for statement in sqlglot.parse(sql, read="duckdb"):
        assert statement is not None, "no statement"
        for node in statement.walk():
            if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
                found += [name] if (name := str(node.this).lower()) not in BY_MACRO else []
            elif isinstance(node, exp.Func) and type(node).__name__ not in PORTABLE:
                found.append(node.sql_name().lower())
            if isinstance(node, exp.Star) and (node.args.get("except_") or node.args.get("except")):
                found.append("exclude")
            if isinstance(node, exp.Div) and not _guarded(node.expression):
                found.append("unguarded division")
            if isinstance(node, exp.Cast) and node.to.this in INTEGERS and _is_fraction(node.this):
                found.append("integer cast of a fraction")
    return found


def _guarded(divisor: exp.Expr) -> bool:
    divisor = divisor.unnest()
    if isinstance(divisor, exp.Literal):
        return float(divisor.this) != 0
    return isinstance(divisor, exp.Nullif)


def _is_fraction(value: exp.Expr) -> bool:
    """Whether an operand of a cast is a quotient or a decimal literal at its top level."""
    value = value.unnest()
    if isinstance(value, ROUNDING):
        return False
    if isinstance(value, exp.Div):
        return True
    if isinstance(value, exp.Literal):
        return not value.is_string and "." in value.this
    if isinstance(value, exp.Mul | exp.Add | exp.Sub | exp.Neg):
        return any(_is_fraction(part) for part in value.iter_expressions())
    return False


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Compile the project against an empty database; model name → SQL."""
    folder = tmp_path_factory.mktemp("compiled")
    paths = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    outputs = ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--quiet", "compile", *paths, *outputs],
        env=os.environ
        | {
            "JINGCANG_BUILD_DB": str(folder / "build.duckdb"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        check=True,
        timeout=300,
    )
    root = folder / "target" / "compiled" / "jingcang" / "models"
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in root.rglob("*.sql")
        if ".yml" not in str(path.parent)
    }


def test_every_model_is_compiled(compiled):
    assert set(compiled) >= {path.stem for path in (PROJECT / "models").rglob("*.sql")}


def test_compiled_models_use_the_portable_part_of_the_language(compiled):
    found = {name: sorted(set(denied(sql))) for name, sql in compiled.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_compiled_models_transpile_to_spark(compiled):
    failed = {}
    for name, sql in compiled.items():
        try:
            sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        except sqlglot.errors.SqlglotError as error:
            failed[name] = str(error)
    assert failed == {}


def left_to_macros(text):
    """Return whether the text of a model writes itself what only macros may write."""
    written = re.compile(r"\b(" + "|".join(sorted(BY_MACRO)) + r")\s*\(|//", re.IGNORECASE)
    return written.search(re.sub(r"--.*", "", text)) is None


def test_what_engines_spell_differently_is_written_in_macros_only():
    models = (PROJECT / "models").rglob("*.sql")
    assert [path.name for path in models if not left_to_macros(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("sql", ["select a // 2", "select epoch_us(a)", "select Timezone (a, b)"])
def test_a_model_that_writes_it_itself_is_found(sql):
    assert not left_to_macros(sql)
    assert left_to_macros(f"-- {sql}")


@pytest.mark.parametrize(
    "sql",
    [
        "select arg_max(a, b) as c from t",
        "select epoch(a) as b from t",
        "select strptime(a, '%Y') as b from t",
        "select regexp_matches(a, 'x') as b from t",
        "select [1, 2] as b",
        "select {'a': 1} as b",
        "select * exclude (a) from t",
        "select cast(a / 2 as integer) as b from t",
        "select cast(2.7 as bigint) as b",
        "select a / b as c from t",
        "select a / 0 as c from t",
        "select list_transform(a, x -> x) as b from t",
        "select st_point(a, b) as c from t",
    ],
)
def test_a_planted_breach_is_found(sql):
    assert len(denied(sql)) == 1, denied(sql)


def test_portable_forms_pass():
    assert denied("select 100.0 * a / nullif(b, 0) as c, cast(round(a / 2) as integer) as d from t") == []
    assert denied("select *, row_number() over (partition by a order by b) as n from t") == []
