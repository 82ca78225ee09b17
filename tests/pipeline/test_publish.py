"""Publishing on small DuckDB files: hash, link, ledger, rollback, crashes between the steps."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration.publish import content_hash, generations, parts, serving_file
from orchestration.publish.content_hash import combine, hash_table, row_sums
from orchestration.publish.parts import totals_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).prepare()


def build(home: Home, *, incidents: int = 3) -> None:
    home.build_database.unlink(missing_ok=True)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute(
            f"""
            create table fct_incidents as
            select 'JJ' || i as incident_no, date '2026-06-01' as event_date, 'b' || i as _source_batch_id
            from range({incidents}) as t(i)
            """
        )
        connection.execute("create table dim_unit as select '3301' as unit_no, '城北派出所' as unit_name")
        connection.execute("create table int_working as select 1 as x")
        connection.execute("create table fct_quality_results as select 'run-1' as run_id, 'pass' as status")


def publish(home: Home, **changes: object) -> generations.Generation:
    arguments: dict = {
        "inputs": "i1", "as_of": "2026-06-30", "profile": "demo", "run_id": "r1", "batches": ("b0",),
    }  # fmt: skip
    return generations.publish(home, **{**arguments, **changes})


def rows(home: Home) -> int:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute("select count(*) from fct_incidents").fetchone()[0]


def test_publish_lets_readers_have_only_dim_fct_rpt(home: Home) -> None:
    build(home)
    generation = publish(home)
    assert generation.name == "g000001"
    assert set(generation.tables) == {"fct_incidents", "dim_unit", "fct_quality_results"}
    assert rows(home) == 3
    assert [event["generation"] for event in generations.read_ledger(home)] == ["g000001"]


def test_three_generations_are_kept_and_the_ledger_keeps_all(home: Home) -> None:
    for count in range(1, 6):
        build(home, incidents=count)
        publish(home)
    assert [item.name for item in generations.kept_generations(home)] == ["g000005", "g000004", "g000003"]
    assert len(generations.read_ledger(home)) == 5
    assert sorted(path.name for path in home.serving.glob("*.duckdb")) == [
        "g000003.duckdb",
        "g000004.duckdb",
        "g000005.duckdb",
    ]


def test_rollback_returns_to_the_generation_before(home: Home) -> None:
    for count in (1, 2):
        build(home, incidents=count)
        publish(home)
    assert generations.rollback(home).name == "g000001"
    assert rows(home) == 1
    with pytest.raises(JingcangError, match="没有更早的发布版本"):
        generations.rollback(home)
    build(home, incidents=5)
    assert publish(home).name == "g000003"


def test_a_crash_before_the_swap_leaves_readers_on_the_old_generation(home: Home, monkeypatch) -> None:
    build(home, incidents=1)
    publish(home)
    build(home, incidents=2)
    monkeypatch.setattr(generations, "swap_link", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        publish(home)
    monkeypatch.undo()
    assert rows(home) == 1
    assert publish(home).name == "g000003"
    assert rows(home) == 2


def test_a_crash_after_the_swap_is_entered_in_the_ledger_at_the_next_start(home: Home, monkeypatch) -> None:
    build(home)
    monkeypatch.setattr(generations, "_enter", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        publish(home)
    monkeypatch.undo()
    assert generations.read_ledger(home) == []
    generations.recover(home)
    assert [event["generation"] for event in generations.read_ledger(home)] == ["g000001"]


def test_a_torn_ledger_line_is_passed_over(home: Home) -> None:
    build(home)
    publish(home)
    with open(generations.ledger_path(home), "a") as handle:
        handle.write('{"event": "pub')
    publish(home)
    assert [event["generation"] for event in generations.read_ledger(home)] == ["g000001", "g000002"]


def hash_of(sql: str) -> str:
    with duckdb.connect() as connection:
        connection.execute(f"create table t as {sql}")
        return hash_table(connection, "t", "t").digest


def test_the_hash_ignores_row_order_and_lineage_but_nothing_else() -> None:
    base = hash_of("select * from (values (1, 'a', 'x'), (2, null, 'y')) as v(n, s, _file)")
    assert base == hash_of("select * from (values (2, null, 'other'), (1, 'a', 'x')) as v(n, s, _file)")
    different = [
        "select * from (values (1, 'a', 'x'), (2, '', 'y')) as v(n, s, _file)",
        "select * from (values (1, 'a', 'x'), (2, 'N', 'y')) as v(n, s, _file)",
        "select * from (values (1, 'a', 'x'), (2, null, 'y'), (2, null, 'y')) as v(n, s, _file)",
        "select * from (values (1::bigint, 'a', 'x'), (2, null, 'y')) as v(n, s, _file)",
        "select * from (values (1, 'a', 'x'), (2, null, 'y')) as v(n, renamed, _file)",
    ]
    assert len({base, *map(hash_of, different)}) == len(different) + 1


def test_values_do_not_run_into_each_other() -> None:
    assert hash_of("select 'a' || chr(31) || 'Vb' as x, 'c' as y") != hash_of(
        "select 'a' as x, 'b' || chr(31) || 'Vc' as y"
    )


def test_run_history_does_not_enter_the_generation_hash(home: Home) -> None:
    build(home)
    first = publish(home)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute("insert into fct_quality_results values ('run-2', 'fail')")
    assert publish(home).content_hash == first.content_hash
    build(home, incidents=4)
    assert publish(home).content_hash != first.content_hash


def test_combine_does_not_depend_on_the_order_of_tables() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table a as select 1 as x; create table b as select 2 as x")
        hashes = [hash_table(connection, name, name) for name in ("a", "b")]
    assert combine(hashes) == combine(hashes[::-1])


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list that names of tables enter as they are hashed anew."""
    hashed: list[str] = []

    def hash_and_tell(connection: duckdb.DuckDBPyConnection, qualified: str, *known: Any) -> Any:
        hashed.append(qualified.rpartition(".")[2].strip('"'))
        return totals_of(connection, qualified, *known)

    monkeypatch.setattr(serving_file, "totals_of", hash_and_tell)
    return hashed


