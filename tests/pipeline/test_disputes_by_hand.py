"""The ledger of disputes of the demo against counts by hand from what landed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

CALLS = """
    with building as (
        select address_no, concat_ws('|', road_name, house_no, compound_name, building_no) as building
        from landed.addresses
    ), calls as (
        select i.incident_id, f.event_date, b.building, i.caller_id, coalesce(g.is_dispute, false) as is_dispute
        from landed.incidents i
        join fct_incidents f using (incident_id)
        left join derived.incident_addresses a using (incident_id)
        left join building b on b.address_no = a.building_address_no
        left join incident_class_flags g on g.code = f.class_code
        where f.record_count > 0
    )
"""


@pytest.fixture(scope="module")
def built(demo_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo_home / "build" / "build.duckdb"), read_only=True) as connection:
        yield connection


def test_recurrence_is_counted_from_the_calls_themselves(built: duckdb.DuckDBPyConnection) -> None:
    by_hand = built.execute(
        CALLS
        + """
        select count(*), count(*) filter (exists (
            select 1 from calls o where o.is_dispute and o.incident_id <> c.incident_id
                and (o.building = c.building or o.caller_id = c.caller_id)
                and o.event_date > d.event_date and o.event_date <= d.event_date + 90))
        from fct_disputes d join calls c using (incident_id) cross join control.run r
        where (c.building is not null or c.caller_id is not null) and d.event_date + 90 < r.as_of
        """
    ).fetchone()
    counted = built.execute(
        "select sum(recurrence_followed_count)::bigint, sum(recurred_count)::bigint from rpt_dispute_counts"
    ).fetchone()
    assert counted == by_hand
    assert counted is not None
    assert counted[0] > 100


def test_open_overdue_and_repeated_disputes_are_those_of_the_source(built: duckdb.DuckDBPyConnection) -> None:
    by_hand = built.execute(
        CALLS
        + """
        select count(*), count(*) filter (l.registered_date + 30 < r.as_of), count(*) filter (exists (
            select 1 from calls o join calls c on c.incident_id = l.incident_id where o.is_dispute
                and o.incident_id <> c.incident_id and (o.building = c.building or o.caller_id = c.caller_id)
                and o.event_date < l.event_date and o.event_date >= l.event_date - 90))
        from landed.disputes l cross join control.run r where coalesce(l.closed_date > r.as_of, true)
        """
    ).fetchone()
    counted = built.execute(
        "select count(*), count(*) filter (limit_state_code = 'overdue'), "
        "count(*) filter (earlier_dispute_count > 0) from fct_dispute_risks where is_open"
    ).fetchone()
    assert counted == by_hand


def test_nothing_that_ties_disputes_is_published(demo_home: Path) -> None:
    with duckdb.connect(str((demo_home / "serving" / "current").resolve()), read_only=True) as connection:
        columns = connection.execute(
            "select column_name from information_schema.columns where table_name in "
            "('fct_dispute_risks', 'rpt_dispute_counts', 'int_incident_ties')"
        ).fetchall()
    assert columns
    assert not {"tie_key", "caller_id", "building_address_no", "address_no"} & {name for (name,) in columns}
