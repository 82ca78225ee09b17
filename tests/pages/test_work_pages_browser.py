"""线索, 规则试验, 证据缺项 and 路名别名 in Chromium: the main action as a user does it, whole at both screen sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from planted_clues import PHONE, write_narratives
from test_browser import SIZES, Site, Visit, browser, log_in, screenshots, serving, visit  # noqa: F401
from test_steward_pages import make_home

from jingcang.home import Home
from jingcang.landing.store import accepted_file
from jingcang.workbench import Workbench
from jingcang.workbench.address_aliases import AliasBook
from jingcang.workbench.label_rules import RuleBook

pytestmark = pytest.mark.drawn(1 / 3, group=__name__)

# Streamlit asks for its own endpoints below the page's address before it asks at the root.
QUIET = ("/_stcore/health", "/_stcore/host-config")


@pytest.fixture(scope="module")
def site(synthetic_home: Home, demo_seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = make_home(synthetic_home, tmp_path_factory.mktemp("work"), 1)
    write_narratives(accepted_file(home, "cases", "b1"))
    with serving(home, demo_seed) as made:
        yield made
    Workbench.open(home).close()


@pytest.fixture
def opened(
    visit: Callable[..., Visit], site: Site  # noqa: F811
) -> Iterator[Callable[[str, str], Visit]]:  # fmt: skip
    """Open a page as a role; at the end nothing has left the machine and the console has no error."""
    seen: list[tuple[Visit, list[str]]] = []

    def open_as(role: str, path: str) -> Visit:
        at = visit()
        told: list[str] = []
        at.page.on(
            "console",
            lambda message: (
                told.append(f"{message.text} {message.location}") if message.type == "error" else None
            ),
        )
        at.page.on("pageerror", lambda error: told.append(str(error)))
        log_in(at, site, role, path)
        at.settle()
        seen.append((at, told))
        return at

    yield open_as
    for at, told in seen:
        assert at.outside == []
        assert [line for line in told if not any(word in line for word in QUIET)] == []


def press(at: Visit, name: str) -> None:
    at.page.get_by_role("button", name=name).first.click()


def shoot(at: Visit, folder: Path, name: str) -> None:
    """Look at the page at both sizes: nothing scrolls sideways."""
    for width, height in SIZES:
        at.page.set_viewport_size({"width": width, "height": height})
        at.page.wait_for_timeout(300)
        for part in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
            seen: list[Any] = at.page.evaluate(f"[{part}.scrollWidth, {part}.clientWidth]")
            assert seen[0] <= seen[1], (name, width, part)
        at.page.screenshot(path=str(folder / f"{name}_{width}x{height}.png"))
    at.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})


def test_a_clue_of_the_case_in_hand_leads_to_the_other_cases(
    opened: Callable[[str, str], Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = opened("officer", "clues")
    shoot(at, screenshots, "clues_asked")
    at.page.get_by_label("案件编号").fill("A0")
    at.page.get_by_label("说明（查什么、为什么，不写个人信息）").fill("比对近期同类案件")
    press(at, "查询")
    at.wait_for("见于另外")
    body = at.page.inner_text("body")
    assert "其中 1 条见于另外 2 起案件" in body
    assert at.page.locator("mark", has_text=PHONE).count() == 2
    assert PHONE not in at.page.url
    assert "A0" not in at.page.url.partition("clues")[2], "the grounds stay out of the address"
    shoot(at, screenshots, "clues_found")


def test_a_changed_rule_is_tried_and_proposed(
    opened: Callable[[str, str], Visit], site: Site, screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = opened("steward", "label-rules")
    terms = at.page.get_by_role("textbox", name="触发词：案情里出现其中之一")
    terms.fill(terms.input_value() + "\n接到陌生来电")
    press(at, "在真实案件上试一试")
    at.wait_for("试验结果：多标 1 起")
    assert at.page.locator("mark", has_text="接到陌生来电").count() == 1
    shoot(at, screenshots, "label-rules_tried")
    press(at, "提出，交另一人审核")
    at.wait_for("请写明理由")
    assert RuleBook(Workbench.open(site.home)).declared() == []
    at.page.get_by_label("理由（必填）").fill("漏了一种说法")
    press(at, "提出，交另一人审核")
    at.wait_for("等待另一名数据管理员审核")
    (made,) = RuleBook(Workbench.open(site.home)).declared()
    assert made.terms.endswith("|接到陌生来电")
    assert made.state_code == "proposed"
    shoot(at, screenshots, "label-rules_proposed")


def test_a_missing_item_leads_to_its_cases(
    opened: Callable[[str, str], Visit], screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = opened("steward", "evidence")
    assert "缺 41.7%（5/12）" in at.page.inner_text("body")
    assert "缺“受案回执”的案件：2 起" in at.page.inner_text("body")
    at.page.locator("[data-testid=stCheckbox]", has_text="只看在办案件").locator("label").click()
    at.wait_for("缺“受案回执”的案件：3 起")
    at.page.get_by_role("combobox").filter(has_text="").last.click()
    at.page.get_by_role("option").nth(1).click()
    at.page.wait_for_url("**item=*")
    at.settle()
    assert "缺“受案回执”" not in at.page.inner_text("body")
    assert "item=" in at.page.url, "the choice can be sent to somebody"
    shoot(at, screenshots, "evidence_chosen")


def test_a_road_as_written_is_given_its_name(
    opened: Callable[[str, str], Visit], site: Site, screenshots: Path  # noqa: F811
) -> None:  # fmt: skip
    at = opened("steward", "aliases")
    assert "“永安东露”是哪条路" in at.page.inner_text("body")
    press(at, "提出，交另一人审核")
    at.wait_for("请写明理由")
    at.page.get_by_label("理由（必填）").fill("路牌写法")
    press(at, "提出，交另一人审核")
    at.wait_for("第 1 号别名等待另一名数据管理员审核")
    (made,) = AliasBook(Workbench.open(site.home)).declared()
    assert (made.written_name, made.standard_name, made.state_code) == ("永安东露", "永安东路", "proposed")
    shoot(at, screenshots, "aliases_proposed")
