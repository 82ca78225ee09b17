"""Errors of the disk told as such; every other error goes on unchanged, whatever its chain looks like."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from jingcang.home import Home
from jingcang.landing.store import DiskTrouble
from orchestration.disk import told


@pytest.mark.timeout(20)
def test_an_error_whose_causes_run_in_a_circle_goes_on(tmp_path: Path) -> None:
    first, second = ValueError("甲"), KeyError("乙")
    first.__cause__, second.__context__ = second, first
    with pytest.raises(ValueError, match="甲"), told(Home(tmp_path)):
        raise first


def test_a_full_disk_in_the_chain_is_told(tmp_path: Path) -> None:
    error = ValueError("甲")
    error.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(DiskTrouble, match="磁盘空间不足"), told(Home(tmp_path)):
        raise error
