"""What a deployment is by the profile that built its generation: its sources' names, their entities, its calendar.

Belongs here: look-ups in that profile, read once a process. Does not belong here: data, and the settings of the machine
(``jingcang.config``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jingcang.contracts import Profile, load_profile
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.errors import JingcangError
from jingcang.home import Home

_FESTIVAL_ZONES = frozenset(
    f"Asia/{city}" for city in ("Shanghai", "Chongqing", "Urumqi", "Taipei", "Hong_Kong", "Macau")
)


@dataclass(frozen=True)
class Deployment:
    """Names and calendar of one profile.

    Args:
        titles: qualified source table → Chinese title of its contract.
        entities: qualified source table → canonical entities it feeds.
        has_festival: the profile's time zone follows the Chinese calendar of holidays.
    """

    titles: dict[str, str]
    entities: dict[str, frozenset[str]]
    has_festival: bool

    def title(self, system: str, table: str) -> str:
        """Return a source table's Chinese title, its qualified name when unknown."""
        qualified = f"{system}.{table.rsplit('.', 1)[-1]}"
        if system == "_profile":
            return f"方案自带（{table.rsplit('.', 1)[-1]}）"
        if system == "_workbench":
            return "数据管理员的处理记录"
        return self.titles.get(qualified, qualified)

    def feeds(self, system: str, table: str, entities: tuple[str, ...]) -> bool:
        """Return whether a source table feeds one of ``entities``; True when nothing is known of it."""
        known = self.entities.get(f"{system}.{table.rsplit('.', 1)[-1]}")
        return known is None or not entities or bool(known & set(entities))

    def has_source(self, *entities: str) -> bool:
        """Return whether any source feeds one of ``entities``; True when nothing is known."""
        return not self.entities or any(found & set(entities) for found in self.entities.values())


UNKNOWN = Deployment({}, {}, True)


@lru_cache(maxsize=8)
def deployment(name: str) -> Deployment:
    """Return what is known of the profile that built the generation.

    Args:
        name: the generation's profile name; the home's registration tells the folder of a profile that is
            not shipped.
    """
    profile = profile_of(name)
    if profile is None:
        return UNKNOWN
    return Deployment(
        {table.qualified: table.title_zh for table in profile.tables},
        {
            table.qualified: frozenset(mapping.entity for mapping in table.mappings)
            for table in profile.tables
        },
        profile.timezone in _FESTIVAL_ZONES,
    )


@lru_cache(maxsize=8)
def profile_of(name: str) -> Profile | None:
    """Return the profile that built the generation, None when it cannot be loaded."""
    for folder in (CONTRACTS_ROOT / "profiles" / name, _registered(name)):
        try:
            if folder:
                return load_profile(folder)
        except (JingcangError, OSError):
            continue
    return None


def _registered(name: str) -> Path | None:
    try:
        record = json.loads((Home.resolve().root / "profile.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Path(record["directory"]) if record.get("name") == name and record.get("directory") else None
