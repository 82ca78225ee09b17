"""Harm weights of a profile: signed or not, inherited by the second level, refused with file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jingcang.contracts import load_profile
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.harm_weights import HarmWeights, read_harm_weights
from jingcang.errors import JingcangError

PATH = Path("data_contracts/profiles/x/profile.yaml")


def item(**changed: Any) -> dict[str, Any]:
    return {
        "version": "1", "signed_by": "所长", "signed_on": "2026-01-05", "reason": "会商",
        "weights": {"100000": 2, "100200": 8},
    } | changed  # fmt: skip


def read(**changed: Any) -> HarmWeights:
    found = read_harm_weights(PATH, item(**changed))
    assert found is not None
    return found


def test_the_second_level_takes_its_parents_weight() -> None:
    weights = read().by_second_level()
    assert (weights["100200"], weights["100100"], weights["100000"]) == (8, 2, 2)
    assert "200100" not in weights, "classes without any weigh nothing"
    assert "100100.01" not in weights, "needs are counted by the second level"


def test_an_unsigned_table_is_kept_and_says_so() -> None:
    assert read().is_signed
    assert not read(signed_by="", signed_on=None).is_signed
    assert read_harm_weights(PATH, None) is None


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"weights": {"999": 1}}, "weights.999"),
        ({"weights": {"100100.01": 1}}, "weights.100100.01"),
        ({"weights": {"100100": -1}}, "weights.100100"),
        ({"weights": {"100100": float("inf")}}, "weights.100100"),
        ({"weights": {"100100": 0}}, "weights"),
        ({"weights": {}}, "weights"),
        ({"signed_by": " "}, "signed_on"),
        ({"signed_on": None}, "signed_on"),
        ({"reason": ""}, "reason"),
        ({"reasons": "x"}, "reasons"),
    ],
)
def test_what_is_wrong_names_its_key(changed: dict[str, Any], key: str) -> None:
    with pytest.raises(JingcangError) as refused:
        read(**changed)
    assert f"harm_weights.{key}" in refused.value.where


def test_the_demo_signs_what_it_ships() -> None:
    weights = load_profile(CONTRACTS_ROOT / "profiles/demo").harm_weights
    assert weights is not None
    assert weights.is_signed
    assert weights.by_second_level()["100600"] == 0
