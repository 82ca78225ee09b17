"""How checks and issues are worded on the stewards' pages.

Belongs here: names, labels and colours of statuses, severities, dimensions. Does not belong here: figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from dashboards.components import charts
from dashboards.deployment import check_titles, deployment
from jingcang.contracts import load_marts

STATUSES = {
    "pass": ("通过", charts.LIGHT),
    "warn": ("有违规但在限内", "#d8a657"),
    "fail": ("不通过", charts.ATTENTION),
    "error": ("执行错误", "#6b2a8b"),
    "not_applicable": ("不适用", "#ffffff"),
}
SEVERITIES = {"quarantine": "隔离", "flag": "标记", "warn": "提醒", "block": "阻断"}
DIMENSIONS = {
    "completeness": "完整性",
    "conformance": "规范性",
    "plausibility": "合理性",
    "timeliness": "及时性",
    "consistency": "一致性",
    "uniqueness": "唯一性",
}
METHODS = {
    "split": "入库分拣",
    "ge": "旁证",
    "dbt": "建模检查",
    "sql": "规则",
    "reconciliation": "对账",
}

_FORMAT = re.compile(r" ?%[YymdHMS][%YymdHMS/:.T \-]*")
_SAMPLE = datetime(2026, 6, 30, 8, 5, 9)  # noqa: DTZ001
"""The moment by which a date format of a contract is shown to readers."""
SYSTEMS = {
    "case": "接处警与案件",
    "population": "人口与一标三实",
    "patrol": "社区警务与巡防",
    "archive": "档案",
    "organisation": "组织机构",
    "boundaries": "辖区边界",
    "gps": "定位",
}
"""Names of the source systems this product knows; others keep their own."""


def links(page: str, items: Sequence[tuple[str, dict[str, str]]]) -> None:
    """Show what to look at, numbered and close together, each a link to a page."""
    with st.container(gap=None):
        for number, (label, query) in enumerate(items, 1):
            st.page_link(page, label=f"{number}. {label}", query_params=query)


def title(check: Mapping[str, Any]) -> str:
    """Return what a check asks for; for rules of a source their note says what is wrong with a row."""
    words = check_titles().get(check["check_id"]) or check["note"] or check["check_id"]
    if check["check_id"].endswith(".extraction"):
        words = words.split("；")[0]  # the message goes on with the place and the remedy
    return _FORMAT.sub(lambda found: f"如 {_SAMPLE.strftime(found.group().strip())}", words)


def name(check: Mapping[str, Any]) -> str:
    """Return a check as its title with its id, the id alone without one."""
    words, identifier = title(check), f"`{code(check['check_id'])}`"
    return f"“{plain(words)}”（{identifier}）" if words != check["check_id"] else identifier


def object_title(profile: str, object_name: str | None) -> str:
    """Return the Chinese title of a source table or of a table of the warehouse, else the name."""
    if not object_name:
        return "—"
    system, _, table = object_name.rpartition(".")
    if system:
        return deployment(profile).title(system, table)
    mart = load_marts().get(object_name)
    return f"仓库的{mart.title_zh}" if mart else object_name


def plain(text: str) -> str:
    """Return text without the signs that Markdown reads."""
    return "".join(" " if character in "*_`[]<>#\n" else character for character in text)[:60]


def plain_line(text: str) -> str:
    """Return text of any length without the signs that Markdown reads."""
    return "".join(f"\\{sign}" if sign in "\\*_`[]<>#~$" else " " if sign == "\n" else sign for sign in text)


def code(value: str) -> str:
    """Return a source value as inert text inside a code span."""
    return value.replace("`", "ˋ").replace("\n", " ")[:60]


def number(value: Any) -> float | None:
    """Return a decimal as a float, None where it is missing."""
    return None if value is None else float(value)


def percent(violated: int | None, checked: int | None) -> float | None:
    """Return the share violated in percent, None over nothing."""
    return 100 * violated / checked if checked and violated is not None else None
