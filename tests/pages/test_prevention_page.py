"""精准宣防: whom to tell what where, and what is said of campaigns, on planted fraud."""

from __future__ import annotations

from datetime import timedelta

import pytest
from planted_population import BANDS, GENDERS, SIZES, TYPES
from planted_prevention import FRAUD, MONTH, VICTIMS, fraud_sql
from reading import Open, table, words

RESIDENTS = {f"S1-A{number}": size * len(TYPES) * len(BANDS) * len(GENDERS) for number, size in SIZES.items()}
"""Of the areas without the planted growth."""


def test_the_area_with_more_fraud_is_told_and_the_rest_is_not(open_changed: Open) -> None:
    app = open_changed("prevention", fraud_sql())
    assert not app.error
    shown = words(app)
    assert f"十二个月诈骗警情 {sum(FRAUD.values())} 起" in shown
    assert "城北第2责任区高于预期" in shown
    assert "**先去这几处讲**\n1. **城北第2责任区**：40 起" in shown
    rows = {row["责任区"]: row for row in table(app, "每千人·收缩后")}
    high = rows["城北第2责任区"]
    assert high["判断"] == "高于预期"
    assert high["实有人口"] == RESIDENTS["S1-A2"]
    assert high["每千人·起数"] == pytest.approx(1000 * 40 / RESIDENTS["S1-A2"], abs=0.005)
    assert float(str(high["每千人·收缩后"])) < float(str(high["每千人·起数"]))


def test_areas_that_differ_only_by_chance_are_called_so(open_changed: Open) -> None:
    shown = words(open_changed("prevention", fraud_sql({"S1-A1": 20, "S1-A2": 6, "S1-A3": 1})))
    assert "3 个责任区之间的高低与偶然波动一致" in shown
    assert "先去这几处讲" not in shown


def test_the_group_that_is_hit_most_is_named_and_types_stand_apart(open_changed: Open) -> None:
    app = open_changed("prevention", fraud_sql())
    assert "讲给谁：60–69 岁女性最高" in words(app)
    total = sum(row[-1] for row in VICTIMS if row[0] == "all")
    assert f"受害人，{total} 人次" in words(app)
    types = {row["类型"]: row for row in table(app, "年龄段·60–69 岁")}
    assert (types["刷单返利"]["合计"], types["虚假征信"]["合计"]) == (21, 2)


def test_three_ways_are_shown_only_above_the_floor(open_changed: Open) -> None:
    assert "一个责任区满 30 人次才按人群分，这里 23 人次" in words(
        open_changed("prevention", fraud_sql(), area="城北第1责任区")
    )


def test_a_campaign_without_enough_beside_it_is_not_judged(open_changed: Open) -> None:
    app = open_changed("prevention", fraud_sql())
    rows = table(app, "能看出的最小降幅")
    assert [(row["责任区"], row["活动·次数"]) for row in rows] == [
        ("城北第2责任区", 1), ("城北第1责任区", 2),
    ]  # fmt: skip
    assert [row["结论"] for row in rows] == ["无法判断：未满八周", "无法判断：对照区太少"]
    assert "两年诈骗警情不足 100 起，无法判断" in words(app)


def test_without_fraud_the_page_says_so(open_changed: Open) -> None:
    assert "没有诈骗警情" in words(open_changed("prevention", fraud_sql({})))


def test_one_incident_has_no_percentage(open_changed: Open) -> None:
    app = open_changed("prevention", fraud_sql({"S1-A1": 1}))
    assert not app.error
    shown = words(app)
    assert "十二个月诈骗警情 1 起" in shown
    assert "占 1/1" in shown


@pytest.mark.parametrize("profile", ["st_louis", "taipei_theft"])
def test_a_source_of_incidents_alone_says_what_it_lacks(open_changed: Open, profile: str) -> None:
    app = open_changed("prevention", fraud_sql(), profile=profile)
    assert not app.error
    shown = words(app)
    assert "没有实有人口" in shown
    assert "没有案件人员" in shown
    assert "没有登记宣传活动" in shown


def test_months_shown_are_whole(open_changed: Open) -> None:
    shown = words(open_changed("prevention", fraud_sql({"S1-A1": 5}, until=MONTH + timedelta(1))))
    assert "十二个月诈骗警情 4 起" in shown, "the day in the running month does not count"
