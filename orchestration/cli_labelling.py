"""``jingcang label``: a file of narratives in, a file of labels, clues and entities out, line by line.

Belongs here: options, wording, files, worker processes. Does not belong here: what a line says
(``jingcang.labelling.models.output``).

Memory does not grow with the file: a fixed number of blocks is under way at a time, written in the order
in which they were read.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jingcang.errors import JingcangError
from orchestration import PROJECT_ROOT

if TYPE_CHECKING:
    from jingcang.labelling.models.output import LineWriter

LABEL_NAMES = PROJECT_ROOT / "dbt_project" / "seeds" / "dictionaries" / "labels.csv"
BLOCK_LINES = 500
WORKERS = 2
_UNDER_WAY = 2 * WORKERS
_TOLD_EVERY_S = 5.0
_writer: LineWriter | None = None

_Answers = tuple[list[str], int]
"""Answers of a block, and how many of them say that a line could not be read."""


def label(
    input_: Annotated[Path, typer.Option("--input", help='每行一个 JSON：{"id", "text"}')],
    output: Annotated[Path, typer.Option("--output", help="结果文件，每个输入行对应一行")],
    workers: Annotated[int, typer.Option(help="工作进程数")] = WORKERS,
) -> None:
    """给案情文本加标签、线索、实体、罪名建议与涉案总金额。"""
    if not input_.is_file():
        raise JingcangError("找不到输入文件", where=str(input_), remedy="请检查 --input 的路径")
    if output.resolve() == input_.resolve():
        raise JingcangError("输出文件与输入文件相同", where=str(output), remedy="请给 --output 另一个路径")
    if workers < 1:
        raise JingcangError("工作进程数至少为 1", remedy="请改正 --workers")
    partial = output.with_name(f"{output.name}.partial")
    lines = failed = read = 0
    told, size = time.monotonic(), input_.stat().st_size
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            for block, (answers, bad) in _answers(input_, workers):
                stream.writelines(f"{answer}\n" for answer in answers)
                lines, failed, read = lines + len(answers), failed + bad, read + block
                if time.monotonic() - told >= _TOLD_EVERY_S:
                    told = time.monotonic()
                    typer.echo(f"已处理 {lines:,} 行（{100 * read // size}%）", err=True)
        os.replace(partial, output)
    except OSError as error:
        raise JingcangError(
            "无法写出结果文件", where=str(output), remedy="请检查目录是否存在、可写，磁盘是否已满"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    typer.echo(f"已处理 {lines:,} 行，写入 {output}")
    if failed:
        typer.echo(f"其中 {failed:,} 行无法读取，结果中以 error 字段说明", err=True)


def _answers(path: Path, workers: int) -> Iterator[tuple[int, _Answers]]:
    """Yield, for each block of the file in its order, its bytes and the answers."""
    # Before any process starts: a missing model is one clear message, not a broken pool.
    _start()
    if workers == 1:
        yield from ((_bytes(block), _answer(block, first)) for first, block in _blocks(path))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start) as pool:
        waiting: deque[tuple[int, Future[_Answers]]] = deque()
        for first, block in _blocks(path):
            waiting.append((_bytes(block), pool.submit(_answer, block, first)))
            if len(waiting) >= _UNDER_WAY:
                size, answers = waiting.popleft()
                yield size, answers.result()
        for size, answers in waiting:
            yield size, answers.result()


def _bytes(block: list[bytes]) -> int:
    return sum(map(len, block))


def _blocks(path: Path) -> Iterator[tuple[int, list[bytes]]]:
    with path.open("rb") as stream:
        first = 1
        for block in _cut(stream):
            yield first, block
            first += len(block)


def _cut(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    source = iter(lines)
    while block := list(islice(source, BLOCK_LINES)):
        yield block


def _start() -> None:
    global _writer
    from jingcang.labelling.models.artefacts import load_entities, load_linear
    from jingcang.labelling.models.output import LabelName, LineWriter

    if _writer is None:
        load_entities()
        load_linear("charge")
        with LABEL_NAMES.open(encoding="utf-8", newline="") as stream:
            names = {
                row["label_code"]: LabelName(row["label_group"], row["label_zh"])
                for row in csv.DictReader(stream)
            }
        _writer = LineWriter(names)


def _answer(block: list[bytes], first: int) -> _Answers:
    if _writer is None:
        raise RuntimeError("the worker was not started")
    return _writer.answer(block, first)
