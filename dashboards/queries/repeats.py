"""Questions of the page 重复警情.

Everything is counted before the page opens (``fct_repeat_clusters`` and the marts beside it); single incidents are read
for one cluster only. No question leads to a person.
"""

from __future__ import annotations

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query

MOST_ROWS = 2000
"""Limit of the lists of rows; reaching it is said on the page."""


CLUSTERS = Query(
    "重复·簇",
    f"""
    select repeat_cluster_id, unit_no, area_no, building_address_no, building_level, community_name, road_name,
        compound_name, repeat_7d_count, repeat_28d_count, repeat_90d_count, repeat_365d_count, report_90d_count,
        class_90d_count, earliest_event_date, last_event_date, last_class_level1_label, last_class_label,
        last_outcome_label, last_officer_no
    from {{fct_repeat_clusters}}
    where {PLACE} and cluster_kind_code = $kind
    order by repeat_90d_count desc, repeat_28d_count desc, last_event_date desc, building_address_no,
        repeat_cluster_id
    limit {MOST_ROWS}
    """,
    {**SCOPE, "kind": str},
)

MEMBERS = Query(
    "重复·簇内警情",
    f"""
    select incident_no, event_date, event_hour, class_level1_label, class_label, outcome_label, officer_no, is_counted,
        _source_table, _source_key, _source_file, _source_line
    from {{fct_repeat_incidents}}
    where repeat_cluster_id = $cluster
    order by event_date desc, event_hour desc nulls last, incident_no
    limit {MOST_ROWS}
    """,
    {"cluster": str},
)

PLACES = Query(
    "重复·地址起数分布",
    f"""
    select span_days, event_count, cast(sum(place_count) as bigint) as place_count
    from {{rpt_repeat_places}}
    where {PLACE}
    group by span_days, event_count
    order by span_days, event_count
    """,
    SCOPE,
)

PERSONS = Query(
    "重复·一人计数",
    """
    select appearance_code, appearance_label, repeat_90d_count, cast(sum(person_count) as bigint) as person_count
    from {rpt_repeat_persons}
    where len($units) = 0 or list_contains($units, unit_no)
    group by appearance_code, appearance_label, repeat_90d_count
    order by appearance_code, repeat_90d_count
    """,
    {"units": list},
)

BASES = Query(
    "重复·底数",
    f"""
    select cast(coalesce(sum(incident_count), 0) as bigint) as incident_count,
        cast(coalesce(sum(discreet_count), 0) as bigint) as discreet_count,
        cast(coalesce(sum(not_placed_count), 0) as bigint) as not_placed_count,
        cast(coalesce(sum(again_reported_count), 0) as bigint) as again_reported_count,
        cast(coalesce(sum(source_joined_count), 0) as bigint) as source_joined_count
    from {{rpt_repeat_bases}}
    where {PLACE}
    """,
    SCOPE,
)

NEAR = Query(
    "重复·近重复",
    """
    select scope_code, unit_no, class_label, tested_from_date, tested_to_date, incident_count, located_count,
        metres_from, metres_to, days_from, days_to, pair_count, expected_pair_count, pair_ratio, pair_p_value,
        pair_q_value, is_nearest_bin, is_near_repeat
    from {rpt_near_repeats}
    where scope_code = $scope and ($unit = '' or unit_no = $unit)
    order by class_label, metres_from, days_from
    """,
    {"scope": str, "unit": str},
)
