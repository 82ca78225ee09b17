"""Every page as every role in Streamlit's AppTest: allowed, forbidden, empty, failed, not yet published."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from issue_tables import AS_OF
from reading import Open, page, words

from dashboards import session
from dashboards.queries import (
    alerts,
    appeals,
    archive,
    cases,
    clues,
    common,
    community,
    disputes,
    evaluations,
    evidence,
    handover,
    holdings,
    home_visits,
    integrity,
    key_users,
    labels,
    map_layers,
    outcomes,
    overview,
    patrol,
    planning,
    population,
    prevention,
    quality,
    repeats,
    response,
    situation,
    steward,
    trials,
)  # fmt: skip
from dashboards.registry import FOLDER, PAGES, PageSpec, pages_of
from jingcang.access import (
    ROLE_LABELS,
    Query,
    archive_recodings,
    archive_search,
    filing_dues,
    kpi_appeal_figures,
    kpi_appeals,
    kpi_periods,
    patrol_plans,
    sessions,
    visit_names,
)
from jingcang.access import evaluations as stated
from jingcang.access.accounts import add_account, disable_account
from jingcang.access.metrics import MetricQuery, metric_of, metric_query
from jingcang.access.policy import ROLE_TABLES
from jingcang.contracts import load_metrics
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench

ROW_MARTS = ("fct_incidents", "fct_cases", "fct_archive_items", "dim_person")


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.path)
@pytest.mark.parametrize("role", ROLE_LABELS)
def test_every_page_as_every_role(open_page: Open, synthetic_home: Home, role: str, spec: PageSpec) -> None:
    log = AuditLog(Workbench.open(synthetic_home))
    before = len(log.entries(limit=10_000, action="page_denied"))
    app = open_page(role, spec)
    assert not app.exception
    if role in spec.roles:
        assert not app.error, words(app)
        assert app.header
        if spec.needs_data:
            assert "数据截至" in words(app)
            assert "g000001" in words(app)
    else:
        assert "无权查看" in words(app)
        assert not app.dataframe
        assert not app.get("plotly_chart")
        assert all(ROLE_LABELS[allowed] in words(app) for allowed in spec.roles)
        entries = log.entries(limit=10_000, action="page_denied")
        assert len(entries) == before + 1
        assert entries[0].object_name == spec.path


@pytest.mark.parametrize("role", ROLE_LABELS)
def test_the_navigation_offers_exactly_the_pages_of_the_role(open_page: Open, role: str) -> None:
    app = open_page(role, pages_of(role)[0])
    offered = {link.proto.page for link in app.get("page_link")}
    assert offered == {spec.path for spec in pages_of(role)}


def queries_of(module: ModuleType) -> list[Query]:
    """Return the questions of a page; what counts in one of them is a metric's business, not a table's."""
    effective = metric_of("incidents_effective")
    return [
        value.of(effective) if isinstance(value, MetricQuery) else value
        for value in vars(module).values()
        if isinstance(value, Query | MetricQuery)
    ]


def test_no_page_is_promised_to_a_role_that_the_door_refuses() -> None:
    """The tables each page's queries read must be open to every role of the page."""
    own = {query for query in queries_of(archive) if query.name.startswith("我的")} | {
        archive.PERIODS,
        archive.RECORDS,
        evidence.MY_MISSING,
        evidence.MY_RELATIONS,
        home_visits.MINE,
        visit_names.OWN,
        appeals.MY_RECORDS,
        kpi_appeals.RECORD,
        kpi_appeals.LISTED,
        kpi_appeals.UNIT,
    }
    needed = {
        "situation": [*queries_of(situation), handover.OPERATIONS, handover.CLASSES],
        "trends": [
            *map(metric_query, load_metrics()),
            *queries_of(alerts),
            situation.CALENDAR,
            handover.OPERATIONS,
            cases.ROWS,
            common.MISSING_DAYS,
        ],
        "alerts": [*queries_of(alerts), situation.CALENDAR, handover.OPERATIONS],
        "handover": [
            *queries_of(handover),
            *queries_of(alerts),
            *map(metric_query, load_metrics()),
            situation.ROWS.of(metric_of("incidents_effective")),
            situation.DAILY.of(metric_of("incidents_all")),
            common.MISSING_DAYS,
        ],
        "map": [
            *queries_of(map_layers),
            situation.BOUNDARIES,
            situation.DAILY.of(metric_of("incidents_all")),
            *queries_of(repeats),
        ],
        "prevention": [*queries_of(prevention), situation.ROWS.of(metric_of("incidents_fraud"))],
        "patrol": queries_of(patrol),
        "evaluations": [*queries_of(evaluations), handover.CLASSES, stated.AREAS, stated.RESULT],
        "community": [*queries_of(community), *map(metric_query, load_metrics())],
        "next-week": [*queries_of(planning), patrol_plans.UNIT],
        "repeats": queries_of(repeats),
        "disputes": [*queries_of(disputes), situation.BOUNDARIES],
        "population": [
            *queries_of(population),
            *map(metric_query, load_metrics()),
            situation.ROWS.of(metric_of("incidents_effective")),
        ],
        "response": queries_of(response),
        "cases": queries_of(cases),
        **{
            spec.path: [
                *queries_of(quality),
                *queries_of(steward),
                *queries_of(labels),
                *map(steward.warehouse_row, ROW_MARTS),
                evidence.ITEMS,
                evidence.CASES,
            ]
            for spec in PAGES
            if spec.section == "数据管理"
        },
        "overview": [archive.PERIODS, *queries_of(overview)],
        "archive": [query for query in queries_of(archive) if not query.name.startswith("我的")],
        "holdings": [*queries_of(holdings), filing_dues.DUES, filing_dues.NAMES],
        "periods": [archive.PERIODS, kpi_periods.RECORDS],
        "appeals": [archive.PERIODS, kpi_appeals.UNIT, *queries_of(kpi_appeal_figures)],
        "integrity": [
            archive.PERIODS,
            *queries_of(integrity),
            archive_recodings.BLIND,
            archive_recodings.CODES,
        ],
        "outcomes": [archive.PERIODS, *queries_of(outcomes), *queries_of(key_users)],
        "trials": queries_of(trials),
        "mine": list(own),
        "search": [archive_search.CATALOGUE],
        "clues": queries_of(clues),
    }
    assert needed.keys() == {spec.path for spec in PAGES if spec.needs_data}
    for path, queries in needed.items():
        assert queries
        for role in page(path).roles:
            for query in [*queries, common.UNITS, common.AREAS, common.FRESHNESS, common.WEEK]:
                assert query.tables <= ROLE_TABLES[role].keys(), (path, role, query.name)


