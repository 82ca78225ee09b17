"""Peer groups of a profile: which units are alike enough to be compared with each other, and why.

Belongs here: the groups as declared and what is wrong with them. Does not belong here: the comparison
(``jingcang.kpis``). Without groups all units are one; units in none are a group of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pydantic

from jingcang.contracts.files import Strict, parse_model, wrong

EVERYBODY, THE_REST = "全部单位", "未列入同类组的单位"


class PeerGroup(Strict):
    """One group.

    Args:
        name_zh: its name.
        reason: what the units have in common, e.g. density of population, floating residents, urban or township.
        unit_nos: its units.
    """

    name_zh: str = pydantic.Field(min_length=1)
    reason: str = pydantic.Field(min_length=1)
    unit_nos: list[str] = pydantic.Field(min_length=2)


def read_peer_groups(path: Path, items: Sequence[dict[str, Any]]) -> tuple[PeerGroup, ...]:
    """Return the groups of a profile.

    Args:
        path: ``profile.yaml``, named in errors.
        items: its ``peer_groups``.

    Raises:
        JingcangError: naming file and key: a group without a reason or of one unit, a name used twice, a unit in two
            groups.
    """
    groups = tuple(
        parse_model(path, PeerGroup, item, f"peer_groups[{place}]") for place, item in enumerate(items)
    )
    seen: dict[str, str] = {}
    names: set[str] = set()
    for group in groups:
        if group.name_zh in names | {EVERYBODY, THE_REST}:
            raise wrong(path, f"peer_groups.{group.name_zh}", "同类组的名称不能重复")
        names.add(group.name_zh)
        for unit in group.unit_nos:
            if unit in seen:
                raise wrong(
                    path,
                    f"peer_groups.{group.name_zh}",
                    f"单位 {unit} 已列在“{seen[unit]}”，一个单位只能在一组",
                )
            seen[unit] = group.name_zh
    return groups


def group_of(groups: Sequence[PeerGroup], unit_no: str) -> str:
    """Return the name of a unit's group."""
    if not groups:
        return EVERYBODY
    return next((group.name_zh for group in groups if unit_no in group.unit_nos), THE_REST)
