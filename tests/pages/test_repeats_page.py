"""重复警情: beyond chance or not, discreet places and persons never, near repeats, and what a source does not have."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from issue_tables import AS_OF
from scipy import stats
from streamlit.testing.v1 import AppTest

from dashboards import session
from dashboards.queries import repeats
from dashboards.sections.repeat_persons import banded
from dashboards.sections.repeat_places import Spread
from dashboards.sections.repeat_places import words as curve_words
from jingcang.access import sessions
from jingcang.access.accounts import list_accounts
from jingcang.access.policy import PERSON_DATA_TABLES
from jingcang.access.query import Query
from jingcang.home import Home
from jingcang.workbench import Workbench

SHELL = Path(session.__file__).with_name("shell.py")
Open = Callable[..., AppTest]


@pytest.fixture
def open_after(synthetic_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that runs SQL on a copy of the serving file and opens the page as a role."""

    def opened(sql: str = "select 1", role: str = "leader_station", profile: str = "demo") -> AppTest:
        home = Home(tmp_path).prepare()
        for name in ("serving", "workbench"):
            shutil.copytree(synthetic_home.root / name, tmp_path / name, symlinks=True, dirs_exist_ok=True)
        with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
            connection.execute(sql)
        told = home.serving / "g000001.json"
        told.write_text(told.read_text(encoding="utf-8").replace('"demo"', f'"{profile}"'), encoding="utf-8")
        monkeypatch.setenv("JINGCANG_HOME", str(tmp_path))
        workbench = Workbench.open(home)
        account = next(a for a in list_accounts(workbench) if a.identity.role == role and a.is_demo)
        token = sessions.open_session(workbench, account)
        monkeypatch.setattr(session, "read_token", lambda: token)
        app = AppTest.from_file(str(SHELL), default_timeout=60).run()
        return app.switch_page("app_pages/leadership/repeats.py").run()

    return opened


def words(app: AppTest) -> str:
    kinds = ("header", "subheader", "markdown", "caption", "info", "error", "warning")
    parts = [str(element.value) for kind in kinds for element in getattr(app, kind)]
    parts += [expander.label for expander in app.expander]
    return "\n".join(parts + [str(element.proto.body) for element in app.get("html")])


def table(app: AppTest, *columns: str) -> list[dict[str, object]]:
    frame = next(frame.value for frame in app.dataframe if set(columns) <= set(frame.value.columns))
    return list(frame.to_dict("records"))


def test_the_answer_sets_what_is_seen_beside_what_chance_gives(open_after: Open) -> None:
    # 363 places, 73 events: P(X ≥ 2) at mean 73/363
    expected = 363 * stats.poisson.sf(1, 73 / 363)
    shown = words(open_after())
    assert f"2 起以上的地点 3 处，全凭偶然也会有约 {expected:,.0f} 处" in shown
    assert "1 处（9 起及以上）超出偶然" in shown
    assert "入室盗窃发案后一周内附近容易再发" in shown
    assert "一地：1 处超出偶然，排在最前" in shown


def test_only_places_beyond_chance_are_told_to_look_at(open_after: Open) -> None:
    shown = words(open_after())
    assert "**文教社区·中山路·梧桐苑**：90 天 9 起、7 天 2 起" in shown
    assert shown.count("责任区跟进") == 1
    rows = table(open_after(), "楼幢编号", "90 天")
    assert [(row["楼幢编号"], row["90 天"], row["判断"]) for row in rows] == [
        ("DZ1", 9, "超出偶然"), ("DZ2", 2, "与偶然波动一致"), ("DZ3", 2, "与偶然波动一致"),
    ]  # fmt: skip


def test_counts_are_those_of_the_rows(open_after: Open, serving_copy: Path) -> None:
    """Twelve numbers by hand-written SQL: later reports of one event do not count at the place."""
    with duckdb.connect(str(serving_copy)) as connection:
        counted = connection.execute(
            "select replace(repeat_cluster_id, 'place', ''), "
            + ", ".join(
                f"count(*) filter (where event_date >= date '{AS_OF}' - {days})::int"
                for days in (90, 28, 7, 365)
            )
            + " from fct_repeat_incidents where starts_with(repeat_cluster_id, 'place') and is_counted "
            "and unit_no = 'S1' group by 1 order by 1"
        ).fetchall()
    rows = table(open_after(), "楼幢编号", "90 天")
    shown = sorted((row["楼幢编号"], row["90 天"], row["28 天"], row["7 天"], row["365 天"]) for row in rows)
    assert shown == counted
    assert len(shown) == 3


def test_the_bureau_sees_every_station_and_a_station_its_own(open_after: Open) -> None:
    assert {row["单位"] for row in table(open_after(), "楼幢编号", "90 天")} == {"城北派出所"}
    bureau = table(open_after(role="leader_bureau"), "楼幢编号", "90 天")
    assert {row["单位"] for row in bureau} == {"城北派出所", "城南派出所"}


def test_an_event_told_twice_is_one(open_after: Open) -> None:
    assert "一事多报：90 天内 1 件事被报了多次，多出 1 起报警" in words(open_after())


