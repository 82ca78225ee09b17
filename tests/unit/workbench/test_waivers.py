"""Waivers in the workbench: a reason, an expiry, somebody entitled, a trace in the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jingcang.access.accounts import add_account, disable_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.waivers import WaivedRow, every_waiver, grant, revoke

TODAY = dt.date(2026, 6, 30)
ROW = WaivedRow("case", "pj_jjdb", "AJLB.enum", "J1", "0" * 32)
DECISION: dict[str, Any] = {
    "reason": "历史代码，业务确认", "valid_from": TODAY, "valid_to": dt.date(2026, 7, 31), "by": "guanliyuan",
}  # fmt: skip


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    assert not Workbench.exists(Home(tmp_path), {})
    workbench = Workbench.open(Home(tmp_path), {})
    assert Workbench.exists(Home(tmp_path), {})
    for user_id, role in (("guanliyuan", "steward"), ("lingdao", "leader_station"), ("lizhi", "steward")):
        add_account(
            workbench, user_id=user_id, display_name="某", role=role, unit_nos=("S1",),
            password="long enough for a test",
        )  # fmt: skip
    disable_account(workbench, "lizhi")
    yield workbench
    workbench.close()


def test_a_waiver_keeps_who_why_and_until_and_is_audited(workbench: Workbench) -> None:
    (waiver_id,) = grant(workbench, [ROW], **DECISION)
    (kept,) = every_waiver(workbench)
    assert (kept["waiver_id"], kept["created_by"], kept["reason"]) == (
        waiver_id,
        "guanliyuan",
        "历史代码，业务确认",
    )
    assert (kept["valid_from"], kept["valid_to"], kept["revoked_by"]) == (TODAY, dt.date(2026, 7, 31), None)
    assert grant(workbench, [ROW], **DECISION) == [], "the same decision twice is one"
    longer = DECISION | {"valid_to": dt.date(2026, 8, 31)}
    assert len(grant(workbench, [ROW], **longer)) == 1
    assert "waiver_granted" in {entry.action for entry in AuditLog(workbench).entries()}


def test_revoking_ends_it_once_and_keeps_the_record(workbench: Workbench) -> None:
    waiver_ids = grant(workbench, [ROW], **DECISION)
    assert revoke(workbench, waiver_ids, by="guanliyuan") == 1
    assert revoke(workbench, waiver_ids, by="guanliyuan") == 0
    assert every_waiver(workbench)[0]["revoked_by"] == "guanliyuan"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": "  "}, "理由"),
        ({"valid_to": TODAY}, "截止日"),
        ({"by": "lingdao"}, "数据管理员"),
        ({"by": "lizhi"}, "数据管理员"),
        ({"by": "nobody"}, "数据管理员"),
    ],
)
def test_without_reason_expiry_or_right_nothing_is_decided(
    workbench: Workbench, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(JingcangError, match=message):
        grant(workbench, [ROW], **(DECISION | changes))
    assert every_waiver(workbench) == []
