"""Samples and verdicts in the store: kept once, append only, nobody's verdict is overwritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from jingcang.access.accounts import add_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.labelling.review import UNLABELLED, DrawnStratum
from jingcang.workbench import Workbench
from jingcang.workbench.label_reviews import ReviewBook, version_for

WEEK = dt.date(2026, 6, 29)
STRATA = [
    DrawnStratum(
        "作案手段", "v1", "MO01", "1.0.0", 40, 200, (("c1", ("MO01",), False), ("c2", ("MO01", "MO05"), True))
    ),
    DrawnStratum("作案手段", "v1", UNLABELLED, None, 160, 200, (("c3", (), False),)),
]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[ReviewBook]:
    workbench = Workbench.open(Home(tmp_path).prepare(), {})
    for name, role in (("wang", "steward"), ("zhao", "steward"), ("qian", "evaluator")):
        add_account(
            workbench,
            user_id=name,
            display_name=name,
            role=role,
            unit_nos=("*",),
            password="long enough for this",
        )
    made = ReviewBook(workbench)
    assert made.save(WEEK, STRATA, generation="g1") == 3
    yield made
    workbench.close()


def say(
    book: ReviewBook,
    item: int,
    verdict: str,
    code: str | None,
    by: str = "wang",
    seen: int | None = None,
    **more,
):
    sample = book.items()[item]
    version = version_for(sample, book.verdicts(), by) if seen is None else seen
    return book.judge(
        sample.sample_no, verdict, label_code=code, seen_version=version, text_digest="d", rule_version=None, by=by,
        generation="g1", **more,
    )  # fmt: skip


def test_a_sample_is_kept_once_a_week_and_definition(book: ReviewBook) -> None:
    assert book.save(WEEK, STRATA, generation="g2") == 0
    assert [(s.stratum_code, s.stratum_count, s.sampled_count) for s in book.strata()] == [
        ("MO01", 40, 2), (UNLABELLED, 160, 1),
    ]  # fmt: skip
    assert [item.labels for item in book.items(WEEK)] == [("MO01",), ("MO01", "MO05"), ()]
    assert book.items(WEEK + dt.timedelta(7)) == []
    assert book.latest_week() == WEEK
    assert book.drawn("作案手段", "v1", {"MO01": "1.0.0"}) == {"MO01": {"c1", "c2"}, UNLABELLED: {"c3"}}
    assert book.drawn("作案手段", "v2", {"MO01": "1.0.1"}) == {}


def test_one_judges_and_a_later_verdict_on_what_was_seen_is_refused(book: ReviewBook) -> None:
    say(book, 0, "correct", "MO01")
    with pytest.raises(JingcangError, match="wang 刚刚判过"):
        say(book, 0, "wrong", "MO01", "zhao", seen=0)
    with pytest.raises(JingcangError, match="已判完"):
        say(book, 0, "wrong", "MO01")
    assert [v.verdict for v in book.verdicts()] == ["correct"]


def test_two_judge_an_overlap_blindly(book: ReviewBook) -> None:
    say(book, 1, "correct", "MO01")
    say(book, 1, "wrong", "MO01", "zhao", seen=0)
    assert [(v.user_id, v.verdict) for v in book.verdicts()] == [("wang", "correct"), ("zhao", "wrong")]
    say(book, 1, "correct", "MO01", "zhao", purpose="adjudication")
    assert book.verdicts()[-1].purpose == "adjudication"


def test_undo_is_a_later_row(book: ReviewBook) -> None:
    say(book, 2, "missing", "MO05", evidence=(2, 6))
    say(book, 2, "correct", None)
    numbers = [item.sample_no for item in book.items()]
    assert book.undo("zhao", generation="g1", sample_nos=numbers) is None
    assert [book.undo("wang", generation="g1", sample_nos=numbers).verdict for _ in range(2)] == [
        "correct",
        "missing",
    ]
    assert book.undo("wang", generation="g1", sample_nos=numbers) is None
    assert [v.verdict for v in book.verdicts()] == ["missing", "correct", "undone", "undone"]
    say(book, 2, "uncertain", None)
    with pytest.raises(sa.exc.DatabaseError, match="append only"), book._workbench.write() as connection:
        connection.execute(sa.text("delete from label_verdicts"))


@pytest.mark.parametrize(
    ("item", "verdict", "code", "evidence"),
    [
        (0, "correct", "MO05", None), (0, "wrong", None, None), (2, "wrong", None, None), (2, "missing", None, (0, 2)),
        (2, "missing", "MO05", None), (1, "missing", "MO05", (0, 2)), (2, "missing", "MO05", (4, 4)),
        (0, "gone", "MO01", None),
    ],
)  # fmt: skip
def test_a_verdict_that_does_not_fit_is_refused(
    book: ReviewBook, item: int, verdict: str, code: str | None, evidence: tuple[int, int] | None
) -> None:
    with pytest.raises(JingcangError, match="不适用于这一条"):
        say(book, item, verdict, code, evidence=evidence)
    assert book.verdicts() == []


def test_only_stewards_judge(book: ReviewBook) -> None:
    with pytest.raises(JingcangError, match="账号"):
        say(book, 0, "correct", "MO01", "qian")
