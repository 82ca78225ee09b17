"""预警 in Chromium: a leader disposes of an alert, the decision lands as a run lands it, and the page says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import add_accounts, write_serving_file
from test_browser import Site, Visit, browser, log_in, screenshots, serving, visit  # noqa: F401
from test_labels_browser import shoot

from jingcang.home import Home
from jingcang.landing import ALERT_DECISIONS, current_cut, land_decisions, landed_decisions
from jingcang.workbench import Workbench
from jingcang.workbench.alert_decisions import AlertBook

pytestmark = pytest.mark.drawn(1 / 3, group=__name__)


@pytest.fixture(scope="module")
def site(demo_seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = Home(tmp_path_factory.mktemp("alerts"))
    write_serving_file(home)
    add_accounts(home)
    with serving(home, demo_seed) as made:
        yield made
    Workbench.open(home).close()


def run_lands_decisions(home: Home) -> None:
    """Land what was decided and publish it with the next generation, as a run does."""
    from issue_tables import AS_OF

    rows = [vars(item) for item in AlertBook(Workbench.open(home)).decisions()]
    land_decisions(home, ALERT_DECISIONS, rows, as_of=AS_OF)
    landed = landed_decisions(home, ALERT_DECISIONS, current_cut(home)).to_dicts()
    write_serving_file(home, "g000002")
    with duckdb.connect(str(home.serving / "g000002.duckdb")) as connection:
        connection.execute("alter table fct_alerts alter decision_version type bigint")
        for row in landed:
            connection.execute(
                "update fct_alerts set disposition_code = ?, decision_version = ? where alert_id = ?",
                [row["disposition"], row["version"], row["alert_id"]],
            )
    home.current_link.unlink()
    home.current_link.symlink_to("g000002.duckdb")


def test_a_disposition_is_made_and_comes_back(
    site: Site, visit: Callable[..., Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = visit()
    log_in(at, site, "leader_station", "alerts")
    at.wait_for("在办预警 1 条")
    shoot(at, screenshots, "alerts_open")
    at.page.get_by_label("理由（必填，随处置留存）").fill("城北市场连续失窃，已布控")
    at.page.get_by_role("button", name="保存处置").click()
    at.wait_for("判为“真”（第 1 次处置）")
    at.wait_for("下一次运行后进入发布的数据")
    kept = AlertBook(Workbench.open(site.home)).decisions()
    assert [(item.alert_id, item.disposition, item.reason) for item in kept] == [
        ("a1", "true", "城北市场连续失窃，已布控")
    ]
    run_lands_decisions(site.home)
    at.page.goto(f"{site.url}/alerts")
    at.wait_for("已进入本次发布")
    at.wait_for("g000002")
    shoot(at, screenshots, "alerts_decided")
    assert at.outside == []
