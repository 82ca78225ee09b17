"""Accounts: who exists, in which role and scope, and proof by password.

Belongs here: adding, listing, changing and disabling accounts, password checks with throttling, and the
demo accounts. There is no default password: every one is chosen by a command or, for the demo, derived
from its seed. Does not belong here: sessions.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from jingcang.access.identity import ALL_UNITS, ROLE_LABELS, Identity
from jingcang.errors import JingcangError
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.tables import accounts, login_attempts, sessions

MINIMUM_PASSWORD_LENGTH = 12
THROTTLE_WINDOW = timedelta(minutes=15)
THROTTLE_FAILURES_PER_ACCOUNT = 5
THROTTLE_FAILURES_PER_CLIENT = 30

_hasher = PasswordHasher()
_UNKNOWN_ACCOUNT_HASH = _hasher.hash("no account has this password")


@dataclass(frozen=True)
class Account:
    """One account as the administrator sees it; the password hash never leaves this module."""

    identity: Identity
    is_disabled: bool
    is_demo: bool
    version: int
    external_subject: str | None
    created_at: datetime


@dataclass(frozen=True)
class DemoAccount:
    """A demo account with the password to print."""

    user_id: str
    password: str
    role_label: str
    scope_label: str


def add_account(
    workbench: Workbench,
    *,
    user_id: str,
    display_name: str,
    role: str,
    unit_nos: Sequence[str] = (),
    officer_no: str | None = None,
    password: str | None = None,
    external_subject: str | None = None,
    is_demo: bool = False,
    actor: str = "command",
) -> Account:
    """Create an account.

    Args:
        workbench: operational store.
        user_id: login name, unique.
        display_name: name shown.
        role: one of ``ROLE_LABELS`` or ``INTERFACE_LABELS``.
        unit_nos: units in scope, ``*`` for all; must be empty for administrators.
        officer_no: 警号; required for role ``officer``.
        password: at least 12 characters; None for accounts that log in by OIDC only.
        external_subject: ``sub`` (or e-mail) of the OIDC provider.
        is_demo: marks accounts of the demo.
        actor: who did it, for the audit trail.

    Raises:
        JingcangError: the account exists, or a value is missing or too weak.
    """
    identity = Identity(user_id, display_name, role, tuple(unit_nos), officer_no)
    if not user_id or not display_name:
        raise JingcangError("账号名和姓名不能为空")
    if role == "officer" and not officer_no:
        raise JingcangError("民警账号必须写明警号", where=user_id, remedy="加上 --officer-no")
    if role == "administrator" and unit_nos:
        raise JingcangError("系统管理员不看案件数据，不能有单位范围", where=user_id, remedy="去掉单位范围")
    if password is None and external_subject is None:
        raise JingcangError("账号没有登录办法", where=user_id, remedy="设置口令，或写明统一身份认证的标识")
    if password is not None and len(password) < MINIMUM_PASSWORD_LENGTH:
        raise JingcangError(f"口令至少 {MINIMUM_PASSWORD_LENGTH} 个字符", where=user_id)
    now = datetime.now(UTC)
    row = {
        "user_id": user_id,
        "display_name": display_name,
        "role": role,
        "unit_nos": list(unit_nos),
        "officer_no": officer_no,
        "password_hash": _hasher.hash(password) if password is not None else None,
        "external_subject": external_subject,
        "is_disabled": False,
        "is_demo": is_demo,
        "version": 1,
        "created_at": now,
        "changed_at": now,
    }
    _audit(workbench, actor, "account_added", identity)
    try:
        with workbench.write() as connection:
            connection.execute(accounts.insert(), row)
    except sa.exc.IntegrityError as error:
        raise JingcangError(
            "账号已存在", where=user_id, remedy="换一个账号名，或先查看 users list"
        ) from error
    return Account(identity, False, is_demo, 1, external_subject, now)


def list_accounts(workbench: Workbench) -> list[Account]:
    """Return all accounts by name, disabled ones included."""
    with workbench.read() as connection:
        return [_account(row) for row in connection.execute(sa.select(accounts).order_by(accounts.c.user_id))]


def find_account(workbench: Workbench, user_id: str) -> Account | None:
    """Return one account, disabled or not, or None."""
    with workbench.read() as connection:
        row = connection.execute(sa.select(accounts).where(accounts.c.user_id == user_id)).one_or_none()
    return _account(row) if row is not None else None


def find_external(workbench: Workbench, subject: str) -> Account | None:
    """Return the enabled account of an OIDC subject, or None."""
    query = sa.select(accounts).where(accounts.c.external_subject == subject, ~accounts.c.is_disabled)
    with workbench.read() as connection:
        row = connection.execute(query).one_or_none()
    return _account(row) if row is not None else None


def disable_account(workbench: Workbench, user_id: str, *, actor: str = "command") -> None:
    """Disable an account and revoke its sessions.

    Raises:
        JingcangError: no such account.
    """
    _change(workbench, user_id, "account_disabled", actor, is_disabled=True)


def change_account(
    workbench: Workbench,
    user_id: str,
    *,
    role: str,
    unit_nos: Sequence[str],
    officer_no: str | None = None,
    actor: str = "command",
) -> None:
    """Give an account another role and scope and revoke its sessions.

    Raises:
        JingcangError: no such account or role.
    """
    Identity(user_id, user_id, role)
    values = {"role": role, "unit_nos": list(unit_nos), "officer_no": officer_no}
    _change(workbench, user_id, "account_changed", actor, **values)


def _change(workbench: Workbench, user_id: str, action: str, actor: str, **values: Any) -> None:
    account = find_account(workbench, user_id)
    if account is None:
        raise JingcangError("没有这个账号", where=user_id, remedy="用 users list 查看账号")
    _audit(workbench, actor, action, account.identity)
    now = datetime.now(UTC)
    with workbench.write() as connection:
        connection.execute(
            accounts.update()
            .where(accounts.c.user_id == user_id)
            .values(version=accounts.c.version + 1, changed_at=now, **values)
        )
        connection.execute(
            sessions.update()
            .where(sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None))
            .values(revoked_at=now, revoked_reason=action)
        )


def authenticate(workbench: Workbench, user_id: str, password: str, *, client: str) -> Account:
    """Check a password, counting failures.

    Args:
        workbench: operational store.
        user_id: login name as typed.
        password: as typed.
        client: network address of the browser.

    Raises:
        JingcangError: wrong name or password (never saying which), or too many failures.
    """
    user_id, client = user_id.strip()[:64], client[:64]
    if _is_throttled(workbench, user_id, client):
        _audit_attempt(workbench, user_id, "login_throttled")
        raise JingcangError(
            "登录失败次数过多，暂时不能登录", rule="login_throttle",
            remedy=f"请在 {int(THROTTLE_WINDOW.total_seconds() // 60)} 分钟后再试",
        )  # fmt: skip
    with workbench.read() as connection:
        row = connection.execute(sa.select(accounts).where(accounts.c.user_id == user_id)).one_or_none()
    stored = row.password_hash if row is not None and row.password_hash else _UNKNOWN_ACCOUNT_HASH
    try:
        _hasher.verify(stored, password)
        is_right = row is not None and row.password_hash is not None and not row.is_disabled
    except (VerificationError, InvalidHashError):
        is_right = False
    with workbench.write() as connection:
        attempt = {"user_id": user_id, "client": client, "attempted_at": datetime.now(UTC)}
        connection.execute(login_attempts.insert(), {**attempt, "is_successful": is_right})
    _audit_attempt(workbench, user_id, "login" if is_right else "login_failed")
    if not is_right or row is None:
        raise JingcangError("账号或口令不对", rule="login", remedy="请核对后重试，或联系系统管理员")
    return _account(row)


def identity_is_current(workbench: Workbench, identity: Identity) -> bool:
    """Return whether the account still exists, is enabled, and has exactly this role and scope."""
    account = find_account(workbench, identity.user_id)
    return account is not None and not account.is_disabled and account.identity == identity


def create_demo_accounts(
    workbench: Workbench,
    *,
    seed: int,
    bureau_unit_no: str | None,
    station_unit_no: str,
    officer_no: str,
    officer_unit_no: str,
) -> list[DemoAccount]:
    """Create the seven demo accounts, or return them again when they exist.

    Args:
        workbench: operational store.
        seed: seed of the demo; passwords derive from it, so a second start prints the same ones.
        bureau_unit_no: unit of the sub-bureau, None for every unit.
        station_unit_no: station of the station leader.
        officer_no: officer whose own figures the officer account shows.
        officer_unit_no: that officer's station.

    Returns:
        One entry an account, with its password.
    """
    everything = (bureau_unit_no or ALL_UNITS,)
    wanted: list[tuple[str, str, str, tuple[str, ...], str | None]] = [
        ("suoling", "演示·所领导", "leader_station", (station_unit_no,), None),
        ("juling", "演示·分局领导", "leader_bureau", everything, None),
        ("minjing", "演示·民警", "officer", (officer_unit_no,), officer_no),
        ("shuju", "演示·数据管理员", "steward", (ALL_UNITS,), None),
        ("kaohe", "演示·考核员", "evaluator", (ALL_UNITS,), None),
        ("lianzheng", "演示·廉政监督员", "integrity_reviewer", everything, None),
        ("guanli", "演示·系统管理员", "administrator", (), None),
    ]
    result = []
    for user_id, display_name, role, unit_nos, number in wanted:
        password = demo_password(seed, user_id)
        account = find_account(workbench, user_id)
        if account is None:
            add_account(
                workbench, user_id=user_id, display_name=display_name, role=role, unit_nos=unit_nos,
                officer_no=number, password=password, is_demo=True, actor="demo",
            )  # fmt: skip
        elif (account.identity.unit_nos, account.identity.officer_no) != (unit_nos, number):
            change_account(
                workbench, user_id, role=role, unit_nos=unit_nos, officer_no=number, actor="demo"
            )  # fmt: skip
        scope = "全部单位" if ALL_UNITS in unit_nos else "、".join(unit_nos) or "不看案件数据"
        result.append(DemoAccount(user_id, password, ROLE_LABELS[role], scope))
    return result


def demo_password(seed: int, user_id: str) -> str:
    """Return the demo password of an account: 16 base32 letters of SHA-256 over seed and name."""
    digest = hashlib.sha256(f"jingcang demo {seed} {user_id}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:16]


def _is_throttled(workbench: Workbench, user_id: str, client: str) -> bool:
    since = datetime.now(UTC) - THROTTLE_WINDOW
    with workbench.read() as connection:
        for column, value, limit in (
            (login_attempts.c.user_id, user_id, THROTTLE_FAILURES_PER_ACCOUNT),
            (login_attempts.c.client, client, THROTTLE_FAILURES_PER_CLIENT),
        ):
            failures = connection.execute(
                sa.select(sa.func.count()).where(
                    column == value, login_attempts.c.attempted_at > since, ~login_attempts.c.is_successful
                )
            ).scalar_one()
            if failures >= limit:
                return True
    return False


def _account(row: Any) -> Account:
    identity = Identity(row.user_id, row.display_name, row.role, tuple(row.unit_nos), row.officer_no)
    return Account(identity, row.is_disabled, row.is_demo, row.version, row.external_subject, row.created_at)


def _audit(workbench: Workbench, actor: str, action: str, identity: Identity) -> None:
    detail = {"role": identity.role, "unit_nos": list(identity.unit_nos)}
    AuditLog(workbench).append(
        user_id=actor, role="", action=action, object_name=identity.user_id, detail=detail
    )


def _audit_attempt(workbench: Workbench, user_id: str, action: str) -> None:
    AuditLog(workbench).append(user_id=user_id, role="", action=action, object_name="login")
