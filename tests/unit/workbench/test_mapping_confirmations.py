"""Findings about published rows of a mapping: kept as they were, with a note where something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from jingcang.access.accounts import add_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench, tables
from jingcang.workbench.code_mappings import MappingBook
from jingcang.workbench.mapping_confirmations import ConfirmationBook


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    made = Workbench.open(Home(tmp_path), {})
    for user_id, role in (("chenhui", "steward"), ("sunli", "evaluator")):
        add_account(
            made,
            user_id=user_id,
            display_name="某",
            role=role,
            unit_nos=("*",),
            password="long enough for a test",
        )
    MappingBook(made).propose(
        source_system="case", field_name="incidents.initial_class_raw", source_value="77", dictionary="incident_class",
        outcome="mapped", code="100000", equivalence="exact", valid_from=None, needs_second=True, reason="旧代码",
        by="chenhui", generation="g1",
    )  # fmt: skip
    yield made
    made.close()


def test_the_last_finding_counts_and_the_first_stays(workbench: Workbench) -> None:
    book = ConfirmationBook(workbench)
    assert book.latest() == {}
    book.record(1, "doubted", note=" 其实是纠纷 ", by="chenhui", generation="g2")
    book.record(1, "confirmed", note="", by="chenhui", generation="g3")
    assert (book.latest()[1].verdict, book.latest()[1].note) == ("confirmed", None)
    with workbench.read() as connection:
        kept = connection.execute(sa.select(tables.code_mapping_confirmations)).all()
    assert [row.note for row in kept] == ["其实是纠纷", None]
    for statement in (
        tables.code_mapping_confirmations.delete(),
        tables.code_mapping_confirmations.update().values(note="x"),
    ):
        with pytest.raises(sa.exc.DatabaseError, match="append only"), workbench.write() as connection:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"verdict": "doubted"}, "请写明理由"),
        ({"verdict": "perhaps"}, "没有这种核对结论"),
        ({"mapping_no": 9}, "没有这条映射"),
        ({"by": "sunli"}, "只有在用的数据管理员"),
    ],
)
def test_what_is_refused(workbench: Workbench, wrong: dict[str, object], said: str) -> None:
    finding = {
        "mapping_no": 1,
        "verdict": "confirmed",
        "note": "",
        "by": "chenhui",
        "generation": "g2",
        **wrong,
    }
    book = ConfirmationBook(workbench)
    with pytest.raises(JingcangError, match=said):
        book.record(finding.pop("mapping_no"), finding.pop("verdict"), **finding)  # type: ignore[arg-type]
    assert book.latest() == {}
