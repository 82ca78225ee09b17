"""Second codings, from the form to what is published of them; the draw is whole, seeded and of closed months."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from subprocess import CompletedProcess
from typing import Any

import duckdb

from jingcang.access import Door
from jingcang.access.accounts import add_account, find_account
from jingcang.access.archive_recodings import BLIND, recode
from jingcang.home import Home
from jingcang.landing import manifests
from jingcang.workbench import Workbench

Run = Callable[..., "CompletedProcess[str]"]


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_codings_of_drawn_uses_are_published_with_the_next_run(stewards_home: Home, jingcang: Run) -> None:
    home = stewards_home
    counts = published(
        home,
        "select unit_no, month_start, count(*), min(month_use_count) from fct_archive_recodings group by all",
    )
    assert all(drawn == min(25, whole) for _, _, drawn, whole in counts)
    assert max(month for _, month, _, _ in counts) == date(2026, 5, 1)
    assert len({unit for unit, *_ in counts}) == 6
    assert sum(drawn for _, _, drawn, _ in counts) > 500
    before = published(home, "select archive_use_id from fct_archive_recodings order by 1")

    uses = published(
        home,
        "select archive_use_id, purpose_code from fct_archive_recodings where purpose_code = 'case' order by 1 limit 3",
    )
    (unused,) = published(
        home,
        "select archive_use_id from fct_archive_recodings where purpose_code = 'no_use' order by 1 limit 1",
    )
    workbench = Workbench.open(home, {})
    add_account(
        workbench, user_id="lian", display_name="廉政", role="integrity_reviewer", unit_nos=("*",),
        password="long enough for a test",
    )  # fmt: skip
    door, reviewer = Door(home, workbench=workbench), find_account(workbench, "lian").identity
    seen = door.run(BLIND, reviewer, units=[])
    assert len(seen) == len(before)
    assert not {"purpose_code", "purpose_label", "recoded_purpose_code"} & set(seen.columns)
    for (use, _), code in zip(uses, ("case", "lookup", "unclear"), strict=True):
        recode(door, reviewer, workbench, use, code, seen_version=0, reason="对照登记簿")
    recode(door, reviewer, workbench, unused[0], "case", seen_version=0, reason="对照登记簿")

    told = json.loads(jingcang("run", "--json", "--home", home.root).stdout.splitlines()[-1])
    assert told["changed"]
    assert "archive_recodings" in {entry.table for entry in manifests(home) if entry.system == "_workbench"}
    results = dict(
        published(
            home,
            "select archive_use_id, recoding_result_code from fct_archive_recodings where recoded_by = 'lian'",
        )
    )
    assert results == {
        uses[0][0]: "agreed", uses[1][0]: "overstated", uses[2][0]: "unclear", unused[0]: "understated",
    }  # fmt: skip
    # What is drawn does not move with what is coded.
    assert published(home, "select archive_use_id from fct_archive_recodings order by 1") == before