def test_only_what_changed_is_hashed_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    build(home)
    first = publish(home)
    hashed = counting(monkeypatch)
    build(home, incidents=4)
    second = publish(home)
    assert hashed == ["fct_incidents"]
    assert second.tables["dim_unit"] == first.tables["dim_unit"]
    assert rows(home) == 4
    shutil.rmtree(home.serving)
    home.prepare()
    assert publish(home).tables == second.tables


def test_a_table_altered_behind_the_runs_back_is_hashed_and_published_as_it_is(home: Home) -> None:
    build(home)
    first = publish(home)
    with duckdb.connect(str(home.build_database)) as connection:
        # Neither the count nor any sum of a column changes.
        connection.execute("update fct_incidents set _source_batch_id = 'b0' where incident_no = 'JJ0'")
        connection.execute(
            "update fct_incidents set event_date = event_date + case incident_no when 'JJ0' then 1 else -1 end"
            " where incident_no in ('JJ0', 'JJ1')"
        )
    second = publish(home)
    assert second.tables["fct_incidents"]["hash"] != first.tables["fct_incidents"]["hash"]
    assert second.content_hash != first.content_hash


def test_lineage_alone_is_published_too_though_the_content_hash_leaves_it_out(home: Home) -> None:
    build(home)
    first = publish(home)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute("update fct_incidents set _source_batch_id = 'b9'")
    assert publish(home).content_hash == first.content_hash
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        assert connection.execute("select distinct _source_batch_id from fct_incidents").fetchall() == [
            ("b9",)
        ]


@pytest.mark.parametrize("harm", ["altered", "torn", "flipped", "gone"])
def test_a_generation_before_that_is_not_what_its_record_says_is_passed_over(home: Home, harm: str) -> None:
    build(home, incidents=200_000)
    first = publish(home)
    path = home.serving / "g000001.duckdb"
    if harm == "altered":
        with duckdb.connect(str(path)) as connection:
            connection.execute("update fct_incidents set incident_no = 'X' where incident_no = 'JJ7'")
    elif harm == "torn":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif harm == "flipped":
        content = bytearray(path.read_bytes())
        for place in range(20_000, len(content), 4096):
            content[place] ^= 0xFF
        path.write_bytes(content)
    else:
        path.unlink()
    second = publish(home)
    assert second.content_hash == first.content_hash
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        assert (
            hash_table(connection, "fct_incidents", "fct_incidents").digest
            == first.tables["fct_incidents"]["hash"]
        )


def test_another_definition_of_the_hash_trusts_no_recorded_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(home)
    first = publish(home)
    hashed = counting(monkeypatch)
    monkeypatch.setattr(content_hash, "definition", lambda: "another")
    assert publish(home).content_hash == first.content_hash
    assert sorted(hashed) == sorted(first.tables)


def test_the_file_does_not_grow_with_every_generation(home: Home) -> None:
    sizes = []
    for count in range(1, 9):
        build(home, incidents=100_000 + count)
        sizes.append((home.serving / f"{publish(home).name}.duckdb").stat().st_size)
    assert max(sizes) <= 3 * sizes[0]


# --- days of a large table ------------------------------------------------------------------------------


DAYS, OF_A_DAY = 100, 1_000


