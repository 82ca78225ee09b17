"""Declared fixes in the split: rows load with a trace, the books balance, a revoked fix puts them back."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from jingcang.errors import JingcangError
from jingcang.landing import FIXES, current_cut, land_decisions, landed_decisions, reconcile
from jingcang.landing.decisions import SCHEMAS
from jingcang.landing.fix_preview import preview
from jingcang.landing.fixes import Fix, apply_fixes, require_declarable

from .conftest import AS_OF, Scene, call, lines

ENUM, FORMAT = "AJLB.enum", "BJSJ.format"


@pytest.fixture(params=["database", "files"])
def quarantining(request: pytest.FixtureRequest, scene: Scene, csv_scene: Scene) -> Scene:
    """A table with a foreign class, a full-width class, and a row with two faults."""
    chosen = scene if request.param == "database" else csv_scene
    chosen.columns[3] |= {"enum": ["10", "20"]}
    rows = [
        call("J1"),
        call("J2", kind="77"),
        call("J3", kind="２０"),
        call("J4", at="2026/05/02 08:00:00", kind="77"),
    ]
    if request.param == "database":
        chosen.sqlite(rows=rows)
    else:
        chosen.file("a.csv", lines(*rows))
    return chosen


def declare(scene: Scene, *fixes: dict[str, Any]) -> pl.DataFrame:
    """Land fixes, approved unless they say otherwise."""
    rows = [
        dict.fromkeys(SCHEMAS[FIXES], "x")
        | {
            "fix_no": number,
            "source_system": "case",
            "source_table": "calls",
            "rule_id": ENUM,
            "column_name": "AJLB",
            "parameters": "{}",
            "state_code": "approved",
        }
        | fix
        for number, fix in enumerate(fixes, 1)
    ]
    land_decisions(scene.home, FIXES, rows, as_of=AS_OF)
    return landed_decisions(scene.home, FIXES)


REPLACE = {"kind": "replace", "parameters": json.dumps({"77": "20"})}
WIDTH = {"kind": "normalise"}
DATE = {
    "kind": "date_format", "rule_id": FORMAT, "column_name": "BJSJ",
    "parameters": json.dumps({"format": "%Y/%m/%d %H:%M:%S"}),
}  # fmt: skip


def quarantined(scene: Scene) -> list[tuple[Any, ...]]:
    return scene.rows(
        "select rule_ids, raw_values_masked from landed.quarantined_rows order by raw_values_masked"
    )


def test_a_fixed_row_loads_with_its_trace_and_what_still_fails_stays_as_received(
    quarantining: Scene, law: Any
) -> None:
    quarantining.land()
    before = quarantined(quarantining)
    assert len(before) == 3
    result = quarantining.land(fixes=declare(quarantining, REPLACE, WIDTH))
    assert (result.accepted, result.quarantined, result.corrected, result.waived) == (3, 1, 2, 0)
    assert result.rule_counts[ENUM] == 3, (
        "the violations as received are counted: the witness counts them too"
    )
    assert sorted(kind for _, kind in quarantining.in_force()) == ["10", "20", "20"]
    flags = quarantining.rows("select rule_id, fix_no from landed.quality_flags order by fix_no")
    assert flags == [(ENUM, 1), (ENUM, 2)]
    (left,) = quarantined(quarantining)
    assert left in before
    assert "77" in left[1], "a row that does not load keeps the values it was received with"
    books = quarantining.books().filter(pl.col("source_system") == "case")
    assert books["rows_corrected"].sum() == 2
    law(quarantining)
    assert reconcile(quarantining.home, current_cut(quarantining.home))[1] == []


def test_two_fixes_together_heal_a_row_with_two_faults_and_a_rerun_changes_nothing(
    quarantining: Scene, law: Any
) -> None:
    quarantining.land()
    fixes = declare(quarantining, REPLACE, WIDTH, DATE)
    assert quarantining.land(fixes=fixes).quarantined == 0
    flags = quarantining.rows(
        "select rule_id, fix_no, count(*) from landed.quality_flags group by all order by all"
    )
    assert flags == [(ENUM, 1, 2), (ENUM, 2, 1), (FORMAT, 3, 1)]
    dates = quarantining.rows("select distinct event_date from landed.incidents order by 1")
    assert [str(day) for (day,) in dates] == ["2026-05-01", "2026-05-02"]
    assert quarantining.land(fixes=fixes).batches == ()
    law(quarantining)


@pytest.mark.parametrize("state", ["proposed", "rejected", "withdrawn", "revoked"])
def test_only_an_approved_fix_acts_and_a_revoked_one_puts_the_rows_back(
    quarantining: Scene, law: Any, state: str
) -> None:
    quarantining.land()
    before = quarantined(quarantining)
    quarantining.land(fixes=declare(quarantining, REPLACE))
    assert len(quarantined(quarantining)) == 2
    quarantining.land(fixes=declare(quarantining, REPLACE | {"state_code": state}))
    assert quarantined(quarantining) == before
    assert quarantining.rows("select count(*) from landed.quality_flags") == [(0,)]
    law(quarantining)


def test_rows_that_break_no_rule_or_another_one_are_left_alone(scene: Scene) -> None:
    scene.columns[3] |= {"enum": ["10", "20"]}
    scene.sqlite(rows=[call("J1"), call("J2", kind="77")])
    scene.land(fixes=declare(scene, {"kind": "replace", "parameters": json.dumps({"10": "20"})}))
    assert scene.in_force() == [("J1", "10")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule_id": "key"}, "不成其为一条记录"),
        ({"column_name": "JJDBH", "rule_id": "JJDBH.required"}, "主键"),
        ({"column_name": "BJNR"}, "不看这一列"),
        ({"kind": "guess"}, "没有这种修正"),
        ({"kind": "replace", "parameters": {}}, "1 至 200 对值"),
        ({"kind": "date_format", "parameters": {"format": "%Y/%m/%d"}}, "只有日期"),
    ],
)
def test_what_cannot_be_declared_is_refused_with_the_reason(
    scene: Scene, changes: dict[str, Any], said: str
) -> None:
    scene.columns[3] |= {"enum": ["10", "20"]}
    fix = {"rule_id": ENUM, "column_name": "AJLB", "kind": "normalise", "parameters": {}} | changes
    with pytest.raises(JingcangError, match=said):
        require_declarable(Fix("case", "calls", **fix), scene.table())


def test_a_list_of_values_is_refused_on_a_personal_column(scene: Scene) -> None:
    scene.columns[3] |= {"enum": ["10", "20"], "classification": "personal"}
    fix = Fix("case", "calls", ENUM, "AJLB", "replace", {"张三": "10"})
    with pytest.raises(JingcangError, match="个人信息"):
        require_declarable(fix, scene.table())


@pytest.mark.parametrize(
    ("kind", "parameters", "received", "read"),
    [
        ("normalise", {}, "　ＡＢ１２　 c  d ", "AB12 c d"),
        ("normalise", {}, "　", None),
        ("remove_spaces", {}, "1 3　8 ", "138"),
        ("replace", {"x": ""}, "x", None),
        ("replace", {"x": "y"}, "z", "z"),
        ("date_format", {"format": "%Y年%m月%d日"}, "2026年5月1日", "2026-05-01 00:00:00"),
        ("date_format", {"format": "%Y/%m/%d"}, "2026/13/01", "2026/13/01"),
    ],
)
def test_each_transformation(
    scene: Scene, kind: str, parameters: dict[str, str], received: str, read: str
) -> None:
    frame = pl.DataFrame({"BJSJ": [received, None]}, schema={"BJSJ": pl.String})
    violated = pl.DataFrame({"r": [True, True]})
    fix = Fix("case", "calls", "r", "BJSJ", kind, parameters)
    applied: dict[str, pl.Series] = {}
    changed = apply_fixes(frame, violated, scene.table(), [fix], applied)
    assert changed.get("BJSJ", frame["BJSJ"]).to_list() == [read, None]
    assert applied.keys() == changed.keys() == ({"BJSJ"} if read != received else set())


def test_a_preview_tells_what_a_fix_would_do_and_writes_nothing(quarantining: Scene) -> None:
    quarantining.land()
    before = current_cut(quarantining.home)
    fix = Fix("case", "calls", ENUM, "AJLB", "replace", {"77": "20"})
    seen = preview(quarantining.home, quarantining.table(), fix)
    assert (seen.rows, seen.changed, seen.accepted, seen.unread) == (3, 2, 1, 0)
    assert seen.left == {ENUM: 1, FORMAT: 1}, "the full-width class and the date of the row with two faults"
    assert seen.pairs == [("77", "20", 2)]
    assert current_cut(quarantining.home) == before
    declare(quarantining, REPLACE, WIDTH)
    beside = preview(quarantining.home, quarantining.table(), date_fix())
    assert (beside.rows, beside.changed, beside.accepted, beside.left) == (1, 1, 1, {}), (
        "standing fixes act beside it"
    )


def date_fix() -> Fix:
    return Fix("case", "calls", FORMAT, "BJSJ", "date_format", {"format": "%Y/%m/%d %H:%M:%S"})


def test_rows_whose_raw_file_is_gone_are_counted_as_unknown(csv_scene: Scene) -> None:
    csv_scene.columns[3] |= {"enum": ["10"]}
    csv_scene.file("a.csv", lines(call("J1"), call("J2", kind="77")))
    csv_scene.land()
    for path in (csv_scene.home.landing / "raw").rglob("a.csv"):
        path.unlink()
    seen = preview(csv_scene.home, csv_scene.table(), Fix("case", "calls", ENUM, "AJLB", "normalise"))
    assert (seen.rows, seen.accepted, seen.unread) == (1, 0, 1)
