"""A frozen period made again: under the program of then, which must give what was frozen, and under today's.

Belongs here: which programs are run, and the result beside what was frozen. Does not belong here: wording
(``orchestration.cli_kpis``).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from jingcang.contracts.model import Profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.kpis.records import differing_rows, rows_hash
from jingcang.landing.integrity import damaged
from jingcang.landing.manifests import manifests
from jingcang.workbench.kpi_periods import Frozen, Pinned
from orchestration.rebuild.code import digest, engines, engines_of, kept_code, running_code
from orchestration.rebuild.process import rebuilt_records


@dataclass(frozen=True)
class Rebuilt:
    """The records of one rebuild beside the frozen ones.

    Args:
        rows: records made.
        rows_hash: of them.
        differing: see :func:`jingcang.kpis.records.differing_rows`.
    """

    rows: int
    rows_hash: str
    differing: pl.DataFrame


@dataclass(frozen=True)
class Reproduction:
    """What making a frozen period again gave.

    Args:
        frozen_rows, frozen_hash: rows of what was frozen and the hash over them.
        batches: how many batches it was made from.
        code: digest of the program of then.
        then: under the program of then; None when that program is not kept any more (``lost`` says why).
        today: under the running program; None when it is the one of then.
        lost: why the program of then could not be used; empty when it was.
        engines: engine → (version then, version now), of those that changed.
    """

    frozen_rows: int
    frozen_hash: str
    batches: int
    code: str
    then: Rebuilt | None
    today: Rebuilt | None
    lost: str
    engines: dict[str, tuple[str, str]]

    @property
    def is_exact(self) -> bool:
        """Whether the program of then, or today's where that is lost, gives every row as it was frozen."""
        made = self.then or self.today
        return made is not None and made.rows_hash == self.frozen_hash


def reproduced(
    home: Home, profile: Profile, frozen: Frozen, period_end: dt.date, pinned: Pinned
) -> Reproduction:
    """Make a frozen period again.

    Args:
        home, profile: the deployment as it runs now.
        frozen, period_end, pinned: the period, its last day and what it rests on.

    Raises:
        JingcangError: a landed file is missing or not what was landed, or a rebuild failed.
    """
    _require_batches(home, pinned)
    running = running_code(profile)
    is_same = digest(running) == pinned.code
    lost, kept = "", running if is_same else None
    if kept is None:
        try:
            kept = kept_code(home, pinned.code)
        except JingcangError as error:
            lost = str(error)
    frozen_rows = pl.read_parquet(io.BytesIO(frozen.content))

    def made(program: Mapping[str, bytes]) -> Rebuilt:
        again = rebuilt_records(home, frozen, period_end, pinned, program)
        return Rebuilt(again.height, rows_hash(again), differing_rows(frozen_rows, again))

    before, now = engines_of(kept) if kept else {}, engines()
    return Reproduction(
        frozen_rows.height, rows_hash(frozen_rows), len(pinned.batches), pinned.code,
        then=made(kept) if kept else None,
        today=None if is_same else made(running),
        lost=lost,
        engines={
            name: (number, now.get(name, "—")) for name, number in before.items() if now.get(name) != number
        },
    )  # fmt: skip


def _require_batches(home: Home, pinned: Pinned) -> None:
    known = {entry.batch_id: entry for entry in manifests(home)}
    missing = [name for name in pinned.batches if name not in known]
    wrong = damaged(home, [known[name] for name in pinned.batches if name in known])
    if missing or wrong:
        raise JingcangError(
            f"冻结时所用的入库数据不完整：缺 {len(missing)} 批，{len(wrong)} 个文件缺失或被改动",
            where="、".join([*missing, *wrong][:5]), rule="kpi_rebuild",
            remedy="请从备份恢复入库区（landing）后再核对；保存的考核记录不受影响",
        )  # fmt: skip
