"""A wrong key of a metric is an error naming file and key; a definition in SQL is what its words say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from jingcang.contracts import CONTRACTS_ROOT, load_metrics
from jingcang.contracts.code_trees import load_code_trees
from jingcang.contracts.metric_sql import counted_sql
from jingcang.contracts.metrics import Metric, alternatives
from jingcang.errors import JingcangError

CODE = "incidents_effective"
Change = Callable[[dict[str, Any]], object]


def declared(tmp_path: Path, change: Change) -> Path:
    """Return a copy of the declarations a metric rests on, with one metric changed."""
    root = tmp_path / "data_contracts"
    for name in ("marts", "metrics"):
        shutil.copytree(CONTRACTS_ROOT / name, root / name)
    shutil.copy(CONTRACTS_ROOT / "fields.yaml", root)
    path = root / "metrics" / f"{CODE}.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return root


def first(data: dict[str, Any]) -> dict[str, Any]:
    return data["versions"][0]


def second_version(data: dict[str, Any], ends: str, begins: str) -> None:
    first(data)["valid_to"] = date.fromisoformat(ends)
    data["versions"].append(
        first(data) | {"version": "2", "valid_from": date.fromisoformat(begins), "valid_to": None}
    )


WRONG: dict[str, tuple[Change, str]] = {
    "unknown key": (lambda d: d.update(colour="red"), "键 colour"),
    "code of another file": (lambda d: d.update(metric_code="incidents_x"), "键 metric_code"),
    "mart": (lambda d: d.update(mart="rpt_none"), "键 mart"),
    "rows table": (lambda d: d.update(rows_table="fct_none"), "键 rows_table"),
    "summed column": (lambda d: d.update(sum_column="record_sum"), "键 sum_column"),
    "summed column of text": (lambda d: d.update(sum_column="class_code"), "键 sum_column"),
    "denominator": (lambda d: d.update(denominator_column="none_count"), "键 denominator_column"),
    "scale without a ratio": (lambda d: d.update(scale=100), "键 scale"),
    "no versions": (lambda d: d.update(versions=[]), "键 versions"),
    "no reason": (lambda d: first(d).update(reason_zh=""), "键 versions.0.reason_zh"),
    "filter column": (lambda d: first(d)["filters"][1].update(column="clazz_code"), "versions[1].filters[1].column"),
    "filter column that the rows lack": (
        lambda d: first(d)["filters"].append(
            {"column": "class_level1_code", "dictionary": "incident_class", "in": ["999999"]}
        ),
        "versions[1].filters[2].in",
    ),
    "dictionary": (
        lambda d: first(d)["filters"][1].update(dictionary="incident_klass"),
        "versions[1].filters[1].dictionary",
    ),
    "dictionary of another column": (
        lambda d: first(d)["filters"].append(
            {"column": "outcome_code", "dictionary": "incident_class", "in": ["100000"]}
        ),
        "versions[1].filters[2].dictionary",
    ),
    "code": (lambda d: first(d)["filters"][1].update(not_in=["J99999"]), "versions[1].filters[1].not_in"),
    "neither in nor not in": (lambda d: first(d)["filters"][1].update(not_in=[]), "versions[1].filters[1]"),
    "both in and not in": (
        lambda d: first(d)["filters"][1].update({"in": ["100000"]}),
        "versions[1].filters[1]",
    ),
    "numerator of no ratio": (
        lambda d: first(d).update(numerator_filters=first(d)["filters"]),
        "versions[1].numerator_filters",
    ),
    "gap between versions": (lambda d: second_version(d, "2026-01-01", "2026-02-01"), "versions[1].valid_to"),
    "a last version that ends": (lambda d: first(d).update(valid_to=date(2027, 1, 1)), "versions[1].valid_to"),
    "version twice": (
        lambda d: (second_version(d, "2026-01-01", "2026-01-01"), d["versions"][1].update(version="1")),
        "versions[1].version",
    ),
    "unmapped column": (lambda d: d["unmapped"].update(columns=["none_count"]), "键 unmapped.columns"),
    "unmapped within": (lambda d: d["unmapped"].update(within=["outcome_code"]), "键 unmapped.within"),
    "unmapped limit": (lambda d: d["unmapped"].update(limit_permille=1001), "键 unmapped.limit_permille"),
    "alternative of nothing": (lambda d: d.update(alternative_of="incidents_none"), "键 alternative_of"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_names_file_and_key(name: str, tmp_path: Path) -> None:
    change, named = WRONG[name]
    with pytest.raises(JingcangError) as caught:
        load_metrics(declared(tmp_path, change))
    assert f"metrics/{CODE}.yaml" in str(caught.value)
    assert named in str(caught.value)


def test_the_untouched_declarations_load(tmp_path: Path) -> None:
    metrics = load_metrics(declared(tmp_path, lambda data: None))
    assert metrics.keys() == load_metrics().keys()
    assert all(metric.definition_zh and metric.owner and metric.unit for metric in metrics.values())


def test_the_reader_chooses_among_the_definitions_of_effective_incidents_the_default_first() -> None:
    metrics = load_metrics()
    chosen = alternatives(metrics["incidents_all"], metrics)
    assert chosen[0].metric_code == CODE
    assert {m.choice_zh for m in chosen[1:]} == {"", "减骚扰、不予处理", "减骚扰、咨询、举报、投诉"}


def test_a_code_stands_for_everything_below_it() -> None:
    tree = load_code_trees()["incident_class"]
    assert tree.below(("J10000",)) == ("J10000", "J10100", "J10200", "J10300")
    assert tree.below(("100100.04",)) == ("100100.04", "100100.04.01", "100100.04.02")


def counted(metric: Metric, rows: str) -> list[int]:
    sql = f"select n from (values {rows}) as t(n, class_code, class_outcome, outcome_code, event_date) "
    sql += f"where {counted_sql(metric)} order by n"
    return [n for (n,) in duckdb.sql(sql).fetchall()]


ROWS = """
    (1, '100100.01', 'mapped', 'settled_on_site', date '2026-06-01'),
    (2, 'J10200', 'mapped', 'settled_on_site', date '2026-06-01'),
    (3, 'J20100', 'mapped', 'settled_on_site', date '2026-06-01'),
    (4, '909900', 'mapped', null, date '2026-06-01'),
    (5, '950100', 'mapped', 'not_handled', date '2026-06-01'),
    (6, null, 'unmapped', null, date '2026-06-01'),
    (7, null, 'ignored', null, date '2026-06-01'),
    (8, null, 'absent', 'not_handled', date '2026-06-01'),
    (9, 'J30100', 'mapped', 'mediated', date '2026-06-01'),
    (10, '201200.01', 'mapped', 'mediated', date '2026-06-01')
