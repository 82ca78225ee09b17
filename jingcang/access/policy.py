"""What each role may read: tables, rows, and how columns of each class appear.

Belongs here: the policy as data. Whatever is not named here is refused. Does not belong here: its
enforcement (``door``), nor page visibility, which the pages derive from their queries' tables.

Two rules of reading: a leader, steward, evaluator or reviewer sees the rows of the units in scope; an
officer sees only rows that carry the officer's own number, and, of the archive catalogue, those of the own units
(``archive_search``). Columns are masked by the class declared in ``data_contracts/fields.yaml``; a column not declared
there does not exist for readers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

RowScope = Literal["open", "unit", "unit_or_none", "own", "case"]
"""open: all rows; unit: unit_no in scope; unit_or_none: the same or no unit known; own: own number; case: rows of
one case in the reader's scope, named with a purpose (``grounds``)."""

Mask = Literal["clear", "mask", "omit"]


@dataclass(frozen=True)
class TablePolicy:
    """How one table is read by one role.

    Args:
        scope: which rows.
        own_column: column compared with the officer's number when scope is ``own``.
        unit_column: column compared with the units in scope.
    """

    scope: RowScope
    own_column: str = "officer_no"
    unit_column: str = "unit_no"


CASE = TablePolicy("case")
OPEN = TablePolicy("open")
UNIT = TablePolicy("unit")
UNIT_OR_NONE = TablePolicy("unit_or_none")

PERSON_DATA_TABLES = frozenset(
    {
        "dim_person",
        "fct_case_persons",
        "fct_case_clues",
        "fct_case_links",
        "fct_case_relations",
        "rpt_archive_catalogue",
    }
)
"""Tables whose rows describe single persons; every read is audited."""

CASE_COLUMNS = {
    "fct_case_clues": ("case_id",),
    "fct_case_links": ("first_case_id", "second_case_id"),
}
"""Tables read only for one case in hand → columns that name the case; a row belongs to it by any of them. Rows with
``has_sealed_record`` are left out unless reading sealed records was approved for the reader and the case."""

SEALED_BLANKS = frozenset(
    {
        "case_person_id", "case_id", "person_id", "_source_key", "_source_batch_id", "_source_file", "_source_line",
    }
)  # fmt: skip
"""Columns that are empty in a row that ``is_sealed``: it still counts, and leads to nobody."""

SEALED_CASE_TABLES = frozenset({"fct_case_relations"})
"""Tables that tell about persons of a case without saying in which role; rows of cases with a sealed record are left
out."""

CASE_BLANKS = frozenset({"case_count_of_value"})
"""Columns that are empty when read for a case in hand: beside the links shown they would tell how many are not."""

SEALED_READERS = frozenset({"leader_station", "leader_bureau", "officer"})
SEALED_APPROVERS = frozenset({"leader_station", "leader_bureau"})
"""Roles that may ask to read sealed records of a case, and that may approve it for somebody else."""

_CASE_IN_HAND = dict.fromkeys(CASE_COLUMNS, CASE)

_REFERENCE = dict.fromkeys(
    (
        "dim_date", "dim_unit", "dim_area", "dim_street_segment", "dim_dictionary", "dim_label", "rpt_label_quality",
        "rpt_freshness", "fct_quality_results", "fct_reconciliation",
    ),
    OPEN,
)  # fmt: skip

_WORK = dict.fromkeys(
    (
        "fct_incidents", "fct_incident_response", "fct_cases", "fct_case_labels", "fct_disputes",
        "fct_citizen_feedback", "fct_population_monthly", "fct_base_record_checks",
        "fct_patrol_shifts", "fct_patrol_presence", "fct_patrol_area_presence", "fct_patrol_street_presence",
        "fct_patrol_visits", "fct_place_checks", "fct_home_visits", "fct_publicity_events", "rpt_incident_counts",
        "rpt_incident_hours",
        "rpt_class_disagreements",
        "fct_case_limits", "rpt_case_counts", "rpt_response_bands", "rpt_response_hours", "rpt_response_durations",
        "rpt_arrival_counts", "rpt_feedback_counts", "rpt_base_record_freshness", "rpt_fraud_victims", "rpt_cell_weeks",
        "rpt_incident_week_hours",
        "fct_restated_incidents", "rpt_published_figures",
        "dim_place", "dim_address", "dim_officer", "fct_alerts", "fct_alert_signals",
        "fct_repeat_clusters", "fct_repeat_incidents", "rpt_repeat_places", "rpt_repeat_persons", "rpt_repeat_bases",
        "rpt_near_repeats", "fct_dispute_risks", "rpt_dispute_counts", "fct_operations", "fct_meeting_decisions",
        "rpt_duty_hours", "fct_patrol_evaluations", "rpt_community_work", "rpt_place_check_dues", "rpt_patrol_need",
        "rpt_shift_hours", "rpt_archive_catalogue",
    ),
    UNIT,
) | {
    "rpt_alert_weeks": OPEN, "rpt_alert_replays": OPEN, "rpt_area_needs": UNIT_OR_NONE,
    "rpt_patrol_point_counts": UNIT_OR_NONE,
}  # fmt: skip
"""Totals whose code is on no map, and points of terminals without a unit, are of no unit; without them the rest would
not add up to what was delivered. How many series were judged and how often the methods alarm is the same for every
reader and tells no figure."""

