"""口径试算: what another definition of a KPI would have made of past periods; it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.frame import answer
from dashboards.components.kpis import Measured, kpis, measure
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import deployment
from dashboards.queries import trials

RETURNED, EFFECTIVE, INCLUDED = "按期归还：宽限天数", "利用成效：期限和条件", "剔除的记录：改为计入分母"
MOST_GRACE_DAYS, LONGEST_WINDOW = 30, 180
"""Days of grace offered; the longest window of ``archive_outcome_windows``: within it a shorter one can be tried."""
Rows = Sequence[Mapping[str, Any]]
Cells = dict[tuple[date, str | None], dict[str, int]]


@dataclass(frozen=True)
class Trial:
    """One definition tried out.

    Args:
        kpi_code: of the KPI.
        words: what is changed; "" where nothing is.
        sums: period and unit → numerator and denominator under it.
    """

    kpi_code: str
    words: str
    sums: Cells


def main() -> None:
    context = current()
    st.header(f"口径试算：{context.scope_words()}")
    if not deployment(context.generation.profile).has_source("archive_uses", "archive_items"):
        states.empty("这里没有接入档案的来源", "接入后本页可以试算各项指标的口径")
        return
    kind = st.selectbox(
        "试什么", (RETURNED, EFFECTIVE, INCLUDED), key="trial", bind="query-params", width=360
    )
    trial = _chosen(context, kind)
    if trial is None:
        return
    published = context.run(
        trials.PUBLISHED, kpi_code=trial.kpi_code, units=list(context.unit_nos)
    ).to_dicts()
    kpi = kpis()[trial.kpi_code]
    context.foot = {
        "现行口径": f"{kpi.name_zh} 第 {kpi.version} 版，{kpi.valid_from} 起",
        "试算": "按现在的数据重算各期，不改动任何已发布或冻结的数；申诉裁定和冻结后的变动见“申诉”和“周期管理”",
        "n": f"{sum(row['denominator_records'] or 0 for row in published):,} 条现行计入分母的记录",
        **context.foot,
    }
    if not published:
        states.empty("这项指标没有考核记录", "请换一项试算或核对数据是否到齐")
        return
    pairs = _pairs(trial, published)
    answer(_sentence(trial, pairs))
    st.caption(
        f"现行：分子，{kpi.numerator_zh}；分母，{kpi.denominator_zh}。要改口径，改指标的声明并升版本，从新周期起用。"
    )
    _table(context, trial, pairs)


def _chosen(context: Context, kind: str) -> Trial | None:
    """Return the definition to try, None after saying why there is none."""
    units = list(context.unit_nos)
    if kind == RETURNED:
        days = st.slider("到期后再宽限几天", 0, MOST_GRACE_DAYS, 5, key="days", bind="query-params")
        rows = context.run(trials.RETURNED, days=days, as_of=context.as_of, units=units).to_dicts()
        return Trial("archive_returned_in_time", f"到期后宽限 {days} 天" if days else "", _sums(rows))
    if kind == EFFECTIVE:
        days = st.slider("成效须在利用后几天内", 1, LONGEST_WINDOW, 30, key="window", bind="query-params")
        is_opened = st.toggle("未调阅的不计成效", key="opened", bind="query-params")
        is_linked = st.toggle("分母只算有有效编号的利用", key="linked", bind="query-params")
        rows = context.run(
            trials.EFFECTIVE, days=days, is_opened_only=is_opened, is_linked_only=is_linked, units=units
        ).to_dicts()
        words = [f"成效须在利用后 {days} 天内"] if days < LONGEST_WINDOW else []
        words += ["未调阅的不计"] * is_opened + ["分母只算有有效编号的"] * is_linked
        return Trial("archive_effective", "、".join(words), _sums(rows))
    names = {kpi.name_zh: code for code, kpi in kpis().items()}
    code = names[st.selectbox("指标", list(names), key="kpi", bind="query-params", width=320)]
    rows = context.run(trials.PUBLISHED, kpi_code=code, units=units).to_dicts()
    if any(row["denominator_value"] != row["denominator_records"] for row in rows):
        states.withheld(
            "把剔除的记录计入分母", "这项指标不是逐件计数（如页数、时长），剔除的记录没有分母的量"
        )
        return None
    return Trial(
        code, "剔除的记录改为计入分母",
        {
            (row["period_start"], row["unit_no"]): {
                "numerator_value": row["numerator_value"] or 0,
                "denominator_value": (row["denominator_value"] or 0) + row["excluded_records"],
            }
            for row in rows
        },
    )  # fmt: skip


def _sums(rows: Rows) -> Cells:
    return {
        (row["period_start"], row["unit_no"]): {
            "numerator_value": row["numerator_value"], "denominator_value": row["denominator_value"]
        }
        for row in rows
    }  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """One period of one unit: the KPI as it is and as tried."""

    start: date
    end: date
    unit_no: str | None
    now: Measured
    tried: Measured


def _pairs(trial: Trial, published: Rows) -> list[Pair]:
    """Return every published period and unit, the latest period first."""
    kpi = kpis()[trial.kpi_code]
    nothing = {"numerator_value": 0, "denominator_value": 0}
    found = []
    for row in published:
        sums = trial.sums.get((row["period_start"], row["unit_no"]), nothing)
        # Every definition offered here counts a record as 0 or 1.
        tried = measure(
            kpi,
            {
                **sums, "numerator_records": sums["numerator_value"], "denominator_records": sums["denominator_value"],
                "excluded_records": 0, "unmapped_records": 0,
            },
        )  # fmt: skip
        found.append(Pair(row["period_start"], row["period_end"], row["unit_no"], measure(kpi, row), tried))
    return found


def _sentence(trial: Trial, pairs: Sequence[Pair]) -> str:
    kpi = kpis()[trial.kpi_code]
    if not trial.words:
        return f"没有改动口径：{kpi.name_zh}应与现行相同。"
    latest = [pair for pair in pairs if pair.start == pairs[0].start]
    now, tried = _whole([pair.now for pair in latest]), _whole([pair.tried for pair in latest])
    changed = sum(1 for pair in latest if pair.now.words() != pair.tried.words())
    return (
        f"{latest[0].start} 至 {latest[0].end}：{kpi.name_zh}若{trial.words}，由 {now} 变为 {tried}；"
        f"{len(latest)} 个单位中 {changed} 个的数会变。"
    )


def _whole(measured: Sequence[Measured]) -> str:
    hits, n = sum(m.numerator for m in measured), sum(m.denominator for m in measured)
    kpi = measured[0].kpi
    if n < kpi.minimum_n:
        return f"{hits:,}/{n:,}" if n else "没有分母"
    return f"{kpi.scale * hits / n:.1f}{kpi.unit}（{hits:,}/{n:,}）"


def _table(context: Context, trial: Trial, pairs: Sequence[Pair]) -> None:
    kpi = kpis()[trial.kpi_code]
    st.subheader(f"{kpi.name_zh}：各期各单位，现行与试算（{len(pairs)} 格）")
    rows = []
    for pair in pairs:
        now, tried = pair.now, pair.tried
        moved = None if now.value is None or tried.value is None else tried.value - now.value
        rows.append([
            f"{pair.start} 至 {pair.end}", context.unit_name(pair.unit_no) if pair.unit_no else wording.MISSING,
            now.numerator, now.denominator, now.value, now.interval(),
            tried.numerator, tried.denominator, tried.value, tried.interval(), moved,
        ])  # fmt: skip
    show_table(
        [
            ("周期",), ("单位",),
            ("现行", "分子"), ("现行", "分母"), ("现行", f"值（{kpi.unit}）"), ("现行", "95% 区间"),
            ("试算", "分子"), ("试算", "分母"), ("试算", f"值（{kpi.unit}）"), ("试算", "95% 区间"), ("差",),
        ],
        rows,
        key="trial_table",
        title=f"口径试算：{kpi.name_zh}{f'（{trial.words}）' if trial.words else ''}",
    )  # fmt: skip
    st.caption("区间重叠的单位不分先后；口径一改，各期都要按同一口径重看，不能只挑一期。")


main()
