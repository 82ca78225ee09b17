"""A verdict on a label from the drawn sample to the published state and quality figures, and its undoing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest

from jingcang.access import Door
from jingcang.access.accounts import find_account
from jingcang.access.label_reviews import Task, items_in_scope, judge, open_task, undo
from jingcang.config import LabelReview
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.labelling.review import UNLABELLED, SampleItem
from jingcang.landing import manifests
from jingcang.workbench import Workbench
from jingcang.workbench.label_reviews import ReviewBook, version_for
from orchestration.publish.review_sample import draw_review_sample

Run = Callable[..., "CompletedProcess[str]"]
GROUP = "作案手段"


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute(query).fetchall()


def run(jingcang: Run, home: Home) -> dict[str, Any]:
    return json.loads(jingcang("run", "--json", "--home", home.root).stdout.splitlines()[-1])


def test_verdicts_come_back_with_the_next_run_and_their_undoing_restores_it(
    stewards_home: Home, jingcang: Run
) -> None:
    home = stewards_home
    workbench = Workbench.open(home, {})
    book, door = ReviewBook(workbench), Door(home, workbench=workbench)
    wang, zhao = (find_account(workbench, name).identity for name in ("wang", "zhao"))
    before = json.loads((home.serving / f"{Path(os.readlink(home.current_link)).stem}.json").read_text())
    assert book.items(), "the demo draws the week's sample"
    assert draw_review_sample(home, LabelReview()) == 0, "drawn once a week"
    run(jingcang, home)
    landed = {entry.table for entry in manifests(home) if entry.system == "_workbench"}
    assert not any(name.startswith("label_s") for name in landed), "a sample nobody has looked at is nothing"

    strata = {stratum.stratum_no: stratum for stratum in book.strata()}
    items = items_in_scope(door, wang, book.items(book.latest_week()))
    assert len(items) == len(book.items()), "a steward of all units sees the whole sample"
    mine = [item for item in items if strata[item.stratum_no].label_group == GROUP]

    def task_of(item: SampleItem, who: Any = wang) -> Task:
        task = open_task(door, who, home, item, strata[item.stratum_no])
        assert task is not None
        return task

    def say(item: SampleItem, verdict: str, who: Any = wang, **more: Any) -> int:
        return judge(
            door, who, home, workbench, task_of(item, who), verdict,
            seen_version=version_for(item, book.verdicts(), who.user_id), **more,
        )  # fmt: skip

    labelled = [item for item in mine if strata[item.stratum_no].stratum_code != UNLABELLED]
    wrong, missed = labelled[0], next(i for i in mine if strata[i.stratum_no].stratum_code == UNLABELLED)
    codes = {strata[item.stratum_no].stratum_code for item in labelled}
    for item in mine:
        if item.sample_no == missed.sample_no:
            say(item, "missing", label_code="MO06", evidence=(0, 4))
        say(item, "wrong" if item.sample_no == wrong.sample_no else "correct")
        if item.is_overlap:
            say(item, "wrong" if item.sample_no == wrong.sample_no else "correct", zhao)
    stale = task_of(wrong)
    with pytest.raises(JingcangError, match="判定没有保存"):
        judge(door, zhao, home, workbench, stale, "correct", seen_version=0)

    report = run(jingcang, home)
    assert report["changed"]
    assert not report["full_refresh"]
    code = strata[wrong.stratum_no].stratum_code
    state = (
        "select distinct review_state, review_state_label from fct_case_labels"
        f" where case_id = '{wrong.case_id}' and label_code = '{code}'"
    )
    assert published(home, state) == [("rejected", "已否定")]
    person = (
        "select source, evidence_from, evidence_to, rule_id, review_state from fct_case_labels"
        f" where case_id = '{missed.case_id}' and label_code = 'MO06'"
    )
    expected = "disputed" if missed.is_overlap else "confirmed"
    assert published(home, person) == [("person", 0, 4, None, expected)]
    confirmed = published(
        home, f"select count(distinct case_id || label_code) from fct_case_labels where label_group = '{GROUP}'"
        " and source = 'rule' and review_state = 'confirmed'",
    )  # fmt: skip
    pairs = {(item.case_id, strata[item.stratum_no].stratum_code) for item in labelled}
    assert confirmed == [(len(pairs) - 1,)]
    figures = {
        (label, measure): (estimate, low, high, reviewed, hits)
        for label, measure, estimate, low, high, reviewed, hits in published(
            home, "select label_code, measure, estimate, ci_low, ci_high, reviewed_count, hit_count"
            f" from rpt_label_quality where label_group = '{GROUP}'",
        )
    }  # fmt: skip
    of_code = [item for item in labelled if strata[item.stratum_no].stratum_code == code]
    estimate, low, high, reviewed, hits = figures[code, "precision"]
    assert (reviewed, hits) == (len(of_code), len(of_code) - 1)
    assert float(estimate) == pytest.approx(hits / reviewed, abs=1e-6)
    assert 0 <= low <= estimate <= high <= 1
    assert float(figures["MO06", "recall"][0]) < 1 or missed.is_overlap
    for other in codes - {code}:
        assert figures[other, "precision"][0] == 1
    unseen = set(
        published(home, "select reviewed_count from rpt_label_quality where label_group = '纠纷类型'")
    )
    assert unseen == {(0,)}
    assert published(home, "select 1 from fct_reconciliation where source_table = 'label_verdicts'")

    everybody = book.items()
    while undo(door, wang, workbench, everybody) or undo(door, zhao, workbench, everybody):
        pass
    report = run(jingcang, home)
    assert published(home, state) == [("unreviewed", "未审")]
    assert published(home, person) == []
    assert report["content_hash"] == before["content_hash"] or published(
        home, "select distinct reviewed_count from rpt_label_quality"
    ) == [(0,)]


def test_the_same_sample_comes_back_from_the_same_generation(copy_of_demo_home: Path, tmp_path: Path) -> None:
    home = Home(copy_of_demo_home)
    first = ReviewBook(Workbench.open(home, {}))
    kept = (first.strata(), [vars(item) for item in first.items()])
    assert all(s.sampled_count <= s.stratum_count <= s.case_count for s in kept[0])
    Workbench.open(home, {}).close()
    for path in home.workbench_database.parent.glob(home.workbench_database.name + "*"):
        path.unlink()
    again = ReviewBook(Workbench.open(home, {}))
    assert draw_review_sample(home, LabelReview()) == len(kept[1])
    assert (again.strata(), [vars(item) for item in again.items()]) == kept
    Workbench.open(home, {}).close()
