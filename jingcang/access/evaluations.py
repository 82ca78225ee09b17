"""Stating, changing, taking back and publishing evaluations of patrols, and which ones a reader sees.

Belongs here: the one way from pages to these decisions, with the right, the scope and the audit; what is frozen when a
result is published; what has moved since. Does not belong here: keeping them (``jingcang.workbench.evaluations``) and
their results (``jingcang.evaluations``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.own_units import is_within, own_unit
from jingcang.access.query import Query
from jingcang.access.statements import Kind, may_state, refuse, require
from jingcang.contracts.evaluations import EvaluationPlan
from jingcang.errors import JingcangError
from jingcang.workbench import Workbench
from jingcang.workbench.evaluations import RULE, Evaluation, EvaluationBook, Publication, code_of

KIND = Kind("evaluation", "项评估", "本所的由所领导登记和发布，跨所的由分局领导登记和发布")
AREAS = Query(
    "评估·责任区",
    "select distinct area_no, unit_no from {dim_area} where list_contains($areas, area_no)",
    {"areas": list},
)
RESULT = Query(
    "评估·一版结果",
    "select * from {fct_patrol_evaluations} where evaluation_code = $code and evaluation_version = $version",
    {"code": str, "version": int},
)
MOVED = {
    "verdict_label": "结论", "treated_before_count": "干预区前期", "treated_after_count": "干预区干预期",
    "control_before_count": "对照区前期", "control_after_count": "对照区干预期", "effect_pct": "相对变化 %",
    "effect_low_pct": "区间下限 %", "effect_high_pct": "区间上限 %", "delivered_pct": "落实占计划 %",
    "pre_trend_p_value": "前期走势 p", "design_faults": "设计问题",
}  # fmt: skip
"""Columns of a result whose change since its publication is told, with their words."""


@dataclass(frozen=True)
class Moved:
    """One figure of a published result that a later run sees otherwise."""

    words: str
    then: Any
    now: Any


def stated_evaluations(door: Door, identity: Identity, workbench: Workbench) -> list[Evaluation]:
    """Return the latest version of each evaluation made on a page whose station is in scope, newest first."""
    latest = EvaluationBook(workbench).latest().values()
    seen = [item for item in latest if is_within(door, identity, item.evaluated_unit_no)]
    return sorted(seen, key=lambda item: -item.evaluation_no)


def declare_evaluation(
    door: Door, identity: Identity, workbench: Workbench, plan: EvaluationPlan, *, reason: str, generation: str,
    number: int | None = None, seen_version: int = 0,
) -> int:  # fmt: skip
    """Keep an evaluation and return its number.

    Args:
        plan: what is stated; made on a page it names its treated 责任区, all of one station.
        reason: why.
        generation: published data seen.
        number, seen_version: the evaluation that is changed, and the version that was seen.

    Raises:
        Forbidden: no leader, or a 责任区 or the evaluation is not the person's; told alike and recorded.
        JingcangError: 责任区 of several stations or none, or the store refuses.
    """
    require(door, identity, KIND, EvaluationBook(workbench), number)
    wanted = {*plan.treated_areas, *plan.control_areas, *plan.buffer_areas}
    found = dict(door.run(AREAS, identity, areas=sorted(wanted)).select("area_no", "unit_no").iter_rows())
    if set(found) != wanted or not all(is_within(door, identity, unit) for unit in found.values()):
        refuse(door, identity, KIND, number)
    units = {found[area] for area in plan.treated_areas}
    if len(units) != 1:
        raise JingcangError(
            "干预区应在同一个所" if units else "请选干预区",
            where="评估", rule=RULE, remedy="请选同一个所的责任区；跨所的分别登记",
        )  # fmt: skip
    door.record(
        identity, "evaluation_declared", str(number or "new"), version=seen_version + 1, generation=generation,
        areas=len(plan.treated_areas),
    )  # fmt: skip
    return EvaluationBook(workbench).declare(
        plan, evaluated_unit_no=units.pop(), unit_no=own_unit(identity), reason=reason, by=identity.user_id,
        generation=generation, number=number, seen_version=seen_version,
    )  # fmt: skip


def publish_result(
    door: Door, identity: Identity, workbench: Workbench, code: str, version: int, *, reason: str
) -> None:
    """Freeze the result of one version as the published data now hold it.

    Args:
        code, version: of the evaluation.
        reason: why.

    Raises:
        Forbidden: no leader, or no such result in scope; told alike and recorded.
        JingcangError: there is no verdict yet, it was changed or taken back since, this version is published already,
            or the store or the audit refuses.
    """
    rows = door.run(RESULT, identity, code=code, version=version).to_dicts() if may_state(identity) else []
    if not rows:
        refuse(door, identity, KIND, code)
    row, generation, where = rows[0], door.generation(), f"评估 {code} 第 {version} 版"
    latest = next((v for n, v in EvaluationBook(workbench).latest().items() if code_of(n) == code), None)
    if latest is not None and (latest.version != version or not latest.is_standing):
        raise JingcangError("这一版已被修改或撤回", where=where, rule=RULE, remedy="请刷新，按最新一版发布")
    if row["verdict_code"] is None or generation.as_of is None:
        raise JingcangError(
            "这一版还没有结论", where=where, rule=RULE, remedy="等干预期结束、数据到齐后再发布"
        )
    door.record(identity, "evaluation_published", code, version=version, generation=generation.name)
    EvaluationBook(workbench).publish(
        code, version, verdict_code=row["verdict_code"], input_hash=generation.content_hash, as_of=generation.as_of,
        content=json.dumps(row, ensure_ascii=False, sort_keys=True, default=str), reason=reason,
        by=identity.user_id, generation=generation.name,
    )  # fmt: skip


def moved_since(published: Publication, now: dict[str, Any] | None) -> list[Moved]:
    """Return what a later run sees otherwise than the published result.

    Args:
        published: what was published.
        now: the result as the data now hold it, None where there is none any more.

    Returns:
        The columns of :data:`MOVED` that differ, in that order.
    """
    then = json.loads(published.content)
    seen = json.loads(json.dumps(now or {}, ensure_ascii=False, default=str))
    return [
        Moved(words, then.get(name), seen.get(name))
        for name, words in MOVED.items()
        if then.get(name) != seen.get(name)
    ]
