"""The community's table: nothing hidden can be computed back, from one table or from two."""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Callable
from datetime import date

import docx
import pytest
from planted_world import World, planted, publish

from jingcang.access.suppression import suppress
from jingcang.contracts.deployment import UNKNOWN
from jingcang.errors import JingcangError
from jingcang.reports.community.hiding import bounds, exposed_cells, hidden_cells, with_totals
from jingcang.reports.community.release import Released, release

AS_OF = date(2026, 6, 30)


def possible(
    counts: list[list[int]], hidden: set[tuple[int, int]], most: int
) -> dict[tuple[int, int], set[int]]:
    """Return every value a hidden cell may have, by trying all whole tables up to ``most`` a cell."""
    table = with_totals(counts)
    rows, columns = len(counts), len(counts[0])
    free = [cell for cell in itertools.product(range(rows), range(columns)) if cell in hidden]
    found: dict[tuple[int, int], set[int]] = {cell: set() for cell in hidden}
    for values in itertools.product(range(most + 1), repeat=len(free)):
        tried = [list(row) for row in counts]
        for (row, column), value in zip(free, values, strict=True):
            tried[row][column] = value
        whole = with_totals(tried)
        shown = [c for c in itertools.product(range(rows + 1), range(columns + 1)) if c not in hidden]
        if all(whole[r][c] == table[r][c] for r, c in shown):
            for row, column in hidden:
                found[row, column].add(whole[row][column])
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_hidden_cell_is_determined_by_what_is_shown(seed: int) -> None:
    """Brute force over whole tables, the attacker's own way, not by the bounds that chose the cells."""
    rng = random.Random(seed)
    counts = [[rng.choice([0, 1, 2, 6, 9]) for _ in range(3)] for _ in range(2)]
    hidden = hidden_cells(counts)
    table = with_totals(counts)
    for row, column in itertools.product(range(3), range(4)):
        if 0 < table[row][column] < 5:
            assert (row, column) in hidden
    if sum(cell[0] < 2 and cell[1] < 3 for cell in hidden) <= 5:
        assert all(len(values) >= 3 for values in possible(counts, hidden, 12).values())


@pytest.mark.parametrize("seed", range(8))
def test_bounds_leave_every_hidden_cell_open_also_in_larger_tables(seed: int) -> None:
    rng = random.Random(100 + seed)
    counts = [[rng.choice([0, 0, 1, 2, 3, 4, 7, 15, 40]) for _ in range(5)] for _ in range(6)]
    hidden = hidden_cells(counts)
    table = with_totals(counts)
    assert exposed_cells(table, hidden) == []
    for low, high in bounds(table, hidden).values():
        assert high - low >= 2 - 1e-6


def test_the_pages_simple_rule_would_give_cells_away_where_two_ones_meet_a_total_of_two() -> None:
    """Why the community's table is not made by ``suppress``: 1 and 1 hidden in a row with the total 2 are both 1."""
    counts = [[1, 1, 9], [8, 7, 6]]
    simple = {
        (r, c) for r, row in enumerate(suppress(counts)) for c, value in enumerate(row) if value is None
    }
    assert exposed_cells(with_totals(counts), simple)
    assert exposed_cells(with_totals(counts), hidden_cells(counts)) == []


def test_a_table_of_large_counts_and_zeros_hides_nothing() -> None:
    assert hidden_cells([[5, 0, 12], [8, 30, 0]]) == set()


def test_a_table_of_one_small_cell_hides_its_totals_too() -> None:
    assert hidden_cells([[3]]) == {(0, 0), (0, 1), (1, 0), (1, 1)}


@pytest.mark.parametrize("counts", [[], [[]], [[1, -1]]])
def test_no_table_is_refused(counts: list[list[int]]) -> None:
    with pytest.raises(JingcangError):
        hidden_cells(counts)


def give(world: World, who: str = "leader", **choices: object) -> Released:
    asked: dict = {"as_of": AS_OF, "units": (), "kind": "week", "recipient": "城东居委会", **choices}
    return release(world.door, world.workbench, world.people[who], deployment=UNKNOWN, **asked)


def text(released: Released) -> str:
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    root = docx.Document(io.BytesIO(released.disclosure.content)).element
    return "".join(t.text or "" for t in root.iter(f"{w}t"))


def test_small_counts_are_hidden_and_nothing_but_areas_leaves(world: World) -> None:
    released = give(world)
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    root = docx.Document(io.BytesIO(released.disclosure.content)).element
    table = next(root.iter(f"{w}tbl"))
    rows = [
        ["".join(t.text or "" for t in cell.iter(f"{w}t")) for cell in row.iter(f"{w}tc")]
        for row in table.iter(f"{w}tr")
    ]
    assert rows[0] == ["责任区", "刑事", "纠纷", "合计"]
    assert rows[1:] == [
        ["第一责任区", "8", "14", "22"], ["第二责任区", "25", "0", "25"], ["合计", "33", "14", "47"]
    ]  # fmt: skip
    shown = text(released)
    assert "J0" not in shown
    assert "抢劫" not in shown


def test_a_hidden_number_stands_nowhere_in_the_file(new_world: Callable[..., World]) -> None:
    """Also not in the definitions that lie in the file as XML."""
    rows = [
        row for row in planted() if row[4] != "J30100" or row[0].day % 7 == 1
    ]  # 1 dispute day a week or so
    released = give(new_world(rows))
    assert released.disclosure.hidden_count > 0
    assert "＊" in text(released)
    import zipfile

    with zipfile.ZipFile(io.BytesIO(released.disclosure.content)) as package:
        part = next(
            package.read(name).decode() for name in package.namelist()
            if b"urn:jingcang:briefing" in package.read(name)
        )  # fmt: skip
    assert '"measure": "count"' not in part


def test_the_same_period_is_the_same_file_even_after_a_correction(world: World) -> None:
    first = give(world)
    publish(world.home, planted()[:-1], "g000002")
    again = give(world, recipient="综治中心")
    assert again.is_again
    assert not first.is_again
    assert again.disclosure.content == first.disclosure.content
    assert [entry["recipient"] for entry in reversed(world.audit("disclosure"))] == ["城东居委会", "综治中心"]


def test_overlapping_days_or_units_are_refused_with_the_number_of_the_earlier_one(world: World) -> None:
    first = give(world)  # the week 2026-06-22 to 06-28
    with pytest.raises(JingcangError, match=first.disclosure.report_id) as refused:
        give(world, as_of=date(2026, 6, 30), who="bureau")
    assert refused.value.rule == "community_overlap"
    give(world, as_of=date(2026, 6, 16))  # another week
    with pytest.raises(JingcangError, match="相减会露出"):
        give(world, units=("S1", "S2"), who="bureau")
    give(world, who="neighbour")  # another unit, the same days


def test_a_month_that_holds_a_week_given_out_is_refused(world: World) -> None:
    give(world, as_of=date(2026, 5, 20))
    with pytest.raises(JingcangError, match="重叠而不相同"):
        give(world, kind="month", as_of=date(2026, 6, 10))


def test_nothing_leaves_without_recipient_right_or_whole_days(
    world: World, new_world: Callable[..., World]
) -> None:
    with pytest.raises(JingcangError, match="请写明发给谁"):
        give(world, recipient="  ")
    with pytest.raises(JingcangError, match="不能生成"):
        give(world, who="officer")
    late = new_world([row for row in planted() * 8 if row[0] != date(2026, 6, 24)])
    with pytest.raises(JingcangError, match="1 天缺数"):
        give(late)
    assert world.audit("disclosure") == []
