"""Which profile a home belongs to: one profile a home, recorded at its first run.

Belongs here: the record and the refusal of another profile. Does not belong here: reading profiles.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration.publish.files import write_durably

KEY_VARIABLE = "JINGCANG_PSEUDONYM_KEY"
KEY_MARK_ROUNDS = 50_000
"""About 20 ms: little beside a run, much for somebody who tries a word list."""


@dataclass(frozen=True)
class Registration:
    """What a home remembers of its profile.

    Args:
        name: the profile's name.
        directory: the profile's folder.
        data: data folder given at the first run, if one was.
        as_of: fixed "today" of a demo home, ISO date; None elsewhere.
        demo_seed: seed of a demo home; its pseudonym key derives from it. None elsewhere.
        key_mark: tells another pseudonym key from the one the home was filled with; None before it had any.
    """

    name: str
    directory: str
    data: str | None = None
    as_of: str | None = None
    demo_seed: int | None = None
    key_mark: str | None = None


def read_registration(home: Home) -> Registration | None:
    """Return the home's record, or None before its first run."""
    path = _path(home)
    if not path.exists():
        return None
    try:
        return Registration(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise JingcangError(
            "运行目录的方案登记损坏", where=str(path), remedy="请删除该文件后用 --profile 重新指定方案"
        ) from error


def register(home: Home, wanted: Registration) -> Registration:
    """Record the profile of a home, or check it against the record.

    Returns:
        The record in force.

    Raises:
        JingcangError: the home belongs to another profile (names both), or was filled with another pseudonym key:
            the same person would have two pseudonyms in it.
    """
    known = read_registration(home)
    if known and known.name != wanted.name:
        raise JingcangError(
            f"本运行目录属于方案 {known.name}，不能运行方案 {wanted.name}",
            where=str(home.root),
            remedy="一个运行目录只对应一个方案；请用 --home 指定另一个目录",
        )
    wanted = replace(wanted, key_mark=_key_mark() or (known.key_mark if known else None))
    if known and known.key_mark and _key_mark() != known.key_mark:
        raise JingcangError(
            "化名密钥与本运行目录入库时所用的不同" if _key_mark() else "缺少本运行目录入库时所用的化名密钥",
            where=f"环境变量 {KEY_VARIABLE}",
            remedy="请恢复原来的密钥；确需更换时，请用 --home 指定新的运行目录重新入库",
        )
    if known != wanted:
        home.root.mkdir(parents=True, exist_ok=True)
        write_durably(_path(home), json.dumps(asdict(wanted), ensure_ascii=False, indent=1).encode("utf-8"))
    return wanted


def ensure_pseudonym_key(registration: Registration | None) -> None:
    """Give a demo home its pseudonym key; elsewhere the key comes from the environment only."""
    if registration and registration.demo_seed is not None:
        derived = hashlib.sha256(f"jingcang demo {registration.demo_seed}".encode()).hexdigest()
        os.environ.setdefault(KEY_VARIABLE, derived)


def _key_mark() -> str | None:
    """Return the mark of today's key; slow to compute, so that the record does not help to guess a weak key."""
    key = os.environ.get(KEY_VARIABLE)
    if not key:
        return None
    return hashlib.pbkdf2_hmac("sha256", key.encode(), b"jingcang key mark", KEY_MARK_ROUNDS).hex()[:16]


def _path(home: Home) -> Path:
    return home.root / "profile.json"
