"""Product and bare engine side by side: alternating runs, the fastest of three, peak memory, one line and one JSON.

Belongs here: measuring and telling. Does not belong here: what is measured. No figure passes or fails.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import tree_memory

BARE = Path(__file__).parent / "bare"
REPEATS = 3


def statement(name: str, **values: object) -> str:
    """Return a committed statement of the bare engine, its ``{placeholders}`` filled."""
    text = (BARE / name).read_text(encoding="utf-8")
    return text.format(**values) if values else text


def least(*actions: Callable[[], Any]) -> list[float]:
    """Run actions in turn, three times over.

    Returns:
        The least seconds of each.
    """
    return least_with_processor(*actions)[0]


def least_with_processor(*actions: Callable[[], Any]) -> tuple[list[float], list[float]]:
    """Run actions in turn, three times over.

    Returns:
        The least seconds of each by the clock, and of the processor in this process, all threads together.
    """
    seconds, used = [float("inf")] * len(actions), [float("inf")] * len(actions)
    for _ in range(REPEATS):
        for index, action in enumerate(actions):
            started, before = time.perf_counter(), time.process_time()
            action()
            seconds[index] = min(seconds[index], time.perf_counter() - started)
            used[index] = min(used[index], round(time.process_time() - before, 2))
    return seconds, used


@dataclass
class Peak:
    """Highest resident bytes of this process and those it started, while watched."""

    bytes: int = 0


@contextmanager
def watched() -> Iterator[Peak]:
    """Watch the memory of this process tree."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            peak.bytes = max(peak.bytes, tree_memory(os.getpid()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def tell(title: str, *, product: float, bare: float, limit: float, **more: Any) -> Mapping[str, Any]:
    """Print one pair: a line for people, the same as one line of JSON.

    Args:
        title: what was measured.
        product, bare: seconds.
        limit: the ratio that is promised.
        more: further facts for the JSON.

    Returns:
        What the JSON holds.
    """
    facts = {
        "benchmark": title, "product_s": round(product, 3), "bare_s": round(bare, 3),
        "ratio": round(product / bare, 4), "limit": limit, **more,
    }  # fmt: skip
    print(f"{title}: {product:.2f} s / {bare:.2f} s = {product / bare:.3g}, limit {limit:g}")
    print(json.dumps(facts, ensure_ascii=False), flush=True)
    return facts
