"""Whatever a contract or mapping may declare has a Chinese word on the contract page."""

from __future__ import annotations

from pathlib import Path

from dashboards.components import contract_words
from jingcang.contracts import load_profile
from jingcang.landing.transforms.registry import names

PROFILES = Path(__file__).resolve().parents[2] / "data_contracts" / "profiles"


def test_every_transform_has_a_word() -> None:
    assert names() <= contract_words.TRANSFORMS.keys()


def test_every_declared_type_class_and_constraint_has_a_word() -> None:
    columns = [
        column
        for path in sorted(PROFILES.glob("*/profile.yaml"))
        for table in load_profile(path.parent).tables
        for column in table.columns
    ]
    assert columns
    assert {column.logical_type for column in columns} <= contract_words.TYPES.keys()
    assert {column.classification for column in columns} <= contract_words.CLASSES.keys()
    assert {name for column in columns for name in column.options} <= contract_words.OPTIONS.keys()
