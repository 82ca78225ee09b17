"""The process in which the witness judges a batch while the split goes on in the pipeline's own.

Why a process: side by side in one, the two deadlock (Polars holds the interpreter's lock in ``to_pandas``
while it waits for its pool, whose threads wait for the lock in the split's Python functions), and Great
Expectations takes seconds to import. One such process serves a pipeline process, is started by the first batch
and ends with its standard input, so also when the pipeline is killed. Rows are handed over in memory that both
share (``memfd_create``): a pipe takes seconds for a full batch, and a file could be left behind.

Belongs here: starting, asking, answering. Does not belong here: what the witness checks
(``jingcang.contracts.witness``).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import polars as pl

from jingcang.contracts.model import SourceTable
from jingcang.errors import JingcangError

_running: subprocess.Popen[bytes] | None = None
_asked = 0
_shared: dict[int, int] = {}
"""Number of a question → descriptor of its rows, until it is answered."""


def start() -> subprocess.Popen[bytes]:
    """Start the process unless it runs; call it early when a batch is sure to come."""
    global _running
    if _running is None or _running.poll() is not None:
        _running = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # One core is left to the split.
            env={**os.environ, "POLARS_MAX_THREADS": "1", "GX_ANALYTICS_ENABLED": "false"},
        )
    return _running


def stop() -> None:
    """End the process, if it runs."""
    global _running
    if _running is not None:
        for stream in (_running.stdin, _running.stdout):
            assert stream is not None  # noqa: S101 - both are pipes
            with contextlib.suppress(OSError):
                stream.close()
        _running.wait()
        _running = None
    while _shared:
        os.close(_shared.popitem()[1])


atexit.register(stop)


def ask(table: SourceTable, frame: pl.DataFrame) -> Callable[[], Any]:
    """Let the witness begin with the rows of one portion.

    Args:
        table: the source table.
        frame: the rows as the split receives them.

    Returns:
        A function that waits for the :class:`~jingcang.contracts.witness.WitnessResult`; it raises
        JingcangError when an expectation could not be evaluated or the process ended.
    """
    global _asked
    _asked += 1
    number, process = _asked, start()
    _shared[number] = os.memfd_create("jingcang-batch")
    with os.fdopen(os.dup(_shared[number]), "wb") as content:
        frame.write_ipc(content)
    try:
        assert process.stdin is not None  # noqa: S101 - a pipe
        pickle.dump((number, table, f"/proc/{os.getpid()}/fd/{_shared[number]}"), process.stdin)
        process.stdin.flush()
    except BrokenPipeError as error:
        raise _ended(table, process) from error
    return lambda: _answer(table, process, number)


def _answer(table: SourceTable, process: subprocess.Popen[bytes], number: int) -> Any:
    answered = 0
    while answered != number:  # an answer that nobody fetched (the split failed) is passed over
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe
            answered, result = pickle.load(process.stdout)
        except (EOFError, ValueError) as error:
            raise _ended(table, process) from error
        os.close(_shared.pop(answered))
    if isinstance(result, dict):
        raise JingcangError(**result)
    return result


def _ended(table: SourceTable, process: subprocess.Popen[bytes]) -> JingcangError:
    return JingcangError(
        f"复核进程意外结束（退出码 {process.poll()}）",
        where=table.qualified,
        remedy="批次未入库；请检查内存是否不足后重新运行",
    )


def _serve() -> None:
    """Answer until standard input ends; what libraries print must not mix with the answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    threading.Thread(target=_import_engine, daemon=True).start()
    while True:
        try:
            number, table, path = pickle.load(questions)
        except EOFError:
            return
        try:
            pickle.dump((number, _judge(table, path)), answers)
            answers.flush()
        except BrokenPipeError:
            return


def _import_engine() -> None:
    from jingcang.contracts import witness

    witness.load_engine()


def _judge(table: SourceTable, path: str) -> Any:
    from jingcang.contracts import witness

    try:
        with open(path, "rb") as content:
            frame = pl.read_ipc(content)
        return witness.validate(table, frame)
    except JingcangError as error:
        return {"what": error.what, "where": error.where, "rule": error.rule, "remedy": error.remedy}
    except Exception as error:  # told where the batch is refused; the process goes on with the next one
        return {
            "what": f"复核组件执行出错（{type(error).__name__}）",
            "where": table.qualified,
            "remedy": "批次未入库",
        }


if __name__ == "__main__":
    _serve()