"""


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("incidents_all", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("incidents_effective", [1, 3, 4, 5, 6, 8, 9, 10]),
        ("incidents_effective_police", [1, 6, 8, 9, 10]),
        ("incidents_effective_handled", [1, 3, 4, 6, 9, 10]),
        ("incidents_criminal", [1]),
        ("incidents_public_order", [10]),
        ("incidents_dispute", [9]),
        ("incidents_fraud", [10]),
        ("incidents_theft", [1]),
    ],
)
def test_what_counts_is_what_the_words_say(code: str, kept: list[int]) -> None:
    assert counted(load_metrics()[code], ROWS) == kept


def test_a_day_counts_by_the_version_valid_on_it(tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        second_version(data, "2026-06-01", "2026-06-01")
        data["versions"][1]["filters"] = [
            {"column": "class_code", "dictionary": "incident_class", "not_in": ["J10000", "J20000"]}
        ]

    metric = load_metrics(declared(tmp_path, change))[CODE]
    rows = """
        (1, 'J20100', 'mapped', null, date '2026-05-31'), (2, 'J20100', 'mapped', null, date '2026-06-01'),
        (3, null, 'ignored', null, date '2026-05-31'), (4, null, 'ignored', null, date '2026-06-01'),
        (5, 'J20100', 'mapped', null, date '1999-01-01')
    """
    assert counted(metric, rows) == [1, 4, 5]
    assert [v.version for v in metric.versions_between(date(2010, 1, 1), date(2026, 6, 1))] == ["1"]
    assert [v.version for v in metric.versions_between(date(2026, 5, 31), date(2026, 6, 2))] == ["1", "2"]
    assert [v.version for v in metric.versions_between(date(2026, 6, 1), date(2026, 6, 2))] == ["2"]


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("cases_criminal_filed", [1]),
        ("cases_public_order_filed", [2]),
        ("cases_solved", [3]),
        ("cases_punished", [4]),
        ("cases_public_order_closed", [5]),
    ],
)
def test_criminal_and_public_order_cases_are_counted_apart_by_stage(code: str, kept: list[int]) -> None:
    rows = """
        (1, 'criminal', 'filed'), (2, 'administrative', 'filed'), (3, 'criminal', 'solved'),
        (4, 'administrative', 'punished'), (5, 'administrative', 'closed'), (6, null, 'filed'),
        (7, 'criminal', 'closed')
    """
    sql = f"select n from (values {rows}) as t(n, nature_code, stage_code) where {counted_sql(load_metrics()[code])}"
    assert [n for (n,) in duckdb.sql(sql).fetchall()] == kept
