"""Single incidents behind a count, with the records they came from.

Belongs here: the list as 态势 and 趋势 show it. Does not belong here: which period and class, which the pages choose.
"""

from __future__ import annotations

from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import situation
from jingcang.contracts import Metric
from jingcang.statistics.periods import Period

_HEADINGS = {
    "incident_no": "接警单编号",
    "event_date": "日期",
    "event_hour": "时",
    "unit_no": "单位",
    "area_no": "责任区",
    "class_level1_label": "大类",
    "class_label": "类别",
    "place_type_label": "处所",
    "outcome_label": "处理结果",
    "address_match_level": "地址匹配",
    "record_count": "计数",
    "_source_table": "来源表",
    "_source_key": "来源主键",
    "_source_file": "来源文件",
    "_source_line": "行号",
}


def show(
    context: Context,
    metric: Metric,
    period: Period,
    *,
    title: str,
    class_label: str = "",
    class_code: str = "",
) -> None:
    """Show the incidents a metric counts in a period.

    Args:
        context: of the page.
        metric: what counts.
        period: the days.
        title: what is listed, for the export.
        class_label: a class by its name, "" for all.
        class_code: a class with all below it, "" for all.
    """
    details = context.run(
        situation.ROWS.of(metric),
        **context.scope_filters(),
        start=period.start,
        end=period.end,
        class_label=class_label,
        class_code=class_code,
    )
    show_table(
        [(_HEADINGS[name],) for name in details.columns],
        details.rows(),
        key="incident_rows",
        title=title,
        is_cut=details.height >= situation.MOST_ROWS,
        is_exported=False,
    )
