"""Who is visited, by name: for the officer who visits, with a purpose, audited; for nobody else.

Belongs here: the one way to names of visited people. Does not belong here: the visits without names
(``fct_home_visits``, through the door) and finding the names in landing (``landed_texts``).
"""

from __future__ import annotations

from collections.abc import Collection

from jingcang.access import policy
from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.landed_texts import landed_texts
from jingcang.access.query import Query
from jingcang.errors import JingcangError
from jingcang.home import Home

PURPOSES = {
    "visit": "上门走访",
    "verify": "核对走访登记",
    "handover": "交接走访名单",
}

OWN = Query(
    "走访·对象姓名",
    """
    select home_visit_id, _source_batch_id as batch_id
    from {fct_home_visits}
    where list_contains($visits, home_visit_id)
    """,
    {"visits": list},
)


def visit_names(
    door: Door, identity: Identity, home: Home, visits: Collection[str], *, purpose: str
) -> dict[str, str]:
    """Return who is visited on an officer's own visits; the reading is audited before.

    Args:
        door, identity: who asks through which door.
        home: where landing lives.
        visits: keys of ``fct_home_visits``, all of them the officer's own.
        purpose: key of :data:`PURPOSES`.

    Returns:
        Key of the visit → name; visits whose source gives no name, or whose batch is not kept, are left out.

    Raises:
        Forbidden: the role reads no names, or one of the visits is not the officer's own; recorded.
        JingcangError: no purpose, or the audit cannot be written.
    """
    if identity.role not in policy.VISIT_NAME_ROLES:
        door.record(identity, "query_denied", OWN.name, reason="visit_name_roles")
        raise Forbidden(
            f"{identity.role_label}无权查看走访对象的姓名", where=OWN.name, rule="visit_name_roles",
            remedy="姓名只给责任民警本人看",
        )  # fmt: skip
    if purpose not in PURPOSES:
        raise JingcangError("查看姓名须写明目的", rule="visit_purpose", remedy="请选目的后再查看")
    asked = sorted(set(visits))
    own = door.run(OWN, identity, visits=asked)
    if own.height < len(asked):
        door.record(
            identity, "query_denied", OWN.name, reason="own_visits", purpose=purpose, visits=len(asked)
        )
        raise Forbidden(
            "有的走访不在您名下，没有显示任何姓名",
            where=OWN.name,
            rule="own_visits",
            remedy="请刷新页面后再查看",
        )
    if not asked:
        return {}
    door.record(identity, "visit_names_read", "home_visits.visited_name", purpose=purpose, visits=asked)
    names = landed_texts(home, "home_visits", "home_visit_id", "visited_name", own)
    return dict(names.drop_nulls().iter_rows())
