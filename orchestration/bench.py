"""``make bench``: the full demo measured: seconds by stage, peak memory of the process tree.

The figures go to the README as measured. Does not belong here: micro-benchmarks (``tests/benchmarks``).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

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


def measure(arguments: list[str]) -> tuple[dict[str, object], float, int]:
    """Run the command once.

    Returns:
        The JSON object it printed last, wall seconds, peak resident bytes of the process tree.
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
    return json.loads(output.splitlines()[-1]), time.perf_counter() - started, peak


def main() -> None:
    """Measure a first run of the demo and a second, unchanged one."""
    size = sys.argv[1] if len(sys.argv) > 1 else "full"
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as folder:
        home = str(Path(folder) / "home")
        demo = ["demo", "--size", size, "--no-serve", "--json", "--home", home]
        for title, arguments in (("demo", demo), ("run, nothing new", ["run", "--json", "--home", home])):
            report, wall, peak = measure(arguments)
            print(f"{title}: wall {wall:.1f} s, peak {peak / 1024**3:.2f} GB, stages {report['seconds']}")


if __name__ == "__main__":
    main()
