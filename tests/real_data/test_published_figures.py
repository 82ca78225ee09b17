"""The real profiles through the whole pipeline: figures read from the published serving file.

Belongs here: one run a profile and what readers then see. Does not belong here: landing (the other files).
"""

from __future__ import annotations

import html
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import session
from dashboards.deployment import settings
from dashboards.registry import PAGES, PageSpec
from jingcang.access import sessions
from jingcang.access.accounts import add_account, list_accounts
from jingcang.home import Home
from jingcang.workbench import Workbench

from . import replays
from .conftest import PROFILES
from .test_st_louis_landing import FBI

Run = Callable[..., "CompletedProcess[str]"]


@dataclass(frozen=True, eq=False)
class Published:
    """A published generation: the report of the run, a read-only connection, the home."""

    report: Any
    connection: duckdb.DuckDBPyConnection
    home: Home

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        (row,) = self.rows(sql)
        return row


@pytest.fixture(scope="module")
def published(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory, jingcang: Run
) -> Iterator[Callable[[str, str], Published]]:
    """Return a function (profile, folder of the real data) → what its run published.

    Each run has a process of its own: what four of them keep would be copied with every later fork of this one.
    """
    opened: list[Published] = []

    @cache
    def once(name: str, folder: str) -> Published:
        home = Home(tmp_path_factory.mktemp(f"published_{name}"))
        data = real_data / folder
        ran = jingcang("run", "--json", "--profile", PROFILES / name, "--data", data, "--home", home.root)
        report = json.loads(ran.stdout.splitlines()[-1])
        connection = duckdb.connect(str(home.current_link.resolve()), read_only=True)
        opened.append(Published(report, connection, home))
        return opened[-1]

    yield once
    for item in opened:
        item.connection.close()


@pytest.fixture(scope="module")
def taipei(published: Callable[[str, str], Published]) -> Published:
    return published("taipei_theft", "incidents/taipei_theft")


@pytest.fixture(scope="module")
def st_louis(published: Callable[[str, str], Published]) -> Published:
    return published("st_louis", "incidents/stl_slmpd_crime")


@pytest.fixture(scope="module")
def milwaukee(published: Callable[[str, str], Published]) -> Published:
    return published("milwaukee_cfs_2018", "incidents/milwaukee_cfs_2018")


@pytest.fixture(scope="module")
def chicago(published: Callable[[str, str], Published]) -> Published:
    return published("chicago_aggravated_assaults", "incidents/chicago_aggravated_assaults_2010_2019")


@pytest.fixture(scope="module")
def carrollton(published: Callable[[str, str], Published]) -> Published:
    return published("carrollton", "patrol/carrollton_patrol")


def test_taipei_books(taipei: Published) -> None:
    totals = taipei.report["tables"]["taipei.theft"]
    assert (totals["read"], totals["accepted"], totals["quarantined"]) == (14_220, 11_512, 2_708)
    assert taipei.row("select count(*), sum(record_count) from fct_incidents") == (11_512, 11_512)
    assert dict(
        taipei.rows("select rule_id = 'empty_record', count(*) from fct_quarantined_rows group by all")
    ) == {True: 2_706, False: 2}


def test_taipei_classes_are_mapped(taipei: Published) -> None:
    assert dict(taipei.rows("select class_level2_code, count(*) from fct_incidents group by all")) == {
        "100100": 11_434,
        "100200": 24,
        "100300": 54,
    }
    assert taipei.row(
        "select count(*) from fct_incidents where final_class_outcome <> 'mapped' or initial_class_outcome <> 'absent'"
    ) == (0,)


def test_taipei_villages_and_roads_are_parsed(taipei: Published) -> None:
    villages, roads = taipei.row(
        "select count(*) filter (where community_name like '%里'), "
        "count(*) filter (where road_name is not null) from fct_incidents"
    )
    # One of them stands behind a district written twice (內湖區內湖區港富里).
    assert villages == 5_006
    # 67 of them stand in an aside: 大安區法治里(基隆路2段151~180號.
    assert roads == 11_276
    assert taipei.row(
        "select community_name, road_name from fct_incidents "
        "where _source_file like '%bicycle_big5.csv' and _source_line = 3"
    ) == ("敦煌里", "仁愛路4段266巷")


def test_taipei_midnight_slots_count_at_zero_hours(taipei: Published) -> None:
    assert taipei.row(
        "select cast(event_date as varchar), event_hour from fct_incidents "
        "where _source_file like '%bicycle_big5.csv' and _source_line = 3857"
    ) == ("2026-03-16", 0)


def test_st_louis_net_counts_equal_the_published_figures(st_louis: Published) -> None:
    net = st_louis.rows(
        "select cast(date_part('year', recorded_month) as integer) as file_year, "
        "left(final_class_raw, 2) as code_group, sum(record_count) from fct_incidents "
        "where left(final_class_raw, 2) in ('01', '02', '03', '04') group by all order by all"
    )
    years: dict[int, tuple[int, ...]] = {}
    for year, _, count in net:
        years[year] = (*years.get(year, ()), int(count))
    assert years == FBI


