"""The settings and check titles the pages of this deployment use, read once a process.

Belongs here: look-ups in the configuration file. Does not belong here: the profile (``jingcang.contracts.deployment``).
"""

from __future__ import annotations

from functools import lru_cache

from jingcang.config import Settings, load_settings
from jingcang.contracts import load_quality_rules
from jingcang.contracts.deployment import UNKNOWN, Deployment, deployment, profile_of
from jingcang.home import Home

__all__ = ["UNKNOWN", "Deployment", "check_titles", "deployment", "profile_of", "settings"]


@lru_cache(maxsize=1)
def check_titles() -> dict[str, str]:
    """Return check id → what the declared rule asks for, in one Chinese line."""
    return {rule.check_id: rule.title_zh for rule in load_quality_rules()}


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the deployment's configuration, read once a process."""
    return load_settings(Home.resolve())
