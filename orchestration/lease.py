"""One pipeline run at a time a home: a lease file that a killed run cannot leave behind as a block.

The lease names its holder by process id and process start time; a holder that is dead, or whose id
now belongs to another process, holds nothing. A short `flock` guards only reading and replacing the
file, so that two starters cannot both take over a dead holder's lease.

Does not belong here: what a run does while it holds the lease.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from jingcang.errors import JingcangError
from jingcang.home import Home


@dataclass(frozen=True)
class Holder:
    """Who holds a lease.

    Args:
        pid: process id.
        started: start time of that process, seconds since the epoch as the kernel reports it.
        purpose: plain Chinese words, for the message another starter reads.
        since: local time at which the lease was taken, ISO 8601 in UTC.
    """

    pid: int
    started: float
    purpose: str
    since: str

    def is_alive(self) -> bool:
        """Return whether that very process still runs."""
        return process_is_alive(self.pid, self.started)


def process_is_alive(pid: int, started: float) -> bool:
    """Return whether the process ``pid`` runs and started at ``started`` (seconds since the epoch)."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 0.05 and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def this_process() -> tuple[int, float]:
    """Return (process id, start time) of the running process."""
    return os.getpid(), psutil.Process().create_time()


@contextlib.contextmanager
def _guard(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".guard"), "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_holder(home: Home) -> Holder | None:
    """Return the recorded holder of the home's lease, alive or not; None without one."""
    try:
        return Holder(**json.loads(home.lock.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (json.JSONDecodeError, TypeError):
        return None  # a torn record cannot name a live holder: records are replaced atomically


@contextlib.contextmanager
def hold(home: Home, purpose: str) -> Iterator[Holder]:
    """Hold the home's lease for the length of the ``with`` block; re-entrant within one process.

    Args:
        home: the home folder.
        purpose: what the holder does, plain Chinese.

    Raises:
        JingcangError: another live process holds the lease; names it.
    """
    pid, started = this_process()
    mine = Holder(pid, started, purpose, datetime.now(UTC).isoformat(timespec="seconds"))
    with _guard(home.lock):
        holder = read_holder(home)
        nested = holder is not None and (holder.pid, holder.started) == (pid, started)
        if holder is not None and not nested and holder.is_alive():
            raise JingcangError(
                f"另一个任务正在使用本运行目录：{holder.purpose}（进程 {holder.pid}，开始于 {holder.since}）",
                where=str(home.root),
                remedy="请等它结束后再运行，或确认后结束该进程",
            )
        if not nested:
            temporary = home.lock.with_suffix(".new")
            temporary.write_text(json.dumps(asdict(mine), ensure_ascii=False), encoding="utf-8")
            os.replace(temporary, home.lock)
    try:
        yield holder if nested and holder is not None else mine
    finally:
        if not nested:
            with _guard(home.lock):
                if read_holder(home) == mine:
                    home.lock.unlink(missing_ok=True)
