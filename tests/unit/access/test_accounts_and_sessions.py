"""Accounts, passwords, throttling, sessions and tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jingcang.access import sessions
from jingcang.access.accounts import (
    THROTTLE_FAILURES_PER_ACCOUNT,
    add_account,
    authenticate,
    change_account,
    create_demo_accounts,
    disable_account,
    list_accounts,
)
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench, tables

PASSWORD = "correct horse battery"


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    workbench = Workbench.open(Home(tmp_path), {})
    yield workbench
    workbench.close()


def leader(workbench: Workbench, **changes: Any) -> Any:
    values = {"user_id": "wang", "display_name": "王五", "role": "leader_station", "unit_nos": ["城北所"]}
    return add_account(workbench, **{**values, "password": PASSWORD, **changes})


def test_a_password_is_stored_as_argon2id_only(workbench: Workbench) -> None:
    leader(workbench)
    with workbench.read() as connection:
        stored = connection.execute(sa.select(tables.accounts.c.password_hash)).scalar_one()
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "chief"},
        {"password": "short"},
        {"password": None},
        {"role": "officer"},
        {"role": "administrator"},
        {"user_id": ""},
    ],
)
def test_a_wrong_account_is_refused(workbench: Workbench, changes: dict[str, Any]) -> None:
    with pytest.raises(JingcangError):
        leader(workbench, **changes)
    assert list_accounts(workbench) == []


def test_the_same_name_twice_is_refused(workbench: Workbench) -> None:
    leader(workbench)
    with pytest.raises(JingcangError, match="已存在"):
        leader(workbench)


def test_wrong_name_and_wrong_password_read_alike(workbench: Workbench) -> None:
    leader(workbench)
    messages = set()
    for user_id in ("wang", "nobody"):
        with pytest.raises(JingcangError) as error:
            authenticate(workbench, user_id, "wrong", client="127.0.0.1")
        messages.add(str(error.value))
    assert len(messages) == 1


def test_after_five_failures_even_the_right_password_waits(workbench: Workbench) -> None:
    leader(workbench)
    for _ in range(THROTTLE_FAILURES_PER_ACCOUNT):
        with pytest.raises(JingcangError, match="口令不对"):
            authenticate(workbench, "wang", "wrong", client="127.0.0.1")
    with pytest.raises(JingcangError, match="次数过多"):
        authenticate(workbench, "wang", PASSWORD, client="127.0.0.1")
    actions = [entry.action for entry in AuditLog(workbench).entries()]
    assert actions.count("login_failed") == THROTTLE_FAILURES_PER_ACCOUNT
    assert actions[0] == "login_throttled"


def test_a_session_resolves_until_it_is_closed(workbench: Workbench) -> None:
    account = leader(workbench)
    token = sessions.open_session(workbench, account)
    assert sessions.resolve(workbench, token) == account.identity
    assert sessions.resolve(workbench, token + "x") is None
    assert sessions.resolve(workbench, None) is None
    sessions.close_session(workbench, token)
    assert sessions.resolve(workbench, token) is None


def test_the_token_itself_is_not_stored(workbench: Workbench) -> None:
    token = sessions.open_session(workbench, leader(workbench))
    with workbench.read() as connection:
        row = connection.execute(sa.select(tables.sessions)).one()
    assert token not in {str(value) for value in row}


@pytest.mark.parametrize("change", ["disable", "role"])
def test_disabling_or_changing_an_account_ends_its_sessions(workbench: Workbench, change: str) -> None:
    token = sessions.open_session(workbench, leader(workbench))
    if change == "disable":
        disable_account(workbench, "wang")
    else:
        change_account(workbench, "wang", role="evaluator", unit_nos=["城北所"])
    assert sessions.resolve(workbench, token) is None
    with pytest.raises(JingcangError):
        disable_account(workbench, "nobody")


@pytest.mark.parametrize("column", ["expires_at", "last_seen_at"])
def test_an_old_or_idle_session_is_over(workbench: Workbench, column: str) -> None:
    token = sessions.open_session(workbench, leader(workbench))
    with workbench.write() as connection:
        long_ago = datetime.now(UTC) - timedelta(hours=3)
        connection.execute(tables.sessions.update().values({column: long_ago}))
    assert sessions.resolve(workbench, token) is None


def test_a_ticket_works_once_and_not_late(workbench: Workbench) -> None:
    account = leader(workbench, password=None, external_subject="oidc|1")
    ticket = sessions.issue_ticket(workbench, account)
    redeemed = sessions.redeem_ticket(workbench, ticket)
    assert redeemed is not None
    assert redeemed.identity == account.identity
    assert sessions.redeem_ticket(workbench, ticket) is None
    late = sessions.issue_ticket(workbench, account)
    with workbench.write() as connection:
        connection.execute(tables.login_tickets.update().values(expires_at=datetime.now(UTC)))
    assert sessions.redeem_ticket(workbench, late) is None


def test_demo_accounts_are_one_a_role_and_the_same_on_a_second_start(workbench: Workbench) -> None:
    arguments: dict[str, Any] = {
        "seed": 7, "bureau_unit_no": "分局", "station_unit_no": "城北所", "officer_no": "1001",
        "officer_unit_no": "城北所",
    }  # fmt: skip
    first = create_demo_accounts(workbench, **arguments)
    assert create_demo_accounts(workbench, **arguments) == first
    assert len({account.role_label for account in first}) == 7
    for account in first:
        assert authenticate(workbench, account.user_id, account.password, client="127.0.0.1")
    assert create_demo_accounts(workbench, **{**arguments, "seed": 8}) != first
