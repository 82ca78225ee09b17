"""Results of evaluations for 成效评估, reckoned by the product itself from the planted incidents of 城北所.

Planted: three of four incidents in the treated area after the start are not counted (:data:`UNCOUNTED`), so that it
fell; a test that sets the page's own counts beside the row takes them out of the incidents too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import duckdb
from issue_tables import AS_OF

from jingcang.contracts.evaluations import CHOSEN, EvaluationPlan
from jingcang.contracts.marts import load_marts
from jingcang.evaluations import Counts, dosage, evaluate, resolve
from jingcang.evaluations.dosage import Shift
from jingcang.evaluations.resolving import Area

SOUND, WRONG, RUNNING, OTHER = "sound", "wrong", "running", "other"
AREAS = {f"{unit}-A{n}": Area(f"{unit}-A{n}", unit) for unit in ("S1", "S2", "S3") for n in (1, 2, 3)}
START, LAST = date(2026, 4, 6), date(2026, 5, 31)
UNCOUNTED = (
    f"area_no = 'S1-A1' and event_date between date '{START}' and date '{LAST}' "
    "and cast(substr(incident_id, 2) as bigint) % 4 <> 0"
)
WHOLE, GONE = Shift(14_400, 14_000, 12_000, True), Shift(14_400, 0, 0, True)


def _plan(**changed: Any) -> EvaluationPlan:
    stated = {
        "evaluation_name": "夜间步巡", "planned_minutes": 2880, "treated_areas": ("S1-A1",),
        "control_areas": ("S1-A2",), "buffer_areas": ("S1-A3",), "after_start": START,
        "after_last": LAST, "chosen_because": "directive",
    }  # fmt: skip
    return EvaluationPlan(**stated | changed)


PLANS = {
    SOUND: (_plan(), WHOLE),
    WRONG: (
        _plan(
            evaluation_name="上期最多处", chosen_because="highest_last_period", selection_start=date(2026, 3, 9),
            selection_last=date(2026, 4, 5), before_start=date(2025, 4, 7), before_last=date(2026, 4, 5),
        ),
        WHOLE,
    ),
    RUNNING: (_plan(evaluation_name="进行中的", after_last=AS_OF), WHOLE),
    OTHER: (
        _plan(
            evaluation_name="城南没有做的", treated_areas=("S2-A1",), control_areas=(), buffer_areas=(),
            chosen_because="highest_last_period", selection_start=date(2026, 3, 9), selection_last=date(2026, 4, 5),
        ),
        GONE,
    ),
}  # fmt: skip


def write_evaluations(connection: duckdb.DuckDBPyConnection) -> None:
    """Write ``fct_patrol_evaluations`` with one row a plan."""
    counts = {
        (area, day): count
        for area, day, count in connection.execute(
            "select area_no, event_date, sum(record_count)::bigint from fct_incidents "
            f"where is_effective and not ({UNCOUNTED}) group by all"
        ).fetchall()
    }
    first = min(day for _, day in counts)
    mart = load_marts()["fct_patrol_evaluations"]
    kinds = {"string": "varchar", "integer": "bigint", "timestamp": "timestamptz"}
    declared = ", ".join(f"{column.name} {kinds.get(column.type, column.type)}" for column in mart.columns)
    connection.execute(f"create table fct_patrol_evaluations ({declared})")
    for code, (plan, shift) in PLANS.items():
        places = resolve(plan, AREAS, [], first)
        given = dosage([shift] * 12, planned_minutes=plan.planned_minutes, has_roster=True)
        told = evaluate(plan, places, Counts(counts, {}), given, AS_OF).row()
        stated = plan.stated()
        row = {
            **{name: value for name, value in told.items() if not name.startswith(("before_", "after_", "state_"))},
            **{f"{side}_date": told[side] for side in ("before_start", "before_last", "after_start", "after_last")},
            **{f"evaluation_{name}": told[name] for name in ("state_code", "state_label", "state_note")},
            "evaluation_dispersion": told["dispersion"], "evaluation_version_id": code, "evaluation_code": code,
            "evaluation_version": 1, "is_latest_version": True, "is_withdrawn": False,
            "evaluation_origin_code": "profile", "evaluation_name": plan.evaluation_name, "programme_no": None,
            "class_codes": stated["class_codes"], "is_patrol_generated_excluded": True,
            "chosen_because_code": plan.chosen_because, "chosen_because_label": CHOSEN[plan.chosen_because],
            "selection_start_date": plan.selection_start, "selection_last_date": plan.selection_last,
            "reason": "部署", "decided_by": "zhang", "decided_at": datetime(2026, 3, 1, tzinfo=UTC),
            "as_of_date": AS_OF,
        }  # fmt: skip
        for name in ("control_areas", "buffer_areas"):
            row[name] = row[name] or ""
        kept = {column.name: row[column.name] for column in mart.columns if column.name in row}
        connection.execute(
            f"insert into fct_patrol_evaluations ({', '.join(kept)}) values ({', '.join('?' * len(kept))})",
            list(kept.values()),
        )
