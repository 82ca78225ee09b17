"""复核编码 in the store: by integrity reviewers, once a use, on the version seen, with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jingcang.access.accounts import add_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.decisions import ARCHIVE_RECODINGS, SCHEMAS
from jingcang.workbench import Workbench, tables
from jingcang.workbench.archive_recodings import RecodingBook, landed_rows


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    made = Workbench.open(Home(tmp_path), {})
    for user_id, role in (
        ("lian", "integrity_reviewer"),
        ("zheng", "integrity_reviewer"),
        ("kao", "evaluator"),
    ):
        add_account(
            made,
            user_id=user_id,
            display_name=user_id,
            role=role,
            unit_nos=("S1",),
            password="long enough for a test",
        )
    yield made
    made.close()


def code(workbench: Workbench, purpose_code: str = "case", **changed: Any) -> int:
    stated: dict[str, Any] = {
        "unit_no": "S1",
        "seen_version": 0,
        "reason": "与案卷一致",
        "by": "lian",
        "generation": "g1",
    }
    return RecodingBook(workbench).code("u1", purpose_code, **stated | changed)


def test_a_coding_lands_with_who_when_and_why(workbench: Workbench) -> None:
    code(workbench)
    (row,) = landed_rows(RecodingBook(workbench).versions())
    assert (row["archive_use_id"], row["purpose_code"], row["version"]) == ("u1", "case", 1)
    assert (row["user_id"], row["reason"], row["unit_no"]) == ("lian", "与案卷一致", "S1")
    assert row["acted_at"] is not None
    assert set(SCHEMAS[ARCHIVE_RECODINGS]) <= set(row)


def test_who_comes_second_is_refused_and_may_code_anew_on_what_is_there(workbench: Workbench) -> None:
    first = code(workbench)
    with pytest.raises(JingcangError, match="lian 已于"):
        code(workbench, "lookup", by="zheng")
    assert code(workbench, "lookup", by="zheng", seen_version=1) == first
    assert RecodingBook(workbench).by_use()["u1"].purpose_code == "lookup"
    assert len(RecodingBook(workbench).versions()) == 2


@pytest.mark.parametrize(
    ("changed", "words"), [({"by": "kao"}, "角色不能这样处理"), ({"reason": " "}, "请写明理由")]
)
def test_no_right_and_no_reason(workbench: Workbench, changed: dict[str, str], words: str) -> None:
    with pytest.raises(JingcangError, match=words):
        code(workbench, **changed)
    assert not RecodingBook(workbench).versions()


def test_the_database_refuses_to_change_a_coding(workbench: Workbench) -> None:
    code(workbench)
    with pytest.raises(sa.exc.DBAPIError), workbench.write() as connection:
        connection.execute(tables.archive_recodings.update().values(purpose_code="lookup"))
