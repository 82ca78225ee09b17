"""趋势: a forecast of the week that runs, shown only as far as it has earned.

Belongs here: when one is made and its words. Does not belong here: forecasters and their test
(``jingcang.statistics.model_choice``).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import streamlit as st

from jingcang.statistics import ForecastChoice, forecast_choice
from jingcang.statistics.forecasting import prediction_interval
from jingcang.statistics.periods import day_label
from jingcang.statistics.series import Series

MOST_WEEKS = 156
"""Three years: more weeks cost more than half a second and say little about the next one."""


def show(series: Series, *, has_festival: bool) -> None:
    """Offer the forecast of the week after a weekly series; it is computed only when asked for: half a second."""
    if not st.toggle("下一周的预测（现算，约半秒）", key="forecast", bind="query-params"):
        st.caption("预测先在滚动检验中与去年同期的基准比，胜过才用模型，否则只给基准。")
        return
    counts, starts = series.counts[-MOST_WEEKS:], series.starts[-MOST_WEEKS:]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        st.caption(f"不作预测：近 {len(counts)} 周里有 {len(counts) - len(known)} 周缺数。")
        return
    if len(known) <= 52:
        st.caption(f"不作预测：只有 {len(known)} 个完整周，不满一年。")
        return
    choice = _chosen(tuple(known), tuple(starts) if has_festival else None)
    low, high = prediction_interval(choice.forecast, 0.80)
    name = "模型" if choice.is_model_shown else "基准"
    st.markdown(
        f"**{day_label(series.end)}起一周**：{name}给出约 {choice.estimate:,.0f} 起，"
        f"80% 区间 {low:,.0f}–{high:,.0f} 起。{choice.sentence}"
    )


@lru_cache(maxsize=64)
def _chosen(counts: tuple[int, ...], starts: tuple[date, ...] | None) -> ForecastChoice:
    return forecast_choice(counts, dates=starts)
