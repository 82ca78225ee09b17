"""档案检索: what a search must state, what of it is shown, and that each is registered once, found or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from planted_catalogue import IN_HAND, MANY, SEALED_NO, write_titles
from reading import Open, page, table, words
from streamlit.testing.v1 import AppTest
from test_steward_pages import make_home

from jingcang.access import Door, Identity
from jingcang.access.accounts import list_accounts
from jingcang.access.archive_search import MOST_SHOWN, ArchiveSearch, search_archive
from jingcang.access.door import Forbidden
from jingcang.access.sealed_access import ask_for_sealed, judge_sealed
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.store import accepted_file
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.archive_searches import SearchLog
from jingcang.workbench.sealed_access import SealedAccessBook

Look = Callable[..., AppTest]


@pytest.fixture
def home(synthetic_home: Home, tmp_path: Path) -> Iterator[Home]:
    made = make_home(synthetic_home, tmp_path, 1)
    write_titles(accepted_file(made, "archive_items", "b1"))
    yield made
    Workbench.open(made).close()


@pytest.fixture
def look(open_page: Open, home: Home) -> Look:
    def ask(role: str = "officer", purpose: str = "case", **asked: str) -> AppTest:
        app = open_page(role, page("search"), home)
        app.selectbox(key="search_purpose").set_value(purpose)
        for name, text in asked.items():
            app.text_input(key=f"search_{name}").set_value(text)
        return next(button for button in app.button if button.label == "检索").click().run()

    return ask


def who(home: Home, role: str) -> Identity:
    accounts = list_accounts(Workbench.open(home))
    return next(one.identity for one in accounts if one.identity.role == role)


def search(home: Home, role: str = "officer", **asked: str) -> tuple[list[str], int, int]:
    workbench = Workbench.open(home)
    found = search_archive(
        Door(home, workbench=workbench), who(home, role), workbench, home, ArchiveSearch(**asked)
    )
    return sorted(found.files["file_no"]), found.found, found.withheld


def test_titles_are_found_and_shown_for_a_case_in_hand(look: Look, home: Home) -> None:
    app = look(case=IN_HAND, title="赵某")
    assert not app.error
    assert "按题名找到 2 件；另有 1 件因密级不显示" in words(app)
    shown = {row["档号"]: row["题名"] for row in table(app, "题名")}
    assert shown == {"S1-SS-2025-00001": "赵某涉嫌盗窃案", "S1-ZC-2025-00002": "赵某涉嫌盗窃案50%_副卷"}
    app.run()
    (kept,) = SearchLog(Workbench.open(home)).searches()
    assert (kept.unit_no, kept.officer_no, kept.purpose_code, kept.linked_no) == (
        "S1",
        "1001",
        "case",
        IN_HAND,
    )
    assert (kept.query_kinds, kept.hit_count, kept.role) == ("title", 3, "officer")
    entries = AuditLog(Workbench.open(home)).entries(limit=5, action="archive_search")
    assert len(entries) == 1
    assert "赵某" not in entries[0].detail


def test_a_miss_is_registered_and_says_what_to_do(look: Look, home: Home) -> None:
    app = look(purpose="research", file_no="S1-XX-1999")
    assert "没有找到档案，已登记为检索未果（第 1 号），计入检索未果率" in words(app)
    assert "换一种写法" in words(app)
    assert not app.dataframe
    (kept,) = SearchLog(Workbench.open(home)).searches()
    assert (kept.hit_count, kept.query_kinds, kept.linked_no) == (0, "file_no", None)


def test_without_a_case_titles_are_covered_and_not_searched(look: Look, home: Home) -> None:
    app = look(purpose="patrol", file_no="S1-SS")
    assert {row["题名"] for row in table(app, "题名")} == {"＊＊＊"}
    assert "题名已遮盖" in words(app)
    refused = look(purpose="patrol", title="赵某")
    assert "只能为办案检索" in words(refused)
    other = look(case="A9998", title="赵某")
    assert "没有这个案件，或者它不在您的范围内" in words(other)
    assert len(SearchLog(Workbench.open(home)).searches()) == 1, "what was refused is no search"


def test_more_than_is_shown_is_said(look: Look) -> None:
    app = look(purpose="research", category="接处警", year="2024")
    assert f"按门类、年度找到 {MANY} 件" in words(app)
    assert f"只列前 {MOST_SHOWN} 件" in words(app)
    assert f"：{MOST_SHOWN} 件" in words(app)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"purpose": "research"}, "还没有写要找什么"),
        ({"purpose": "case", "file_no": "S1-SS"}, "须写明案件编号"),
        ({"purpose": "research", "category": "案"}, "至少写 2 个字"),
        ({"purpose": "research", "file_no": "%%%"}, "不作通配"),
        ({"purpose": "research", "file_no": "__"}, "不作通配"),
        ({"purpose": "research", "year": "25"}, "四位数字"),
        ({"purpose": "research", "year": "２０２５"}, "四位数字"),
        ({"purpose": "odd", "file_no": "S1-SS"}, "请选检索的目的"),
        ({"purpose": "research", "file_no": "S" * 61}, "最多 60 个字"),
    ],
)
def test_what_cannot_be_searched_is_said_and_not_registered(
    home: Home, asked: dict[str, str], told: str
) -> None:
    with pytest.raises(JingcangError, match=told):
        search(home, **asked)
    assert SearchLog(Workbench.open(home)).searches() == []


def test_wildcards_are_letters_like_others(home: Home) -> None:
    case = {"purpose": "case", "case_no": IN_HAND}
    assert search(home, **case, title="50%_副")[0] == ["S1-ZC-2025-00002"]
    assert search(home, **case, title="盗%案")[1:] == (0, 0)
    assert search(home, purpose="research", file_no="S1_SS")[1:] == (0, 0)
    assert search(home, purpose="research", file_no="'; drop table x; --")[1:] == (0, 0)


def test_files_of_other_units_are_not_found(home: Home) -> None:
    assert search(home, purpose="research", linked_no=IN_HAND)[0] == ["S1-SS-2025-00001", "S1-ZC-2025-00002"]
    assert "S2-SS-2025-00001" in search(home, "leader_bureau", purpose="research", linked_no=IN_HAND)[0]


def test_files_of_a_sealed_case_are_neither_shown_nor_counted_without_approval(home: Home) -> None:
    asked = {"purpose": "case", "case_no": SEALED_NO, "linked_no": SEALED_NO}
    assert search(home, **asked) == ([], 0, 0)
    workbench = Workbench.open(home)
    door = Door(home, workbench=workbench)
    number = ask_for_sealed(
        door, who(home, "officer"), workbench, case_no=SEALED_NO, purpose="investigate", valid_days=5,
        reason="办案", generation="g000001",
    )  # fmt: skip
    request = next(item for item in SealedAccessBook(workbench).declared() if item.request_no == number)
    judge_sealed(
        door, who(home, "leader_station"), workbench, request, "approve", reason="同意", generation="g000001"
    )
    assert search(home, **asked) == (["S1-ZA-2025-00004"], 1, 0)
    assert search(home, purpose="research", linked_no=SEALED_NO) == ([], 0, 0), (
        "approved for the case in hand only"
    )


@pytest.mark.parametrize("role", ["evaluator", "steward", "administrator"])
def test_others_do_not_search(home: Home, role: str) -> None:
    with pytest.raises(Forbidden):
        search(home, role, purpose="research", file_no="S1-SS")
    assert SearchLog(Workbench.open(home)).searches() == []
