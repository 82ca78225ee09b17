"""A rebuild in a process of its own, under the program kept with the publication or under the running one.

Belongs here: folders, the order, the process. Does not belong here: what is rebuilt (``records``).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import polars as pl

from jingcang.config import load_settings
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench.kpi_periods import Frozen, Pinned
from orchestration.rebuild.code import PROFILE, write_out
from orchestration.rebuild.records import Order


def rebuilt_records(
    home: Home, frozen: Frozen, period_end: dt.date, pinned: Pinned, program: Mapping[str, bytes]
) -> pl.DataFrame:
    """Return the records of a frozen period, made again from the batches it rests on.

    Args:
        home: gives the landing zone; the rebuild's own files stand below its ``build`` folder while it runs.
        frozen, period_end, pinned: the period, its last day, and what it rests on.
        program: the program to rebuild with, see :mod:`orchestration.rebuild.code`.

    Raises:
        JingcangError: the rebuild failed, in its own words.
    """
    settings = load_settings(home).build
    home.prepare()
    with tempfile.TemporaryDirectory(prefix="kpi_rebuild_", dir=home.build) as folder:
        tree = write_out(program, Path(folder) / "program")
        scratch = Path(folder) / "home"
        scratch.mkdir()
        output = Path(folder) / "records.parquet"
        order = Order(
            landing=str(home.landing), scratch=str(scratch), profile=str(tree / PROFILE),
            batches=list(pinned.batches), as_of=frozen.as_of.isoformat(), run_id=pinned.run_id,
            period_start=frozen.period_start.isoformat(), period_end=period_end.isoformat(), threads=settings.threads,
            memory_limit=settings.memory_limit, output=str(output),
        )  # fmt: skip
        path = Path(folder) / "order.json"
        path.write_text(json.dumps(asdict(order), ensure_ascii=False), encoding="utf-8")
        # The folder of the program comes first on the path of `python -m`; PYTHONPATH would bring in another.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.rebuild.records", str(path)],
            cwd=tree, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0 or not output.exists():
            said = done.stderr.strip().splitlines()
            raise JingcangError(
                "考核记录没有重建成", where=said[-1][:500] if said else "", rule="kpi_rebuild",
                remedy="请用 jingcang landing verify 核对入库文件；仍不成时把这条信息告诉技术人员",
            )  # fmt: skip
        return pl.read_parquet(output)
