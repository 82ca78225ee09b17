"""The pages in Chromium: login that survives reload, no outside request, Chinese glyphs, both screen sizes.

Screenshots go to ``JINGCANG_SCREENSHOTS`` when it is set, else to a temporary folder.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import sync_playwright

from dashboards.registry import PAGES, PageSpec, pages_of
from jingcang.access import ROLE_LABELS
from jingcang.access.accounts import add_account, demo_password, disable_account, list_accounts
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench

ROOT = Path(__file__).resolve().parents[2]
SIZES = [(1366, 768), (1920, 1080)]
GLYPHS = "警仓态势责任区"
READY = "[data-testid=stHeading], [data-testid=stHeadingWithActionElements], h2"


@dataclass
class Site:
    """A running server and the demo accounts of its home."""

    url: str
    home: Home
    seed: int

    def account(self, role: str) -> tuple[str, str]:
        accounts = list_accounts(Workbench.open(self.home))
        user_id = next(a.identity.user_id for a in accounts if a.identity.role == role and a.is_demo)
        return user_id, demo_password(self.seed, user_id)


@dataclass
class Visit:
    """A page of one browser context, with the requests that tried to leave the machine."""

    page: Any
    outside: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until the page script has ended and nothing is still being drawn."""
        self.page.wait_for_selector(READY, timeout=60_000)
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
            " && !document.querySelector('[data-testid=stSkeleton]')",
            timeout=60_000,
        )
        self.page.wait_for_timeout(400)

    def wait_for(self, words: str) -> None:
        """Wait until the words stand on the page and it has settled; a document still loading has no body."""
        self.page.wait_for_function(
            "words => document.body?.innerText.includes(words)", arg=words, timeout=60_000
        )
        self.settle()


@pytest.fixture(scope="module")
def site(synthetic_home: Home, demo_seed: int) -> Iterator[Site]:
    with serving(synthetic_home, demo_seed) as made:
        yield made


