"""Roles and the identity a request is answered for.

Belongs here: the seven roles of persons, those of other systems, their Chinese names and the frozen identity.
Does not belong here: what a role may read (``policy``) or how a person proves to be one (``accounts``, ``sessions``).
"""

from __future__ import annotations

from dataclasses import dataclass

from jingcang.errors import JingcangError

ROLE_LABELS: dict[str, str] = {
    "leader_station": "派出所领导",
    "leader_bureau": "分局领导",
    "officer": "民警",
    "steward": "数据管理员",
    "evaluator": "考核员",
    "integrity_reviewer": "廉政监督员",
    "administrator": "系统管理员",
}

INTERFACE_LABELS: dict[str, str] = {"duty_system": "勤务系统（接口）"}
"""Roles of other systems: such an account logs in to no page, it uses the one interface that is its own."""

ALL_UNITS = "*"
"""Scope word for every unit of the deployment, rows without a unit included."""


@dataclass(frozen=True)
class Identity:
    """Who asks, in which role, for which units.

    Args:
        user_id: account name.
        display_name: name shown on every page.
        role: one of :data:`ROLE_LABELS` or :data:`INTERFACE_LABELS`.
        unit_nos: units in scope; a unit stands for itself and the units below it, ``*`` for all.
            Empty means no rows that belong to a unit.
        officer_no: 警号 of the person, None when the account belongs to no officer.

    Raises:
        JingcangError: unknown role.
    """

    user_id: str
    display_name: str
    role: str
    unit_nos: tuple[str, ...] = ()
    officer_no: str | None = None

    def __post_init__(self) -> None:
        known = {**ROLE_LABELS, **INTERFACE_LABELS}
        if self.role not in known:
            raise JingcangError("没有这个角色", where=self.role, remedy="角色只能是：" + "、".join(known))

    @property
    def role_label(self) -> str:
        return ROLE_LABELS.get(self.role) or INTERFACE_LABELS[self.role]

    @property
    def is_steward_of_all(self) -> bool:
        """Whether the person keeps the data of every unit, and may decide what holds for all of them."""
        return self.role == "steward" and ALL_UNITS in self.unit_nos
