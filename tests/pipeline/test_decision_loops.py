"""What stewards decide from proposal to published figure and back, through whole runs that several kinds share.

Of what two kinds decide together in one run, neither reaches what the other is judged by: a mapping incidents, a fix
archives, a rule labels; an alias reaches incidents too and has runs of its own. In the end everything is revoked and
the content is what it was.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest

from jingcang.access import Door
from jingcang.access.accounts import find_account
from jingcang.access.aliases import judge_alias, propose_alias
from jingcang.access.identity import Identity
from jingcang.access.label_rules import current_rows, judge_rule, propose_rule, try_draft
from jingcang.access.mappings import Meaning, decide_meaning, judge_meaning
from jingcang.access.quarantine import decide_fix, propose_fix, try_fix
from jingcang.contracts import load_profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import CORRECTION_TICKETS, REPLAY_REQUESTS, landed_decisions, manifests
from jingcang.landing.fixes import Fix
from jingcang.workbench import Actor, Workbench
from jingcang.workbench.fixes import FixBook
from jingcang.workbench.label_rules import WRITTEN
from jingcang.workbench.replays import ReplayBook
from jingcang.workbench.tickets import TicketBook, TicketRow

Run = Callable[..., "CompletedProcess[str]"]
DEMO = Path(__file__).resolve().parents[2] / "data_contracts" / "profiles" / "demo"


class World:
    """A copy of the demo home with sources of its own, two stewards, and what they do.

    Args:
        home: the copy.
        jingcang: runs the console command.
    """

    def __init__(self, home: Home, jingcang: Run) -> None:
        self.home, self._jingcang = home, jingcang
        self.workbench = Workbench.open(home, {})
        self.door = Door(home, workbench=self.workbench)
        self.wang, self.zhao = (find_account(self.workbench, name).identity for name in ("wang", "zhao"))
        # A copy of a home goes on reading the sources of the home it is a copy of.
        registered = json.loads((home.root / "profile.json").read_text())
        self.sources = shutil.copytree(registered["data"], home.root / "own_sources", symlinks=True)
        (home.root / "profile.json").write_text(json.dumps({**registered, "data": str(self.sources)}))

    def published(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(os.path.realpath(self.home.current_link), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def run(self) -> dict[str, Any]:
        return json.loads(self._jingcang("run", "--json", "--home", self.home.root).stdout.splitlines()[-1])


class MappingOfACode:
    """The most frequent code that no mapping knows."""

    FIELD = "incidents.initial_class_raw"

    def __init__(self, world: World) -> None:
        self.world = world
        (self.system, self.value, self.dictionary, self.count), *_ = world.published(
            "select source_system, source_value, dictionary, record_count from rpt_unmapped_values"
            f" where field_name = '{self.FIELD}' order by record_count desc, source_value limit 1"
        )
        self.judge = {"field_name": self.FIELD, "reason": "与来源核实", "generation": "g1"}
        self.is_back()

    def labels(self) -> list[tuple[Any, ...]]:
        return self.world.published(
            "select initial_class_label, count(*) from fct_incidents"
            f" where initial_class_raw = '{self.value}' group by 1"
        )

    def approve(self) -> None:
        world = self.world
        meaning = Meaning(self.system, self.FIELD, self.value, self.dictionary, "mapped", "200000", "broader")
        self.number, state = decide_meaning(
            world.door, world.wang, world.workbench, meaning, reason="老系统的代码", generation="g1"
        )
        assert state == "proposed"
        judge_meaning(
            world.door, world.zhao, world.workbench, self.number, "approve", seen_version=1, **self.judge
        )

    def acts(self) -> None:
        assert self.labels() == [("治安", self.count)]
        unmapped = f"select 1 from rpt_unmapped_values where source_value = '{self.value}'"
        assert self.world.published(f"{unmapped} and field_name = '{self.FIELD}'") == []
        assert self.world.published("select 1 from fct_reconciliation where source_table = 'code_mappings'")

    def revoke(self) -> None:
        world = self.world
        judge_meaning(
            world.door, world.wang, world.workbench, self.number, "revoke", seen_version=2, **self.judge
        )

    def is_back(self) -> None:
        assert self.labels() == [("未映射", self.count)]


class FixOfAValue:
    """Values that a rule of the archive's items refuses, read as 是; with it a replay is asked for."""

    SOURCE, RULE, COLUMN = "archive.da_daml", "有校验.enum", "有校验"
    QUARANTINED = (
        "select json_extract_string(raw_values_masked, '$.有校验'), source_key from fct_quarantined_rows"
        f" where source_table = 'da_daml' and rule_id = '{RULE}'"
    )
    ITEMS = "select count(*) from fct_archive_items"

    def __init__(self, world: World) -> None:
        self.world = world
        self.table = load_profile(DEMO, data=world.sources).table(self.SOURCE)
        self.items = world.published(self.ITEMS)[0][0]
        self.rows = world.published(self.QUARANTINED)
        assert self.rows
        self.fix = Fix(
            "archive", "da_daml", self.RULE, self.COLUMN, "replace", {value: "是" for value, _ in self.rows}
        )

    def tried(self) -> None:
        world, rows = self.world, self.rows
        seen = try_fix(world.door, world.wang, world.home, self.table, self.fix)
        assert (seen.rows, seen.changed, seen.accepted, seen.left, seen.unread) == (len(rows),) * 3 + ({}, 0)
        assert {(old, new) for old, new, _ in seen.pairs} == {(value, "是") for value, _ in rows}
        other = Fix("archive", "da_daml", self.RULE, self.COLUMN, "normalise")
        useless = try_fix(world.door, world.wang, world.home, self.table, other)
        assert (useless.accepted, useless.left) == (0, {self.RULE: len(rows)})
        of_one_unit = Identity("wang", "王某", "steward", ("99990101",))
        with pytest.raises(JingcangError, match="全部单位"):
            try_fix(world.door, of_one_unit, world.home, self.table, self.fix)

    def approve(self) -> None:
        world = self.world
        self.number = propose_fix(
            world.door, world.wang, world.workbench, self.table, self.fix, reason="旧系统的写法",
            generation="g1",
        )  # fmt: skip
        ReplayBook(world.workbench).request("archive", "da_jylog", reason="补投", by="wang", generation="g1")
        TicketBook(world.workbench).create(
            [TicketRow(f"{self.SOURCE}.{self.RULE}", self.SOURCE, key) for _, key in self.rows],
            Actor("wang", "steward"), unit_no="99990101", assigned_to="李四", due_date=date(2026, 7, 14), run_no=1,
            generation="g1",
        )  # fmt: skip
        self.declared = Fix(**{**vars(self.fix), "fix_no": self.number})
        decision = {"seen_version": 1, "reason": "与来源核实", "generation": "g1"}
        with pytest.raises(JingcangError, match="不能审核自己"):
            decide_fix(world.door, world.wang, world.workbench, self.declared, "approve", **decision)
        decide_fix(world.door, world.zhao, world.workbench, self.declared, "approve", **decision)

    def acts(self) -> None:
        published, check, rows = self.world.published, f"{self.SOURCE}.{self.RULE}", self.rows
        assert published(self.QUARANTINED) == []
        assert published(self.ITEMS) == [(self.items + len(rows),)]
        traced = f"select source_key, row_state, fix_no from rpt_quality_rows where check_id = '{check}'"
        assert sorted(published(traced)) == sorted((key, "loaded", self.number) for _, key in rows)
        books = (
            "select cast(sum(rows_corrected) as bigint), bool_and(is_balanced) from fct_reconciliation"
            " where source_table = 'da_daml'"
        )
        assert published(books) == [(len(rows), True)]
        count = f"select rows_violated from fct_quality_results where is_latest_run and check_id = '{check}'"
        assert published(count) == [(len(rows),)], "the source is as wrong as before"
        (request,) = ReplayBook(self.world.workbench).requested()
        assert request.run_id
        self.flowed_back()

    def flowed_back(self) -> None:
        """What was asked and handed out is landed once, with who, when, why and on which generation."""
        home = self.world.home
        (asked,) = landed_decisions(home, REPLAY_REQUESTS).to_dicts()
        assert (asked["source_table"], asked["requested_by"], asked["role"]) == (
            "da_jylog",
            "wang",
            "steward",
        )
        assert (asked["reason"], asked["generation"]) == ("补投", "g1")
        assert asked["requested_at"] is not None
        returned = landed_decisions(home, CORRECTION_TICKETS)
        assert sorted(returned["row_key"]) == sorted(key for _, key in self.rows)
        assert set(returned.select("created_by", "assigned_to", "generation").rows()) == {
            ("wang", "李四", "g1")
        }
        batches = [entry.table for entry in manifests(home) if entry.system == "_workbench"]
        assert (batches.count(REPLAY_REQUESTS), batches.count(CORRECTION_TICKETS)) == (1, 1)

    def revoke(self) -> None:
        world = self.world
        decide_fix(
            world.door, world.wang, world.workbench, self.declared, "revoke", seen_version=2,
            reason="来源已改", generation="g2",
        )  # fmt: skip

    def is_back(self) -> None:
        self.flowed_back()
        assert sorted(self.world.published(self.QUARANTINED)) == sorted(self.rows)
        steps = FixBook(self.world.workbench).actions(self.number)
        assert [step["action"] for step in steps] == ["propose", "approve", "revoke"]


