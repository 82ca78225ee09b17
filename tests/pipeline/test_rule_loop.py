"""A decided label rule from proposal to published labels and back: few narratives are labelled again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb

from jingcang.access import Door
from jingcang.access.accounts import find_account
from jingcang.access.label_rules import current_rows, judge_rule, propose_rule, try_draft
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.label_rules import WRITTEN

Run = Callable[..., "CompletedProcess[str]"]
LABELLED = "select rule_version, count(*) from fct_case_labels where rule_id = '{}' group by 1 order by 1"


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute(query).fetchall()


def run(jingcang: Run, home: Home) -> dict[str, Any]:
    return json.loads(jingcang("run", "--json", "--home", home.root).stdout.splitlines()[-1])


def test_an_approved_rule_acts_and_its_revocation_restores_the_labels(
    stewards_home: Home, jingcang: Run
) -> None:
    home = stewards_home
    workbench = Workbench.open(home, {})
    door = Door(home, workbench=workbench)
    wang, zhao = (find_account(workbench, name).identity for name in ("wang", "zhao"))
    name = Path(os.readlink(home.current_link)).stem
    started = json.loads((home.serving / f"{name}.json").read_text())["content_hash"]
    (rule_id,) = published(
        home, "select rule_id from fct_case_labels group by 1 order by abs(count(*) - 30), 1 limit 1"
    )[0]
    before = published(home, LABELLED.format(rule_id))
    sealed = "select case_id from fct_case_persons where is_sealed and case_id is not null"
    cases, readable = published(
        home, f"select count(*), count(*) filter (where case_id not in ({sealed})) from fct_cases"
    )[0]
    known = next(row for row in current_rows(workbench) if row["rule_id"] == rule_id)
    draft = {name: known[name] for name in WRITTEN} | {"status": "retired"}
    trial, _ = try_draft(door, wang, home, workbench, draft)
    assert 0 < trial.narratives == readable < cases
    lost = sum(count[1] for count in trial.counts.values())
    assert lost > 0

    number = propose_rule(door, wang, workbench, draft, reason="误标太多", generation="g1")
    judge = {"rule_id": rule_id, "reason": "看过试验", "generation": "g1"}
    judge_rule(door, zhao, workbench, number, "approve", seen_version=1, **judge)
    report = run(jingcang, home)
    assert report["changed"]
    assert not report["full_refresh"]
    assert 0 < trial.touched <= report["derived"]["case_labels"] < cases / 4
    assert published(home, LABELLED.format(rule_id)) == []

    draft |= {"status": "active", "confidence_pct": "66"}
    number = propose_rule(door, wang, workbench, draft, reason="改回来", generation="g1")
    judge_rule(door, zhao, workbench, number, "approve", seen_version=1, **judge)
    run(jingcang, home)
    assert [version for version, _ in published(home, LABELLED.format(rule_id))] == [f"1.0.0+{number}"]

    for done in (number, number - 1):
        judge_rule(door, wang, workbench, done, "revoke", seen_version=2, **judge)
    report = run(jingcang, home)
    assert "case_labels" not in report["derived"]
    assert report["content_hash"] == started
    assert published(home, LABELLED.format(rule_id)) == before
