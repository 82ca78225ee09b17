"""The simulator itself: determinism, planted effects, kinds of faults, and the patrol API."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient

from jingcang.contracts.checksums import id_is_valid, luhn_is_valid, uscc_is_valid
from jingcang.sample import (
    archive,
    archive_misuse,
    cases,
    class_mix,
    community,
    generate,
    incidents,
    patrol,
    patrol_api,
    people,
    world,
)
from jingcang.sample.cases import bank_cards
from tests.sample.conftest import Sample


def fingerprint(folder: Path) -> dict[str, str]:
    """Return file → hash of its content; databases by their rows, since pages carry no promise."""
    found = {}
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        if path.suffix == ".sqlite":
            with sqlite3.connect(path) as connection:
                content = "\n".join(connection.iterdump()).encode()
        else:
            content = path.read_bytes()
        found[str(path.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return found


def test_the_same_seed_gives_the_same_sources(sample: Sample, tmp_path: Path) -> None:
    generate(tmp_path, size="small", seed=sample.seed)
    assert fingerprint(tmp_path) == fingerprint(sample.folder)


def test_another_seed_moves_places_effects_and_faults(sample: Sample, tmp_path: Path) -> None:
    generate(tmp_path, size="small", seed=sample.seed + 1)
    other = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert other["effects"]["hot_places"]["points"] != sample.truth["effects"]["hot_places"]["points"]
    assert other["effects"]["case_series"] != sample.truth["effects"]["case_series"]
    assert other["expected_flags"] != sample.truth["expected_flags"]


def test_the_truth_names_every_check_of_the_demo(sample: Sample) -> None:
    checks = {rule.check_id for table in sample.profile.tables for rule in (*table.rules, *table.set_rules)}
    assert set(sample.truth["expected_flags"]) == checks
    assert [check for check, rows in sample.truth["expected_flags"].items() if not rows] == []
    assert len({check for check in checks if not check.endswith(".key")}) >= 150


def test_at_least_forty_kinds_of_faults_twice_each_with_twins(sample: Sample) -> None:
    kinds = Counter(defect["kind"] for defect in sample.truth["defects"])
    assert len(kinds) >= 40
    assert min(kinds.values()) >= 2
    assert all(defect["twin"] != defect["row"] for defect in sample.truth["defects"])


def test_synthetic_numbers_have_right_check_digits() -> None:
    rng = world.stream(7, "test")
    numbers = people.id_numbers(rng.integers(-20_000, 19_000, 200), rng.integers(1, 3, 200), rng)
    assert all(id_is_valid(str(number)) and number[:4] == "9999" for number in numbers)
    assert all(luhn_is_valid(str(card)) for card in bank_cards(200, rng))
    assert all(uscc_is_valid(str(code)) for code in people.credit_codes(200, rng))


FullEvents = tuple[world.World, incidents.Plan, incidents.Events]


@pytest.fixture(scope="module")
def full_events() -> FullEvents:
    town = world.build(11, world.SIZES["full"])
    effects = incidents.plan(town)
    _, where = people.addresses(town)
    return town, effects, incidents.draw(town, effects, where)


def test_the_full_size_is_as_large_as_promised(
    full_events: FullEvents,
) -> None:
    town, _, events = full_events
    size = town.size
    assert len(events) >= 200_000
    assert (events.second[-1] - events.second[0]) / 86_400 > 2_180
    assert (size.cases, size.residents, size.archive_items, size.archive_uses) >= (
        20_000,
        150_000,
        30_000,
        60_000,
    )
    assert size.shifts_per_day * size.points_per_shift * 0.92 * 1_090 * 0.97 >= 5_000_000


def _rate(
    events: incidents.Events, code: str, beats: range | tuple[int, ...], first: int, last: int
) -> float:
    index = int(np.flatnonzero(code == incidents.CODES)[0])
    day = events.second // 86_400
    hit = (events.klass == index) & np.isin(events.beat, list(beats)) & (day >= first) & (day <= last)
    return float(hit.sum()) / (last - first + 1)


def test_the_rise_and_the_fall_are_there(
    full_events: FullEvents,
) -> None:
    _, effects, events = full_events
    last = world.day_number(world.LAST_DAY)
    for code, station, since, factor in (effects.rise, effects.fall):
        beats = range(station * 6, station * 6 + 6)
        # the same days of earlier years carry the same season
        before = np.mean([_rate(events, code, beats, since - 365 * y, last - 365 * y) for y in (1, 2, 3, 4)])
        after = _rate(events, code, beats, since, last)
        assert abs(np.log(after / before) - np.log(factor)) < 0.45, code


def test_the_programme_cuts_its_beats_and_not_the_control() -> None:
    """Over eight seeds together, since one programme is some forty incidents and chance is as large."""
    seen, due = {"treated": 0.0, "control": 0.0}, {"treated": 0.0, "control": 0.0}
    for seed in range(8):
        town = world.build(seed, replace(world.SIZES["full"], residents=5_000))
        effects = incidents.plan(town)
        _, where = people.addresses(town)
        events = incidents.draw(town, effects, where)
        first, last = effects.programme
        for name, beats, factor in (
            ("treated", effects.treated, effects.cut),
            ("control", effects.control, 1.0),
        ):
            for code in incidents.PATROLLABLE:
                if (code, beats[0] // 6) == effects.rise[:2]:
                    continue
                seen[name] += _rate(events, code, beats, first, last)
                years = [_rate(events, code, beats, first - 365 * y, last - 365 * y) for y in range(1, 6)]
                due[name] += factor * float(np.mean(years))
    assert abs(np.log(seen["treated"] / due["treated"])) < 0.2
    assert abs(np.log(seen["control"] / due["control"])) < 0.2


def test_spring_festival_shows(full_events: FullEvents) -> None:
    _, _, events = full_events
    index = int(np.flatnonzero(incidents.CODES == "J30400")[0])
    days = np.arange(int(events.second[0] // 86_400), int(events.second[-1] // 86_400) + 1)
    counts = np.bincount(events.second[events.klass == index] // 86_400 - days[0], minlength=len(days))
    offset = world.festival_offset(days)
    near = (offset >= -15) & (offset <= 6)
    around = (np.abs(offset) <= 50) & ~near
    assert counts[near].mean() / counts[around].mean() > 1.6


def test_the_series_shares_its_phone(sample: Sample) -> None:
    series = sample.truth["effects"]["case_series"]
    with sqlite3.connect(sample.folder / "case.sqlite") as connection:
        marks = ", ".join("?" * len(series["case_nos"]))
        told = connection.execute(
            f"select JYAQ from aj_ajxx where AJBH in ({marks})", series["case_nos"]
        ).fetchall()
    assert len(told) >= 5
    assert all(series["shared_phone"] in text for (text,) in told)


def test_fixes_lie_within_shifts(sample: Sample) -> None:
    town = world.build(sample.seed, world.SIZES["small"])
    from jingcang.sample import patrol

    effects = incidents.plan(town)
    shifts = patrol.shifts(town, effects)
    fixes = patrol.fixes(town, shifts, patrol.LAST - 20, patrol.LAST)
    seconds = fixes["DWSJ"].str.to_datetime("%Y%m%d%H%M%S").dt.epoch("s").to_numpy()
    groups = fixes["XZBH"].to_numpy()
    numbers = patrol.group_nos(shifts.station, shifts.group)
    spans = {}
    for number, start, delivered in zip(numbers, shifts.start, shifts.delivered, strict=True):
        if delivered:
            spans.setdefault(number, []).append(start)
    for group in np.unique(groups):
        starts = np.sort(np.array(spans[group]))
        mine = seconds[groups == group]
        begun = starts[np.searchsorted(starts, mine, side="right") - 1]
        assert ((mine >= begun) & (mine < begun + 7 * 3600)).all()


def test_idle_programme_is_planned_and_not_delivered(sample: Sample) -> None:
    idle = sample.truth["effects"]["idle_programme"]
    shifts = json.loads((sample.folder / "patrol_api" / "qw_pbxx.json").read_text(encoding="utf-8"))
    planned = [shift for shift in shifts if shift["ZXBH"] == idle["programme_no"]]
    assert len(planned) >= 30


def test_the_visited_are_the_few_of_a_list_and_drawn_apart_from_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = world.build(7, world.SIZES["full"])
    visits = patrol.home_visits(town)
    assert visits["ZFDXXM"].null_count() == 0
    people_of_a_list = visits.group_by("ZRQBH", "ZFLB").n_unique()["ZFDXXM"]
    assert people_of_a_list.max() == patrol.LISTED
    assert visits["ZFDXXM"].n_unique() > 500

    def drawn_otherwise(n: int, rng: np.random.Generator) -> np.ndarray:
        return np.full(n, f"王{rng.integers(0, 9, 100).sum()}")

    monkeypatch.setattr(people, "names", drawn_otherwise)
    others = patrol.home_visits(town)
    assert others["ZFDXXM"].n_unique() == 1
    assert others.drop("ZFDXXM").equals(visits.drop("ZFDXXM")), "names move what else is drawn"


def test_some_visits_are_planned_overdue_and_still_to_come() -> None:
    town = world.build(7, world.SIZES["small"])
    visits = patrol.home_visits(town).with_columns(due=pl.col("YZRQ").str.to_date())
    planned, made = (
        visits.filter(pl.col("ZFSJ").is_null()), visits.filter(pl.col("ZFSJ").is_not_null()),
    )  # fmt: skip
    assert planned.height == patrol.PLANNED * town.size.visits_per_month
    assert planned.filter(pl.col("due") < world.LAST_DAY).height > 0
    assert planned.filter(pl.col("due") > world.LAST_DAY).height > 0
    assert planned["ZFJG"].null_count() == planned.height
    assert planned["GXSJ"].str.to_datetime("%Y-%m-%dT%H:%M:%S").dt.date().max() < world.LAST_DAY
    of_whom = ["ZFLB", "JGTS", "DWBH", "ZRQBH", "ZFRJH", "ZFDXXM"]
    assert planned.join(made, on=of_whom, how="anti").is_empty(), "the next visit of someone visited before"
    assert visits["ZFID"].n_unique() == visits.height


def test_boundaries_change_once_and_leave_no_gap(sample: Sample) -> None:
    change = sample.truth["effects"]["boundary_change"]
    rows = world.areas(world.build(sample.seed, world.SIZES["small"]))
    for area in change["areas"]:
        versions = sorted((str(row["QYRQ"]), row["SXRQ"]) for row in rows if row["ZRQBH"] == area)
        assert versions == [("2018-01-01", change["from"]), (change["from"], None)]
    assert dt.date.fromisoformat(change["from"]) < world.AS_OF


def test_patrol_api_asks_for_a_token_pages_and_limits(sample: Sample) -> None:
    client = TestClient(patrol_api.application(sample.folder, token="t", rate=0.001, burst=4))
    assert client.get("/api/qw/pbxx").status_code == 401
    auth = {"Authorization": "Bearer t"}
    first = client.get("/api/qw/pbxx?page=1&page_size=100", headers=auth).json()["data"]
    second = client.get("/api/qw/pbxx?page=2&page_size=100", headers=auth).json()["data"]
    assert first["total"] == sample.truth["tables"]["patrol.qw_pbxx"]["rows"]
    assert first["records"] != second["records"]
    since = first["records"][50]["GXSJ"]
    late = client.get(f"/api/qw/pbxx?page_size=1000&since={since}", headers=auth).json()["data"]
    assert late["total"] < first["total"]
    assert client.get("/api/qw/nothing", headers=auth).status_code == 404
    refused = client.get("/api/qw/pbxx", headers=auth)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"


def test_some_codes_stay_unmapped_and_some_are_ignored(sample: Sample) -> None:
    seeds = "".join(path.read_text(encoding="utf-8") for path in sample.profile.mapping_seeds)
    assert "caseType110650300" not in seeds
    assert ",ignored," in seeds


def test_misuse_and_class_mix_are_planted_in_the_full_size_too(full_events: FullEvents) -> None:
    town, effects, events = full_events
    homes, where = people.addresses(town)
    calls = incidents.table(town, events, where)
    residents = people.residents(town, homes, where)
    filed = cases.build(town, events, calls, where)
    disputes = community.disputes(town, events, calls)
    kept = archive.build(town, filed, calls, disputes, people.places(town, homes, where))
    persons = cases.persons(town, filed, residents)
    shifts = patrol.shifts(town, effects)
    planted = archive_misuse.plant(town, kept, filed, persons, residents, people.officers(town), shifts)
    signs = {sign: len(numbers) for sign, numbers in planted.told["flags"].items()}
    assert signs == {
        "repeated": 10, "unlinked": 12, "not_opened": 8, "left_quickly": 10, "back_dated": 10, "own_file": 4,
        "off_shift": 10,
    }  # fmt: skip
    assert planted.officers["SFZH"].null_count() == 0
    assert class_mix.plant(town, kept, disputes).told["disputes"] >= 300