def test_the_dictionary_finds_a_column_by_its_chinese_name(open_page: Open) -> None:
    app = open_page("officer", page("dictionary"))
    app.text_input[0].set_value("受伤人数").run()
    shown = words(app)
    assert "`fct_incidents`" in shown
    assert "`fct_archive_items`" not in shown
    app.text_input[0].set_value("没有这样的列").run()
    assert "换一个词" in words(app)


def test_the_planted_rise_is_named_first_and_nothing_else_is(open_page: Open) -> None:
    app = open_page("leader_station", page("situation"))
    assert "盗窃" in words(app)
    assert "明显上升" in words(app)
    assert not any(f"**{place}" in words(app) and "明显下降（" in words(app) for place in ("城北", "城南"))


def test_the_station_leader_sees_no_other_station(open_page: Open) -> None:
    shown = words(open_page("leader_station", page("situation")))
    assert "城北" in shown
    assert "城南" not in shown
    assert "河西" not in shown


def test_an_officer_sees_only_own_records(open_page: Open) -> None:
    app = open_page("officer", page("mine"))
    tables = " ".join(frame.value.to_csv() for frame in app.dataframe)
    assert "2026-S1-0000" in tables
    assert "2026-S2-" not in tables


def test_the_late_source_is_named_on_every_page_with_data(open_page: Open) -> None:
    for spec in PAGES:
        if spec.needs_data:
            assert "借阅" in words(open_page(spec.roles[0], spec))


@pytest.mark.parametrize(
    ("path", "system", "source", "named"),
    [
        ("disputes", "case", "md_jfxx", "矛盾纠纷"),
        ("repeats", "case", "pj_jjdb", "接警"),
        ("prevention", "patrol", "qw_xchd", "宣传活动"),
        ("handover", "case", "pj_cjdb", "处警"),
        ("mine", "patrol", "qw_zfjl", "走访记录"),
    ],
)
def test_a_source_of_its_own_that_is_late_is_named_on_the_page(
    open_changed: Open, path: str, system: str, source: str, named: str
) -> None:
    app = open_changed(
        path,
        f"insert into rpt_freshness by name select '{system}' as source_system, '{source}' as source_table, "
        f"date '{AS_OF - timedelta(5)}' as event_date, 0 as row_count, true as is_missing",
        role=page(path).roles[0],
    )
    assert "数据不完整：" in words(app)
    assert f"“{named}" in words(app)


