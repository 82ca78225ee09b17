"""Database tables: increments, overlap, corrections, deletions, failures."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from sqlite3 import connect

import pytest

from jingcang.errors import JingcangError
from jingcang.landing import reconcile
from jingcang.landing.manifests import current_cut

from .conftest import Scene, call


def test_first_pull_lands_every_row(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1"), call("J2", kind="20")])
    result = scene.land()
    assert (result.read, result.accepted, result.quarantined) == (2, 2, 0)
    assert scene.in_force() == [("J1", "10"), ("J2", "20")]
    assert result.affected == {"incidents": {dt.date(2026, 5, 1)}}
    assert scene.rows("select event_at::varchar, event_hour from landed.incidents limit 1") == [
        ("2026-05-01 00:00:00+00", 8)
    ]
    law(scene)


def test_nothing_new_makes_no_batch(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1")])
    scene.land()
    before = current_cut(scene.home)
    assert scene.land().batches == ()
    scene.sqlite("vacuum")  # another file time, the same rows
    assert scene.land().batches == ()
    assert current_cut(scene.home) == before


def test_rows_on_the_watermark_itself_are_not_lost(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1")])
    scene.land()
    scene.sqlite(rows=[call("J2")])
    result = scene.land()
    assert (result.read, result.accepted, result.repeated) == (2, 1, 1)
    assert [row[0] for row in scene.in_force()] == ["J1", "J2"]
    law(scene)


def test_correction_supersedes_and_names_both_dates(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1"), call("J2")])
    scene.land()
    scene.sqlite(
        "delete from calls where JJDBH = 'J1'",
        rows=[call("J1", "2025-04-01 08:00:00", "30", "2026-06-01 00:00:00")],
    )
    result = scene.land()
    assert result.affected == {"incidents": {dt.date(2026, 5, 1), dt.date(2025, 4, 1)}}
    assert scene.in_force() == [("J1", "30"), ("J2", "10")]
    assert scene.books()["rows_superseded"].to_list() == [1, 0]
    assert scene.books()["rows_accepted"].sum() == 2
    law(scene)
    assert reconcile(scene.home, current_cut(scene.home))[1] == []


def test_late_row_with_an_old_watermark_lands(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1", updated="2026-06-01 00:00:00")])
    scene.land()
    scene.sqlite(rows=[call("J0", "2025-05-01 00:00:00", updated="2025-05-01 00:00:00")])
    result = scene.land()
    assert result.accepted == 1
    assert result.affected == {"incidents": {dt.date(2025, 5, 1)}}
    law(scene)


def test_far_future_watermark_hides_nothing(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1", updated="2999-01-01 00:00:00")])
    scene.land()
    scene.sqlite("update calls set AJLB = '11', GXSJ = '2026-06-02 00:00:00' where JJDBH = 'J1'")
    scene.sqlite(rows=[call("J2", updated="2026-06-01 00:00:00")])
    scene.land()
    assert "J2" in [row[0] for row in scene.in_force()]


def test_hard_delete_becomes_a_tombstone_and_can_come_back(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1"), call("J2"), call("J3")])
    scene.land()
    scene.sqlite("delete from calls where JJDBH = 'J2'")
    result = scene.land()
    assert (result.tombstoned, result.affected) == (1, {"incidents": {dt.date(2026, 5, 1)}})
    assert [row[0] for row in scene.in_force()] == ["J1", "J3"]
    scene.sqlite(rows=[call("J2")])
    assert scene.land().accepted == 1
    assert [row[0] for row in scene.in_force()] == ["J1", "J2", "J3"]
    law(scene)
    assert reconcile(scene.home, current_cut(scene.home))[1] == []


def test_empty_extract_never_deletes(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1"), call("J2")])
    scene.land()
    scene.sqlite("delete from calls")
    result = scene.land()
    assert result.batches == ()
    assert any("空表" in alert for alert in result.alerts)
    assert len(scene.in_force()) == 2


def test_mass_delete_waits_for_a_steward(scene: Scene) -> None:
    scene.sqlite(rows=[call(f"J{number:03d}") for number in range(40)])
    scene.land()
    scene.sqlite("delete from calls where JJDBH > 'J005'")
    assert any("confirmed_deletions" in alert for alert in scene.land().alerts)
    assert len(scene.in_force()) == 40
    scene.settings["confirmed_deletions"] = ["case.calls"]
    assert scene.land().tombstoned == 34
    assert len(scene.in_force()) == 6


def test_same_key_with_other_content_is_quarantined_whole(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1"), call("J1", kind="99"), call("J2"), call("J2")])
    result = scene.land()
    assert (result.accepted, result.quarantined, result.repeated) == (1, 2, 1)
    assert scene.rows("select rule_id, count(*) from landed.quarantined_rows group by all") == [("key", 2)]
    assert scene.land().batches == ()
    scene.sqlite("vacuum")
    assert scene.land().batches == (), "an unchanged conflict is no news"
    scene.sqlite("delete from calls where AJLB = '99'")
    scene.land()
    assert [row[0] for row in scene.in_force()] == ["J1", "J2"]
    assert scene.rows("select count(*) from landed.quarantined_rows") == [(0,)]
    law(scene)


def test_quarantined_update_takes_the_old_version_out(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1"), call("J2")])
    scene.land()
    scene.sqlite("update calls set BJSJ = '昨天', GXSJ = '2026-06-02 00:00:00' where JJDBH = 'J1'")
    scene.land()
    assert [row[0] for row in scene.in_force()] == ["J2"]
    query = "select rule_id, source_key, source_line, raw_values_masked from landed.quarantined_rows"
    ((rule, key, line, values),) = scene.rows(query)
    assert (rule, key, line) == ("BJSJ.format", "J1", None)
    assert "手机" not in values
    law(scene)


def test_row_without_key_is_a_record_of_its_own(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1"), call(""), call("")])
    result = scene.land()
    assert (result.accepted, result.quarantined) == (1, 2)
    scene.sqlite("vacuum")
    assert scene.land().batches == ()
    scene.sqlite("update calls set JJDBH = 'J' || rowid where JJDBH = ''")
    scene.land()
    assert len(scene.in_force()) == 3
    assert scene.rows("select count(*) from landed.quarantined_rows") == [(0,)]
    law(scene)


def test_steps_and_a_fresh_home_agree(scene: Scene) -> None:
    scene.sqlite(rows=[call(f"J{number}") for number in range(6)])
    scene.land()
    scene.sqlite("update calls set AJLB = '77', GXSJ = '2026-06-01 00:00:00' where JJDBH = 'J3'")
    scene.land()
    scene.sqlite(
        "delete from calls where JJDBH = 'J5'",
        rows=[call("J9", updated="2020-01-01 00:00:00"), call("J4", kind="1")],
    )
    scene.land()
    stepwise = scene.rows(
        "select * exclude (_source_batch_id, _source_line) from landed.incidents order by all"
    )
    scene.home_name = "fresh"
    scene.land()
    assert (
        scene.rows("select * exclude (_source_batch_id, _source_line) from landed.incidents order by all")
        == stepwise
    )
    assert len(stepwise) == 5


def test_what_sqlite_chooses_itself_is_what_a_full_pull_finds(scene: Scene) -> None:
    """Keys with quotes and in two cases, numbers, an absent and a late update time, in columns of odd types."""
    with closing(connect(scene.data / "case.sqlite")) as connection, connection:
        connection.execute(
            "create table calls (JJDBH text collate nocase, BJSJ text, BJNR, AJLB numeric, GXSJ text collate nocase)"
        )
    scene.sqlite(rows=[call("j1", updated="2026-06-01 00:00:00"), call("J2", kind="10.50")])
    scene.land()
    scene.sqlite(
        "update calls set AJLB = 77, BJNR = 12.5, GXSJ = '2026-06-02 00:00:00' where JJDBH = 'J2'",
        rows=[
            call("J1", updated="2020-01-01 00:00:00"),
            call("J'3", updated="2020-01-01 00:00:00"),
            (7, "2026-05-01 08:00:00", None, 10, None),
        ],
    )
    query = "select * exclude (_source_batch_id, _source_line) from landed.incidents order by all"
    assert scene.land().accepted == 4
    stepwise = scene.rows(query)
    scene.home_name = "fresh"
    scene.land()
    assert scene.rows(query) == stepwise
    assert {row[0] for row in scene.in_force()} == {"j1", "J1", "J2", "J'3", "7"}


def test_missing_column_loads_the_rest_and_says_so(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1")])
    scene.sqlite("alter table calls drop column AJLB", "alter table calls add column XZLB text")
    result = scene.land()
    assert result.accepted == 1
    assert any("AJLB（用于 incidents.initial_class_raw）" in alert for alert in result.alerts)
    assert any("XZLB（没有字段使用）" in alert for alert in result.alerts)
    assert result.drift == {"AJLB": ("incidents.initial_class_raw",), "XZLB": ()}


def test_lost_required_column_names_its_consumers(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1")])
    scene.sqlite("alter table calls rename column BJSJ to BJSJ2")
    with pytest.raises(JingcangError, match="BJSJ") as caught:
        scene.land()
    assert "incidents.event_date" in str(caught.value)


def test_source_down_names_the_source_and_keeps_what_landed(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1")])
    scene.land()
    (scene.data / "case.sqlite").unlink()
    with pytest.raises(JingcangError, match="来源系统 case"):
        scene.land()
    assert len(scene.in_force()) == 1


@pytest.mark.parametrize("url", ["postgresql://u:secret@127.0.0.1:1/x", "mysql://u:secret@127.0.0.1:1/x"])
def test_server_down_never_shows_the_account(scene: Scene, url: str) -> None:
    scene.url = url
    with pytest.raises(JingcangError, match="来源系统 case") as caught:
        scene.land()
    assert "secret" not in str(caught.value)


def test_changed_mapping_is_replayed_from_raw_without_the_source(scene: Scene, law) -> None:
    scene.sqlite(rows=[call("J1"), call("J2"), call("J3")])
    scene.land()
    scene.sqlite("update calls set AJLB = '55', GXSJ = '2026-06-01 00:00:00' where JJDBH = 'J1'")
    scene.land()
    scene.sqlite("delete from calls where JJDBH = 'J3'")
    scene.land()
    scene.mapping["initial_class_raw"] = {"from": "AJLB", "transform": "zero_pad", "width": 4}
    result = scene.land()
    assert result.affected == {"incidents": "all"}
    assert scene.in_force() == [("J1", "0055"), ("J2", "0010")]
    scene.sqlite("vacuum")
    assert scene.land().batches == ()
    law(scene)


def test_snapshot_without_watermark_follows_the_source(scene: Scene, law) -> None:
    scene.custom = {"strategy": "snapshot"}
    scene.sqlite(rows=[call("J1"), call("J2")])
    scene.land()
    for kind in ("A", "B", "A"):
        scene.sqlite(f"update calls set AJLB = '{kind}' where JJDBH = 'J1'")
        scene.land()
        assert scene.in_force()[0] == ("J1", kind)
    law(scene)


def test_table_without_key_is_replaced_as_a_whole(scene: Scene, law) -> None:
    scene.custom = {"strategy": "snapshot"}
    scene.keyless()
    scene.sqlite(rows=[call("J1"), call("J1")])
    assert scene.land().accepted == 2
    scene.sqlite(rows=[call("J2")])
    scene.land()
    assert len(scene.in_force()) == 3
    law(scene)
