"""趋势, 人口与基础信息, 重复警情 and 精准宣防 in Chromium: whole at both sizes and on A4, rows and exports at hand.

One server and one login for all four; each page is opened once and loaded once more from the address with the choices.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import add_accounts, write_serving_file
from planted_prevention import FRAUD, MONTH, fraud_sql
from test_browser import SIZES, Site, Visit, browser, log_in, new_visit, screenshots, serving  # noqa: F401

from jingcang.home import Home
from jingcang.workbench import Workbench

pytestmark = pytest.mark.drawn(1 / 3, group=__name__)

AREA = "城北第2责任区"
CHARTS = """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => {
    const all = selector => [...plot.querySelectorAll(selector)];
    const box = plot.getBoundingClientRect(), size = plot._fullLayout._size;
    const outside = all('svg text').filter(text => text.checkVisibility()).filter(text => {
        const its = text.getBoundingClientRect(), isEmpty = !text.textContent.trim();
        const isInside = its.left > box.left - 1 && its.right < box.right + 1 && its.top > box.top - 1;
        return !isEmpty && !(isInside && its.bottom < box.bottom + 1);
    });
    const spilled = all('.shape-label text').filter(text => {
        const its = text.getBoundingClientRect();
        return its.left < box.left + size.l || its.right > box.left + size.l + size.w + 1;
    });
    const words = texts => texts.map(text => text.textContent.replace(/\\s+/g, ' ').trim());
    return {
        matrix: plot.data[0].type === 'heatmap',
        titles: words(all('.xtitle, .ytitle')),
        legend: words(all('.legendtext')),
        outside: words(outside),
        spilled: words(spilled),
        labels: words(all('.shape-label text')),
        heights: all('.scatterlayer .point').map(point => Math.round(point.getBoundingClientRect().top)),
        width: plot.querySelector('.main-svg').getBoundingClientRect().width,
    };
})"""
FIRST_SCREEN = """() => {
    const place = selector => document.querySelector(selector).getBoundingClientRect();
    const figure = place('.js-plotly-plot, [data-testid=stDataFrame]');
    return {answer: place('.jc-answer').bottom, asOf: place('.jc-asof').bottom, figure: figure.top};
}"""
TABLE_SPILLS = """() => [...document.querySelectorAll('.dvn-scroller')].map(
    table => table.scrollWidth - table.clientWidth
)"""


@pytest.fixture(scope="module")
def site(demo_seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = Home(tmp_path_factory.mktemp("leadership"))
    write_serving_file(home)
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute(fraud_sql())
    add_accounts(home)
    with serving(home, demo_seed) as made:
        yield made
    Workbench.open(home).close()


@pytest.fixture(scope="module")
def leader(browser: Any, site: Site) -> Iterator[Visit]:  # noqa: F811
    """A leader who is logged in; at the end nothing has left the machine."""
    at = new_visit(browser, site)
    log_in(at, site, "leader_station", "glossary")
    at.settle()
    yield at
    assert at.outside == []
    at.page.context.close()


@dataclass(frozen=True)
class Seen:
    """What a page draws at one size: its charts, and by how much its tables scroll sideways."""

    charts: list[dict[str, Any]]
    spills: list[int]


def walk(
    at: Visit, address: str, name: str, folder: Path, printed: Sequence[int] = (SIZES[0][0],)
) -> dict[int, Seen]:
    """Open a page and see it at both sizes, on screen and on paper.

    Nothing scrolls sideways, the answer and the beginning of the evidence are on the first screen, every axis that is
    no list of names has a title, no text is cut, and the widest chart fits on a sheet of A4.

    Returns:
        Screen width → what is drawn.
    """
    at.page.goto(address)
    at.wait_for(f"{name}：")
    found = {}
    for width, height in SIZES:
        at.page.set_viewport_size({"width": width, "height": height})
        at.page.wait_for_timeout(400)
        assert at.page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
        for part in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
            wide, room = at.page.evaluate(f"[{part}.scrollWidth, {part}.clientWidth]")
            assert wide <= room, (name, width, part)
        at.page.screenshot(path=str(folder / f"{name}_{width}x{height}.png"))
        first = at.page.evaluate(FIRST_SCREEN)
        assert first["asOf"] < first["answer"] < height - 100, first
        assert first["figure"] < height - 100, first
        seen = Seen(at.page.evaluate(CHARTS), at.page.evaluate(TABLE_SPILLS))
        assert seen.charts
        for chart in seen.charts:
            assert chart["matrix"] or any(chart["titles"]), chart
            assert chart["outside"] == [], chart
            assert chart["spilled"] == [], chart
        if width in printed:
            paper = at.page.pdf(prefer_css_page_size=True)
            (folder / f"{name}_{width}.pdf").write_bytes(paper)
            assert printed_width(paper) >= max(chart["width"] for chart in seen.charts), (name, width)
        found[width] = seen
    at.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    return found


def printed_width(paper: bytes) -> float:
    """Return how many CSS pixels of the page Chromium laid out on one sheet: the white ground it draws first."""
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", paper, re.DOTALL):
        try:
            drawn = zlib.decompress(packed)
        except zlib.error:
            continue
        if ground := re.search(rb"^0 0 (\S+) (\S+) re\nf\n", drawn, re.MULTILINE):
            return float(ground[1])
    raise AssertionError("no page was drawn")


def choose(at: Visit, label: str, option: str) -> None:
    at.page.get_by_role("combobox", name=label, exact=True).click()
    at.page.get_by_role("option", name=option, exact=True).click()
    at.page.wait_for_function("words => document.querySelector('h2')?.innerText.includes(words)", arg=option)
    at.settle()


def reload_keeps(at: Visit, *params: str) -> None:
    """Load the address anew: it names the choices and answers the same."""
    assert all(f"{param}=" in at.page.url for param in params), at.page.url
    told = at.page.inner_text("h2"), at.page.inner_text(".jc-answer")
    at.page.reload()
    at.settle()
    assert (at.page.inner_text("h2"), at.page.inner_text(".jc-answer")) == told


def rows_in_two_clicks(at: Visit, label: str) -> int:
    """Open the list of rows with two clicks; return how many it has on all its pages."""
    at.page.locator("summary", has_text=label).click()
    at.page.get_by_text("显示明细", exact=True).click()
    grid = at.page.locator("[data-testid=stExpander]", has_text=label).locator("table[role=grid]")
    grid.wait_for(state="attached")
    at.settle()
    assert "来源主键" in grid.inner_text()
    paged = re.search(r"共 \d+ 页，([\d,]+) 行", at.page.inner_text("body"))
    return int(paged[1].replace(",", "")) if paged else int(grid.get_attribute("aria-rowcount")) - 1


def exported(at: Visit, table: str) -> list[str]:
    """Export a table by its key; return the lines of the file."""
    at.settle()  # an expander that was just opened still moves
    with at.page.expect_download(timeout=30_000) as download:
        at.page.locator(f".st-key-csv_{table}").get_by_role("button", name="导出 CSV").click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").splitlines()
    assert "导出于" in lines[-1]
    assert "数据截至 2026-06-30" in lines[-2]
    return lines


def counted(site: Site, sql: str) -> int:
    with duckdb.connect(str(site.home.current_link.resolve()), read_only=True) as connection:
        (row,) = connection.execute(sql).fetchall()
    return int(row[0])


def test_trends(leader: Visit, site: Site, screenshots: Path) -> None:  # noqa: F811
    for seen in walk(
        leader, f"{site.url}/trends", "趋势", screenshots, [width for width, _ in SIZES]
    ).values():
        (chart,) = seen.charts
        assert chart["titles"] == ["起 / 周"]
        assert chart["legend"][:2] == ["偶然波动带（95%）", "每周起数"]
        assert chart["labels"] == ["未完"]
    choose(leader, "责任区", AREA)
    leader.page.get_by_role("combobox", name="按", exact=True).click()
    leader.page.get_by_role("option", name="按月", exact=True).click()
    leader.wait_for("最近一个完整月")
    reload_keeps(leader, "area", "by")
    assert rows_in_two_clicks(leader, "看明细") == counted(
        site,
        "select count(*) from fct_incidents where area_no = 'S1-A2' and is_effective "
        "and event_date >= date '2026-05-01' and event_date < date '2026-06-01'",
    )
    leader.page.locator("summary", has_text="看数据").click()
    lines = exported(leader, "trend")
    assert lines[0] == "月起始日,起数,波动带·下限,波动带·上限,情况"
    assert sum(line.startswith("202") for line in lines) == 12


def test_population(leader: Visit, site: Site, screenshots: Path) -> None:  # noqa: F811
    for seen in walk(leader, f"{site.url}/population", "人口与基础信息", screenshots).values():
        residents, ages, rates, freshness = seen.charts
        assert [chart["titles"] for chart in (residents, ages, rates, freshness)] == [
            ["人"], ["← 男性 人 女性 →"], ["起 / 千人·年"], ["在册人数"],
        ]  # fmt: skip
        for chart in (residents, ages):
            assert chart["legend"] == ["户籍", "流动", "其他"], "the legend goes the way of the bars"
        assert freshness["legend"] == ["90 天内", "一年以上", "没有核实日期"]
        assert max(seen.spills) <= 0
    choose(leader, "责任区", AREA)
    reload_keeps(leader, "area")
    assert rows_in_two_clicks(leader, "看明细") == counted(
        site,
        "select count(*) from fct_incidents where area_no = 'S1-A2' and is_effective "
        f"and event_date >= date '{MONTH}' - interval 12 month and event_date < date '{MONTH}'",
    )
    assert exported(leader, "population_rates")[0].startswith("责任区,起数,平均在册,每千人·在册")


def test_repeats(leader: Visit, site: Site, screenshots: Path) -> None:  # noqa: F811
    for seen in walk(leader, f"{site.url}/repeats", "重复警情", screenshots).values():
        (curve,) = seen.charts
        assert curve["titles"] == ["地点占比（起数多的在前，%）", "警情占比（%）"]
        assert max(seen.spills) <= 0, "columns of a table are out of sight"
    choose(leader, "责任区", "城北第1责任区")
    reload_keeps(leader, "area")
    leader.page.locator(".dvn-scroller").first.click(position={"x": 16, "y": 52})
    leader.wait_for("365 天内的每一起")
    members = leader.page.locator("table[role=grid]", has_text="来源主键")
    assert int(members.get_attribute("aria-rowcount")) - 1 == 11, "ten events, one of them reported twice"
    assert exported(leader, "near_repeats")[0] == "类别,一年起数,有坐标,实际对数,偶然对数,倍数,判断"


def test_prevention(leader: Visit, site: Site, screenshots: Path) -> None:  # noqa: F811
    for seen in walk(leader, f"{site.url}/prevention", "精准宣防", screenshots).values():
        places, groups, types = seen.charts
        assert places["titles"] == ["每千名实有人口起数"]
        assert groups["titles"] == ["每千名同年龄、性别实有人口受害人次"]
        assert groups["legend"] == ["女性", "男性"]
        assert len(set(groups["heights"])) == 3, "intervals of two groups lie over each other"
        assert types["matrix"]
    choose(leader, "责任区", AREA)
    reload_keeps(leader, "area")
    assert f"十二个月诈骗警情 {FRAUD['S1-A2']} 起" in leader.page.inner_text(".jc-answer")
    leader.page.locator("summary", has_text="看数据").first.click()
    assert exported(leader, "prevention_places")[0].startswith("责任区,")
    leader.page.get_by_role("link", name="重复警情", exact=True).click()
    leader.wait_for(f"重复警情：{AREA}")
    assert leader.page.url.count("area=") == 1, "a choice goes along once"