class RuleOfALabel:
    """A label rule that some thirty cases met: retired, then of another certainty."""

    def __init__(self, world: World) -> None:
        self.world = world
        (self.rule_id,) = world.published(
            "select rule_id from fct_case_labels group by 1 order by abs(count(*) - 30), 1 limit 1"
        )[0]
        self.before = self.labelled()
        known = next(row for row in current_rows(world.workbench) if row["rule_id"] == self.rule_id)
        self.draft = {name: known[name] for name in WRITTEN} | {"status": "retired"}
        self.judge = {"rule_id": self.rule_id, "reason": "看过试验", "generation": "g1"}

    def labelled(self) -> list[tuple[Any, ...]]:
        """Return versions of the rule with their labels."""
        return self.world.published(
            f"select rule_version, count(*) from fct_case_labels where rule_id = '{self.rule_id}'"
            " group by 1 order by 1"
        )

    def tried(self) -> None:
        world = self.world
        sealed = "select case_id from fct_case_persons where is_sealed and case_id is not null"
        self.cases, readable = world.published(
            f"select count(*), count(*) filter (where case_id not in ({sealed})) from fct_cases"
        )[0]
        trial, _ = try_draft(world.door, world.wang, world.home, world.workbench, self.draft)
        assert 0 < trial.narratives == readable < self.cases
        assert sum(count[1] for count in trial.counts.values()) > 0
        self.touched = trial.touched

    def approve(self) -> None:
        world = self.world
        self.number = propose_rule(
            world.door, world.wang, world.workbench, self.draft, reason="误标太多", generation="g1"
        )
        judge_rule(
            world.door, world.zhao, world.workbench, self.number, "approve", seen_version=1, **self.judge
        )

    def acts(self, report: dict[str, Any]) -> None:
        assert 0 < self.touched <= report["derived"]["case_labels"] < self.cases / 4
        assert self.labelled() == []

    def approve_another(self) -> None:
        self.draft |= {"status": "active", "confidence_pct": "66"}
        self.approve()

    def another_acts(self) -> None:
        assert [version for version, _ in self.labelled()] == [f"1.0.0+{self.number}"]

    def revoke(self) -> None:
        world = self.world
        for number in (self.number, self.number - 1):
            judge_rule(
                world.door, world.wang, world.workbench, number, "revoke", seen_version=2, **self.judge
            )

    def is_back(self, report: dict[str, Any]) -> None:
        assert "case_labels" not in report["derived"]
        assert self.labelled() == self.before


