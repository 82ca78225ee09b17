"""巡逻成效: figures of visits on the page against a count by hand in the serving file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest
from test_honest_figures import words

from dashboards import session
from dashboards.deployment import settings
from jingcang.access import sessions
from jingcang.access.accounts import list_accounts
from jingcang.home import Home
from jingcang.workbench import Workbench

SHELL = Path(session.__file__).with_name("shell.py")
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


@pytest.fixture
def page(synthetic_home: Home, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("JINGCANG_HOME", str(synthetic_home.root))
    settings.cache_clear()
    workbench = Workbench.open(synthetic_home)
    account = next(a for a in list_accounts(workbench) if a.identity.role == "leader_station" and a.is_demo)
    token = sessions.open_session(workbench, account)
    monkeypatch.setattr(session, "read_token", lambda: token)
    app = AppTest.from_file(str(SHELL), default_timeout=60).run()
    return app.switch_page("app_pages/leadership/patrol.py").run()


def test_visits_are_those_of_the_busiest_cells_of_the_year_before(
    page: AppTest, synthetic_home: Home, tmp_path: Path
) -> None:
    shown = words(page)
    # A copy: the pages hold the serving file with their own settings.
    copy = shutil.copy(os.path.realpath(synthetic_home.current_link), tmp_path)
    with duckdb.connect(str(copy), read_only=True) as connection:
        # The last four complete weeks before 2026-06-30.
        sql = BUSIEST.format(since="2026-06-01", until="2026-06-29")
        found = connection.execute(sql).fetchone()
    assert found is not None
    total, fitting = found
    assert total >= 10
    assert f"共停留 {total:,} 次，{100 * fitting / total:.0f}% 停留 10 至 16 分钟" in shown
