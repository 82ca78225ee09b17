"""巡逻成效: figures of visits on the page against a count by hand in the serving file."""

from __future__ import annotations

from pathlib import Path

import duckdb
from reading import Open, page, words

BUSIEST = """
    with busiest as (
        select cell_id from fct_incidents
        where is_effective and unit_no = 'S1' and cell_id is not null and event_hour is not null
            and event_date >= date '{since}' - 364 and event_date < date '{since}'
        group by cell_id order by sum(record_count) desc, cell_id limit 10
    )
    select count(*), count(*) filter (where visit_seconds between 600 and 960)
    from fct_patrol_visits
    where unit_no = 'S1' and event_date >= date '{since}' and event_date < date '{until}'
        and cell_id in (select cell_id from busiest)
"""


def test_visits_are_those_of_the_busiest_cells_of_the_year_before(
    open_page: Open,
    serving_copy: Path,
) -> None:
    shown = words(open_page("leader_station", page("patrol")))
    with duckdb.connect(str(serving_copy), read_only=True) as connection:
        # The last four complete weeks before 2026-06-30.
        found = connection.execute(BUSIEST.format(since="2026-06-01", until="2026-06-29")).fetchone()
    assert found is not None
    total, fitting = found
    assert total >= 10
    assert f"共停留 {total:,} 次，{100 * fitting / total:.0f}% 停留 10 至 16 分钟" in shown
