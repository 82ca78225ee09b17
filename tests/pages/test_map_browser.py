"""一张图 and the map of 矛盾风险 in Chromium: whole at both sizes, offline, choices in the address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from test_browser import Visit, browser, log_in, screenshots, serving, site, visit  # noqa: F401
from test_work_pages_browser import opened, shoot  # noqa: F401

pytestmark = pytest.mark.drawn(1 / 3, group=__name__)


def test_layers_of_the_map_are_drawn_and_stay_in_the_address(
    opened: Callable[[str, str], Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = opened("leader_station", "map")
    assert at.page.locator(".js-plotly-plot").count() == 2
    assert "有坐标的" in at.page.inner_text(".jc-answer")
    shoot(at, screenshots, "map_areas")
    at.page.get_by_role("combobox", name="图层").click()
    at.page.get_by_role("option", name="热点网格（此前一年）").click()
    at.wait_for("个热点网格，其中")
    assert "layer=hot" in at.page.url
    shoot(at, screenshots, "map_hot")
    at.page.reload()
    at.wait_for("个热点网格，其中")
    thumb = at.page.get_by_role("slider").first
    thumb.focus()
    thumb.press("ArrowLeft")
    at.page.wait_for_url("**from=2026-05-25*")
    at.wait_for("2026-05-25（周一）至2026-06-28（周日）")


def test_disputes_are_mapped_by_area(
    opened: Callable[[str, str], Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = opened("leader_station", "disputes")
    assert "90 天内登记的纠纷" in at.page.inner_text("body")
    assert at.page.get_by_text("北 ↑").count() == 1
    shoot(at, screenshots, "disputes_map")
