"""Harm weights of a profile: how much an incident of a class weighs in the need for patrols, and who signed it.

Belongs here: the table as declared and what is wrong with it. Does not belong here: what a plan makes of it
(``jingcang.planning``). A table nobody signed is kept and shown as such, and no plan is made with it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pydantic

from jingcang.contracts.code_trees import load_code_trees
from jingcang.contracts.files import Strict, parse_model, wrong

DEEPEST = 2
"""Deepest level of a class that may have a weight: needs are counted by the second level."""


class HarmWeights(Strict):
    """The table.

    Args:
        version: raised with each change.
        signed_by, signed_on: who signed it and when; both empty until somebody has.
        reason: where the weights come from.
        weights: class code of the first or second level → weight, with all below it that has none of its own; classes
            without any weigh nothing.
    """

    version: str = pydantic.Field(min_length=1, max_length=32)
    signed_by: str = ""
    signed_on: dt.date | None = None
    reason: str = pydantic.Field(min_length=1)
    weights: dict[str, float] = pydantic.Field(min_length=1)

    @property
    def is_signed(self) -> bool:
        return bool(self.signed_by.strip()) and self.signed_on is not None

    def by_second_level(self) -> dict[str, float]:
        """Return every code of the first two levels that weighs something by its own or its parent's weight."""
        parents = load_code_trees()["incident_class"].parents
        own = dict(self.weights)
        for code, parent in parents.items():
            if code not in own and parent in self.weights and not parents.get(parent):
                own[code] = self.weights[parent]
        return own


def read_harm_weights(path: Path, item: dict[str, Any] | None) -> HarmWeights | None:
    """Return the table of a profile, None without one.

    Args:
        path: ``profile.yaml``, named in errors.
        item: its ``harm_weights``.

    Raises:
        JingcangError: naming file and key: an unknown class or one of a deeper level, a negative weight, nothing that
            weighs, a signature without its day or a day without a signature.
    """
    if item is None:
        return None
    made = parse_model(path, HarmWeights, item, "harm_weights")
    parents = load_code_trees()["incident_class"].parents
    for code, weight in made.weights.items():
        key = f"harm_weights.weights.{code}"
        if code not in parents:
            raise wrong(path, key, "字典里没有这个警情类别", "请用警情类别第一、二级的代码")
        if parents[code] and parents.get(parents[code]):
            raise wrong(
                path, key, f"权重只能给到第 {DEEPEST} 级类别", "请改用它的上级代码：需求按二级类别计数"
            )
        if not 0 <= weight < float("inf"):
            raise wrong(path, key, "权重应是不小于 0 的数")
    if not any(made.weights.values()):
        raise wrong(path, "harm_weights.weights", "所有权重都是 0，没有需求可言")
    if bool(made.signed_by.strip()) != (made.signed_on is not None):
        raise wrong(path, "harm_weights.signed_on", "签批人和签批日期要同时写，或都不写")
    return made
