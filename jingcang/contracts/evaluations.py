"""What an evaluation of patrols states before anybody looks at its result, on a page or in a profile.

Belongs here: its fields, the closed list of reasons an area was chosen for, and what must be stated. Does not belong
here: who may state it and keeping versions (``jingcang.workbench.evaluations``), and its result
(``jingcang.evaluations``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

from jingcang.contracts.code_trees import load_code_trees
from jingcang.contracts.files import Strict, parse_model, wrong

CHOSEN = {
    "highest_last_period": "上期警情最多",
    "rising": "上期警情上升最快",
    "long_run_highest": "多年来一直警情多（不按某一期）",
    "directive": "上级或专项部署指定",
    "public_request": "群众或单位反映",
    "random_draw": "抽签",
}
"""Why an area was chosen → in words; a closed list."""
ON_OUTCOME = frozenset({"highest_last_period", "rising"})
"""Reasons that are the outcome itself: what was chosen for a high count falls by itself (METHODS, trap 5), so the days
looked at are stated and barred from the baseline."""
LONGEST_DAYS = 3 * 366
_SPANS = (("before", "前期"), ("after", "干预期"), ("selection", "选点期"))


class EvaluationPlan(Strict):
    """An evaluation as stated.

    Args:
        evaluation_name: its name.
        programme_no: the 专项 of the rosters it is; without places and days of its own it takes the roster's.
        planned_minutes: planned minutes of patrol in the treated areas, for one without a 专项.
        treated_areas: 责任区 that get it; none only with a 专项.
        control_areas: what they are compared with; none for the other 责任区 of the station.
        buffer_areas: 责任区 around, for displacement; none for no look at it.
        before_start, before_last: baseline; none for the 52 weeks before the start, or before the selection period.
        after_start, after_last: days of the measure; none only with a 专项.
        chosen_because: key of :data:`CHOSEN`.
        selection_start, selection_last: days by whose counts the area was chosen; needed for :data:`ON_OUTCOME`.
        class_codes: classes of incidents that are the outcome, each with all below it; none for every class.
        excludes_patrol_generated: leaves out what patrols themselves found.
    """

    evaluation_name: str
    programme_no: str | None = None
    planned_minutes: int | None = None
    treated_areas: tuple[str, ...] = ()
    control_areas: tuple[str, ...] = ()
    buffer_areas: tuple[str, ...] = ()
    before_start: dt.date | None = None
    before_last: dt.date | None = None
    after_start: dt.date | None = None
    after_last: dt.date | None = None
    chosen_because: str
    selection_start: dt.date | None = None
    selection_last: dt.date | None = None
    class_codes: tuple[str, ...] = ()
    excludes_patrol_generated: bool = True

    def problem(self) -> tuple[str, str, str] | None:
        """Return (field, what is wrong, remedy) of the first thing that cannot stand, None when all can."""
        if not 0 < len(self.evaluation_name.strip()) <= 40:
            return "evaluation_name", "评估要有名称，不超过 40 个字", "请填写名称"
        if self.chosen_because not in CHOSEN:
            return "chosen_because", "没有这种选点理由", f"可用：{'、'.join(CHOSEN)}"
        if not self.programme_no and not (self.treated_areas and self.after_start):
            return "treated_areas", "没有排班专项编号的评估要写明干预区和干预期", "请选责任区和日期"
        if not self.programme_no and not self.planned_minutes:
            return "planned_minutes", "要写明计划剂量：排班专项编号，或计划巡逻分钟数", "请填其中一项"
        if self.planned_minutes is not None and self.planned_minutes <= 0:
            return "planned_minutes", "计划巡逻分钟数应大于 0", "请改正"
        places = (*self.treated_areas, *self.control_areas, *self.buffer_areas)
        if len(set(places)) < len(places):
            return "control_areas", "同一个责任区不能既是干预区又是对照区或外围", "请每个只选一处"
        tree = load_code_trees()["incident_class"].parents
        if unknown := [code for code in self.class_codes if code not in tree]:
            return "class_codes", f"字典里没有这些类别：{'、'.join(unknown)}", "请用警情类别的代码"
        return self._problem_of_days()

    def _problem_of_days(self) -> tuple[str, str, str] | None:
        for name, words in _SPANS:
            start, last = getattr(self, f"{name}_start"), getattr(self, f"{name}_last")
            if (start is None) != (last is None):
                return f"{name}_start", f"{words}要有第一天和最后一天", "请补全日期"
            if start is not None and last is not None and not 0 <= (last - start).days < LONGEST_DAYS:
                return f"{name}_start", f"{words}的结束早于开始，或长于三年", "请改正日期"
        if self.chosen_because in ON_OUTCOME and self.selection_start is None:
            return "selection_start", "按警情多少选的点，要写明看的是哪一段日期", "请填选点期，它不会计入前期"
        if self.after_start is not None and any(
            day is not None and day >= self.after_start for day in (self.before_last, self.selection_last)
        ):
            return "after_start", "前期和选点期都应在干预期之前结束", "请改正日期"
        return None

    def stated(self) -> dict[str, Any]:
        """Return the fields as they are kept: lists as comma-separated text."""
        return {
            name: ",".join(sorted(set(value))) if isinstance(value, tuple) else value
            for name, value in self.model_dump().items()
        } | {"evaluation_name": self.evaluation_name.strip()}


def plan_of(stated: Mapping[str, Any]) -> EvaluationPlan:
    """Return the plan of fields as they are kept; see :meth:`EvaluationPlan.stated`."""
    lists = ("treated_areas", "control_areas", "buffer_areas", "class_codes")
    return EvaluationPlan.model_validate(
        {
            name: tuple(filter(None, stated[name].split(","))) if name in lists else stated[name]
            for name in EvaluationPlan.model_fields
        }
    )


class DeclaredEvaluation(EvaluationPlan):
    """An evaluation of a profile, with what the workbench would tell of one made on a page.

    Args:
        evaluation_code: its key in the profile; lower-case letters, digits and hyphens, beginning with a letter.
        version: raised with each change.
        decided_by, decided_on, reason: who, when, why.
    """

    evaluation_code: str = pydantic.Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    version: int = pydantic.Field(default=1, ge=1)
    decided_by: str
    decided_on: dt.date
    reason: str

    def plan(self) -> EvaluationPlan:
        """Return what is stated, without who and when."""
        return EvaluationPlan(**{name: getattr(self, name) for name in EvaluationPlan.model_fields})


def read_evaluations(path: Path, items: list[dict[str, Any]]) -> tuple[DeclaredEvaluation, ...]:
    """Return the evaluations of a profile.

    Args:
        path: ``profile.yaml``, named in errors.
        items: its list ``evaluations``.

    Raises:
        JingcangError: naming file and key, for anything wrong or a code given twice.
    """
    found: list[DeclaredEvaluation] = []
    for index, item in enumerate(items):
        key = f"evaluations[{item.get('evaluation_code', index)}]"
        made = parse_model(path, DeclaredEvaluation, item, key)
        if (problem := made.problem()) is not None:
            raise wrong(path, f"{key}.{problem[0]}", problem[1], problem[2])
        if made.evaluation_code in {other.evaluation_code for other in found}:
            raise wrong(path, f"{key}.evaluation_code", "同一个编码写了两次")
        found.append(made)
    return tuple(found)
