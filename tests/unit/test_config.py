"""The configuration file: every key documented, a wrong key named with its file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from jingcang.config import Settings, load_settings
from jingcang.errors import JingcangError
from jingcang.home import Home

EXAMPLE = Path(__file__).parents[2] / "docs" / "jingcang.example.toml"


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(Home(tmp_path), {}) == Settings()


def test_the_example_shows_every_key_with_its_default() -> None:
    assert tomllib.loads(EXAMPLE.read_text(encoding="utf-8")) == Settings().model_dump()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("profil = 'x'", "没有这个配置项：profil"),
        ("[dagster]\nprot = 1", "没有这个配置项：dagster.prot"),
        ("[schedule]\ndaily_at = '25:00'", "配置项的值不对：schedule.daily_at"),
        ("[publishing]\nkeep_generations = 1", "配置项的值不对：publishing.keep_generations"),
        ("profile = ", "不是有效的 TOML"),
    ],
)
def test_a_wrong_key_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "jingcang.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JingcangError, match=named) as error:
        load_settings(Home(tmp_path), {})
    assert str(path) in str(error.value)


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JingcangError, match="找不到配置文件"):
        load_settings(Home(tmp_path), {"JINGCANG_CONFIG": str(tmp_path / "absent.toml")})
