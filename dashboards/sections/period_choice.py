"""考核周期: the box in which pages of the assessment choose their period, and what they say without one.

Belongs here: the choice. Does not belong here: the state of a period (``period_steps``).
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards.components import states
from dashboards.context import Context
from dashboards.deployment import deployment
from dashboards.queries import archive

Period = tuple[date, date]
_LACKING = {"archive_items": "这里没有接入档案的来源", "archive_uses": "这里没有接入档案利用登记"}


def found(context: Context, entity: str, promise: str) -> list[Period]:
    """Return the assessment periods, the latest first; none after saying why there are none.

    Args:
        context: of the page.
        entity: what the page rests on, ``archive_items`` or ``archive_uses``.
        promise: what the page shows once a source delivers it.
    """
    if not deployment(context.generation.profile).has_source(entity):
        states.empty(_LACKING[entity], promise)
        return []
    periods: list[Period] = context.run(archive.PERIODS).rows()
    if not periods:
        states.empty("还没有考核记录", "请核对档案系统的数据是否到齐")
    return periods


def words(period: Period) -> str:
    """Return a period as it stands in the box and in the address."""
    return f"{period[0]} 至 {period[1]}"


def box(periods: list[Period]) -> Period:
    """Show the box and return the period chosen, the latest at first."""
    labels = {words(period): period for period in periods}
    return labels[st.selectbox("考核周期", list(labels), key="year", bind="query-params", width=320)]
