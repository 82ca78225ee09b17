"""What the steps of one pipeline run share: profile, home, as_of, what was landed, checked and decided.

All steps run in one process (ARCHITECTURE 8), so they share one object instead of passing data through
Dagster's storage; Dagster keeps the order and the history.

Does not belong here: what a step does.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from jingcang.config import Settings
from jingcang.home import Home

if TYPE_CHECKING:
    import polars as pl

    from jingcang.contracts.model import Profile
    from jingcang.landing import Again, Cut
    from jingcang.workbench.replays import ReplayRequest
    from orchestration.publish.generations import Generation
    from orchestration.transform.dbt import NodeResult

STAGES = {
    "landing": "入库",
    "derive": "派生",
    "transform": "建模",
    "check": "检查",
    "publish": "发布",
}
"""Stage → Chinese title, in order."""


class Progress(Protocol):
    """What a run tells a person who watches it."""

    def start(self, stage: str, total: int) -> None:
        """A stage begins; ``total`` steps are expected. Repeated calls for a stage under way change nothing."""

    def advance(self, stage: str, note: str) -> None:
        """One step of a stage is done; ``note`` says which."""

    def finish(self, stage: str) -> None:
        """A stage is done."""


class Silent:
    """No display, for tests and scheduled runs."""

    def start(self, stage: str, total: int) -> None:
        """See :class:`Progress`."""

    def advance(self, stage: str, note: str) -> None:
        """See :class:`Progress`."""

    def finish(self, stage: str) -> None:
        """See :class:`Progress`."""


@dataclass(frozen=True)
class CheckOutcome:
    """One check of one run; the row that lands in ``landed.quality_results``.

    Args:
        check_id: fully qualified, e.g. ``case.pj_jjdb.BJSJ.required``.
        status: pass, warn, fail, not_applicable or error.
        severity: quarantine, flag, warn or block.
        object_name: table or model checked.
        checked_by: split, ge, dbt, sql or reconciliation.
    """

    check_id: str
    status: str
    severity: str
    object_name: str
    checked_by: str
    rule_id: str = ""
    dimension: str = ""
    source_system: str | None = None
    rows_checked: int | None = None
    rows_violated: int | None = None
    threshold_pct: Any = None
    owner: str | None = None
    note: str | None = None

    @property
    def stops_publishing(self) -> bool:
        """Whether this outcome blocks: a blocking check that failed or could not be executed."""
        return self.severity == "block" and self.status in ("fail", "error")


@dataclass(frozen=True)
class Decided:
    """What people decided about quarantined rows, as this run knows it.

    Args:
        waivers, fixes: everything landed (``jingcang.landing.decisions``).
        replays: requests that wait to be carried out.
    """

    waivers: pl.DataFrame
    fixes: pl.DataFrame
    replays: tuple[ReplayRequest, ...] = ()


@dataclass
class Session:
    """State of one run.

    Args:
        home, profile, as_of, settings: the frame of the run.
        run_id: the Dagster run's id.
        force: build even when nothing changed.
        again: qualified table → what a replay does with it.
        watched: what stood of drop folders and decisions before anything was read.
        decided: what people decided about quarantined rows, once the first table has asked for it.
        landed: qualified table → landing result of this run.
        unreachable: qualified table → message, for sources that could not be read this time.
        outcomes: checks of this run.
        failures: rows for ``landed.quality_failures``.
        unit_counts: rows for ``landed.quality_unit_results`` without the run.
        build_inputs: relation → digest of what the build database shows of landing; empty before it is prepared.
        tests: results of dbt's tests that hold for the build database.
        built: names of the models this run has built; the others stand as the last build left and checked them.
        seconds: stage → seconds of work.
        processor: stage → seconds of the processor in this process, all threads together.
        derived: derived table → input rows that were computed for it.
    """

    home: Home
    profile: Profile
    as_of: dt.date
    settings: Settings
    run_id: str
    progress: Progress = field(default_factory=Silent)
    force: bool = False
    landed: dict[str, Any] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    outcomes: list[CheckOutcome] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    unit_counts: list[dict[str, Any]] = field(default_factory=list)
    build_inputs: dict[str, str] = field(default_factory=dict)
    tests: list[NodeResult] = field(default_factory=list)
    built: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)
    derived: dict[str, int] = field(default_factory=dict)
    cut: Cut | None = None
    inputs: str = ""
    full_refresh: bool = False
    changed: bool = True
    generation: Generation | None = None
    again: Mapping[str, Again] = field(default_factory=dict)
    watched: Mapping[str, str] = field(default_factory=dict)
    decided: Decided | None = None

    @contextlib.contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time of the ``with`` block to a stage."""
        started, used = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started
            self.processor[stage] = self.processor.get(stage, 0.0) + time.process_time() - used
