"""交接与日程 in Chromium: an operation is declared and marked, a decision logged, and the sheet prints on one page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import add_accounts, write_serving_file
from test_browser import SIZES, Site, Visit, browser, log_in, screenshots, serving, visit  # noqa: F401
from test_labels_browser import shoot

from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.meeting_decisions import DecisionBook
from jingcang.workbench.operations import OperationBook

pytestmark = pytest.mark.drawn(1 / 3, group=__name__)


@pytest.fixture(scope="module")
def site(demo_seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = Home(tmp_path_factory.mktemp("handover"))
    write_serving_file(home)
    add_accounts(home)
    with serving(home, demo_seed) as made:
        yield made
    Workbench.open(home).close()


def test_the_sheet_prints_on_one_page_of_a4(
    site: Site, visit: Callable[..., Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    for size in SIZES:
        at = visit(size)
        log_in(at, site, "leader_station", "handover")
        at.wait_for("值班交接单：城北派出所")
        shoot(at, screenshots, f"handover_{size[0]}")
        wide = at.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide
    paper = at.page.pdf(prefer_css_page_size=True)
    (screenshots / "handover.pdf").write_bytes(paper)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    width, height = re.findall(rb"/MediaBox \[0 0 (\S+) (\S+)\]", paper)[0]
    assert float(width) < float(height), "other pages are printed on the broad side, this one upright"
    at.page.emulate_media(media="print")
    assert at.page.locator(".jc-sheet").is_visible()
    assert at.page.locator(".jc-sign").is_visible()
    assert not at.page.locator("[data-testid=stExpander]").first.is_visible()
    assert not at.page.locator("[data-testid=stButtonGroup]").first.is_visible()
    assert at.outside == []


def test_an_operation_is_declared_and_marked_on_the_chart(
    site: Site, visit: Callable[..., Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = visit()
    log_in(at, site, "leader_station", "handover")
    at.wait_for("值班交接单")
    at.page.get_by_role("button", name="专项行动", exact=True).or_(
        at.page.get_by_role("radio", name="专项行动", exact=True)
    ).first.click()
    at.wait_for("登记一项专项行动")
    assert "view=" in at.page.url
    at.page.get_by_label("名称（必填）").fill("夏夜治安巡查")
    places = at.page.get_by_role("combobox", name="地点")
    places.fill("城北派出所全部")
    places.press("Enter")
    at.page.keyboard.press("Escape")
    at.page.get_by_label("理由（必填，随登记留存）").fill("夜间警情上升")
    shoot(at, screenshots, "operation_form")
    at.page.get_by_role("button", name="登记", exact=True).click()
    at.wait_for("第 1 号专项行动“夏夜治安巡查”已保存")
    shoot(at, screenshots, "operations")
    (kept,) = OperationBook(Workbench.open(site.home)).versions()
    assert (kept.operation_name, kept.places, kept.reason) == ("夏夜治安巡查", "S1/", "夜间警情上升")
    at.page.goto(f"{site.url}/trends?area=城北第1责任区")
    at.wait_for("专项：ZX01")
    shoot(at, screenshots, "operation_marked")
    assert at.outside == []


def test_a_decision_is_logged(
    site: Site, visit: Callable[..., Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = visit()
    log_in(at, site, "leader_station", "handover?view=会议决定")
    at.wait_for("记一条会议决定")
    at.page.get_by_text("记一条会议决定").click()
    at.wait_for("依据：城北派出所")
    at.page.get_by_label("决定了什么（必填）").fill("市场夜间增派一组")
    owner = at.page.get_by_role("combobox", name="谁负责")
    owner.fill("内勤")
    owner.press("Enter")
    at.page.get_by_label("为什么（必填，随决定留存）").fill("周例会")
    at.page.get_by_role("button", name="记录决定").click()
    at.wait_for("第 1 号决定已记录，2026-07-28（周二）到期复核")
    shoot(at, screenshots, "decision_logged")
    (kept,) = DecisionBook(Workbench.open(site.home)).versions()
    assert (kept.decision_text, kept.owner, kept.metric_code) == (
        "市场夜间增派一组", "内勤", "incidents_effective",
    )  # fmt: skip
    assert at.outside == []
