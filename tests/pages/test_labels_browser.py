"""标签审核 in Chromium: keys are pressed, the page goes on to the next item, and it fits both screen sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from test_browser import SIZES, Site, Visit, browser, log_in, screenshots, serving, visit  # noqa: F401
from test_labels_page import plant_sample, plant_texts, said
from test_steward_pages import make_home

from jingcang.home import Home
from jingcang.workbench import Workbench

pytestmark = pytest.mark.drawn(1 / 3, group=__name__)


@pytest.fixture(scope="module")
def site(synthetic_home: Home, demo_seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = make_home(synthetic_home, tmp_path_factory.mktemp("labels"), 1)
    plant_texts(home)
    plant_sample(home)
    with serving(home, demo_seed) as made:
        yield made
    Workbench.open(home).close()


def test_a_verdict_is_one_key(
    site: Site, visit: Callable[..., Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = visit()
    log_in(at, site, "steward", "labels")
    at.wait_for("标得对不对")
    shoot(at, screenshots, "labels_item")
    at.page.keyboard.press("1")
    at.wait_for("已记“对”")
    assert [row[1] for row in said(site.home)] == ["correct"]
    at.wait_for("有没有漏标")
    at.page.keyboard.press("4")
    at.wait_for("依据在哪一句")
    shoot(at, screenshots, "labels_missing")
    at.page.keyboard.press("z")
    at.wait_for("已撤销：对")
    assert said(site.home) == []
    for _ in range(2):
        at.page.keyboard.press("3")
        at.wait_for("已记“不确定”")
        at.page.wait_for_timeout(500)
    at.wait_for("您这里的都判完了")
    assert [row[1] for row in said(site.home)] == ["uncertain", "uncertain"]
    shoot(at, screenshots, "labels_done")
    assert at.outside == []


def shoot(at: Visit, folder: Path, name: str) -> None:
    """Look at the page at both sizes: nothing scrolls sideways."""
    for width, height in SIZES:
        at.page.set_viewport_size({"width": width, "height": height})
        at.page.wait_for_timeout(300)
        seen: list[Any] = at.page.evaluate(
            "[document.querySelector('[data-testid=stMain]').scrollWidth,"
            " document.querySelector('[data-testid=stMain]').clientWidth]"
        )
        assert seen[0] <= seen[1], (name, width)
        at.page.screenshot(path=str(folder / f"{name}_{width}x{height}.png"))