def test_st_louis_accepts_every_row(st_louis: Published) -> None:
    totals = st_louis.report["tables"]["slmpd.crimes"]
    assert (totals["read"], totals["accepted"], totals["quarantined"]) == (292_408, 292_408, 0)
    assert st_louis.row("select count(*) filter (where is_time_ambiguous), count(*) from fct_incidents") == (
        93,
        292_408,
    )


def test_st_louis_disagreements_are_listed_not_corrected(st_louis: Published) -> None:
    located, inside, agreeing, disagreeing = st_louis.row(
        "select count(*) filter (where is_located), count(geometry_area_no), "
        "count(*) filter (where is_area_disagreeing = false), count(*) filter (where is_area_disagreeing) "
        "from fct_incidents"
    )
    assert (located, inside) == (287_265, 287_035)
    assert (agreeing, disagreeing) == (275_937, 10_373)
    assert round(agreeing / located, 2) == 0.96
    assert st_louis.row(
        "select count(*) from fct_incidents where is_area_disagreeing and area_no = geometry_area_no"
    ) == (0,)


def test_st_louis_codes_without_counterpart_are_on_the_stewards_list(st_louis: Published) -> None:
    unmapped = dict(
        st_louis.rows(
            "select source_value, record_count from rpt_unmapped_values where source_system = 'slmpd'"
        )
    )
    assert len(unmapped) == 113
    assert {"182400", "266999"} <= set(unmapped)
    assert st_louis.row("select count(*) from fct_incidents where final_class_outcome = 'unmapped'") == (
        35_713,
    )


def test_milwaukee_separates_calls_from_own_work(milwaukee: Published) -> None:
    outcomes = dict(milwaukee.rows("select initial_class_outcome, count(*) from fct_incidents group by all"))
    assert set(outcomes) == {"mapped", "ignored", "unmapped"}
    assert sum(outcomes.values()) == 33_485
    assert milwaukee.row(
        "select count(distinct initial_class_outcome), min(initial_class_outcome) from fct_incidents "
        "where initial_class_raw in ('TRAFFIC STOP', 'BUSINESS CHECK', 'PATROL', 'RETURN STATION')"
    ) == (1, "ignored")


def test_work_that_is_not_a_call_is_not_effective(milwaukee: Published) -> None:
    assert dict(
        milwaukee.rows(
            "select initial_class_outcome, min(is_effective) and max(is_effective) from fct_incidents group by all"
        )
    ) == {"mapped": True, "unmapped": True, "ignored": False}


@pytest.mark.parametrize("name", ["taipei", "st_louis", "milwaukee", "carrollton"])
def test_every_source_row_is_accounted_for(name: str, request: pytest.FixtureRequest) -> None:
    published: Published = request.getfixturevalue(name)
    assert published.row(
        "select count(*) from fct_reconciliation where rows_read <> rows_accepted + rows_quarantined "
        "+ rows_superseded + rows_repeated"
    ) == (0,)
    assert published.report["checks"].get("error", 0) == 0


def test_carrollton_gives_need_workload_and_coverage_of_every_area(carrollton: Published) -> None:
    """325 areas and all calls: on the map, with one of 81 codes on no map, without a code; beat 0 is nobody's."""
    assert carrollton.rows(
        "select need_place_code, count(*), cast(sum(need_count) as bigint) from rpt_area_needs "
        "group by all order by all"
    ) == [("no_code", 1, 5_438), ("not_on_map", 81, 1_849), ("on_map", 325, 129_082)]
    assert carrollton.row(
        "select count(*) from rpt_area_needs where need_place_code = 'on_map' and need_count = 0"
    ) == (12,)
    assert carrollton.rows(
        "select has_patrol_unit, count(*), cast(sum(need_count) as bigint) from rpt_area_needs "
        "where need_place_code = 'on_map' group by all order by all"
    ) == [(False, 5, 97), (True, 320, 128_985)]
    assert carrollton.row(
        "select cast(sum(workload_minutes) as bigint), count(patrol_minutes) from rpt_area_needs"
    ) == (3_928_371, 0), "no positions were delivered: patrol is not known, and not 0"


@pytest.mark.parametrize(("name", "history"), [("chicago", replays.CHICAGO), ("st_louis", replays.ST_LOUIS)])
def test_the_replay_of_alerts_covers_a_real_history_at_the_rate_it_tells(
    name: str, history: replays.History, request: pytest.FixtureRequest
) -> None:
    connection = request.getfixturevalue(name).connection
    replays.check_replay(connection, history)
    replays.check_alarms_in_use(connection)


