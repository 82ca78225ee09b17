"""Versions of the labels: a decided rule makes a new one from the old one, which stays; damage costs only time."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from jingcang.home import Home
from jingcang.labelling import Labeller, label_cases, load_rules
from jingcang.labelling.rule_table import rows_in_force, rule_of, shipped_rows
from jingcang.landing import LABEL_RULES, current_cut, land_decisions
from orchestration.derive import labels
from orchestration.derive.steps import ORIGIN, STEPS, derive, version_folder
from orchestration.session import Silent
from tests.benchmarks.labelling import narratives_of

STEP = next(step for step in STEPS if step.name == labels.STEP)
BATCHES, EACH = ("b1", "b2"), 200
CHANGED = {
    **next(row for row in shipped_rows() if row["rule_id"] == "MO05-1"),
    "rule_version": "1.0.0+1", "confidence_pct": "71", "proposed_by": "wang", "decided_by": "zhao", "reason": "",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with two batches of narratives, one case without a narrative in each."""
    home = Home(tmp_path / "home").prepare()
    texts = narratives_of(len(BATCHES) * EACH)
    for number, batch_id in enumerate(BATCHES):
        path = home.landing / "accepted" / "cases" / f"{batch_id}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = [*texts[number * EACH : (number + 1) * EACH - 1], None]
        case_ids = [f"{batch_id}-{place}" for place in range(EACH)]
        pl.DataFrame(
            {"case_id": case_ids, "narrative_text": part, "_source_key": case_ids},
        ).with_columns(_source_file=pl.lit("cases.csv"), _source_line=pl.lit(1)).write_parquet(path)
    return home


def run(home: Home, *decided: dict[str, str]) -> tuple[int, int, Path, list[pl.DataFrame]]:
    """Land decisions and derive; return batches and narratives computed, the version's folder and its files."""
    land_decisions(home, LABEL_RULES, decided, as_of=dt.date(2026, 6, 30))
    cut = current_cut(home)
    cut = replace(cut, batches=(*BATCHES, *cut.batches))
    session: Any = SimpleNamespace(home=home, cut=cut, derived={}, progress=Silent(), timed=nullcontext)
    computed = derive(session, STEP)
    folder = version_folder(home, STEP, session.cut)
    files = [pl.read_parquet(folder / "cases" / f"{batch_id}.parquet") for batch_id in BATCHES]
    return computed, session.derived.get(STEP.name, 0), folder, files


def whole(home: Home, *decided: dict[str, str]) -> list[pl.DataFrame]:
    """Return what labelling every narrative by the rules gives."""
    labeller = Labeller(tuple(rule_of(row) for row in rows_in_force(decided)))
    return [
        label_cases(pl.read_parquet(home.landing / "accepted" / "cases" / f"{b}.parquet"), labeller)
        for b in BATCHES
    ]


def holding(home: Home) -> int:
    """Return how many narratives hold a term of the changed rule."""
    terms = rule_of(CHANGED).terms
    frames = [pl.read_parquet(home.landing / "accepted" / "cases" / f"{b}.parquet") for b in BATCHES]
    return sum(any(term in (text or "") for term in terms) for f in frames for text in f["narrative_text"])


def test_a_changed_rule_touches_its_narratives_only_and_both_versions_stay(home: Home) -> None:
    computed, narratives, first, files = run(home)
    assert (computed, narratives) == (2, 2 * EACH)
    before = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}

    computed, narratives, second, files = run(home, CHANGED)
    assert computed == 2
    assert 0 < narratives == holding(home) < EACH / 4
    assert second != first
    for made, wanted in zip(files, whole(home, CHANGED), strict=True):
        assert made.drop(*ORIGIN).equals(wanted)
    versions = pl.concat(files).filter(pl.col("rule_id") == "MO05-1")["rule_version"].unique().to_list()
    assert versions == ["1.0.0+1"]
    assert {path: path.read_bytes() for path in before} == before

    assert run(home)[:3] == (0, 0, first)  # taken back: the labels of before stand, nothing is computed


def test_the_nearest_version_is_taken(home: Home) -> None:
    run(home)
    other = {**CHANGED, "rule_id": "MO10-1", "label_code": "MO10", "rule_version": "1.0.0+2", "terms": "持刀"}
    run(home, other)
    _, with_both, _, files = run(home, other, CHANGED)
    for made, wanted in zip(files, whole(home, other, CHANGED), strict=True):
        assert made.drop(*ORIGIN).equals(wanted)
    assert with_both == holding(home)


@pytest.mark.parametrize("damage", ["labels", "definition", "no definition"])
def test_damage_to_an_earlier_version_costs_time_only(home: Home, damage: str) -> None:
    _, _, first, _ = run(home)
    for path in first.rglob("*.parquet") if damage == "labels" else [first / labels.DEFINITION]:
        if damage == "no definition":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-40])
    labels._read_rules.cache_clear()
    _, narratives, _, files = run(home, CHANGED)
    assert narratives == 2 * EACH
    for made, wanted in zip(files, whole(home, CHANGED), strict=True):
        assert made.drop(*ORIGIN).equals(wanted)


def test_the_definition_beside_the_files_gives_the_rules_back(home: Home) -> None:
    _, _, first, _ = run(home)
    assert labels._rules_of(first / labels.DEFINITION) == load_rules()
