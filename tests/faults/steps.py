"""Where a fault strikes inside a run: the steps it takes on the disk and the ones it announces.

Belongs here: counting steps, striking. Does not belong here: processes (``processes``) and whole runs (``runner``).
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What goes wrong in a run.

    Args:
        kind: ``none``, ``kill`` (SIGKILL), ``fail`` (OSError), ``fill`` (the home's disk is full from
            here on), ``time`` (SIGKILL after ``seconds``).
        step: number of the step it strikes at, from 1; see :class:`Steps`.
        after: strike after the step instead of before it.
        name: only steps whose label begins so count.
        error: errno of ``fail``.
        lasting: every later step fails, too.
        seconds: moment of ``time``.
    """

    kind: str = "none"
    step: int = 0
    after: bool = False
    name: str = ""
    error: int = errno.EIO
    lasting: bool = False
    seconds: float = 0.0


def fill(folder: Path) -> Path:
    """Fill the disk of a folder to the last byte; returns the file to remove."""
    block, filler = b"\0" * (1 << 20), folder / "filler"
    with open(filler, "wb", buffering=0) as stream:
        while block:
            try:
                stream.write(block)
            except OSError:
                block = block[: len(block) // 2]
    return filler


class Steps:
    """Counts what a run does to the disk and how far it is, and lets the fault strike.

    Steps: every fsync, rename, replace, unlink, whole-file write and Parquet close, every link, and every
    stage and step that the run itself announces (a table landed, a model built, a check made, a generation published).
    """

    def __init__(self, fault: Fault, home: Path) -> None:
        self.fault, self.home, self.labels, self.counted = fault, home, [], 0

    def install(self) -> None:
        """Wrap the file system's functions in this process."""
        import pyarrow.parquet as pq

        from jingcang.landing import store

        for owner, name in (
            (os, "fsync"), (os, "replace"), (os, "rename"), (Path, "write_bytes"), (Path, "symlink_to"),
            (Path, "unlink"), (store, "copy_hashed"), (pq.ParquetWriter, "close"),
        ):  # fmt: skip
            setattr(owner, name, self._wrapped(name, getattr(owner, name)))

    def _wrapped(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            strikes = self._strikes(name)
            if strikes and not self.fault.after:
                self._strike()
            result = step(*args, **kwargs)
            if strikes and self.fault.after:
                self._strike()
            return result

        return run

    def _strikes(self, label: str) -> bool:
        self.labels.append(label)
        if self.fault.kind not in ("kill", "fail", "fill") or not label.startswith(self.fault.name):
            return False
        self.counted += 1
        return self.counted == self.fault.step or (self.fault.lasting and self.counted > self.fault.step)

    def _strike(self) -> None:
        if self.fault.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)
        if self.fault.kind == "fill":
            fill(self.home)
            return
        raise OSError(self.fault.error, os.strerror(self.fault.error))

    # --- the run's own announcements (orchestration.session.Progress) --------------------------------------

    def start(self, stage: str, total: int) -> None:
        """A stage begins."""
        if self._strikes(f"begin {stage}"):
            self._strike()

    def advance(self, stage: str, note: str) -> None:
        """A step of a stage is done."""
        if self._strikes(f"{stage}: {note}"):
            self._strike()

    def finish(self, stage: str) -> None:
        """A stage is done."""
