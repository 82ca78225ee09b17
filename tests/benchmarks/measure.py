"""The demo measured from outside: wall time by stage and peak memory of the process tree.

Does not belong here: comparison with the bare engine (``ratios``).
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from typing import Any

import psutil

from orchestration import PROJECT_ROOT


def tree_memory(pid: int) -> int:
    """Return the resident bytes of a process and its descendants; 0 when it is gone."""
    total = 0
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in family:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def measure(arguments: list[str]) -> tuple[dict[str, Any], float, int]:
    """Run ``jingcang`` once.

    Returns:
        The JSON object it printed last, wall seconds, peak resident bytes of the process tree.
    """
    output, seconds, peak = watched_command(arguments)
    return json.loads(output.splitlines()[-1]), seconds, peak


def watched_command(arguments: list[str]) -> tuple[str, float, int]:
    """Run ``jingcang`` once.

    Returns:
        What it printed, wall seconds, peak resident bytes of the process tree.
    """
    peak = 0
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT_ROOT,
    )
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, tree_memory(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    done.set()
    watcher.join()
    if process.returncode != 0:
        raise SystemExit(f"jingcang {' '.join(arguments)} ended with {process.returncode}")
    return output, time.perf_counter() - started, peak
