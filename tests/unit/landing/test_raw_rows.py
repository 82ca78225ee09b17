"""From a key to the row as received, in a database extract and in a delivered file, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pytest

from jingcang.access import Door, Identity
from jingcang.access.source_rows import NOT_SHOWN, read_source_row
from jingcang.errors import JingcangError
from jingcang.landing.manifests import manifests
from jingcang.landing.raw_rows import raw_rows, row_events
from jingcang.workbench import AuditLog, Workbench

from .conftest import Scene, call


def found(scene: Scene, key: str, batch: int = -1, **place: Any) -> list[Any]:
    entry = manifests(scene.home)[batch]
    where: dict[str, Any] = {"source_file": "", "source_line": None} | place
    return raw_rows(scene.home, scene.table(), entry.batch_id, source_key=key, **where)


def test_a_row_of_a_database_is_found_by_its_key_as_received(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1"), call("J2 ", kind="20"), call("J3", "不是时间")])
    scene.land()
    rows = found(scene, "J2")
    assert len(rows) == 1
    assert rows[0].values["JJDBH"] == "J2 ", "the value was not kept as received"
    assert rows[0].values["AJLB"] == "20"
    assert rows[0].path.endswith("extract.parquet")
    assert found(scene, "J3")[0].values["BJSJ"] == "不是时间"
    assert found(scene, "J9") == []
    assert (
        raw_rows(scene.home, scene.table(), "no batch", source_key="J2", source_file="", source_line=None)
        == []
    )


def test_a_line_of_a_file_without_a_key_is_found_by_file_and_line(scene: Scene) -> None:
    scene.kind = "files"
    scene.keyless()
    scene.custom = {"strategy": "files", "path": "*.csv", "format": "csv", "encoding": "utf-8"}
    header = ",".join(column["name"] for column in scene.columns)
    for name, text in (("a.csv", "甲"), ("b.csv", "乙")):
        lines = [header, *(f"J{number},2026-05-01 08:00:00,{text}{number},10," for number in (1, 2))]
        (scene.data / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    scene.land()
    rows = found(scene, "b.csv:3", source_file="b.csv", source_line=3)
    assert [(row.file, row.line, row.values["BJNR"]) for row in rows] == [("b.csv", 3, "乙2")]
    assert found(scene, "b.csv:9", source_file="b.csv", source_line=9) == []


def test_the_way_of_a_key_is_told_batch_by_batch(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1", "不是时间"), call("J2")])
    scene.land()
    scene.sqlite("delete from calls where JJDBH = 'J1'", rows=[call("J1", updated="2026-06-01 00:00:00")])
    scene.land()
    scene.sqlite("delete from calls where JJDBH = 'J1'")
    scene.land()
    events = row_events(scene.home, scene.table(), "J1")
    assert [(event.outcome, event.is_in_force) for event in events] == [
        ("quarantined", False),
        ("accepted", False),
        ("deleted", True),
    ]
    assert events[1].version.startswith("2026-06-01")
    assert [event.outcome for event in row_events(scene.home, scene.table(), "J2")] == ["accepted"]
    assert found(scene, "J1", batch=0)[0].values["BJSJ"] == "不是时间"


def place_of(scene: Scene, key: str) -> dict[str, Any]:
    """Return the file and line that landing gave a row in force."""
    file, line = scene.rows(
        f"select _source_file, _source_line from landed.incidents where _source_key = '{key}'"
    )[0]
    return {"source_file": file, "source_line": line}


def test_after_a_replay_a_line_of_a_database_shows_its_own_row_and_newest_version(scene: Scene) -> None:
    scene.sqlite(rows=[call(key, updated=f"2026-05-0{key[1]} 00:00:00") for key in ("J1", "J2", "J3")])
    scene.land()
    changed = call("J2", kind="20", updated="2026-05-05 00:00:00")
    later = call("J4", updated="2026-05-04 00:00:00")
    scene.sqlite("delete from calls where JJDBH = 'J2'", rows=[later, changed])
    scene.land()
    scene.land(again="split")
    for key, kind in (("J1", "10"), ("J2", "20"), ("J3", "10"), ("J4", "10")):
        rows = found(scene, key, **place_of(scene, key))
        assert {row.values["JJDBH"] for row in rows} == {key}, "a line of another raw file was shown"
        assert rows[0].values["AJLB"] == kind, "an older version was shown first"


def test_after_a_replay_a_row_without_a_key_is_known_by_its_content(scene: Scene) -> None:
    scene.sqlite(rows=[("", *call("J1")[1:]), call("J2")])
    scene.land()
    scene.sqlite(rows=[("", *call("J3", updated="2026-05-02 00:00:00")[1:])])
    scene.land()
    scene.land(again="split")
    replay = next(entry for entry in manifests(scene.home) if entry.replaces_all)
    held = pl.read_parquet(replay.file_of(scene.home, "quarantined"))
    shown: dict[str, set[str]] = {}
    for key, file, line in held.select("source_key", "source_file", "source_line").unique().rows():
        rows = raw_rows(
            scene.home, scene.table(), replay.batch_id, source_key=key, source_file=file, source_line=line
        )
        shown.setdefault(key, set()).update(row.values["BJNR"] or "" for row in rows)
    assert sorted(shown.values(), key=str) == [{"报警人称手机被盗（J1）"}, {"报警人称手机被盗（J3）"}]


@pytest.fixture
def door(scene: Scene) -> Iterator[Door]:
    """A door to a generation that lists one failing row of S1, landed from the scene."""
    next(column for column in scene.columns if column["name"] == "AJLB")["classification"] = "personal"
    scene.sqlite(rows=[call("J1", "不是时间", kind="张三A1")])
    scene.land()
    row = {
        "quality_row_id": "q1", "check_id": "case.calls.BJSJ.format", "row_state": "quarantined",
        "object_name": "case.calls", "row_key": "J1", "source_system": "case", "source_table": "calls",
        "source_key": "J1", "source_file": None, "source_line": None,
        "batch_id": manifests(scene.home)[-1].batch_id, "unit_no": "S1", "event_date": None, "fix_no": None,
    }  # fmt: skip
    with duckdb.connect(str(scene.home.serving / "g000001.duckdb")) as connection:
        columns = ", ".join(f"{name} {'date' if name == 'event_date' else 'varchar'}" for name in row)
        columns = columns.replace("source_line varchar", "source_line bigint")
        connection.execute(f"create table rpt_quality_rows ({columns})")
        connection.execute(
            f"insert into rpt_quality_rows values ({', '.join('?' * len(row))})", list(row.values())
        )
        connection.execute("create table dim_unit as select 'S1' as unit_no, null::varchar as parent_unit_no")
    scene.home.current_link.symlink_to("g000001.duckdb")
    workbench = Workbench.open(scene.home, {})
    yield Door(scene.home, workbench=workbench, is_current=lambda _: True)
    workbench.close()


def steward(*units: str) -> Identity:
    return Identity("chenhui", "陈慧", "steward", units)


def test_received_values_are_masked_by_class_and_the_look_is_audited(scene: Scene, door: Door) -> None:
    where = {"check_id": "case.calls.BJSJ.format", "row_id": "q1"}
    shown = read_source_row(door, steward("S1"), scene.home, scene.profile(), **where)
    assert shown is not None
    assert shown.received[0].values == {
        "JJDBH": "J1", "BJSJ": "不是时间", "BJNR": NOT_SHOWN, "AJLB": "某某A9", "GXSJ": "2026-05-01 09:00:00",
    }  # fmt: skip
    assert [event.outcome for event in shown.events] == ["quarantined"]
    log = AuditLog(Workbench.open(scene.home, {}))
    assert [entry.object_name for entry in log.entries(action="source_row_read")] == ["case.calls"]
    assert "J1" not in log.entries(action="source_row_read")[0].detail
    assert read_source_row(door, steward("S2"), scene.home, scene.profile(), **where) is None
    assert len(log.entries(action="source_row_read")) == 1


def test_without_an_audit_trail_no_raw_file_is_opened(
    scene: Scene, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise JingcangError("审计日志写不进去，操作已拒绝")

    opened: list[object] = []
    monkeypatch.setattr(AuditLog, "append", refuse)
    monkeypatch.setattr("jingcang.access.source_rows.raw_rows", lambda *a, **k: opened.append(a) or [])
    with pytest.raises(JingcangError, match="审计"):
        read_source_row(
            door, steward("S1"), scene.home, scene.profile(), check_id="case.calls.BJSJ.format", row_id="q1"
        )
    assert opened == []


def test_other_roles_are_refused(scene: Scene, door: Door) -> None:
    leader = Identity("zhaoliu", "赵六", "leader_station", ("S1",))
    with pytest.raises(JingcangError, match="无权"):
        read_source_row(door, leader, scene.home, None, check_id="case.calls.BJSJ.format", row_id="q1")
