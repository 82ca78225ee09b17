"""Numbers shown on 接处警时效 and 案件办理 against hand-written SQL over the facts, not over the marts."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from issue_tables import AS_OF
from reading import Open, page
from streamlit.testing.v1 import AppTest

from dashboards.sections.response_steps import duration
from jingcang.home import Home

MONDAY = AS_OF - timedelta(AS_OF.weekday())
NOW = (MONDAY - timedelta(28), MONDAY)
BEFORE = (MONDAY - timedelta(56), MONDAY - timedelta(28))
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def ask(synthetic_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    copy = tmp_path_factory.mktemp("copy") / "copy.duckdb"
    shutil.copy(synthetic_home.serving / "g000001.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def rows(app: AppTest, *columns: str) -> list[dict[str, Any]]:
    frame = next(frame.value for frame in app.dataframe if set(columns) <= set(frame.value.columns))
    return list(frame.to_dict("records"))


def between(bounds: tuple[date, date], column: str = "event_date") -> str:
    return f"{column} >= date '{bounds[0]}' and {column} < date '{bounds[1]}'"


def slow(ask: Ask, seconds: str, above: int, bounds: tuple[date, date], where: str) -> str:
    hits, n = ask(
        f"select count(*) filter (where {seconds} > {above}), count({seconds}) from fct_incident_response "
        f"where {between(bounds)} and {where}"
    )[0]
    return f"{100 * hits / n:.1f}%（{hits:,}/{n:,}）"


def test_steps_of_a_dispatch(open_page: Open, ask: Ask) -> None:
    """Fourteen numbers: counts, slow shares of both periods, median and P90 of a station."""
    shown = {row["环节"]: row for row in rows(open_page("leader_station", page("response")), "环节", "P90")}
    where = "unit_no = 'S1'"
    for name, seconds, above in (
        ("派警→签收", "sign_seconds", 180),
        ("签收→出警", "(depart_seconds - sign_seconds)", 300),
        ("派警→到场", "arrive_seconds", 900),
    ):
        n = ask(f"select count({seconds}) from fct_incident_response where {between(NOW)} and {where}")[0][0]
        assert shown[name]["有时间"] == n
        assert shown[name]["超时"] == slow(ask, seconds, above, NOW, where)
        assert shown[name]["对比期超时"] == slow(ask, seconds, above, BEFORE, where)
    times = sorted(
        second
        for (second,) in ask(
            f"select arrive_seconds from fct_incident_response where {between(NOW)} and {where} "
            "and arrive_seconds is not null"
        )
    )
    for share, column in ((0.5, "P50"), (0.9, "P90")):
        exact = times[math.ceil(share * len(times)) - 1]
        width = 10 if exact <= 600 else 60 if exact <= 7200 else 600
        assert shown["派警→到场"][column].startswith(f"{duration(math.ceil(exact / width) * width)}（")
    phone = ask(
        f"select count(*) from fct_incident_response where {between(NOW)} and {where} and not is_arrival_applicable "
        "and feedback_seconds is not null"
    )[0][0]
    assert shown["到场→反馈"]["不适用"] == phone
    open_now = ask(
        f"select count(*) from fct_incident_response where {between(NOW)} and {where} and feedback_seconds is null"
    )[0][0]
    assert shown["到场→反馈"]["未完成"] == open_now


def test_places_of_the_bureau(open_page: Open, ask: Ask) -> None:
    shown = rows(open_page("leader_bureau", page("response")), "地区", "环节", "本期·超时")
    cells = {(row["地区"], row["环节"]): row for row in shown}
    for unit, name in (("S1", "城北派出所"), ("S3", "河西派出所")):
        hits, n = ask(
            "select count(*) filter (where arrive_seconds > 900), count(arrive_seconds) from fct_incident_response "
            f"where {between(NOW)} and unit_no = '{unit}'"
        )[0]
        cell = cells[name, "派警→到场"]
        assert (cell["本期·超时"], cell["本期·有时间"]) == (hits, n)


def test_stages_of_cases(open_page: Open, ask: Ask) -> None:
    """Sixteen numbers: both periods of every stage of both natures, and one class."""
    app = open_page("leader_bureau", page("cases"))
    frames = [
        frame.value.to_dict("records")
        for frame in app.dataframe
        if {"类别", "环节", "本期·起"} <= set(frame.value.columns)
    ]
    stages = {
        "criminal": {"立案": "filed", "破案": "solved", "移送起诉": "transferred", "结案": "closed"},
        "administrative": {"立案": "filed", "查处": "punished", "调解": "mediated", "结案": "closed"},
    }
    for nature, shown in zip(stages, frames, strict=True):
        cells = {(row["类别"], row["环节"]): row for row in shown}
        for label, code in stages[nature].items():
            for bounds, column in ((NOW, "本期·起"), (BEFORE, "对比期·起")):
                count = ask(
                    f"select count(*) from fct_cases where nature_code = '{nature}' "
                    f"and {between(bounds, f'{code}_date')}"
                )[0][0]
                assert cells["合计", label][column] == count, (nature, label, column)
    fraud = ask(
        f"select count(*) from fct_cases where class_label = '诈骗案' and {between(NOW, 'filed_date')}"
    )[0][0]
    assert (
        next(row for row in frames[0] if row["类别"] == "诈骗案" and row["环节"] == "立案")["本期·起"]
        == fraud
    )
