"""Peer groups of a profile: which are taken and which refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jingcang.contracts.peer_groups import EVERYBODY, THE_REST, group_of, read_peer_groups
from jingcang.errors import JingcangError

PATH = Path("profile.yaml")
URBAN: dict[str, Any] = {"name_zh": "城区", "reason": "人口密度每平方公里一万人以上", "unit_nos": ["1", "2"]}


def test_a_unit_belongs_to_its_group_else_to_the_rest() -> None:
    groups = read_peer_groups(PATH, [URBAN])
    assert [group_of(groups, unit) for unit in ("1", "3")] == ["城区", THE_REST]
    assert group_of(read_peer_groups(PATH, []), "1") == EVERYBODY


@pytest.mark.parametrize(
    "items",
    [
        [{**URBAN, "unit_nos": ["1"]}],
        [{**URBAN, "reason": ""}],
        [URBAN, {**URBAN, "unit_nos": ["3", "4"]}],
        [URBAN, {**URBAN, "name_zh": "乡镇", "unit_nos": ["2", "4"]}],
        [{**URBAN, "name_zh": EVERYBODY}],
        [{**URBAN, "rank": 1}],
    ],
)
def test_what_is_wrong_is_refused(items: list[dict[str, Any]]) -> None:
    with pytest.raises(JingcangError) as refused:
        read_peer_groups(PATH, items)
    assert "peer_groups" in str(refused.value.where)
