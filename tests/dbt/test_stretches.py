"""The law of ``fct_quality_failures``: carried on run by run = made anew = the runs that list a row, cut at gaps."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

import duckdb
from make_landed import insert_rows, make_landed
from warehouse import dbt, table_rows

TABLE = "fct_quality_failures"
COLUMNS = ("check_id", "row_key", "batch_id")
Row = tuple[str, str, str | None]


def _lists(seed: int) -> dict[int, list[Row]]:
    """Return run → rows it lists: some for a while, some come back, some twice, one run lists nothing."""
    drawn = random.Random(seed)
    rows: list[Row] = [
        (f"k{number % 3}", f"row {number // 2}", (None, "b1", "b2")[number % 3]) for number in range(24)
    ]
    runs = {}
    for number in range(1, 10):
        chosen = [row for row in rows if drawn.random() < (0.8 if int(row[1].split()[1]) % 2 else 0.4)]
        # The place in the log has gaps: other batches land between two runs.
        runs[number * 3 + drawn.randrange(3)] = chosen + drawn.choices(chosen, k=3) if number != 5 else []
    return runs


def _expected(runs: dict[int, list[Row]]) -> list[tuple[Row, int, int | None]]:
    found: list[tuple[Row, int, int | None]] = []
    standing: Counter[tuple[Row, int]] = Counter()
    before = 0
    for number, rows in runs.items():
        now = {(row, copy) for row, times in Counter(rows).items() for copy in range(1, times + 1)}
        found += [(row, standing.pop((row, copy)), before) for row, copy in set(standing) - now]
        standing.update(dict.fromkeys(now - set(standing), number))
        before = number
    return sorted([*found, *((row, first, None) for (row, _), first in standing.items())], key=repr)


def test_carried_on_equals_made_anew(tmp_path: Path) -> None:
    (target := tmp_path / "target").mkdir()
    carried, anew = tmp_path / "carried.duckdb", tmp_path / "anew.duckdb"
    make_landed(carried)
    runs = _lists(20260630)
    # Two runs at once: the first of them built nothing.
    steps, built = [list(runs)[:2], *([number] for number in list(runs)[2:7]), list(runs)[7:]], 0
    for step in steps:
        with duckdb.connect(str(carried)) as connection:
            for number in step:
                insert_rows(connection, "landed.quality_results", [
                    {"run_id": f"r{number % 7}-{number}", "run_no": number, "check_id": "k0", "as_of": "2026-06-30"}
                ])  # fmt: skip
                insert_rows(connection, "landed.quality_failures", [
                    {"run_id": f"r{number % 7}-{number}", **dict(zip(COLUMNS, row, strict=True))}
                    for row in runs[number]
                ])  # fmt: skip
            connection.execute("update control.history set run_no = ?", [built])
        built = step[-1]
        assert dbt(carried, target, "run", "--select", TABLE) == []
    shutil.copy(carried, anew)
    assert dbt(anew, target, "run", "--full-refresh", "--select", TABLE) == []

    assert table_rows(carried, TABLE) == table_rows(anew, TABLE)
    with duckdb.connect(str(carried), read_only=True) as connection:
        held = connection.execute(
            f"select {', '.join(COLUMNS)}, first_run_no, last_run_no from {TABLE}"
        ).fetchall()
    assert sorted([((*row[:3],), *row[3:]) for row in held], key=repr) == _expected(runs)
    assert {last is None for _, _, last in _expected(runs)} == {True, False}