_ARCHIVE = dict.fromkeys(
    (
        "fct_archive_items", "fct_archive_uses", "fct_kpi_records", "rpt_kpi_values", "dim_officer",
        "rpt_archive_holdings", "rpt_archive_digitising", "rpt_archive_searches", "rpt_archive_gaps",
        "rpt_archive_retention_dues", "rpt_case_relevant_files",
    ),
    UNIT,
) | {"fct_archive_follow_ups": TablePolicy("unit", unit_column="using_unit_no")}  # fmt: skip
"""Visits are read beside the uses of the unit that was visited, so its scope decides."""

_OWN = {
    "fct_kpi_records": TablePolicy("own"),
    "rpt_kpi_values": TablePolicy("own"),
    "fct_archive_items": TablePolicy("own"),
    "fct_archive_uses": TablePolicy("own", own_column="user_officer_no"),
    "fct_incident_response": TablePolicy("own"),
    "fct_cases": TablePolicy("own", own_column="lead_officer_no"),
    "rpt_case_relevant_files": TablePolicy("own", own_column="lead_officer_no"),
    "fct_case_evidence": TablePolicy("own", own_column="lead_officer_no"),
    "fct_case_relations": TablePolicy("own", own_column="lead_officer_no"),
    "fct_home_visits": TablePolicy("own"),
    "dim_officer": TablePolicy("own"),
    "rpt_archive_catalogue": UNIT,
}

_STEWARD = {
    "fct_quality_failures": UNIT_OR_NONE,
    "fct_quality_issues": OPEN,
    "rpt_quality_rows": UNIT_OR_NONE,
    "rpt_quality_units": UNIT_OR_NONE,
    "fct_quarantined_rows": UNIT_OR_NONE,
    "rpt_unmapped_values": OPEN,
    "rpt_unmatched_roads": UNIT_OR_NONE,
    "rpt_mapping_shares": OPEN,
    "rpt_class_disagreements": UNIT_OR_NONE,
}

_STEWARD_ROWS = dict.fromkeys(
    (
        "fct_incidents", "fct_incident_response", "fct_cases", "fct_case_labels", "fct_case_persons",
        "fct_case_evidence", "fct_disputes",
        "fct_citizen_feedback", "fct_base_record_checks", "fct_patrol_shifts", "fct_patrol_presence",
        "fct_patrol_area_presence", "fct_patrol_street_presence", "fct_patrol_visits", "fct_place_checks",
        "fct_home_visits", "fct_publicity_events", "fct_archive_items",
        "fct_archive_uses", "dim_person", "dim_place", "dim_address",
    ),
    UNIT_OR_NONE,
)  # fmt: skip
"""Tables a steward looks single failing rows up in."""

ROLE_TABLES: dict[str, dict[str, TablePolicy]] = {
    "leader_station": {**_REFERENCE, **_WORK, **_CASE_IN_HAND},
    "leader_bureau": {**_REFERENCE, **_WORK, **_CASE_IN_HAND},
    "officer": {**_REFERENCE, **_OWN, **_CASE_IN_HAND},
    "steward": {**_REFERENCE, **_STEWARD_ROWS, **_STEWARD, **_CASE_IN_HAND, "dim_officer": UNIT},
    "evaluator": {**_REFERENCE, **_ARCHIVE},
    "integrity_reviewer": {
        **_REFERENCE,
        **_ARCHIVE,
        "fct_archive_use_flags": UNIT,
        "fct_archive_recodings": UNIT,
    },
    "administrator": {},
    "duty_system": {"dim_unit": OPEN},
}

_DEFAULT_MASKS: dict[str, Mask] = {
    "public": "clear",
    "internal": "clear",
    "personal": "mask",
    "sensitive": "omit",
}

ROLE_MASKS: dict[str, dict[str, Mask]] = {role: dict(_DEFAULT_MASKS) for role in ROLE_TABLES}
ROLE_MASKS["administrator"] = dict.fromkeys(_DEFAULT_MASKS, "omit")

TEXT_ROLES = frozenset({"steward"})
"""Roles that read narratives one by one, with a purpose, audited, and with identities covered: ``case_texts``. The
column itself is sensitive and in no published table."""

VISIT_NAME_ROLES = frozenset({"officer"})
"""Roles that read who is visited, of their own visits, with a purpose, audited: ``visit_names``. The column itself is
sensitive and in no published table."""

FINGERPRINT = hashlib.sha256(
    repr(
        (
            ROLE_TABLES,
            ROLE_MASKS,
            sorted(PERSON_DATA_TABLES),
            CASE_COLUMNS,
            sorted(SEALED_BLANKS | CASE_BLANKS),
            sorted(TEXT_ROLES),
            sorted(VISIT_NAME_ROLES),
        )
    ).encode()
).hexdigest()
"""Part of every cache key: a changed policy never meets an answer computed under the old one."""


def roles_for(tables: frozenset[str]) -> tuple[str, ...]:
    """Return the roles that may read all of ``tables``, in the order of declaration."""
    return tuple(role for role, allowed in ROLE_TABLES.items() if tables and tables <= allowed.keys())
