"""Sessions: short-lived, revocable proofs of a login, and one-time tickets from an OIDC login.

Belongs here: issuing, resolving and ending them. Only the SHA-256 of a token is stored; the token is
256 random bits, so no slow hash is needed. Does not belong here: cookies (``dashboards``).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from jingcang.access.accounts import Account, find_account
from jingcang.access.identity import Identity
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.tables import login_tickets, sessions

LIFETIME = timedelta(hours=12)
IDLE_LIMIT = timedelta(hours=2)
TICKET_LIFETIME = timedelta(seconds=60)
_TOUCH_AFTER = timedelta(minutes=1)


def open_session(workbench: Workbench, account: Account) -> str:
    """Return the token of a new session; it is shown to nobody but the browser's cookie."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with workbench.write() as connection:
        connection.execute(
            sessions.insert(),
            {
                "token_hash": _hash(token),
                "user_id": account.identity.user_id,
                "account_version": account.version,
                "created_at": now,
                "last_seen_at": now,
                "expires_at": now + LIFETIME,
            },
        )
    return token


def resolve(workbench: Workbench, token: str | None) -> Identity | None:
    """Return the identity behind a token, or None.

    None when the token is unknown, expired, idle for two hours or revoked, or when the account was
    disabled or changed since the login.
    """
    if not token:
        return None
    now = datetime.now(UTC)
    with workbench.read() as connection:
        row = connection.execute(
            sa.select(sessions).where(sessions.c.token_hash == _hash(token))
        ).one_or_none()
    if row is None or row.revoked_at is not None or now >= min(row.expires_at, row.last_seen_at + IDLE_LIMIT):
        return None
    account = find_account(workbench, row.user_id)
    if account is None or account.is_disabled or account.version != row.account_version:
        return None
    if now > row.last_seen_at + _TOUCH_AFTER:
        with workbench.write() as connection:
            connection.execute(
                sessions.update().where(sessions.c.token_hash == row.token_hash).values(last_seen_at=now)
            )
    return account.identity


def close_session(workbench: Workbench, token: str | None) -> None:
    """Revoke a session; unknown tokens are ignored."""
    identity = resolve(workbench, token)
    if identity is None or token is None:
        return
    AuditLog(workbench).append(
        user_id=identity.user_id, role=identity.role, action="logout", object_name="login"
    )
    with workbench.write() as connection:
        connection.execute(
            sessions.update()
            .where(sessions.c.token_hash == _hash(token))
            .values(revoked_at=datetime.now(UTC), revoked_reason="logout")
        )


def issue_ticket(workbench: Workbench, account: Account) -> str:
    """Return a one-time ticket, valid for a minute, that the login route exchanges for a session.

    Needed because a page script knows the OIDC user but cannot set an HttpOnly cookie.
    """
    ticket = secrets.token_urlsafe(32)
    with workbench.write() as connection:
        connection.execute(
            login_tickets.insert(),
            {
                "token_hash": _hash(ticket),
                "user_id": account.identity.user_id,
                "expires_at": datetime.now(UTC) + TICKET_LIFETIME,
            },
        )
    return ticket


def redeem_ticket(workbench: Workbench, ticket: str) -> Account | None:
    """Return the account of a ticket and spend it; None when unknown, spent or late."""
    now = datetime.now(UTC)
    with workbench.write() as connection:
        row = connection.execute(
            sa.select(login_tickets).where(login_tickets.c.token_hash == _hash(ticket))
        ).one_or_none()
        if row is None or row.used_at is not None or now >= row.expires_at:
            return None
        connection.execute(
            login_tickets.update().where(login_tickets.c.token_hash == row.token_hash).values(used_at=now)
        )
    account = find_account(workbench, row.user_id)
    if account is None or account.is_disabled:
        return None
    AuditLog(workbench).append(
        user_id=row.user_id, role=account.identity.role, action="login", object_name="oidc"
    )
    return account


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