@contextmanager
def serving(home: Home, seed: int) -> Iterator[Site]:
    """Start the dashboards of a home as users start them, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (home.logs / "dashboards.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboards/streamlit_app.py", "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, "JINGCANG_HOME": str(home.root)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 90
        while not _is_up(url):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not come up"
            time.sleep(0.3)
        yield Site(url, home, seed)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_stcore/health", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def browser(require_service: Callable[[str], str]) -> Iterator[Any]:
    chromium = require_service("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Callable[..., Visit]]:
    visits = []

    def open_context(size: tuple[int, int] = SIZES[0]) -> Visit:
        visits.append(new_visit(browser, site, size))
        return visits[-1]

    yield open_context
    for made in visits:
        made.page.context.close()


def new_visit(browser: Any, site: Site, size: tuple[int, int] = SIZES[0]) -> Visit:
    """Open a browser context of its own; requests that would leave the machine are noted and stopped."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    made = Visit(context.new_page())

    def guard(route: Any) -> None:
        if route.request.url.startswith((site.url, "data:", "blob:")):
            route.continue_()
        else:
            made.outside.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    return made


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("JINGCANG_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_in(visit: Visit, site: Site, role: str, path: str = "") -> None:
    user_id, password = site.account(role)
    visit.page.goto(f"{site.url}/{path}")
    visit.page.fill("#user_id", user_id)
    visit.page.fill("#password", password)
    visit.page.click("button[type=submit]")


def see_every_page(
    at: Visit,
    site: Site,
    screenshots: Path,
    role: str,
    sizes: list[tuple[int, int]],
    pages: Sequence[PageSpec] = PAGES,
) -> None:
    """Open pages as a role: refused, or whole at each size, in Chinese, with no request outside."""
    log_in(at, site, role)
    at.settle()
    drawn = at.page.evaluate(GLYPH_CHECK, GLYPHS)
    assert drawn["missing"] == [], f"drawn as empty boxes: {drawn}"
    for spec in pages:
        at.page.goto(f"{site.url}/{spec.path}")
        if role not in spec.roles:
            at.page.wait_for_selector("text=无权查看", timeout=60_000)
            at.settle()  # the refusal may be drawn before the sidebar that names the reader
            assert at.page.locator(".jc-answer").count() == 0
            assert ROLE_LABELS[role] in at.page.inner_text("body")
            continue
        at.settle()
        body = at.page.inner_text("body")
        assert ROLE_LABELS[role] in body
        assert "无权查看" not in body
        assert "没有算成" not in body
        assert at.page.locator("[data-testid=stException]").count() == 0
        for size in sizes:
            at.page.set_viewport_size({"width": size[0], "height": size[1]})
            at.page.wait_for_timeout(400)
            for part in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
                width, room = at.page.evaluate(f"[{part}.scrollWidth, {part}.clientWidth]")
                assert width <= room, f"{spec.path} scrolls sideways at {size}: {width} > {room}"
            height = at.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            at.page.set_viewport_size({"width": size[0], "height": max(size[1], min(int(height) + 20, 5000))})
            at.page.wait_for_timeout(300)
            at.page.screenshot(path=str(screenshots / f"{spec.path}_{role}_{size[0]}x{size[1]}.png"))
    assert at.outside == []


@pytest.fixture(scope="module")
def dice() -> random.Random:
    """What the short form draws with, freshly and printed (JINGCANG_TEST_SEED fixes it)."""
    seed = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
    print(f"page seed: {seed} (JINGCANG_TEST_SEED={seed} repeats this run)")
    return random.Random(seed)


@pytest.mark.drawn(1 / 3)
@pytest.mark.parametrize("role", ROLE_LABELS)
def test_every_page_as_every_role(
    site: Site, visit: Callable[..., Visit], screenshots: Path, role: str, dice: random.Random
) -> None:
    """A drawn third at a drawn size: test_pages_by_role opens every page and asks for every refusal."""
    size = dice.choice(SIZES)
    open_to_it = [spec for spec in PAGES if role in spec.roles]
    refused = [spec for spec in PAGES if role not in spec.roles]
    chosen = [*dice.sample(open_to_it, -(-len(open_to_it) // 3)), *dice.sample(refused, 2)]
    see_every_page(visit(size), site, screenshots, role, [size], chosen)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLE_LABELS)
def test_every_page_as_every_role_at_every_size(
    site: Site, visit: Callable[..., Visit], screenshots: Path, role: str
) -> None:
    see_every_page(visit(), site, screenshots, role, SIZES)


GLYPH_CHECK = r"""(text) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 48;
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    const family = getComputedStyle(document.querySelector('.jc-who')).fontFamily;
    const draw = (character) => {
        pen.clearRect(0, 0, 48, 48);
        pen.font = '32px ' + family;
        pen.fillText(character, 4, 38);
        return pen.getImageData(0, 0, 48, 48).data.join();
    };
    const box = draw('\u{10FFFD}'), blank = draw(' ');
    const pictures = [...text].map(draw);
    const missing = [...text].filter((c, i) => pictures[i] === box || pictures[i] === blank);
    return {missing, different: new Set(pictures).size, family};
}"""


def test_a_login_survives_reload_and_ends_with_logout(site: Site, visit: Callable[..., Visit]) -> None:
    at = visit()
    at.page.goto(f"{site.url}/patrol?period=%E6%9C%80%E8%BF%91%E4%B8%80%E4%B8%AA%E5%AE%8C%E6%95%B4%E5%91%A8")
    assert at.page.url.startswith(f"{site.url}/login?next=")
    user_id, password = site.account("leader_station")
    at.page.fill("#user_id", user_id)
    at.page.fill("#password", password)
    at.page.click("button[type=submit]")
    at.settle()
    assert "/patrol" in at.page.url
    assert "2026-06-22（周一）至2026-06-28（周日）" in at.page.inner_text("body")
    cookie = next(cookie for cookie in at.page.context.cookies() if cookie["name"] == "jingcang_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert "jingcang_session" not in at.page.evaluate("document.cookie")
    at.page.reload()
    at.settle()
    assert "巡逻成效" in at.page.inner_text("body")
    at.page.goto(f"{site.url}/logout")
    at.page.click("button[type=submit]")
    at.page.wait_for_url(f"{site.url}/login")
    at.page.goto(f"{site.url}/patrol")
    assert "/login" in at.page.url


def test_a_wrong_password_is_told_without_saying_which_part(site: Site, visit: Callable[..., Visit]) -> None:
    at = visit()
    at.page.goto(f"{site.url}/login")
    at.page.fill("#user_id", "nobody")
    at.page.fill("#password", "wrong")
    at.page.click("button[type=submit]")
    assert "账号或口令不对" in at.page.inner_text("body")


def test_a_disabled_account_is_out_at_the_next_click(site: Site, visit: Callable[..., Visit]) -> None:
    at = visit()
    workbench = Workbench.open(site.home)
    add_account(
        workbench,
        user_id="qian",
        display_name="钱七",
        role="leader_station",
        unit_nos=["S1"],
        password="correct horse battery",
    )
    at.page.goto(f"{site.url}/situation")
    at.page.fill("#user_id", "qian")
    at.page.fill("#password", "correct horse battery")
    at.page.click("button[type=submit]")
    at.settle()
    disable_account(workbench, "qian")
    at.page.get_by_role("link", name="巡逻成效").click()
    at.wait_for("登录已失效")
    assert "计划巡逻" not in at.page.inner_text("body")


def test_choices_stay_in_the_address_from_page_to_page(site: Site, visit: Callable[..., Visit]) -> None:
    at = visit()
    log_in(at, site, "leader_bureau", "situation?unit=%E5%9F%8E%E5%8D%97%E6%B4%BE%E5%87%BA%E6%89%80")
    at.settle()
    assert "态势：城南派出所" in at.page.inner_text("body")
    at.page.get_by_role("link", name="巡逻成效").click()
    at.wait_for("计划巡逻")
    assert "unit=" in at.page.url
    assert "城南第1责任区" in at.page.inner_text("body") or at.page.locator("text=城南第1责任区").count()


def test_an_unknown_address_says_so_in_chinese(site: Site, visit: Callable[..., Visit]) -> None:
    at = visit()
    answer = at.page.goto(f"{site.url}/no-such-page")
    assert answer.status == 404
    assert "没有这个页面" in at.page.inner_text("body")


def test_a_form_without_its_cookie_and_a_download_without_a_session_are_refused(site: Site) -> None:
    user_id, password = site.account("leader_station")
    fields = {"user_id": user_id, "password": password, "form": "guess", "next": "/"}
    assert httpx.post(f"{site.url}/login", data=fields, trust_env=False).status_code == 403
    answer = httpx.get(f"{site.url}/media/x.csv", trust_env=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


def test_a_login_leads_nowhere_else(site: Site) -> None:
    with httpx.Client(base_url=site.url, trust_env=False) as client:
        for target in ("https://example.org/", "//example.org", "/\\example.org"):
            form = client.get("/login", params={"next": target})
            assert "example.org" not in form.text


def test_an_export_is_recorded(site: Site, visit: Callable[..., Visit]) -> None:
    at = visit()
    log_in(at, site, "steward", "quality")
    at.settle()
    with at.page.expect_download(timeout=30_000) as download:
        at.page.get_by_role("button", name="导出 CSV").first.click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert (
        AuditLog(Workbench.open(site.home)).entries(action="export")[0].user_id == site.account("steward")[0]
    )


def test_every_role_lands_on_its_first_page(site: Site, visit: Callable[..., Visit]) -> None:
    at = visit()
    log_in(at, site, "evaluator")
    at.settle()
    assert at.page.url.rstrip("/").endswith(pages_of("evaluator")[0].path)
