"""A published number and its present value: each planted cause is named, and the parts add up to the difference."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest

from jingcang.access import Door, Identity
from jingcang.access.restatements import Restatement, restatement
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench
from orchestration.cli_restatements import period_of
from orchestration.publish.restatements import Publication, published_figures, restated_incidents

Run = Callable[..., "CompletedProcess[str]"]
BUREAU = Identity("u", "李四", "leader_bureau", ("*",))
JUNE = (date(2026, 6, 1), date(2026, 7, 1))

COLUMNS = (
    "incident_id, incident_no, initial_class_raw, final_class_raw, outcome_raw, class_code, class_label, "
    "class_outcome, outcome_code, unit_no, area_no, event_date, record_count, _source_batch_id, "
    "class_level1_code, class_level1_label, outcome_label, _source_table, _source_key, _source_file, _source_line"
)


def incident(
    key: str, *, raw: str = "10", code: str | None = "100100", outcome: str = "mapped", unit: str = "S1",
    area: str = "A1", day: str = "2026-06-10", count: int = 1, batch: str = "b1", final: str | None = None,
) -> str:  # fmt: skip
    coded = f"'{code}'" if code else "null"
    said = f"'{final}'" if final else "null"
    return (
        f"('{key}', '{key}', '{raw}', {said}, null::varchar, {coded}, '类别', '{outcome}', null::varchar, '{unit}', "
        f"'{area}', "
        f"date '{day}', {count}::bigint, '{batch}', null, '大类', null, 'case.pj_jjdb', '{key}', 'f', 1::bigint)"
    )


BEFORE = [
    incident("same"), incident("same again", count=2), incident("taken away"), incident("class in source"),
    incident("final class in source"), incident("mapping", raw="77", code=None, outcome="unmapped"),
    incident("unit of the area", area="A9"), incident("area as delivered"), incident("day"),
    incident("class and unit"), incident("to a day not yet complete"), incident("batch alone"),
]  # fmt: skip
AFTER = [
    incident("same"), incident("same again", count=2), incident("class in source", raw="90", code="J10100", batch="b2"),
    incident("final class in source", final="90", code="J10100"), incident("mapping", raw="77", code="100100"),
    incident("unit of the area", area="A9", unit="S2"), incident("area as delivered", area="A2", batch="b2"),
    incident("day", day="2026-05-31", batch="b2"), incident("class and unit", raw="90", code="J10100", unit="S2"),
    incident("to a day not yet complete", day="2026-07-02", batch="b2"), incident("batch alone", batch="b2"),
    incident("late", batch="b2"), incident("late and harassing", code="J10100", batch="b2"),
    incident("new", day="2026-07-01", batch="b2"), incident("an adjustment", count=-1, batch="b2"),
]  # fmt: skip


def write(path: Path, rows: list[str]) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table fct_incidents as from (values {', '.join(rows)}) as t({COLUMNS})")


def publish(home: Home, name: str, as_of: str) -> None:
    """Give a file of incidents the counts and the ledger that the models make of them, and let readers have it."""
    path = home.serving / f"{name}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table rpt_incident_counts as select unit_no, area_no, class_code, class_outcome, outcome_code, "
            "event_date, sum(record_count)::bigint as record_count, 0::bigint as unmapped_count, "
            "0::bigint as unclassified_count from fct_incidents group by all"
        )
    (home.serving / f"{name}.json").write_text(
        json.dumps({"as_of": as_of, "profile": "demo"}), encoding="utf-8"
    )
    home.current_link.unlink(missing_ok=True)
    home.current_link.symlink_to(path.name)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """Three publications: as_of 1 July, 2 July with every cause planted, and 3 July with one record more."""
    home = Home(tmp_path).prepare()
    made = [("g000001", "2026-07-01", BEFORE), ("g000002", "2026-07-02", AFTER),
            ("g000003", "2026-07-03", [*AFTER, incident("later still", batch="b3")])]  # fmt: skip
    publications = [Publication(name, as_of, home.serving / f"{name}.duckdb") for name, as_of, _ in made]
    movements, figures = [], []
    for index, (item, (_, _, rows)) in enumerate(zip(publications, made, strict=True)):
        write(item.path, rows)
        older = publications[index - 1] if index else None
        figures.append(published_figures(item, older))
        if older:
            movements.append(restated_incidents(older, item))
    with duckdb.connect(str(publications[-1].path)) as connection:
        for number, frame in enumerate(movements):
            connection.register("frame", frame.to_arrow())
            verb = (
                "insert into fct_restated_incidents" if number else "create table fct_restated_incidents as"
            )
            connection.execute(f"{verb} select *, cause_code as cause_label from frame")
        for number, frame in enumerate(figures):
            connection.register("frame", frame.to_arrow())
            verb = "insert into rpt_published_figures" if number else "create table rpt_published_figures as"
            connection.execute(f"{verb} select * from frame")
    publish(home, "g000003", "2026-07-03")
    return Door(home, workbench=Workbench.open(home, {}), is_current=lambda identity: True)


def moved(found: Restatement | None) -> dict[str, int]:
    assert found is not None
    assert found.published + sum(part.moved for part in found.parts) == found.now
    return {part.cause_code: part.moved for part in found.parts}


def test_every_planted_cause_is_named_and_the_parts_add_up(door: Door) -> None:
    found = restatement(door, BUREAU, "incidents_effective", JUNE)
    # late: late + adjustment (−1) + later still; day: out of June; to a day not yet complete: out of June;
    # the mapping does not move effective incidents; the area as delivered and the unit stay within the bureau.
    assert moved(found) == {
        "late": 1, "withdrawn": -1, "reclassified": -3, "corrected": -2, "dictionary": 0, "boundary": 0,
    }  # fmt: skip
    assert found is not None
    assert (found.generation, found.published, found.now) == ("g000001", 13, 8)
    assert (found.kept, found.is_redefined) == (13, False)
    assert found.later == ("g000002", "g000003")


def test_a_unit_gains_what_another_loses_by_a_new_boundary(door: Door) -> None:
    one = restatement(door, BUREAU, "incidents_all", JUNE, units=["S1"])
    other = restatement(door, BUREAU, "incidents_all", JUNE, units=["S2"])
    assert moved(one)["boundary"] == -1
    assert moved(other) == {"reclassified": 1, "boundary": 1}
    area = restatement(door, BUREAU, "incidents_all", JUNE, area="A2")
    assert moved(area) == {"corrected": 1}


def test_a_new_mapping_moves_the_class_it_names(door: Door) -> None:
    assert moved(restatement(door, BUREAU, "incidents_theft", JUNE)) == {
        "late": 1, "withdrawn": -1, "reclassified": -3, "corrected": -2, "dictionary": 1, "boundary": 0,
    }  # fmt: skip


def test_a_publication_in_between_and_a_period_never_published(door: Door) -> None:
    found = restatement(door, BUREAU, "incidents_effective", JUNE, since="g000002")
    assert moved(found) == {"late": 1}
    assert found is not None
    assert (found.published, found.now, found.kept) == (7, 8, 7)
    assert restatement(door, BUREAU, "incidents_effective", (date(2026, 6, 4), date(2026, 7, 4))) is None
    with pytest.raises(JingcangError, match="g000009"):
        restatement(door, BUREAU, "incidents_effective", JUNE, since="g000009")
    with pytest.raises(JingcangError, match="没有改动台账"):
        restatement(door, BUREAU, "residents", JUNE)


def test_nothing_moved_where_nothing_differs(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, BEFORE)
    older, newer = (Publication(name, "2026-07-01", tmp_path / name) for name in ("a", "b"))
    assert restated_incidents(older, newer).height == 0
    with duckdb.connect(str(tmp_path / "b")) as connection:
        connection.execute("alter table fct_incidents drop column outcome_raw")
        connection.execute("update fct_incidents set outcome_code = 'not_handled' where incident_id = 'same'")
    assert set(restated_incidents(older, newer)["cause_code"]) == {"dictionary"}


def test_a_period_is_a_month_or_two_days() -> None:
    assert period_of("2026-12") == (date(2026, 12, 1), date(2027, 1, 1))
    assert period_of("2026-06-01..2026-06-28") == (date(2026, 6, 1), date(2026, 6, 29))
    for wrong in ("2026", "2026-06-02..2026-06-01", "六月"):
        with pytest.raises(JingcangError, match="期间写法不对"):
            period_of(wrong)


def test_the_demo_after_a_day_of_work(
    copy_of_demo_home: Path, jingcang: Run, change_demo_sources: Callable[[Path], None]
) -> None:
    """A late, a deleted and a reclassified call of the demo, against SQL written by hand over both serving files."""
    home = Home(copy_of_demo_home)
    older = os.path.realpath(home.current_link)
    with duckdb.connect(older, read_only=True) as connection:
        (key,) = connection.execute(
            "select incident_no from fct_incidents where final_class_outcome = 'absent' and class_outcome = 'mapped' "
            "and class_level1_code <> 'J10000' and event_date < date '2026-06-01' "
            "and _source_system = 'case' order by event_date desc limit 1"
        ).fetchone() or ("",)
        (other,) = connection.execute(
            "select incident_no from fct_incidents where initial_class_code = 'J10300' and _source_system = 'case' "
            "and incident_no like '9999%' order by 1 limit 1"
        ).fetchone() or ("",)
    # A copy of a home goes on reading the sources of the home it is a copy of.
    registered = json.loads((home.root / "profile.json").read_text(encoding="utf-8"))
    own = json.dumps({**registered, "data": str(home.root / "sources")})
    (home.root / "profile.json").write_text(own, encoding="utf-8")
    change_demo_sources(copy_of_demo_home)
    with sqlite3.connect(copy_of_demo_home / "sources" / "case.sqlite") as connection:
        given = connection.execute(
            "select BJLB, BJLX, BJXL from pj_jjdb where JJDBH = ?", (other,)
        ).fetchone()
        assert given
        later = connection.execute("select max(GXSJ) from pj_jjdb where GXSJ < '2099'").fetchone()[0]
        changed = connection.execute(
            "update pj_jjdb set BJLB = ?, BJLX = ?, BJXL = ?, GXSJ = ? where JJDBH = ?", (*given, later, key)
        )
        assert changed.rowcount >= 1
    jingcang("run", "--json", "--home", home.root)
    newer = os.path.realpath(home.current_link)
    counted = "coalesce(class_code, '') not in ('J10000', 'J10100', 'J10200', 'J10300') and class_outcome <> 'ignored'"
    one_side = (
        f"select incident_id, case when {counted} then record_count else 0 end as n, "
        "coalesce(final_class_raw, initial_class_raw) as raw"
    )
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{older}' as a (read_only); attach '{newer}' as b (read_only)")
        as_of: Any = connection.execute("select max(published_as_of) from b.rpt_published_figures").fetchone()
        whole = "event_date < ?"
        numbers = [
            connection.execute(
                f"select sum(record_count) from {side}.fct_incidents where {counted} and {whole}", as_of
            ).fetchone()
            for side in ("a", "b")
        ]
        by_hand = dict(connection.execute(
            f"""
            with one as ({one_side}
                from a.fct_incidents where {whole}),
            other as ({one_side}
                from b.fct_incidents where {whole})
            select case when one.incident_id is null then 'late' when other.incident_id is null then 'withdrawn'
                when one.raw <> other.raw then 'reclassified' else 'rest' end,
                sum(coalesce(other.n, 0) - coalesce(one.n, 0))
            from one full join other on one.incident_id = other.incident_id
            where coalesce(other.n, 0) <> coalesce(one.n, 0) group by 1
            """, [*as_of, *as_of],
        ).fetchall())  # fmt: skip
        kept = connection.execute(
            "select count(distinct generation) from b.rpt_published_figures where metric_code = 'incidents_effective'"
        ).fetchone()
    door = Door(home, workbench=Workbench.open(home, {}), is_current=lambda identity: True)
    found = restatement(door, BUREAU, "incidents_effective", (date(1990, 1, 1), as_of[0]))
    parts = moved(found)
    assert found is not None
    assert (found.published, found.now) == tuple(number[0] for number in numbers if number)
    assert {cause: parts[cause] for cause in ("late", "withdrawn", "reclassified")} == by_hand
    assert by_hand == {"late": by_hand["late"], "withdrawn": -1, "reclassified": -1}
    assert by_hand["late"] >= 1
    assert kept == (2,)
