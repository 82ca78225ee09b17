"""Trouble with the home's own disk, told in plain Chinese whatever part of a run meets it.

Python's own errors carry a number; DuckDB and dbt only pass the system's words on. Does not belong here: writing
files durably (``orchestration/publish/files``).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from jingcang.home import Home
from jingcang.landing.store import DiskTrouble, disk_trouble

_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
_LEAST_BYTES = 64 << 20
"""A build and its copy for readers take at least this, even when nothing was ever built."""


@contextmanager
def told(home: Home) -> Iterator[None]:
    """Turn an error that comes from the disk into one that says so.

    Raises:
        DiskTrouble: naming the bytes needed where space is short; every other error stays as it is.
    """
    try:
        yield
    except DiskTrouble:
        raise
    except Exception as error:
        number = _number(error)
        if number is None:
            raise
        raise disk_trouble(home, number, where="运行目录", needed=_needed(home)) from error


def _number(error: BaseException | None) -> int | None:
    """Return the number of a disk error anywhere in the chain of causes; a chain may run in a circle."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _NUMBERS:
            return error.errno
        for number in _NUMBERS:
            if os.strerror(number) in str(error):
                return number
        error = error.__cause__ or error.__context__
    return None


def _needed(home: Home) -> int:
    """Return the bytes of one more build and one more copy for readers."""
    build = sum(path.stat().st_size for path in home.build.glob("build.duckdb*") if path.is_file())
    serving = max((path.stat().st_size for path in home.serving.glob("g*.duckdb")), default=0)
    return max(build + serving, _LEAST_BYTES)
