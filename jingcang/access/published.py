"""What is published: the serving file behind the link, and what its record says of it.

Belongs here: finding and describing it. Does not belong here: reading it for anybody (``door``).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from jingcang.errors import JingcangError
from jingcang.home import Home


class NoGeneration(JingcangError):
    """Nothing has been published yet."""


@dataclass(frozen=True)
class Generation:
    """The published file a door reads.

    Args:
        name: file stem, e.g. ``g000012``.
        path: real path of the serving file.
        as_of: the "today" of the run that built it; None when its record is missing.
        profile: name of the profile, "" when the record is missing.
        published_at: moment of publishing, UTC, ISO 8601.
        content_hash: hash over all published tables.
        run_id: the run that built it.
        batches: the landed batches it was built from.
        code: digest of the program kept with it; "" when none was kept.
    """

    name: str
    path: Path
    as_of: date | None = None
    profile: str = ""
    published_at: str = ""
    content_hash: str = ""
    run_id: str = ""
    batches: tuple[str, ...] = ()
    code: str = ""


def published_generation(home: Home) -> Generation:
    """Return the generation now published.

    Raises:
        NoGeneration: nothing has been published.
    """
    path = Path(os.path.realpath(home.current_link))
    if not home.current_link.exists() or not path.is_file():
        raise NoGeneration(
            "还没有发布过数据", where=str(home.serving.name), remedy="请数据管理员运行一次 jingcang run"
        )
    return _generation(path)


@lru_cache(maxsize=8)
def _generation(path: Path) -> Generation:
    """Return the generation with the record published beside the file (``<name>.json``)."""
    record_path = path.with_suffix(".json")
    if not record_path.exists():
        return Generation(path.stem, path)
    record = json.loads(record_path.read_text(encoding="utf-8"))
    return Generation(
        path.stem,
        path,
        date.fromisoformat(record["as_of"]),
        record.get("profile", ""),
        record.get("published_at", ""),
        record.get("content_hash", ""),
        record.get("run_id", ""),
        tuple(record.get("batches", ())),
        record.get("code", ""),
    )
