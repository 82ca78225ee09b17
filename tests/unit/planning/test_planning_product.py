"""From rosters and counts to duty lines: capacity, limits, changes by hand, reasons, the look back, the task file."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jingcang.errors import JingcangError
from jingcang.planning import (
    Slot,
    WeekPlan,
    compare,
    duty_lines,
    from_content,
    plan_week,
    read_return,
    seed_of,
    slots_of,
    task_file,
    to_content,
)  # fmt: skip
from jingcang.planning.held_out import HELD_OUT_WEEKS, LAST, LOT, PLAN, apportioned, on_clock
from jingcang.planning.task_file import check_return, content_hash, state_counts
from jingcang.planning.week import MOST_AN_AREA_HOUR, by_lot, shift_limits
from jingcang.statistics.planning import HarmTable, Need, patrol_need

MONDAY = dt.date(2026, 7, 6)
AREAS = ("A1", "A2", "A3")
HARM = HarmTable({"抢劫": 9, "求助": 0, "盗窃": 1}, "v1", "所长", dt.date(2026, 1, 5))


def roster(kind: str, hours: range, weekdays: range, crews: float) -> list[dict[str, Any]]:
    """Return rows of four weeks with a mean number of crews."""
    return [
        {
            "shift_kind_label": kind,
            "weekday_number": day,
            "shift_hour": hour,
            "crew_seconds": 4 * 3600 * crews,
        }
        for day in weekdays
        for hour in hours
    ]


def need(harm: HarmTable | None = None) -> Need:
    rows = [
        ("A1", 21, "盗窃", 104.0), ("A2", 21, "抢劫", 26.0), ("A2", 9, "求助", 52.0), ("A3", 9, "盗窃", 3.0),
        ("A3", 3, "盗窃", 60.0), ("A9", 3, "盗窃", 7.0), ("A1", None, "盗窃", 4.5),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["area", "hour", "kind", "times"])
    return patrol_need(frame, area="area", hour="hour", areas=AREAS, kind="kind", harm=harm, count="times")


def planned(harm: HarmTable | None = None) -> WeekPlan:
    rows = [*roster("早班", range(8, 16), range(1, 8), 1), *roster("夜班", range(20, 28), range(1, 8), 2)]
    return plan_week(need(harm), slots_of(rows), seed_of("S1", MONDAY.isoformat()))


def test_counts_stand_for_as_many_events() -> None:
    made = need(HARM)
    assert (made.equal[0, 21], made.equal[2, 3], made.unplaced) == (104, 60, 12)
    assert made.harm is not None
    assert (made.harm[1, 21], made.harm[1, 9], made.harm[0, 21]) == (9 * 26, 0, 104)


def test_an_hour_of_the_week_has_one_shift_and_its_crews() -> None:
    rows = [
        *roster("早班", range(8, 16), range(1, 8), 1),
        *roster("中班", range(15, 22), range(1, 8), 2),
        *roster("夜班", range(20, 28), range(1, 8), 1),
        *roster("零星", range(5, 7), range(3, 4), 0.25),
    ]
    slots = slots_of(rows)
    assert len({slot.week_hour for slot in slots}) == len(slots) == 7 * (7 + 7 + 6)
    owners = {slot.week_hour: slot for slot in slots}
    assert (owners[15].kind, owners[15].crews) == ("中班", 2), "more crews own an overlap"
    assert (owners[20].kind, owners[22].kind) == ("中班", "夜班")
    assert (owners[2].weekday, owners[2].hour) == (7, 26), "the end of the week comes round"
    assert not any(slot.kind == "零星" for slot in slots)
    assert [slot.crews for slot in slots_of(roster("夜班", range(1), range(1, 2), 0.5))] == [1]
    half = roster("早班", range(8, 10), range(1, 2), 2) + roster("早班", range(10, 11), range(1, 2), 1)
    assert [slot.hour for slot in slots_of(half)] == [8, 9], "half of the crews left at half past"


def test_the_plan_keeps_its_limits_and_is_the_same_again() -> None:
    made = planned()
    limits = shift_limits(made.slots)
    assert sum(limits.values()) == 7 * (8 * 2 + 8 * 4) == made.plan.blocks.sum() + made.plan.unused
    assert made.plan.unused, "hours without need get blocks by lot alone"
    assert made.plan.blocks.max() <= MOST_AN_AREA_HOUR
    assert made.overfull(made.plan.blocks) == made.warnings(made.plan.blocks) == []
    assert made.plan.random.sum() >= 0.1 * made.plan.blocks.sum()
    assert (planned().plan.blocks == made.plan.blocks).all()
    assert seed_of("S1", "2026-07-06") != seed_of("S1", "2026-07-13")
    assert by_lot(made.slots, 3, 100, 1).sum() == 100
    # By hand: a seventh of the clock hour's need a day, each block half of what is left
    own = sum(
        made.need.equal[row, slot.clock_hour] / 7 * (1 - 0.5 ** int(made.plan.blocks[row, column]))
        for row in range(3)
        for column, slot in enumerate(made.slots)
    )
    assert made.share(made.plan.blocks) == pytest.approx(own / made.need.equal.sum())


def test_weights_move_blocks_and_equal_ones_stay_beside() -> None:
    weighted, equal = planned(HARM), planned()
    assert (weighted.equal.blocks == equal.plan.blocks).all()
    nine = [column for column, slot in enumerate(weighted.slots) if slot.clock_hour == 9]
    chosen = (
        weighted.plan.blocks[1, nine].sum()
        - np.minimum(weighted.plan.random, weighted.plan.blocks)[1, nine].sum()
    )
    assert chosen == 0, "what weighs nothing is only gone to by lot"
    assert equal.plan.blocks[1, nine].sum() > 0


def test_changes_by_hand_cost_what_they_lose() -> None:
    made = planned()
    column = next(n for n, slot in enumerate(made.slots) if (slot.weekday, slot.hour) == (5, 21))
    less = made.adjusted([(0, column, -1)])
    assert less[0, column] == made.plan.blocks[0, column] - 1
    number = int(less.sum())
    assert made.share(less) < made.best(number) <= made.share(made.plan.blocks)
    assert made.adjusted([(0, column, -9)])[0, column] == 0
    full = made.adjusted([(2, column, 9)])
    assert "周五 21–22 时排了" in made.overfull(full)[0]
    assert "2 个巡组最多 8 块" in made.overfull(full)[0]
    night = [n for n, slot in enumerate(made.slots) if slot.shift == (5, "夜班")]
    much = made.adjusted([(2, n, 5) for n in night])
    assert re.search(r"超过班次时间的一半，接警会受影响：.*周五夜班 \d+ 块（32 块）", made.warnings(much)[0])
    none = made.adjusted([(row, c, -9) for row, c in np.argwhere(made.plan.random > 0).tolist()])
    assert any("抽签块只剩 0 块" in words for words in made.warnings(none))


def test_duty_lines_hold_every_block_once_and_say_why() -> None:
    made = planned()
    column = next(n for n, slot in enumerate(made.slots) if (slot.weekday, slot.hour) == (7, 26))
    blocks = made.adjusted([(0, column, 1)])
    classes = {("A1", 21): [("盗窃", 100.0), ("打架", 4.0)], ("A3", 9): [("盗窃", 3.0)]}
    lines = duty_lines(made, blocks, week_start=MONDAY, names={"A1": "城北一"}, classes=classes)
    assert len(lines) == blocks.sum()
    assert [line.block_no for line in lines] == list(range(1, len(lines) + 1))
    assert len({(line.date, line.shift, line.crew, line.starts_at) for line in lines}) == len(lines)
    assert sum(line.kind == "random" for line in lines) == made.plan.random.sum()
    small = [line for line in lines if line.starts_at.isoformat() == "2026-07-13T02:00:00"]
    assert [line.date for line in small] == [dt.date(2026, 7, 12)] * len(small)
    assert any(line.kind == "by_hand" and "领导手工增加" in line.reason for line in lines)
    hot = next(
        line
        for line in lines
        if line.area_no == "A1" and line.starts_at.hour == 21 and line.kind == "planned"
    )
    assert "近一年 21–22 时 104 起，在全所 72 个区时中排第 1，多为盗窃 100" in hot.reason
    assert "打架" not in hot.reason
    few = [
        line.reason
        for line in lines
        if line.area_no == "A3" and line.starts_at.hour == 9 and line.kind == "planned"
    ]
    assert few
    assert all("不足 5 起" in reason and "盗窃" not in reason for reason in few)
    assert from_content(to_content(lines)) == lines
    sunday = duty_lines(made, blocks, week_start=dt.date(2026, 7, 5), names={}, classes={})
    assert {line.date for line in sunday} == {dt.date(2026, 7, 5) + dt.timedelta(n) for n in range(7)}


def test_the_look_back_tells_what_it_can() -> None:
    made = planned()
    source = np.random.default_rng(3)
    rate = np.zeros((3, 168))
    for hour in range(24):
        rate[:, hour::24] = made.need.equal[:, [hour]] / 52
    events = source.poisson(rate, (HELD_OUT_WEEKS, 3, 168)).astype(float)
    patrol = np.ones((3, 168))
    found = compare(made, events, patrol, 5)
    assert found is not None
    assert [score.name for score in found.scores] == [PLAN, LAST, LOT]
    assert found.scores[0].estimate > found.scores[2].estimate
    assert "方案能满足需求的" in found.sentence()
    assert "个百分点" in found.sentence()
    assert found.events == events.sum()
    blocks = on_clock(made.plan.blocks, made.slots)
    by_hand = (events * (1 - 0.5**blocks)).sum(axis=(1, 2)) / events.sum(axis=(1, 2))
    assert found.scores[0].estimate == pytest.approx(by_hand.mean())
    without = compare(made, events, None, 5)
    assert without is not None
    assert [score.name for score in without.scores] == [PLAN, LOT]
    assert compare(made, events * 0, patrol, 5) is None
    assert apportioned(np.array([[1.0, 2.0, 4.0]]), 10).tolist() == [[1, 3, 6]]


def saved() -> str:
    made = planned()
    return to_content(duty_lines(made, made.plan.blocks, week_start=MONDAY, names={}, classes={}))


def answer(content: str, **changed: Any) -> bytes:
    told = {
        "schema": "jingcang.patrol_task_return/1", "plan_no": 3, "version": 2, "content_hash": content_hash(content),
        "reported_at": "2026-07-13T08:00:00+08:00",
        "blocks": [{"block_no": 1, "state": "done"}, {"block_no": 2, "state": "refused"}],
    }  # fmt: skip
    return json.dumps(told | changed).encode()


def test_a_task_file_is_answered() -> None:
    content = saved()
    told: dict[str, Any] = {
        "plan_no": 3, "version": 2, "unit_no": "S1", "unit_name": "城北所", "week_start": MONDAY, "generation": "g1",
        "weights": "v1", "seed": 7, "saved_by": "zhang", "saved_at": dt.datetime(2026, 7, 3, 9, tzinfo=dt.UTC),
    }  # fmt: skip
    raw = task_file(content, **told)
    assert raw == task_file(content, **told)
    made = json.loads(raw)
    assert made["schema"] == "jingcang.patrol_task/1"
    assert made["content_hash"] == content_hash(content)
    assert made["blocks"][0]["block_no"] == 1
    back = read_return(answer(content))
    check_return(back, version=2, content=content)
    assert back.states == {1: "done", 2: "refused"}
    assert state_counts(back.states, [1, 2, 3]) == {"done": 1, "refused": 1, "": 1}


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"\xff\xfe{", "整个文件"),
        (b"{", "整个文件"),
        (b"[" * 100_000, "整个文件"),
        (b"[]", "整个文件"),
        (b" " * 5_000_001, "字节"),
        (answer("x", schema="other/1"), "schema"),
        (answer("x", note="某人"), "note"),
        (answer("x", reported_at="2026-07-13T08:00:00"), "reported_at"),
        (answer("x", plan_no="三"), "plan_no"),
        (answer("x", blocks=[]), "blocks"),
        (
            answer("x", blocks=[{"block_no": 1, "state": "done"}, {"block_no": 2, "state": "去了"}]),
            "blocks[1].state",
        ),
        (answer("x", blocks=[{"block_no": 1, "state": "done"}] * 2), "blocks"),
    ],
)
def test_broken_returns_are_refused_with_their_place(raw: bytes, place: str) -> None:
    with pytest.raises(JingcangError) as refused:
        read_return(raw)
    assert place in refused.value.where
    assert place in refused.value.what or place in ("整个文件", "字节", "blocks")
    assert refused.value.remedy


def test_a_return_of_another_plan_is_refused() -> None:
    content = saved()
    with pytest.raises(JingcangError, match="不是第 3 号方案"):
        check_return(read_return(answer("[]")), version=2, content=content)
    strange = read_return(answer(content, blocks=[{"block_no": 99_999, "state": "done"}]))
    with pytest.raises(JingcangError, match="没有第 99999 块"):
        check_return(strange, version=2, content=content)


def test_a_slot_is_named_by_the_clock() -> None:
    from jingcang.planning.week import slot_words

    assert slot_words(Slot(7, "夜班", 26, 1)) == "周一 2–3 时"