@pytest.fixture(scope="module")
def readers_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Published], Home]:
    """Return a function: a copy of what was published, with an account that reads all of it."""

    @cache
    def copied(published: Published) -> Home:
        home = Home(tmp_path_factory.mktemp("readers")).prepare()
        shutil.copytree(published.home.serving, home.serving, symlinks=True, dirs_exist_ok=True)
        add_account(
            Workbench.open(home), user_id="li", display_name="李四", role="leader_bureau", unit_nos=["*"],
            password="correct horse battery",
        )  # fmt: skip
        return home

    return copied


LEADERS_PAGES = [spec for spec in PAGES if "leader_bureau" in spec.roles and spec.needs_data]


@pytest.mark.parametrize("spec", LEADERS_PAGES, ids=lambda spec: spec.path)
@pytest.mark.parametrize("name", ["taipei", "st_louis", "milwaukee", "chicago", "carrollton"])
def test_every_page_of_a_leader_opens_on_real_data_and_says_what_it_shows_or_lacks(
    name: str,
    spec: PageSpec,
    request: pytest.FixtureRequest,
    readers_home: Callable[[Published], Home],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published: Published = request.getfixturevalue(name)
    home = readers_home(published)
    monkeypatch.setenv("JINGCANG_HOME", str(home.root))
    settings.cache_clear()
    workbench = Workbench.open(home)
    token = sessions.open_session(workbench, list_accounts(workbench)[0])
    monkeypatch.setattr(session, "read_token", lambda: token)
    app = AppTest.from_file(str(Path(session.__file__).with_name("shell.py")), default_timeout=120).run()
    app = app.switch_page(f"app_pages/{spec.file}").run()
    assert not app.exception
    assert not app.error, [element.value for element in app.error]
    bodies = [element.proto.body for element in app.get("html")]
    answers = [body for body in bodies if "jc-answer" in body]
    assert answers or app.info or app.warning, "neither an answer nor a reason"
    assert any("jc-foot" in body for body in bodies)
    if spec.path == "alerts" and name in ("chicago", "st_louis"):
        replays.check_page(app, published.connection)
    if spec.path == "community" and name == "carrollton":
        assert any("325 个责任区 129,082 起" in body and "不在图上 7,287 起" in body for body in answers)
    sources = {"patrol": "勤务排班", "cases": "案件", "response": "处警"}
    if spec.path in sources:  # no police department here delivers these
        assert any(sources[spec.path] in element.value and "没有" in element.value for element in app.info)


def briefing_text(published: Published, as_of: date, jingcang: Run) -> tuple[str, dict[str, str]]:
    """Return the words of a week's briefing for a leader of everything, and metric → this week's printed count."""
    asked = ("--by", "leader", "--home", published.home.root)
    path = published.home.root / "briefing.docx"
    jingcang(
        "users", "add", "leader", "--role", "leader_bureau", "--name", "leader", "--unit", "*", "--external", "leader",
        "--home", published.home.root,
    )  # fmt: skip
    jingcang("report", "weekly", "--as-of", as_of.isoformat(), "--output", path, *asked)
    assert "全部一致" in jingcang("report", "verify", path, *asked).stdout
    with zipfile.ZipFile(path) as package:
        words = re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode())
        parts = [
            package.read(name).decode() for name in package.namelist() if name.startswith("customXml/item")
        ]
    said = html.unescape(
        re.sub(r"<[^>]+>", "", next(part for part in parts if "urn:jingcang:briefing" in part))
    )
    week = as_of - timedelta(as_of.weekday() + 7)
    counts = {
        figure["metric"]: figure["text"] for figure in json.loads(said)["figures"]
        if figure["measure"] == "count" and not figure["cell"] and figure["period"][0] == week.isoformat()
    }  # fmt: skip
    return words, counts


def test_a_briefing_of_taipei_says_what_the_source_does_not_have(taipei: Published, jingcang: Run) -> None:
    words, counts = briefing_text(taipei, date(2025, 10, 14), jingcang)
    (thefts,) = taipei.row(
        "select sum(record_count) from fct_incidents where event_date between date '2025-10-06' and date '2025-10-12' "
        "and class_outcome <> 'ignored'"
    )
    assert counts["incidents_effective"] == f"{thefts:,}"
    for name in ("治安警情", "纠纷警情", "诈骗警情"):
        assert f"来源里没有{name}的记录；不等于没有发生。" in words
    assert "来源没有登记部位" in words


def test_a_briefing_of_st_louis_withholds_what_is_not_mapped(st_louis: Published, jingcang: Run) -> None:
    words, counts = briefing_text(st_louis, date(2014, 7, 8), jingcang)
    (all_records,) = st_louis.row(
        "select sum(record_count) from fct_incidents where event_date between date '2014-06-30' and date '2014-07-06' "
        "and class_outcome <> 'ignored'"
    )
    assert counts["incidents_effective"] == f"{all_records:,}"
    assert "刑事警情暂不显示：类别未映射或未登记的占" in words
    assert "incidents_criminal" not in counts
