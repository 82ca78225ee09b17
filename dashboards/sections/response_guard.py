"""接处警时效, the guard: whose times are plausible enough to be compared at all.

Belongs here: which signs are looked for and how they are told. Does not belong here: the tests
(``jingcang.statistics.comparability``), nor any word about an officer: the guard looks at units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dashboards.sections.response_steps import STEPS
from jingcang.statistics import comparability
from jingcang.statistics.comparability import HEAPING, IDENTICAL, ROUND

THRESHOLDS = {
    "sign": (60, 180),
    "depart": (60, 180, 300),
    "arrive": (300, 600, 900),
    "feedback": (1800, 3600, 7200),
    "on_scene": (300, 600, 900),
}
"""Seconds at which a band ends, see the seed ``response_bands``: where inventing a time would pay."""
WIDTH = 10
"""Seconds of a bin beside a threshold."""
MINUTE = 60
ROUND_STEPS = {
    "sign": (60,),
    "depart": (60,),
    "arrive": (60, 300),
    "feedback": (60, 300),
    "on_scene": (60, 300),
}
"""Whole minutes, and multiples of five minutes where a step lasts many of them."""
KINDS = ("", ROUND, IDENTICAL, HEAPING)
"""Kinds of reasons, the plainest first; the wrong order stands before all."""
MOST_IMPLAUSIBLE_PCT = 1.0
"""Times in the wrong order or in the future, percent (METHODS 9: field plausibility 1%)."""


def implausible(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return unit number → why its times are not compared; units without a reason are left out.

    Each of the two periods is judged on its own: a unit that began to invent times in one of them cannot be compared
    with the other either.

    Args:
        rows: dispatches by unit, period, step, state and exact seconds.
    """
    times: dict[tuple[bool, str], dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    wrong: dict[tuple[bool, str], int] = defaultdict(int)
    known: dict[tuple[bool, str], int] = defaultdict(int)
    for row in rows:
        unit, now, count = row["unit_no"] or "", row["is_current"], row["dispatch_count"]
        known[now, unit] += count
        if row["step_state_code"] == "implausible":
            wrong[now, unit] += count
        elif row["step_seconds"] is not None:
            times[now, row["step_code"]][unit].append((row["step_seconds"], count))
    reasons: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (now, unit), count in wrong.items():
        if 100 * count > MOST_IMPLAUSIBLE_PCT * known[now, unit]:
            share = 100 * count / known[now, unit]
            reasons[unit].append((0, f"{_period(now)}有 {share:.1f}% 的时间先后颠倒或晚于今天"))
    for (now, step), units in sorted(times.items(), key=lambda item: (not item[0][0], item[0][1])):
        durations = {unit: _spread(pairs) for unit, pairs in units.items()}
        resolution = MINUTE if all((values % MINUTE == 0).all() for values in durations.values()) else 1
        found = comparability(
            durations,
            thresholds=THRESHOLDS[step] if resolution == 1 else (),
            width=WIDTH,
            round_steps=[size for size in ROUND_STEPS[step] if size > resolution],
            resolution=resolution,
        )
        for unit, kind, text in found.reasons:
            if kind != IDENTICAL or resolution == 1:
                reasons[unit].append(
                    (KINDS.index(kind), f"{_period(now)}{STEPS[step]}{kind}（单位秒）：{text}")
                )
    return {unit: _in_words(found) for unit, found in reasons.items()}


def _in_words(reasons: list[tuple[int, str]]) -> str:
    """Return the first reason of the two plainest kinds, and how many more there are."""
    first: dict[int, str] = {}
    for kind, text in sorted(reasons, key=lambda item: item[0]):
        first.setdefault(kind, text)
    shown = list(first.values())[:2]
    more = len(reasons) - len(shown)
    return "；".join(shown) + (f"；另有 {more} 条" if more else "")


def _spread(pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    seconds, counts = zip(*pairs, strict=True)
    return np.repeat(np.array(seconds, dtype=np.int64), counts)


def _period(is_current: bool) -> str:
    return "本期" if is_current else "对比期"