class AliasOfARoad:
    """A road that the standard addresses give another name since the last run."""

    STANDARD = "改名后大道"

    def __init__(self, world: World) -> None:
        self.world = world
        (self.written,) = world.published(
            """
            select i.road_name from fct_incidents as i
            inner join dim_address as a on i.road_name = a.road_name
            group by 1 order by count(*) desc, 1 limit 1
            """
        )[0]
        self.unmatched = f"from rpt_unmatched_roads where road_name = '{self.written}'"
        self.judge = {"written_name": self.written, "reason": "看过路牌", "generation": "g1"}

    def rename_in_the_source(self) -> None:
        with closing(sqlite3.connect(self.world.sources / "population.sqlite")) as source, source:
            source.execute(
                "update dz_bzdz set LM = ?, XGSJ = (select max(XGSJ) from dz_bzdz) where LM = ?",
                (self.STANDARD, self.written),
            )

    def located(self) -> int:
        """Return the incidents on the standard road."""
        (count,) = self.world.published(
            f"select coalesce(sum(record_count), 0) from fct_incidents where road_name = '{self.STANDARD}'"
        )[0]
        return int(count)

    def approve(self) -> None:
        world = self.world
        (self.count,) = world.published(f"select sum(record_count) {self.unmatched}")[0]
        assert self.count > 0
        self.at_first = self.located()
        roads = [name for (name,) in world.published("select distinct road_name from dim_address") if name]
        self.number = propose_alias(
            world.door, world.wang, world.workbench, self.written, self.STANDARD, standard_names=roads,
            reason="路牌写法", generation="g1",
        )  # fmt: skip
        judge_alias(
            world.door, world.zhao, world.workbench, self.number, "approve", seen_version=1, **self.judge
        )

    def acts(self) -> None:
        assert self.located() == self.at_first + self.count
        assert self.world.published(f"select 1 {self.unmatched}") == []
        levels = f"select distinct address_match_level from fct_incidents where road_name = '{self.STANDARD}'"
        assert "none" not in {level for (level,) in self.world.published(levels)}

    def revoke(self) -> None:
        world = self.world
        judge_alias(
            world.door, world.zhao, world.workbench, self.number, "revoke", seen_version=2, **self.judge
        )


@pytest.fixture
def world(stewards_home: Home, jingcang: Run) -> World:
    return World(stewards_home, jingcang)


@pytest.mark.timeout(2400)  # five runs; how long one takes is the machine's affair
def test_decisions_act_at_the_next_run_and_their_revocation_restores_what_was(world: World) -> None:
    alias = AliasOfARoad(world)
    alias.rename_in_the_source()
    started = world.run()["content_hash"]

    mapping, fix, rule = MappingOfACode(world), FixOfAValue(world), RuleOfALabel(world)
    fix.tried()
    rule.tried()
    for decision in (mapping, fix, rule):
        decision.approve()
    report = world.run()
    assert report["changed"]
    assert not report["full_refresh"]
    mapping.acts()
    fix.acts()
    rule.acts(report)

    mapping.revoke()
    fix.revoke()
    rule.approve_another()
    assert not world.run()["full_refresh"]
    mapping.is_back()
    fix.is_back()
    rule.another_acts()

    rule.revoke()
    alias.approve()
    report = world.run()
    assert report["changed"]
    rule.is_back(report)
    alias.acts()

    alias.revoke()
    assert world.run()["content_hash"] == started
