"""``make bench``: the demo measured, then parts of the pipeline against the bare engine, in one run on one machine.

Seconds depend on the machine and go to the README as measured; ratios to the bare engine's statements
(``bare/*.sql``), taken in the same minute, are what may be compared between machines. Nothing here is a
test: no figure passes or fails.

Usage: ``python -m tests.benchmarks.run [small|full]`` or ``--home DIR`` for the ratios alone, on a home in
which the demo ran; ``python -m tests.benchmarks.decision --home DIR`` for a decision there. Those with data of
their own run alone, too, with any number of rows:
``python -m tests.benchmarks.{extraction,checks,changed_run,pages,row_view,presence} --rows N``,
``python -m tests.benchmarks.label_file --narratives N`` and ``python -m tests.benchmarks.{kpis,kpi_pages} --uses N``.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests import servers
from tests.benchmarks import (
    changed_run,
    checks,
    decision,
    extraction,
    kpis,
    label_file,
    labelling,
    pages,
    presence,
    ratios,
)
from tests.benchmarks.measure import measure


def main() -> None:
    """Measure a first run of the demo, a second, unchanged one, the ratios, a decision, and data of its own."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("size", nargs="?", default="full", choices=["small", "full"])
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    if given.home is not None:
        ratios.report(given.home)
        return
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as folder:
        home = Path(folder) / "home"
        demo = ["demo", "--size", given.size, "--no-serve", "--json", "--home", str(home)]
        for title, arguments in (
            ("demo", demo), ("run, nothing new", ["run", "--json", "--home", str(home)]),
        ):  # fmt: skip
            outcome, wall, peak = measure(arguments)
            print(f"{title}: wall {wall:.1f} s, peak {peak / 1024**3:.2f} GB, stages {outcome['seconds']}")
        ratios.report(home)
        decision.report(home)
    try:
        extraction.run()
    except servers.Missing as missing:
        print(f"extraction: {missing}")
    checks.run()
    labelling.run()
    label_file.run()
    changed_run.run()
    pages.run()
    presence.run()
    kpis.run()


if __name__ == "__main__":
    main()