def build_days(home: Home, *changes: str) -> None:
    """Build two large tables, one by days and one by weeks, then change them."""
    home.build_database.unlink(missing_ok=True)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute(
            "create table fct_incidents as select 'JJ' || i as incident_no, cast(i as bigint) as number, "
            f"date '2026-01-01' + cast(i // {OF_A_DAY} as integer) as event_date, 'b0' as _source_batch_id "
            f"from range({DAYS * OF_A_DAY}) as t(i) union all select 'X' || i, i, null, 'b0' from range(7) as t(i)"
        )
        connection.execute(
            "create table rpt_cell_weeks as select date_trunc('week', event_date)::date as week_start, incident_no "
            "from fct_incidents"
        )
        connection.execute("create table dim_unit as select '3301' as unit_no")
        for change in changes:
            connection.execute(change)


def anew(home: Home) -> dict[str, dict[str, Any]]:
    """Return the tables of the build as a home without any generation publishes them."""
    other = Home(home.root / "other").prepare()
    shutil.copyfile(home.build_database, other.build_database)
    return publish(other).tables


def summed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list that the conditions enter under which rows are hashed."""
    asked: list[str] = []

    def sum_and_tell(*given: Any, where: str = "true") -> Any:
        asked.append(where)
        return row_sums(*given, where=where)

    monkeypatch.setattr(parts, "row_sums", sum_and_tell)
    return asked


CHANGES = {
    "corrected": ("update fct_incidents set number = number + 1 where incident_no = 'JJ5001'",),
    "two rows that exchange a value": (
        "update fct_incidents set number = 10001 - number where incident_no in ('JJ5000', 'JJ5001')",
    ),
    "added to a day of its own": ("insert into fct_incidents values ('N', 1, date '2027-01-01', 'b1')",),
    "a day emptied": ("delete from fct_incidents where event_date = date '2026-01-06'",),
    "moved to another day": ("update fct_incidents set event_date = date '2026-02-01' where number = 5001",),
    "without a day": ("update fct_incidents set event_date = null where number = 5001",),
    "all without a day gone": ("delete from fct_incidents where event_date is null",),
    "lineage alone": ("update fct_incidents set _source_batch_id = 'b9' where number = 5001",),
    "a week": ("delete from rpt_cell_weeks where incident_no = 'JJ5001'",),
    "a column more": ("alter table fct_incidents add column note varchar default 'x'",),
    "most days": ("update fct_incidents set number = number + 1 where number > 20000",),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_days_alone_are_copied_and_hashed_and_the_hash_is_that_of_the_whole(
    home: Home, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    build_days(home)
    first = publish(home)
    build_days(home, *CHANGES[change])
    asked = summed(monkeypatch)
    second = publish(home)
    is_whole = change in ("a column more", "most days")
    assert all((where == "true") == is_whole for where in asked)
    assert len(asked) == (0 if change in ("a day emptied", "all without a day gone") else 1)
    monkeypatch.undo()
    assert second.tables == anew(home)
    moved = {name for name in first.tables if first.tables[name] != second.tables[name]}
    assert moved == {"rpt_cell_weeks" if change == "a week" else "fct_incidents"}
    build_days(home)
    third = publish(home)
    assert third.tables == first.tables


@pytest.mark.parametrize("harm", ["gone", "torn", "of another definition", "forged"])
def test_a_record_of_parts_that_is_not_true_is_found_out(home: Home, harm: str) -> None:
    build_days(home)
    publish(home)
    path = home.serving / "g000001.parts"
    text = path.read_text(encoding="utf-8")
    content = json.loads(text)
    if harm == "gone":
        path.unlink()
    elif harm == "torn":
        path.write_text(text[: len(text) // 2], encoding="utf-8")
    elif harm == "of another definition":
        content["tables"]["fct_incidents"]["parts"][3][3] += 1
        path.write_text(json.dumps(content | {"definition": "another"}), encoding="utf-8")
    else:
        # The record calls the changed day unchanged: it would be left out.
        entry = content["tables"]["fct_incidents"]["parts"]
        build_days(home, *CHANGES["corrected"])
        with duckdb.connect(str(home.build_database), read_only=True) as connection:
            marks = parts.contents(connection, "fct_incidents").marks
        content["tables"]["fct_incidents"]["parts"] = [
            [key, marks[key].rows, marks[key].total, total] for key, _, _, total in entry
        ]
        path.write_text(json.dumps(content), encoding="utf-8")
    build_days(home, *CHANGES["corrected"])
    assert publish(home).tables == anew(home)


def test_a_file_whose_days_change_every_time_does_not_grow(home: Home) -> None:
    sizes = []
    for number in range(8):
        build_days(home, f"update fct_incidents set number = -{number} where number between 5000 and 9999")
        sizes.append((home.serving / f"{publish(home).name}.duckdb").stat().st_size)
    assert max(sizes) <= 2 * sizes[0]
    assert sorted(path.name for path in home.serving.glob("*.parts")) == [
        "g000006.parts", "g000007.parts", "g000008.parts",
    ]  # fmt: skip
