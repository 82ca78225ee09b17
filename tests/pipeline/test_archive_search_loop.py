"""A search that finds nothing, from the search to the published figure of its officer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from subprocess import CompletedProcess
from typing import Any

import duckdb

from jingcang.access import Door
from jingcang.access import archive_search as searching
from jingcang.access.accounts import add_account, find_account
from jingcang.access.archive_search import ArchiveSearch, search_archive
from jingcang.home import Home
from jingcang.landing import manifests
from jingcang.workbench import Workbench
from jingcang.workbench.archive_searches import SearchLog

Run = Callable[..., "CompletedProcess[str]"]


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute(query).fetchall()


def figure(home: Home, officer_no: str) -> tuple[int, int]:
    rows = published(
        home,
        "select cast(sum(numerator_value) as bigint), cast(sum(denominator_value) as bigint) from fct_kpi_records "
        f"where kpi_code = 'archive_search_without_hit' and officer_no = '{officer_no}' "
        "and date '2026-06-30' between period_start and period_end",
    )
    return rows[0][0] or 0, rows[0][1] or 0


def test_a_miss_counts_for_its_officer_with_the_next_run(
    stewards_home: Home, jingcang: Run, monkeypatch: Any
) -> None:
    home = stewards_home
    workbench = Workbench.open(home, {})
    ((officer_no, unit_no, case_no, file_no),) = published(
        home,
        "select cases.lead_officer_no, cases.unit_no, cases.case_no, items.file_no from fct_cases as cases "
        "join rpt_archive_catalogue as items on cases.case_no = items.linked_no and cases.unit_no = items.unit_no "
        "join dim_officer as officers on cases.lead_officer_no = officers.officer_no "
        "where items.is_secrecy_shown and not items.has_sealed_record "
        "order by cases.case_no limit 1",
    )
    add_account(
        workbench, user_id="of_the_case", display_name="民警", role="officer", unit_nos=(unit_no,),
        officer_no=officer_no, password="long enough for a test",
    )  # fmt: skip
    missed, asked = figure(home, officer_no)
    officer = find_account(workbench, "of_the_case").identity
    door = Door(home, workbench=workbench)
    during = datetime(2026, 6, 29, 3, tzinfo=UTC)
    monkeypatch.setattr(
        searching, "SearchLog", lambda opened: SearchLog(opened, now=lambda: during)
    )  # the demo's own time
    (title,) = search_archive(
        door, officer, workbench, home, ArchiveSearch("case", case_no, file_no=file_no)
    ).files["title_text"]
    assert title
    hit = search_archive(door, officer, workbench, home, ArchiveSearch("case", case_no, title=title))
    assert file_no in set(hit.files["file_no"])
    miss = search_archive(
        door, officer, workbench, home, ArchiveSearch("case", case_no, title="没有这样的题名")
    )
    assert (miss.found, miss.withheld) == (0, 0)
    told = json.loads(jingcang("run", "--json", "--home", home.root).stdout.splitlines()[-1])
    assert told["changed"]
    assert "archive_searches" in {entry.table for entry in manifests(home) if entry.system == "_workbench"}
    assert figure(home, officer_no) == (missed + 1, asked + 3)
    assert published(
        home,
        "select record_no, unit_no, in_numerator, evidence, _source_table from fct_kpi_records "
        "where record_kind = 'archive_search' order by record_no",
    )[-1] == (
        f"检索{miss.search_no}", unit_no, 1, f"本系统检索，未命中；关联编号 {case_no}", "archive_searches"
    )  # fmt: skip
    counted = published(
        home,
        "select cast(sum(search_count) as bigint), cast(sum(no_hit_count) as bigint) from rpt_archive_searches "
        "where query_kinds is not null",
    )
    assert counted == [(3, 1)]
