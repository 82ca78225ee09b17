"""The one configuration file of a deployment: ``jingcang.toml``.

Belongs here: settings an operator chooses for a machine (ports, schedule, how many generations to
keep, memory). Does not belong here: what the data mean (that is the profile, ``data_contracts/``) and
secrets, which come from environment variables only.

The file is ``JINGCANG_CONFIG`` if set, else ``jingcang.toml`` in the home folder; neither is required.
``docs/jingcang.example.toml`` shows every key with its default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jingcang.errors import JingcangError
from jingcang.home import Home


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dashboards(_Section):
    """Where the pages listen."""

    address: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)


class DagsterUI(_Section):
    """Where the scheduling pages listen; they show no rows, but stay on the machine all the same."""

    address: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)


class Schedule(_Section):
    """When the pipeline starts by itself (only while ``jingcang serve`` runs)."""

    daily_at: str = Field(default="05:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    watch_drop_folders_seconds: int = Field(default=60, ge=10)
    watch_decisions_seconds: int = Field(default=2, ge=1)


class Publishing(_Section):
    """How published generations are kept."""

    keep_generations: int = Field(default=3, ge=2)


class Landing(_Section):
    """How long raw files are kept that no published or landed row rests on."""

    keep_superseded_days: int = Field(default=0, ge=0)


class Build(_Section):
    """Resources of the private build database."""

    threads: int = Field(default=2, ge=1)
    memory_limit: str = Field(default="2GB", pattern=r"^\d+(\.\d+)?(MB|GB)$")


class LabelReview(_Section):
    """How many cases a week are drawn for the review of labels."""

    per_label: int = Field(default=3, ge=1)
    unlabelled: int = Field(default=12, ge=1)
    overlap_pct: int = Field(default=20, ge=0, le=100)


class Alerts(_Section):
    """How many false alarms leaders are ready to look into."""

    alarms_per_year: float = Field(default=24, gt=0)


class Appeals(_Section):
    """How long officers may appeal: calendar days after the step of the period to 公示 or 申诉."""

    days: int = Field(default=7, ge=1, le=60)


class Pages(_Section):
    """What the pages may show."""

    required_located_pct: float = Field(default=85, ge=0, le=100)


class Settings(_Section):
    """All settings of one deployment; every key has a default."""

    profile: str = "data_contracts/profiles/demo"
    dashboards: Dashboards = Dashboards()
    dagster: DagsterUI = DagsterUI()
    schedule: Schedule = Schedule()
    publishing: Publishing = Publishing()
    landing: Landing = Landing()
    build: Build = Build()
    pages: Pages = Pages()
    label_review: LabelReview = LabelReview()
    alerts: Alerts = Alerts()
    appeals: Appeals = Appeals()


def config_path(home: Home, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the configuration file, whether or not it exists."""
    return Path(environ.get("JINGCANG_CONFIG") or home.root / "jingcang.toml")


def load_settings(home: Home, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of a deployment.

    Args:
        home: the home folder, where ``jingcang.toml`` is looked for.
        environ: environment; ``JINGCANG_CONFIG`` names another file, which must then exist.

    Returns:
        The settings; defaults where the file is absent or silent.

    Raises:
        JingcangError: unreadable file, TOML error, unknown key or wrong value; names file and key.
    """
    path = config_path(home, environ)
    if not path.exists():
        if environ.get("JINGCANG_CONFIG"):
            raise JingcangError(
                "找不到配置文件",
                where=str(path),
                remedy="请检查环境变量 JINGCANG_CONFIG 指向的路径",
            )
        return Settings()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise JingcangError(
            "配置文件不是有效的 TOML", where=f"{path}（{error}）", remedy="请按示例文件改正该行"
        ) from error
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        what = "没有这个配置项" if first["type"] == "extra_forbidden" else "配置项的值不对"
        raise JingcangError(
            f"{what}：{key}",
            where=str(path),
            remedy="可用的配置项见 docs/jingcang.example.toml",
        ) from error
