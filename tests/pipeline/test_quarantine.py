"""``jingcang quarantine`` and ``jingcang replay`` on the demo: list, export, waive, replay, revoke."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import fastexcel
import polars as pl
import pytest

from jingcang.access.quarantine import waive
from jingcang.contracts import load_profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration import quarantine

Run = Callable[..., "CompletedProcess[str]"]
DEMO = Path(__file__).resolve().parents[2] / "data_contracts" / "profiles" / "demo"
SOURCE, RULE = "case.pj_cjdb", "signed_after_dispatched"


def _published(home: Path, query: str) -> list[tuple]:
    with duckdb.connect(os.path.realpath(home / "serving" / "current"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _hash(home: Path) -> str:
    name = Path(os.readlink(home / "serving" / "current")).stem
    return json.loads((home / "serving" / f"{name}.json").read_text())["content_hash"]


def test_waived_rows_load_until_revoked_and_a_replay_gives_the_same_content(
    copy_of_demo_home: Path, jingcang: Run
) -> None:
    home = ("--home", copy_of_demo_home)
    before, count = _hash(copy_of_demo_home), "select count(*) from fct_incident_response"
    dispatched = _published(copy_of_demo_home, count)[0][0]
    jingcang("users", "add", "wang", "--role", "steward", "--name", "王某", "--unit", "*", *home,
             JINGCANG_NEW_PASSWORD="a long enough one")  # fmt: skip
    listed = jingcang("quarantine", "list", "--source", SOURCE, *home).stdout
    rows = int(re.search(rf"(\d+) 行  {SOURCE}  {RULE}  签收时间早于派警时间", listed)[1])
    decide = ("quarantine", "waive", "--source", SOURCE, "--rule", RULE, "--all", "--by", "wang")
    told = jingcang(*decide, "--reason", "设备校时故障", "--until", "2099-01-01", *home).stdout
    assert f"已登记 {rows} 条豁免" in told
    found = quarantine.quarantined(Home(copy_of_demo_home), SOURCE, RULE)
    loading = sum(rule_ids == RULE for rule_ids in found["rule_ids"])
    assert 0 < loading < rows, "some rows break another rule too"
    assert f"其中 {rows - loading} 行还违反其他规则" in told
    told = jingcang("quarantine", "replay", "--source", SOURCE, *home).stdout
    assert f"{SOURCE}  {RULE}：{rows} → 0 行" in told
    assert _published(copy_of_demo_home, count)[0][0] == dispatched + loading
    waived = "select sum(rows_waived), bool_and(is_balanced) from fct_reconciliation where source_table = 'pj_cjdb'"
    assert _published(copy_of_demo_home, waived) == [(loading, True)]
    flagged = (
        f"select count(*) from rpt_quality_rows where check_id = '{SOURCE}.{RULE}' and row_state = 'loaded'"
    )
    assert _published(copy_of_demo_home, flagged)[0][0] >= loading
    listed = jingcang("quarantine", "list", "--source", SOURCE, "--rule", RULE, *home).stdout
    waivers = re.findall(r"豁免 (\w{32}) .*wang：设备校时故障  有效至 2099-01-01", listed)
    assert len(waivers) == rows
    jingcang("quarantine", "revoke", *waivers, "--by", "wang", *home)
    jingcang("replay", "--source", SOURCE, "--from", "2026-06-01", "--to", "2026-06-30", *home)
    assert _hash(copy_of_demo_home) == before


def test_exports_mask_persons_and_escape_formulas(copy_of_demo_home: Path, tmp_path: Path) -> None:
    profile = load_profile(DEMO, data=copy_of_demo_home / "sources")
    rows = quarantine.quarantined(Home(copy_of_demo_home), "population.rk_syrk")
    assert rows.height > 0
    planted = ["=cmd|' /C calc'!A0", " =1+1", "\u00a0=1", "\t=1", "\n=1", "+1", "-1", "@SUM(A1)"]
    bad = rows.head(1).with_columns(pl.lit(json.dumps({"BZ": None})).alias("raw_values_masked"))
    rows = pl.concat([
        rows, *[bad.with_columns(pl.lit(json.dumps({"BZ": text})).alias("raw_values_masked")) for text in planted]
    ])  # fmt: skip
    assert quarantine.export(profile, rows, tmp_path / "x.csv") == rows.height
    quarantine.export(profile, rows, tmp_path / "x.xlsx")
    content = (tmp_path / "x.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    header, *lines = csv.reader(content.decode("utf-8-sig").splitlines(keepends=True))
    sheet = fastexcel.read_excel(tmp_path / "x.xlsx").load_sheet(0, dtypes="string").to_polars()
    assert sheet.height == len(lines) == rows.height
    for cells in (*lines, *sheet.rows()):
        assert not [cell for cell in cells if cell and re.match(r"[\s\u00a0]*[=+\-@]", cell)]
    table = profile.table("population.rk_syrk")
    for column in table.columns:
        if column.classification in ("personal", "sensitive") and f"原值·{column.name}" in header:
            shown = {line[header.index(f"原值·{column.name}")] for line in lines}
            assert not [value for value in shown if re.search(r"[0-8\u4e00-\u67cf\u67d1-\u9fff]", value)], (
                column.name
            )
    with pytest.raises(JingcangError, match=r"\.xlsx"):
        quarantine.export(profile, rows, tmp_path / "x.pdf")


def test_a_personal_key_is_shown_by_shape_only(copy_of_demo_home: Path, tmp_path: Path) -> None:
    profile = load_profile(DEMO, data=copy_of_demo_home / "sources")
    rows = quarantine.quarantined(Home(copy_of_demo_home), SOURCE)
    table = profile.table(SOURCE)
    object.__setattr__(table.column(table.key[0]), "classification", "personal")
    quarantine.export(profile, rows, tmp_path / "x.csv")
    header, *lines = csv.reader((tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines())
    keys = {line[header.index("主键")] for line in lines}
    assert not keys & set(rows["source_key"])
    assert all(re.fullmatch(r"[9A某|?#.:_/\-]*", key) for key in keys), keys


def test_unknown_sources_keys_rules_and_spans_are_named(copy_of_demo_home: Path) -> None:
    profile = load_profile(DEMO, data=copy_of_demo_home / "sources")
    with pytest.raises(JingcangError, match="没有这个来源：nosuch"):
        quarantine.chosen_tables(profile, "nosuch")
    assert {table.system for table in quarantine.chosen_tables(profile, "case")} == {"case"}
    day = dt.date(2026, 6, 1)
    with pytest.raises(JingcangError, match="早于起始日"):
        quarantine.replay_plan(Home(copy_of_demo_home), [], day, day - dt.timedelta(days=1))
    tables = quarantine.chosen_tables(profile, SOURCE)
    assert quarantine.replay_plan(Home(copy_of_demo_home), tables, day, day) == {SOURCE: "split"}
    early = dt.date(1950, 1, 1)
    assert set(quarantine.replay_plan(Home(copy_of_demo_home), tables, early, early).values()) <= {
        "pull",
        "split",
    }
    rows = quarantine.quarantined(Home(copy_of_demo_home), SOURCE, "key")
    decision = {"reason": "x", "until": day, "as_of": day, "by": "wang"}
    with pytest.raises(JingcangError, match="不能豁免"):
        waive(None, rows, **decision)
    with pytest.raises(JingcangError, match="没有这样的行"):
        quarantine.chosen_rows(rows, ["没有这个主键"])