def test_days_another_station_lacks_are_not_laid_to_this_one(open_changed: Open) -> None:
    missing = ", ".join(
        f"('{unit}', date '{AS_OF - timedelta(back)}')"
        for unit, back in (("S1", 3), ("S1", 4), *(("S2", back) for back in range(5, 15)))
    )
    sql = (
        "delete from rpt_freshness; insert into rpt_freshness by name select 'gps' as source_system, "
        "'qw_gpsd' as source_table, unit_no, event_date, 0 as row_count, true as is_missing "
        f"from (values {missing}) as gaps (unit_no, event_date)"
    )
    app = open_changed("patrol", sql, role="leader_bureau")
    assert "有 2 个单位各缺若干天" in words(app)
    assert "共涉及 12 天" in words(app)
    app.selectbox(key="unit").set_value("城北派出所").run()
    assert "等 2 天" in words(app), "the days of both stations were told to each as its own"


def test_a_link_within_a_session_moves_the_boxes_with_the_address(open_page: Open) -> None:
    app = open_page("leader_bureau", page("situation"))
    assert "态势：城北派出所" not in words(app)
    app.query_params["unit"] = "城北派出所"
    app.query_params["area"] = "城北第1责任区"
    app.run()
    assert app.selectbox(key="unit").value == "城北派出所"
    assert "态势：城北第1责任区" in words(app), "the address named a place that the page did not show"
    app.selectbox(key="area").set_value("全部").run()
    assert "态势：城北派出所" in words(app)
    assert not app.error


def test_hostile_text_is_inert(open_page: Open) -> None:
    app = open_page("steward", page("quarantine"))
    assert not [element for element in app.get("html") if "<script>" in element.proto.body]
    tables = " ".join(frame.value.to_csv() for frame in app.dataframe)
    assert "<script>" in tables


def test_counts_always_stand_with_their_denominators(open_page: Open) -> None:
    app = open_page("evaluator", page("archive"))
    columns = [set(frame.value.columns) for frame in app.dataframe]
    assert any({"分子", "分母", "95% 区间"} <= found for found in columns)
    assert "不分先后" in words(app)


def test_a_choice_narrows_every_figure(open_page: Open) -> None:
    app = open_page("leader_station", page("situation"))
    app.selectbox(key="area").set_value("城北第1责任区").run()
    assert not app.error
    assert "城北第1责任区" in words(app)
    assert "城北第2责任区“" not in words(app)


def test_without_a_generation_the_page_says_so(open_page: Open, tmp_path: Path) -> None:
    home = Home(tmp_path).prepare()
    add_account(
        Workbench.open(home), user_id="wang", display_name="王五", role="leader_station", unit_nos=["S1"],
        password="correct horse battery",
    )  # fmt: skip
    app = open_page("leader_station", page("situation"), home)
    assert "还没有发布过数据" in words(app)
    assert not app.exception


def test_a_broken_table_fails_with_a_reference_number_and_the_frame_stays(
    open_page: Open, tmp_path: Path
) -> None:
    home = Home(tmp_path).prepare()
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute(
            "create table dim_unit as select 'S1' as unit_no, '城北所' as unit_name, "
            "null as parent_unit_no, 'station' as unit_kind_code"
        )
    (home.serving / "g000001.json").write_text(
        '{"as_of": "2026-06-30", "published_at": "2026-06-30T00:00:00+00:00"}'
    )
    home.current_link.symlink_to("g000001.duckdb")
    add_account(
        Workbench.open(home), user_id="wang", display_name="王五", role="leader_station", unit_nos=["S1"],
        password="correct horse battery",
    )  # fmt: skip
    app = open_page("leader_station", page("situation"), home)
    assert "编号" in words(app)
    assert not app.exception
    assert (home.logs / "pages.jsonl").exists()


def test_a_session_revoked_while_the_page_is_open_is_refused_at_the_next_click(
    open_page: Open, synthetic_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbench = Workbench.open(synthetic_home)
    account = add_account(
        workbench, user_id="zhao", display_name="赵六", role="leader_station", unit_nos=["S1"],
        password="correct horse battery",
    )  # fmt: skip
    token = sessions.open_session(workbench, account)
    app = open_page("leader_station", page("situation"))
    monkeypatch.setattr(session, "read_token", lambda: token)
    app.run()
    assert "有效警情" in words(app)
    disable_account(workbench, "zhao")
    app.run()
    assert "登录已失效" in words(app)
    assert "有效警情" not in words(app)


def test_page_files_and_registry_agree() -> None:
    found = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.py")}
    assert found == {spec.file for spec in PAGES}