def test_lists_of_places_do_not_leave_the_station(open_after: Open) -> None:
    app = open_after()
    keys = {button.proto.id for button in app.get("download_button")}
    assert keys
    assert not any("repeat_places_list" in key or "repeat_events_list" in key for key in keys)


def test_persons_are_counted_and_no_question_reads_person_data(open_after: Open) -> None:
    for query in vars(repeats).values():
        if isinstance(query, Query):
            assert not query.tables & PERSON_DATA_TABLES
            assert "caller" not in query.sql
            assert "person_id" not in query.sql
    shown = {row["出现方式"]: row for row in table(open_after(), "出现方式", "2 次")}
    assert shown["其他报警的电话"]["2 次"] == 31
    assert shown["其他报警的电话"]["10 次以上"] == 1
    assert shown["性侵、未成年人、家庭类报警的电话"]["2 次"] == 6
    assert "反复出现的电话和受害人 41 个，只计数" in words(open_after())


def test_bands_keep_their_edges() -> None:
    rows = [
        {"appearance_label": "x", "repeat_90d_count": times, "person_count": 1}
        for times in (1, 2, 3, 4, 5, 9, 10, 30)
    ]
    assert banded(rows) == {"x": [1, 2, 2, 2]}


def test_near_repeats_keep_the_located_rule_and_small_bases(open_after: Open) -> None:
    app = open_after()
    rows = {row["类别"]: row for row in table(app, "类别", "偶然约 对", "一年起数")}
    assert rows.keys() == {"入室盗窃", "故意毁坏公私财物"}
    assert rows["入室盗窃"]["倍数"] == pytest.approx(1.9)
    assert "近重复成立" in str(rows["入室盗窃"]["判断"])
    assert (
        rows["故意毁坏公私财物"]["倍数"] is None
        or rows["故意毁坏公私财物"]["倍数"] != rows["故意毁坏公私财物"]["倍数"]
    )
    assert "与偶然波动一致" in str(rows["故意毁坏公私财物"]["判断"])
    assert "盗窃车内财物的近重复暂不显示：有坐标的只有 60.0%（60/100），低于要求的 80%" in words(app)
    assert "**盗窃车内财物" not in words(app)


def test_a_curve_within_chance_is_not_called_concentration() -> None:
    even = Spread({int(size): round(10_000 * stats.poisson.pmf(size, 0.5)) for size in range(6)})
    assert curve_words(even).endswith("与偶然波动一致")
    assert even.chance.beyond_from is None
    hot = Spread({0: 9_000, 1: 900, 20: 100})
    assert curve_words(hot).endswith("比偶然集中")


def test_without_beyond_chance_nothing_is_pointed_at(open_after: Open) -> None:
    app = open_after(
        "update fct_repeat_clusters set repeat_90d_count = 2; delete from rpt_repeat_places where event_count > 2; "
        "update rpt_near_repeats set is_near_repeat = false"
    )
    shown = words(app)
    assert "没有一处多于偶然能到的起数" in shown
    assert "检验的 2 类都没有近重复" in shown
    assert "先看这几处" not in shown
    assert not app.error


def test_without_incidents_the_page_says_so(open_after: Open) -> None:
    app = open_after(
        "".join(
            f"delete from {name};"
            for name in (
                "fct_repeat_clusters", "fct_repeat_incidents", "rpt_repeat_places", "rpt_repeat_persons",
                "rpt_repeat_bases", "rpt_near_repeats",
            )
        )
    )  # fmt: skip
    assert "90 天没有警情" in words(app)
    assert not app.error


def test_one_place_and_few_events_draw_no_curve(open_after: Open) -> None:
    app = open_after(
        "delete from fct_repeat_clusters where building_address_no <> 'DZ2'; "
        "update rpt_repeat_places set place_count = 1; delete from rpt_repeat_places where event_count > 2"
    )
    assert "集中度曲线暂不显示：一年内解析到一处的只有 3 起" in words(app)
    assert not app.error
    assert len(table(app, "楼幢编号", "90 天")) == 1


def test_a_source_without_addresses_phones_and_points_says_what_it_lacks(open_after: Open) -> None:
    app = open_after(
        "delete from rpt_repeat_places; delete from fct_repeat_clusters; delete from rpt_repeat_persons; "
        "delete from rpt_near_repeats",
        profile="st_louis",
    )
    shown = words(app)
    assert "来源没有标准地址" in shown
    assert "没有报警电话" in shown
    assert "近重复暂不显示" in shown
    assert not app.error


def test_a_late_source_is_named(open_after: Open) -> None:
    app = open_after(
        "insert into rpt_freshness by name select 'case' as source_system, 'pj_jjdb' as source_table, "
        f"date '{AS_OF - timedelta(5)}' as event_date, 0 as row_count, true as is_missing"
    )
    assert "数据不完整：" in words(app)


@pytest.mark.parametrize("role", ["officer", "evaluator", "steward"])
def test_other_roles_are_refused(open_after: Open, role: str) -> None:
    app = open_after(role=role)
    assert "无权查看" in words(app)
    assert not app.dataframe


def test_an_area_without_places_keeps_the_rest(open_after: Open) -> None:
    app = open_after()
    app.selectbox(key="area").set_value("城北第2责任区").run()
    assert not app.error
    assert "不分责任区" in words(app)
