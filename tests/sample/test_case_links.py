"""Links and sealing against the planted series and against the sources themselves, through the real extractors."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from jingcang.labelling.clues import find_clues
from jingcang.labelling.frames import extract_clues, label_cases
from tests.dbt.make_landed import entity_columns, make_landed
from tests.dbt.warehouse import dbt
from tests.sample.conftest import PROFILE, Sample
from tests.sample.test_truth_against_landing import Landed, landed, patrol_environ

__all__ = ["landed", "patrol_environ"]  # the fixtures of the landed sample

LINK_INPUTS = ("cases", "case_persons", "officers", "units")
HUB_CAPS = {"landline": 10, "url": 10, "app": 10}


@pytest.fixture(scope="module")
def linked(landed: Landed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build file with the links of the landed sample."""
    folder = tmp_path_factory.mktemp("linked")
    (folder / "target").mkdir()
    narratives = landed.connection.execute("select case_id, narrative_text from landed.cases").pl()
    labels, clues = label_cases(narratives), extract_clues(narratives, "测试" * 16)
    assert labels.height
    assert clues.height
    make_landed(folder / "build.duckdb")
    with duckdb.connect(str(folder / "build.duckdb")) as connection:
        for entity in LINK_INPUTS:
            listed = ", ".join(f'"{name}"' for name in entity_columns()[entity])
            rows = landed.connection.execute(f"select {listed} from landed.{entity}").pl()  # noqa: F841
            connection.execute(f"insert into landed.{entity} select * from rows")
        connection.execute(
            "insert into landed.code_mappings by name select source_system, field_name, source_value, dictionary,"
            " code, outcome, cast(valid_from as date) as valid_from, cast(valid_to as date) as valid_to,"
            " md5(field_name || source_value) as mapping_id from read_csv(?, all_varchar = true)",
            [str(PROFILE / "mapping_seeds" / "case.csv")],
        )
        connection.execute("insert into derived.case_labels by name select * from labels")
        connection.execute("insert into derived.case_clues by name select * from clues")
    failed = dbt(
        folder / "build.duckdb", folder / "target", "build", "--select", "+fct_case_links", "+fct_case_persons",
        "--exclude-resource-types", "unit_test", "test",
    )  # fmt: skip
    assert failed == []
    return folder / "build.duckdb"


def _ask(database: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def _pairs(case_nos: list[str]) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in itertools.combinations(case_nos, 2)}


def test_every_pair_of_the_fraud_series_is_linked_by_the_shared_phone(sample: Sample, linked: Path) -> None:
    series = sample.truth["effects"]["case_series"]
    rows = _ask(
        linked,
        "select first_case_no, second_case_no, value_masked from fct_case_links where clue_kind = 'mobile'",
    )
    phone = series["shared_phone"]
    found = {frozenset((a, b)) for a, b, masked in rows if masked == phone[:3] + "****" + phone[-4:]}
    assert found >= _pairs(series["case_nos"]), f"seed {sample.seed}"


def test_pairs_linked_by_a_clue_are_those_whose_narratives_share_a_value(
    sample: Sample, landed: Landed, linked: Path
) -> None:
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case_no, text in landed.connection.execute(
        "select case_no, narrative_text from landed.cases"
    ).fetchall():
        for clue in find_clues(text or ""):
            if clue.kind != "money":
                account = clue.kind in ("wechat", "alipay") and clue.value.isdigit()
                value = ("mobile" if account else clue.kind, clue.value)
                holders[value].add(case_no)
                kinds[value].add(clue.kind)
    expected, hubs = set(), 0
    for value, cases in holders.items():
        if len(cases) > min(HUB_CAPS.get(kind, 20) for kind in kinds[value]):
            hubs += 1
        else:
            expected |= _pairs(sorted(cases))
    rows = _ask(
        linked,
        "select distinct first_case_no, second_case_no from fct_case_links where link_reason_code = 'clue'",
    )
    assert {frozenset(map(str, row)) for row in rows} == expected, f"seed {sample.seed}"
    assert hubs >= 1


def test_the_hotline_is_listed_as_capped_and_links_nothing(sample: Sample, linked: Path) -> None:
    hotline = sample.truth["effects"]["hotline"]
    rows = _ask(
        linked,
        "select distinct cases.case_no, clues.value_key from fct_case_clues as clues"
        " inner join fct_cases as cases on clues.case_id = cases.case_id"
        " where clues.is_hub and clues.clue_kind = 'landline'",
    )
    assert {case_no for case_no, _ in rows} >= set(hotline["case_nos"])
    ((_, key), *others) = rows
    assert {other for _, other in others} == {key}
    assert _ask(linked, "select 1 from fct_case_links where value_key = ?", key) == []


def test_the_burglary_series_is_found_by_its_way_of_working(sample: Sample, linked: Path) -> None:
    """TPR@k and PPV@k with k one less than the series: METHODS section 6."""
    series = set(sample.truth["effects"]["way_series"]["case_nos"])
    # A planted fault may be a copy of a case of the series: the same narrative under another number.
    copies = {
        defect["row"][1].split("|")[0]
        for defect in sample.truth["defects"]
        if defect["row"][0] == "case.aj_ajxx" and defect["row"][1] not in series
    }
    rows = _ask(
        linked,
        "select distinct first_case_no, second_case_no, similarity_permille from fct_case_links"
        " where link_reason_code = 'mo'",
    )
    rows = [row for row in rows if not copies & {str(row[0]), str(row[1])}]
    nearest = {
        case: [
            other
            for _, other in sorted(
                ((-permille, b if a == case else a) for a, b, permille in rows if case in (a, b))
            )[: len(series) - 1]
        ]
        for case in series
    }  # fmt: skip
    hits = sum(other in series for others in nearest.values() for other in others)
    shown = sum(len(others) for others in nearest.values())
    wanted = len(series) * (len(series) - 1)
    print(f"way series: TPR@{len(series) - 1} {hits}/{wanted}, PPV {hits}/{shown}")
    assert hits == wanted, f"seed {sample.seed}"
    assert shown == hits, f"seed {sample.seed}"


def test_exactly_decided_offenders_and_juvenile_suspects_are_sealed(
    sample: Sample, landed: Landed, linked: Path
) -> None:
    expected = set()
    for person, role, born, day, ended, solved in landed.connection.execute(
        """
        select
            p.case_person_id, p.role_raw, p.birth_date, c.event_date,
            least(c.punished_date, c.mediated_date, c.terminated_date, c.closed_date),
            least(c.solved_date, c.transferred_date, c.terminated_date, c.closed_date)
        from landed.case_persons as p inner join landed.cases as c on p.case_id = c.case_id
        """
    ).fetchall():
        age = None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        is_unknown = role not in ("01", "02", "03", "04", "05", "99")
        is_young = age is None or age < 18
        if ((role == "04" or is_unknown) and ended is not None) or (
            (role == "03" or is_unknown) and solved is not None and is_young
        ):
            expected.add(person)
    found = {row[0] for row in _ask(linked, "select case_person_id from fct_case_persons where is_sealed")}
    assert found == expected, f"seed {sample.seed}"
    roles = _ask(linked, "select distinct role_code from fct_case_persons where is_sealed")
    assert ("offender",) in roles
    assert not {("victim",), ("witness",), ("reporter",)} & set(roles)
