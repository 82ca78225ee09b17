"""Which profile a home belongs to: one profile a home, recorded at its first run.

Belongs here: the record and the refusal of another profile. Does not belong here: reading profiles.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration.publish.files import write_durably


@dataclass(frozen=True)
class Registration:
    """What a home remembers of its profile.

    Args:
        name: the profile's name.
        directory: the profile's folder.
        data: data folder given at the first run, if one was.
        as_of: fixed "today" of a demo home, ISO date; None elsewhere.
        demo_seed: seed of a demo home; its pseudonym key derives from it. None elsewhere.
    """

    name: str
    directory: str
    data: str | None = None
    as_of: str | None = None
    demo_seed: int | None = None


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
        JingcangError: the home belongs to another profile; names both.
    """
    known = read_registration(home)
    if known and known.name != wanted.name:
        raise JingcangError(
            f"本运行目录属于方案 {known.name}，不能运行方案 {wanted.name}",
            where=str(home.root),
            remedy="一个运行目录只对应一个方案；请用 --home 指定另一个目录",
        )
    if known != wanted:
        home.root.mkdir(parents=True, exist_ok=True)
        write_durably(_path(home), json.dumps(asdict(wanted), ensure_ascii=False, indent=1).encode("utf-8"))
    return wanted


def ensure_pseudonym_key(registration: Registration | None) -> None:
    """Give a demo home its pseudonym key; elsewhere the key comes from the environment only."""
    if registration and registration.demo_seed is not None:
        derived = hashlib.sha256(f"jingcang demo {registration.demo_seed}".encode()).hexdigest()
        os.environ.setdefault("JINGCANG_PSEUDONYM_KEY", derived)


def _path(home: Home) -> Path:
    return home.root / "profile.json"
