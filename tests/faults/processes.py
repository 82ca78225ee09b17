"""Work done in forked processes that may be killed.

The forking process must have no thread pools: a fork copies locks that nobody will ever release.

Belongs here: forking, waiting, killing. Does not belong here: what is done.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Child:
    """A forked process and the pipe on which it answers."""

    pid: int
    reader: int


def start(work: Callable[[], dict[str, Any]]) -> Child:
    """Begin some work in a forked process.

    Args:
        work: returns what JSON can hold; an exception ends the process with a traceback on standard error.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid != 0:
        os.close(writer)
        return Child(pid, reader)
    os.close(reader)
    code = 1
    try:
        with os.fdopen(writer, "w", encoding="utf-8") as stream:
            json.dump(work(), stream)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def finish(child: Child) -> tuple[dict[str, Any] | None, int]:
    """Return (what the work returned, None if it did not come to its end; the process's exit code)."""
    with os.fdopen(child.reader, encoding="utf-8") as stream:
        text = stream.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
    return (json.loads(text) if code == 0 else None), code


def fork(work: Callable[[], dict[str, Any]], *, after: float = 0.0) -> tuple[dict[str, Any] | None, int]:
    """Do some work in a forked process; kill it with SIGKILL ``after`` so many seconds, 0 never."""
    child = start(work)
    if after:
        deadline = time.monotonic() + after
        while time.monotonic() < deadline and not _ended(child):
            time.sleep(0.005)
        if not _ended(child):
            os.kill(child.pid, signal.SIGKILL)
    return finish(child)


def _ended(child: Child) -> bool:
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
