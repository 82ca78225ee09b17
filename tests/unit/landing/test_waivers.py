"""Waivers in the split and replay of what has landed: flagged, counted, ended by themselves, idempotent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from jingcang.landing import (
    WAIVERS,
    current_cut,
    land_decisions,
    landed_decisions,
    reconcile,
    table_log,
    touches,
)
from jingcang.landing.decisions import SCHEMAS, row_digest, waivable

from .conftest import AS_OF, HEADER, Scene, call, lines

UNTIL = AS_OF + dt.timedelta(days=10)
#: Content that reads like a record, but the class is none of the closed set: quarantined, and nothing else is wrong.
RULE = "AJLB.enum"


@pytest.fixture(params=["database", "files"])
def quarantining(request: pytest.FixtureRequest, scene: Scene, csv_scene: Scene) -> Scene:
    """A table with two rows that a rule keeps out: one of a key each, or of a file and line each."""
    chosen = scene if request.param == "database" else csv_scene
    chosen.columns[3] |= {"enum": ["10", "20"]}
    rows = (call("J1"), call("J2", kind="77"), call("J3", kind="88"))
    if request.param == "database":
        chosen.sqlite(rows=list(rows))
    else:
        chosen.file("a.csv", lines(*rows))
    return chosen


def _decide(scene: Scene, kind: str = "77", **changes: Any) -> pl.DataFrame:
    """Waive the quarantined row of one class and land the decision."""
    found = scene.open().execute(
        "select source_system, source_table, rule_id, source_key, raw_values_masked"
        f" from landed.quarantined_rows where raw_values_masked like '%\"{kind}\"%'"
    ).pl()  # fmt: skip
    made = found.with_columns(row_digest(pl.col("raw_values_masked")).alias("row_digest"))
    row = dict.fromkeys(SCHEMAS[WAIVERS]) | made.drop("raw_values_masked").to_dicts()[0]
    row |= {"waiver_id": "w1", "reason": "历史代码，业务确认", "valid_from": AS_OF, "valid_to": UNTIL}
    land_decisions(scene.home, WAIVERS, [row | {"created_by": "shuju"} | changes], as_of=AS_OF)
    return landed_decisions(scene.home, WAIVERS)


def test_a_waived_row_loads_flagged_and_counted_and_the_others_stay(quarantining: Scene, law) -> None:
    quarantining.land()
    assert quarantining.rows("select count(*) from landed.quarantined_rows") == [(2,)]
    result = quarantining.land(waivers=_decide(quarantining))
    assert (result.accepted, result.quarantined, result.waived, result.flagged) == (2, 1, 1, 1)
    assert result.rule_counts[RULE] == 2, "the violation is counted, waived or not: the witness counts it too"
    assert {row[1] for row in quarantining.in_force()} == {"10", "77"}
    assert quarantining.rows("select rule_id, count(*) from landed.quality_flags group by all") == [(RULE, 1)]
    books = quarantining.books().filter(pl.col("source_system") == "case")
    assert books["rows_waived"].sum() == 1
    law(quarantining)
    assert reconcile(quarantining.home, current_cut(quarantining.home))[1] == []


def test_it_ends_by_itself_on_its_day_and_the_first_sight_is_kept(quarantining: Scene, law) -> None:
    quarantining.land()
    waivers = _decide(quarantining)
    quarantining.land(waivers=waivers, as_of=UNTIL - dt.timedelta(days=1))
    assert len(quarantining.in_force()) == 2
    assert quarantining.land(waivers=waivers, as_of=UNTIL - dt.timedelta(days=1)).batches == ()
    result = quarantining.land(waivers=waivers, as_of=UNTIL)
    assert (result.accepted, result.quarantined, result.waived) == (1, 2, 0)
    assert {row[1] for row in quarantining.in_force()} == {"10"}
    kept = "select distinct first_seen_at from landed.quarantined_rows where raw_values_masked like '%88%'"
    assert quarantining.rows(kept) == [(AS_OF,)]
    law(quarantining)


@pytest.mark.parametrize(
    "changes",
    [
        {"revoked_by": "shuju"},
        {"valid_from": AS_OF + dt.timedelta(days=1)},
        {"rule_id": "BJSJ.format"},
        {"row_digest": "0" * 32},
        {"source_table": "other"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_not_exactly_decided_stays_out(quarantining: Scene, changes: dict[str, Any]) -> None:
    quarantining.land()
    quarantining.land(waivers=_decide(quarantining, **changes))
    assert {row[1] for row in quarantining.in_force()} == {"10"}


def test_a_row_that_changes_in_the_source_is_judged_anew(scene: Scene) -> None:
    scene.columns[3] |= {"enum": ["10", "20"]}
    scene.sqlite(rows=[call("J1"), call("J2", kind="77")])
    scene.land()
    waivers = _decide(scene)
    scene.land(waivers=waivers)
    assert len(scene.in_force()) == 2
    scene.sqlite("update calls set AJLB = '99', GXSJ = '2026-06-02 00:00:00' where JJDBH = 'J2'")
    scene.land(waivers=waivers)
    assert scene.in_force() == [("J1", "10")]


def test_a_second_violation_is_not_waived_with_the_first(scene: Scene) -> None:
    scene.columns[3] |= {"enum": ["10", "20"]}
    scene.sqlite(rows=[call("J1"), call("J2", at="昨天", kind="77")])
    scene.land()
    scene.land(waivers=_decide(scene))
    assert scene.rows("select source_key from landed.quarantined_rows") == [("J2",)]


def test_decisions_land_once_and_lines_that_are_no_rows_cannot_be_waived(scene: Scene) -> None:
    scene.columns[3] |= {"enum": ["10"]}
    scene.sqlite(rows=[call("J2", kind="77")])
    scene.land()
    assert land_decisions(scene.home, WAIVERS, [], as_of=AS_OF) == ()
    waivers = _decide(scene)
    before = current_cut(scene.home).hash
    rows = waivers.to_dicts()
    assert land_decisions(scene.home, WAIVERS, rows, as_of=AS_OF) == ()
    assert (
        len(land_decisions(scene.home, WAIVERS, [row | {"revoked_by": "shuju"} for row in rows], as_of=AS_OF))
        == 1
    )
    assert current_cut(scene.home).hash != before, "a decision is input like any other"
    assert scene.rows("select waiver_id, revoked_by from landed.quarantine_waivers") == [("w1", "shuju")]
    assert [waivable(rule) for rule in ("AJLB.enum", "key", "ragged", "encoding", "incidents.x.mapped")] == [
        True, False, False, False, False,
    ]  # fmt: skip


def _content(scene: Scene) -> list[Any]:
    own = "_source_batch_id, _source_line"
    accepted = scene.rows(f"select * exclude ({own}) from landed.incidents order by all")
    quarantined = scene.rows("select * exclude (batch_id) from landed.quarantined_rows order by all")
    return [accepted, quarantined]


@pytest.mark.parametrize("again", ["pull", "split"])
def test_a_replay_changes_nothing_however_often(quarantining: Scene, again: Any, law) -> None:
    quarantining.land()
    good = _content(quarantining)
    for day in (1, 2):
        result = quarantining.land(again=again, as_of=AS_OF + dt.timedelta(days=day))
        assert bool(result.batches) == (again == "split")
        assert _content(quarantining) == good
        law(quarantining)
        assert reconcile(quarantining.home, current_cut(quarantining.home))[1] == []
    assert quarantining.land().batches == ()


def test_a_pull_again_brings_what_no_increment_saw(scene: Scene) -> None:
    scene.custom |= {"full_compare_days": 0}
    scene.sqlite(rows=[call("J1", updated="2025-01-01 00:00:00"), call("J2", updated="2026-05-02 00:00:00")])
    scene.land()
    scene.sqlite("update calls set AJLB = '66' where JJDBH = 'J1'")
    assert scene.land().batches == ()
    assert scene.land(again="pull").accepted == 1
    assert scene.in_force() == [("J1", "66"), ("J2", "10")]


def test_dates_decide_which_tables_are_split_again(csv_scene: Scene, law: Callable[[Scene], None]) -> None:
    csv_scene.file("a.csv", HEADER + "J1,2026-05-01 08:00:00,甲,10,\nJ2,2026-05-03 08:00:00,乙,10,\n")
    csv_scene.land()
    log = table_log(csv_scene.home, csv_scene.table())

    def touched(first: int, last: int) -> bool:
        return touches(csv_scene.home, log, dt.date(2026, 5, first), dt.date(2026, 5, last))

    assert [touched(1, 1), touched(2, 2), touched(2, 3), touched(4, 9)] == [True, False, True, False]
    csv_scene.file("b.csv", HEADER + "J3,不详,丙,10,\n")
    csv_scene.land()
    log = table_log(csv_scene.home, csv_scene.table())
    assert touched(4, 9), "a quarantined row without a date may belong to any day"
