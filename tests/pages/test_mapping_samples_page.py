"""A decided mapping is confirmed in place: published rows that hold its value, since when, and what was found."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from reading import Open, cells, words
from test_steward_pages import make_home, open_page  # noqa: F401

from jingcang.access.accounts import add_account
from jingcang.contracts import load_entities
from jingcang.home import Home
from jingcang.landing import current_cut, land_code_mappings, store
from jingcang.landing.decisions import land_log
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.code_mappings import MappingBook, standing
from jingcang.workbench.mapping_confirmations import ConfirmationBook

FIELD, VALUE, AS_OF = "incidents.initial_class_raw", "990199", date(2026, 6, 30)


@pytest.fixture
def home(synthetic_home: Home, tmp_path: Path) -> Iterator[Home]:
    """A home whose steward approved one mapping; eight published calls hold its value, six of them in unit S1."""
    made = make_home(synthetic_home, tmp_path, 1)
    workbench = Workbench.open(made)
    for user_id, units in (("chenhui2", ["*"]), ("zhaomin", ["*"]), ("liqiang", ["S2"])):
        add_account(
            workbench, user_id=user_id, display_name=user_id, role="steward", unit_nos=units,
            password="correct horse battery",
        )  # fmt: skip
    with duckdb.connect(str(made.serving / "g000001.duckdb")) as connection:
        connection.execute("alter table fct_incidents add column initial_class_label varchar")
        connection.execute("update fct_incidents set initial_class_code = null")
        newest = "select incident_id, event_date from fct_incidents where unit_no = '{}' order by all desc limit {}"
        held = [
            row
            for unit, count in (("S1", 6), ("S2", 2))
            for row in connection.execute(newest.format(unit, count)).fetchall()
        ]
        connection.execute(
            "update fct_incidents set initial_class_code = '200000', initial_class_label = '治安'"
            " where incident_id in (select unnest(?)) and incident_id <> ?",
            [[key for key, _ in held], held[0][0]],
        )
    _land(made, held)
    book = MappingBook(workbench)
    number = book.propose(
        source_system="case", field_name=FIELD, source_value=VALUE, dictionary="incident_class", outcome="mapped",
        code="200000", equivalence="broader", valid_from=None, needs_second=True, reason="老系统的代码",
        by="chenhui2", generation="g000001",
    )  # fmt: skip
    book.decide(number, "approve", seen_version=1, reason="核对过", by="zhaomin", generation="g000001")
    yield made
    workbench.close()


def _land(home: Home, held: list[tuple[str, date]]) -> None:
    schema = load_entities()["incidents"].polars_schema(lineage=True)
    rows = [
        {
            "incident_id": key, "source_system": "case", "event_date": day, "initial_class_raw": VALUE,
            "_source_system": "case", "_source_table": "pj_jjdb", "_source_key": key,
        }
        for key, day in held
    ]  # fmt: skip
    path = functools.partial(store.accepted_file, home, "incidents")
    land_log(home, "calls", pl.DataFrame(rows, schema=schema), path, AS_OF, entity="incidents")


def publish_decisions(home: Home, name: str) -> None:
    """Record the standing decisions as published by a generation."""
    declared = MappingBook(Workbench.open(home)).declared()
    land_code_mappings(home, [vars(item) for item in standing(declared)], as_of=AS_OF)
    path = home.serving / f"{name}.json"
    record = json.loads((home.serving / "g000001.json").read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "batches": list(current_cut(home).batches)}), encoding="utf-8")


def sampled(app: object) -> pl.DataFrame:
    frames = [pl.from_pandas(frame.value) for frame in app.dataframe]  # type: ignore[attr-defined]
    return next(frame for frame in frames if any("与决定一致" in str(name) for name in frame.columns))


def test_rows_with_the_value_are_shown_newest_first_and_in_scope(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "mappings", "zhaomin")
    assert "下一次运行后生效。下面还是生效前的样子" in words(app)
    assert app.button(key="mapping_confirmed").disabled
    publish_decisions(home, "g000001")
    app = open_page(home, "mappings", "zhaomin")
    said = words(app)
    assert "没有算成" not in said
    assert "最新 5 行中 4 行按决定发布" in said
    assert sampled(app).height == 5
    assert "治安" in cells(app)
    entries = AuditLog(Workbench.open(home)).entries(limit=100)
    assert "mapping_samples_read" in {entry.action for entry in entries}

    scoped = open_page(home, "mappings", "liqiang")
    assert sampled(scoped).height == 2
    assert "最新 2 行都按决定发布" in words(scoped)


def test_it_says_since_which_generation_the_decision_is_published(home: Home, open_page: Open) -> None:  # noqa: F811
    publish_decisions(home, "g000001")
    assert "第 1 代或更早已生效" in words(open_page(home, "mappings", "zhaomin"))
    record = json.loads((home.serving / "g000001.json").read_text(encoding="utf-8"))
    (home.serving / "g000000.json").write_text(json.dumps({**record, "batches": []}), encoding="utf-8")
    assert "自第 1 代起生效" in words(open_page(home, "mappings", "zhaomin"))
    MappingBook(Workbench.open(home)).decide(
        1, "revoke", seen_version=2, reason="看错了", by="zhaomin", generation="g000001"
    )
    assert "下一次运行后恢复原状" in cells(open_page(home, "mappings", "zhaomin"))


def test_rows_are_confirmed_or_doubted_and_a_doubt_asks_to_revoke(home: Home, open_page: Open) -> None:  # noqa: F811
    publish_decisions(home, "g000001")
    app = open_page(home, "mappings", "zhaomin")
    app.button(key="mapping_confirmed").click().run()
    assert "第 1 号映射：已记录“确认无误”" in words(app)
    assert "确认无误（zhaomin" in cells(app)

    scoped = open_page(home, "mappings", "liqiang")
    scoped.button(key="mapping_doubted").click().run()
    assert "请写明理由" in words(scoped)
    scoped.text_input(key="mapping_note_1").set_value("其实是纠纷").run()
    scoped.button(key="mapping_doubted").click().run()
    assert "请撤销它或另行决定" in words(scoped)
    found = ConfirmationBook(Workbench.open(home)).latest()[1]
    assert (found.verdict, found.note, found.user_id) == ("doubted", "其实是纠纷", "liqiang")
    assert not [button for button in scoped.button if button.key == "mapping_revoke"]

    other = open_page(home, "mappings", "zhaomin")
    assert "1 条核对时有问题" in words(other)
    assert "请在下面写明理由后撤销" in words(other)
    other.text_input(key="mapping_revoke_reason").set_value("核对时发现有误").run()
    other.button(key="mapping_revoke").click().run()
    assert MappingBook(Workbench.open(home)).declared()[0].state_code == "revoked"
    told = {entry.action for entry in AuditLog(Workbench.open(home)).entries(limit=100)}
    assert {"mapping_confirmed", "mapping_doubted", "mapping_revoke"} <= told
