"""From a key to the row as received, in a database extract and in a delivered file, and what happened to it."""

from __future__ import annotations

from typing import Any

from jingcang.landing.manifests import manifests
from jingcang.landing.raw_rows import raw_rows, row_events

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
