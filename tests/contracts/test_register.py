"""The register of checks: long enough, owned, and every check red after its own planted mutation and green before.

The rules of single rows number hundreds: by default a seeded sample of them is planted here (the simulator plants all
of them in tests/sample); ``make checks`` plants every one.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jingcang.contracts import Profile
from jingcang.contracts.artefacts import CLAIMS, READER, artefacts_testing
from jingcang.contracts.generate import demo_profile
from jingcang.contracts.quality_rules import TEMPLATES
from jingcang.contracts.register import Check, distinct, register
from jingcang.contracts.service_levels import SERVICE_LEVELS
from jingcang.home import Home
from orchestration.transform.dbt import run_tests
from orchestration.transform.steps import outcome_of
from tests.contracts import planted
from tests.contracts.planted_dbt import build

PLANTED_ROW_RULES = 40
"""Row rules planted by default; 0.1 s each."""


@pytest.fixture(scope="module")
def profile() -> Profile:
    return demo_profile()


@pytest.fixture(scope="module")
def rng() -> random.Random:
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
    print(f"register seed: {seed} (JINGCANG_TEST_SEED={seed} repeats this run)")
    return random.Random(seed)


@pytest.fixture(scope="module")
def checks(profile: Profile) -> list[Check]:
    return register(profile)


def test_there_are_at_least_600_distinct_checks_and_each_is_owned(checks):
    counted = distinct(checks)
    assert len(counted) >= 600
    assert len({check.check_id for check in checks}) == len(checks)
    for check in checks:
        assert check.owner, check.check_id
        assert check.note, check.check_id
        assert check.tested_by, check.check_id
        assert check.decided_on.year >= 2026, check.check_id
        assert 0 <= check.threshold_pct < 100, check.check_id


def test_not_null_counts_once_a_table(checks):
    tables = [check.object_name for check in distinct(checks) if check.kind == "required"]
    assert len(tables) == len(set(tables))
    assert len([check for check in checks if check.kind == "required"]) > 2 * len(tables)


def test_what_a_check_repeats_is_itself_counted(checks):
    counted = {check.check_id for check in distinct(checks)}
    assert {check.same_as for check in checks if check.same_as} <= counted


@pytest.fixture(scope="module")
def dbt_results(profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, set[str]]:
    """Return whether the tables were spoilt → ids of red checks, of dbt's own run of its tests."""
    red = {}
    home = Home(tmp_path_factory.mktemp("dbt")).prepare()
    for is_wrong in (False, True):
        home.build_database.unlink(missing_ok=True)
        build(home.build_database, profile, is_wrong=is_wrong)
        outcomes = [outcome_of(item) for item in run_tests(home)]
        assert [outcome for outcome in outcomes if outcome.status not in ("pass", "fail")] == []
        red[is_wrong] = {outcome.check_id for outcome in outcomes if outcome.status == "fail"}
    return red


def test_every_check_is_green_before_and_red_after_its_mutation(
    checks, profile, rng, dbt_results, tmp_path: Path
):
    source, landing = planted.SourceRules(profile, rng), planted.Landing(profile)
    home = Home(tmp_path / "home").prepare()
    row_kinds = CLAIMS["split"]
    plant: dict[str, Callable[[Check], planted.Reds]] = {
        **dict.fromkeys(READER, source.line),
        **dict.fromkeys(("reference", *SERVICE_LEVELS), landing.set_rule),
        **{f"reconciliation.{kind}": landing.reconciliation for kind in planted.RECONCILED},
        **dict.fromkeys(("books", "files", "witness"), lambda check: planted.batches(profile, check, home)),
        "mart_rows": lambda check: planted.mart_rows(check, profile),
        **{f"contract.{promise}": planted.mart_promise for promise in ("shape", "required", "key")},
        **{f"dbt.{kind}": lambda check: (dbt_results[False], dbt_results[True])
           for kind in ("contract", "singular", "not_null", "unique")},
        **{f"quality.{template}": planted.quality for template in TEMPLATES},
        **dict.fromkeys(row_kinds, source.row_rule),
    }  # fmt: skip
    unplanted, wrong = [], []
    for check in _chosen(checks, rng):
        if check.kind not in plant:
            unplanted.append(check.check_id)
            continue
        before, after = plant[check.kind](check)
        if check.check_id in before or check.check_id not in after:
            wrong.append((check.check_id, check.check_id in before, check.check_id in after))
    assert (unplanted, wrong) == ([], [])


def _chosen(checks: list[Check], rng: random.Random) -> Iterator[Check]:
    rows = [
        check for check in checks if "split" in artefacts_testing(check.kind) and "split" in check.tested_by
    ]
    limit = len(rows) if os.environ.get("JINGCANG_ALL_CHECKS") else PLANTED_ROW_RULES
    chosen = {check.check_id for check in rng.sample(rows, min(limit, len(rows)))}
    others = {check.check_id for check in checks} - {check.check_id for check in rows}
    yield from (check for check in checks if check.check_id in chosen | others)


def test_a_check_without_a_mutation_is_noticed(checks, profile, rng, dbt_results, tmp_path):
    strange = Check("x.y.z", "moon_phase", "x.y", "warn", "plausibility", "满月", "sql")
    with pytest.raises(AssertionError, match=r"x\.y\.z"):
        test_every_check_is_green_before_and_red_after_its_mutation(
            [strange], profile, rng, dbt_results, tmp_path
        )
