"""``jingcang label`` over a file of a million narratives, and the models alone in two processes.

The command does everything: rules, clues, entities, charge, total amount, in two processes of its own; told are lines a
second, seconds of the processor and the peak memory of all its processes, which must not grow with the file. The models
alone are entities and charge, blocks of 500 as in the command. There is no bare engine that does the same: seconds are
of this machine, those of the processor are told beside them.

Usage: ``python -m tests.benchmarks.label_file [--narratives 1000000]``
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from jingcang.labelling.models.charge import suggest_charges
from jingcang.labelling.models.output import find_entities
from orchestration.cli_labelling import BLOCK_LINES, WORKERS
from tests.benchmarks.labelling import narratives_of
from tests.benchmarks.measure import watched_command

NARRATIVES, ALONE = 1_000_000, 20_000
LIMIT_BYTES, LIMIT_PER_SECOND = 2 * 1024**3, 2_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="label_file")
    parser.add_argument("--narratives", type=int, default=NARRATIVES)
    run(parser.parse_args().narratives)


def run(count: int = NARRATIVES) -> None:
    """Measure the models alone and the command, and print.

    Args:
        count: lines of the file.
    """
    texts = narratives_of(count)
    _models(texts[:ALONE])
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as folder:
        source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        with source.open("w", encoding="utf-8") as stream:
            for number, text in enumerate(texts):
                stream.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")
        texts.clear()
        _command(source, target)
        with target.open("rb") as stream:
            answered = sum(1 for _ in stream)
        assert answered == count, f"{answered} of {count} lines answered"


def _models(texts: Sequence[str]) -> None:
    parts = [list(texts[part::WORKERS]) for part in range(WORKERS)]
    with multiprocessing.get_context("fork").Pool(
        WORKERS, initializer=_processor_s, initargs=(["盗窃"],)
    ) as pool:
        started = time.perf_counter()
        used = sum(pool.map(_processor_s, parts))
        seconds = time.perf_counter() - started
    _tell(
        "models alone, two processes", seconds, narratives=len(texts), per_second=round(len(texts) / seconds),
        per_processor_second=round(len(texts) / used), limit_per_second=LIMIT_PER_SECOND,
    )  # fmt: skip


def _processor_s(texts: list[str]) -> float:
    """Read texts with the models and return the seconds of the processor."""
    before = time.process_time()
    for start in range(0, len(texts), BLOCK_LINES):
        block = texts[start : start + BLOCK_LINES]
        find_entities(block)
        suggest_charges(block)
    return time.process_time() - before


def _command(source: Path, target: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _, seconds, peak = watched_command(["label", "--input", str(source), "--output", str(target)])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    _tell("jingcang label", seconds, processor_s=round(used), peak_bytes=peak, limit_bytes=LIMIT_BYTES)


def _tell(title: str, seconds: float, **more: object) -> None:
    print(f"{title}: {seconds:.1f} s, " + ", ".join(f"{key} {value}" for key, value in more.items()))
    print(json.dumps({"benchmark": title, "seconds": round(seconds, 1), **more}), flush=True)


if __name__ == "__main__":
    main()
