"""Taking an assessment period from 开放 to 冻结, and what has moved since.

Belongs here: the one way from pages and the command to these steps, with the right, the scope and the audit; what is
frozen; the comparison of a frozen period with the data now published. Does not belong here: keeping it
(``jingcang.workbench.kpi_periods``) and computing KPIs (``dbt_project/models/kpi``).

What is frozen are the records themselves, not their sums: every figure of the period can be added up again from them,
by unit and officer, whatever is published later. The batches and the program they came from are named (``Pinned``), so
that they can be computed again (``orchestration.rebuild``); landing keeps those batches, the ledger that program.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import dataclass

import polars as pl

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import ALL_UNITS, Identity
from jingcang.access.kpi_causes import Changes, changes, with_cause
from jingcang.access.query import Query
from jingcang.contracts.kpis import load_kpis
from jingcang.errors import JingcangError
from jingcang.workbench import Workbench
from jingcang.workbench.kpi_periods import FROZEN, RULE, Frozen, PeriodBook, Pinned

SUMS = ("in_denominator", "in_numerator", "denominator_value", "numerator_value")
COUNTED = (*SUMS, "is_excluded", "exclusion_reason")
RECORDS = Query(
    "考核·周期记录",
    """
    select kpi_record_id, kpi_code, unit_no, officer_no, record_kind, record_no, event_date, in_denominator,
        in_numerator, denominator_value, numerator_value, is_excluded, exclusion_reason, evidence,
        category_code, appeal_no,
        case when is_excluded then '剔除' when in_numerator = 1 then '达到' when in_denominator = 1 then '未达到'
            else '不计' end as verdict,
        _source_table, _source_key, _source_batch_id
    from {fct_kpi_records}
    where period_start = $period_start and period_end = $period_end
    order by kpi_record_id
    """,
    {"period_start": dt.date, "period_end": dt.date},
)
MOVED = {
    "added": "后来新增", "removed": "现已没有", "unit": "单位变动", "officer": "民警变动", "verdict": "结论变动",
    "category": "门类变动",
}  # fmt: skip


@dataclass(frozen=True)
class Verification:
    """A frozen period beside the data now published.

    Args:
        is_intact: the stored content still is what was frozen.
        frozen: what was frozen.
        period_end: its last day.
        sums: kpi_code, unit_no, then each of :data:`SUMS` with ``frozen_`` and ``now_`` before it; grain KPI × unit.
        moved: kpi_code, moved_code (key of :data:`MOVED`), cause_code (key of
            :data:`jingcang.access.kpi_causes.CAUSES`), appeal_no, record_no,
            unit_no, officer_no, event_date, frozen_verdict, now_verdict, evidence, _source_table, _source_key; grain
            record.
        redefined: KPI code → (version frozen, version now); of KPIs whose definition changed, came or went.
    """

    is_intact: bool
    frozen: Frozen
    period_end: dt.date
    sums: pl.DataFrame
    moved: pl.DataFrame
    redefined: dict[str, tuple[str, str]]

    @property
    def is_equal(self) -> bool:
        """Whether the data now published say what was frozen, record by record."""
        return self.is_intact and self.moved.is_empty()


def may_manage(identity: Identity) -> bool:
    """Return whether a person takes the steps of periods: evaluators of all units."""
    return identity.role == "evaluator" and ALL_UNITS in identity.unit_nos


def take_step(
    door: Door, identity: Identity, workbench: Workbench, start: dt.date, end: dt.date, state: str, *,
    seen_version: int, reason: str,
) -> None:  # fmt: skip
    """Bring a period to its next state; 冻结 keeps its records.

    Args:
        start, end, state, seen_version, reason: see :meth:`~jingcang.workbench.kpi_periods.PeriodBook.step`.

    Raises:
        Forbidden: no evaluator of all units; recorded.
        JingcangError: the step is refused, nothing is published, or the audit cannot be written.
    """
    if not may_manage(identity):
        door.record(identity, "kpi_period_denied", start.isoformat())
        raise Forbidden(
            "考核周期由管理全部单位的考核员办理",
            where=start.isoformat(),
            rule=RULE,
            remedy="请由有权的考核员办理",
        )
    generation = door.generation()
    if generation.as_of is None:
        raise JingcangError(
            "发布记录缺失，不知道数据截至哪天", rule=RULE, remedy="请数据管理员重新运行后再办理"
        )
    frozen = None
    if state == FROZEN:
        if not generation.code or not generation.batches:
            raise JingcangError(
                "这一版数据发布时没有留存批次和程序，冻结后无法重建", where=generation.name, rule=RULE,
                remedy="请数据管理员重新运行 jingcang run，发布后再冻结",
            )  # fmt: skip
        content = _parquet(door.run(RECORDS, identity, period_start=start, period_end=end))
        if door.generation().name != generation.name:
            raise JingcangError(
                "办理时正好发布了新数据", where=generation.name, rule=RULE, remedy="请核对新数据后再冻结"
            )
        frozen = Frozen(
            start, content, hashlib.sha256(content).hexdigest(), _definitions(), generation.content_hash,
            generation.as_of,
            Pinned(generation.name, generation.run_id, generation.batches, generation.code),
        )  # fmt: skip
    door.record(
        identity,
        f"kpi_period_{state}",
        start.isoformat(),
        version=seen_version + 1,
        generation=generation.name,
    )
    PeriodBook(workbench).step(
        start, end, state, as_of=generation.as_of, seen_version=seen_version, reason=reason, by=identity.user_id,
        generation=generation.name, frozen=frozen,
    )  # fmt: skip


def verified(door: Door, identity: Identity, workbench: Workbench, start: dt.date) -> Verification | None:
    """Return a frozen period beside the published data, within the reader's units; None when it is not frozen.

    Raises:
        Forbidden: the role may not read KPI records.
    """
    book = PeriodBook(workbench)
    frozen = book.frozen(start)
    if frozen is None:
        return None
    end = book.of(start)[-1].period_end
    now = door.run(RECORDS, identity, period_start=start, period_end=end)
    scope = door.scope_units(identity)
    then = pl.concat([now.clear(), pl.read_parquet(io.BytesIO(frozen.content))], how="diagonal_relaxed")
    then = then.select(now.columns).cast(now.schema)
    if scope is not None:
        then = then.filter(pl.col("unit_no").is_in(list(scope)))
    definitions = _definitions()
    redefined = {
        code: (frozen.definitions.get(code, "—"), definitions.get(code, "—"))
        for code in sorted(frozen.definitions.keys() | definitions.keys())
        if frozen.definitions.get(code) != definitions.get(code)
    }
    moved = _joined(then, now)
    caused = with_cause(
        moved,
        _changes(door, frozen, moved),
        then["_source_batch_id"].drop_nulls().unique().to_list(),
        list(redefined),
    )
    return Verification(frozen.is_intact, frozen, end, _sums(then, now), _shown(caused), redefined)


def _changes(door: Door, frozen: Frozen, moved: pl.DataFrame) -> Changes:
    """Return what came between the freeze and the published data; nothing where that is unknown or nothing moved."""
    batches = door.generation().batches
    if moved.is_empty() or frozen.pinned is None:
        return Changes()
    named = pl.concat([moved["_source_table"], moved["_source_table_now"]]).drop_nulls().unique()
    tables = frozenset(name.rpartition(".")[2] for name in named)
    return changes(door.home, frozen.pinned.batches, batches, tables)


def _definitions() -> dict[str, str]:
    return {code: kpi.version for code, kpi in load_kpis().items()}


def _parquet(records: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    records.write_parquet(stream, compression="zstd")
    return stream.getvalue()


def _sums(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    keys = ["kpi_code", "unit_no"]
    sides = [
        frame.group_by(keys).agg(pl.col(name).sum().alias(f"{side}_{name}") for name in SUMS)
        for side, frame in (("frozen", then), ("now", now))
    ]
    joined = sides[0].join(sides[1], on=keys, how="full", coalesce=True, nulls_equal=True)
    return joined.with_columns(pl.exclude(keys).fill_null(0)).sort(keys, nulls_last=True)


def _joined(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Return the records that moved, those of now with ``_now``, with ``moved_code``, ``was`` and ``is_there``."""
    joined = then.with_columns(pl.lit(True).alias("was")).join(
        now.with_columns(pl.lit(True).alias("is_there")),
        on="kpi_record_id",
        how="full",
        suffix="_now",
        coalesce=True,
    )
    differs = {
        name: pl.col(name).ne_missing(pl.col(f"{name}_now"))
        for name in (*COUNTED, "unit_no", "officer_no", "category_code")
    }
    moved = (
        pl.when(pl.col("was").is_null()).then(pl.lit("added"))
        .when(pl.col("is_there").is_null()).then(pl.lit("removed"))
        .when(pl.any_horizontal(differs[name] for name in COUNTED)).then(pl.lit("verdict"))
        .when(differs["unit_no"]).then(pl.lit("unit"))
        .when(differs["officer_no"]).then(pl.lit("officer"))
        .when(pl.col("category_code").is_not_null() & differs["category_code"]).then(pl.lit("category"))
    )  # fmt: skip
    return joined.with_columns(moved.alias("moved_code")).filter(pl.col("moved_code").is_not_null())


def _shown(moved: pl.DataFrame) -> pl.DataFrame:
    shown = (
        "kpi_code", "appeal_no", "record_no", "unit_no", "officer_no", "event_date", "evidence", "_source_table",
        "_source_key",
    )  # fmt: skip
    return moved.select(
        "moved_code", "cause_code",
        *(pl.coalesce(f"{name}_now", name).alias(name) for name in shown),
        pl.col("verdict").alias("frozen_verdict"), pl.col("verdict_now").alias("now_verdict"),
    ).sort("kpi_code", "moved_code", "record_no")  # fmt: skip
