"""Single cases behind a count, with the records they came from.

Belongs here: the list as 案件办理 and 趋势 show it. Does not belong here: which period, nature and stage, which the
pages choose.
"""

from __future__ import annotations

from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import cases
from dashboards.sections.case_stages import NATURES, STAGES
from jingcang.statistics.periods import Period

_HEADINGS = {
    "case_no": "案件编号",
    "stage_date": "环节日期",
    "class_label": "类别",
    "unit_no": "单位",
    "area_no": "责任区",
    "lead_officer_no": "主办警号",
    "status_label": "状态",
    "accepted_date": "受案",
    "filed_date": "立案",
    "solved_date": "破案",
    "transferred_date": "移送起诉",
    "punished_date": "处罚决定",
    "mediated_date": "调解",
    "closed_date": "结案",
    "_source_table": "来源表",
    "_source_key": "来源主键",
    "_source_file": "来源文件",
    "_source_line": "行号",
}


def show(context: Context, nature: str, stage: str, period: Period, class_code: str = "") -> None:
    """Show the cases of one nature that reached a stage in a period.

    Args:
        context: of the page.
        nature: key of ``NATURES``.
        stage: key of ``STAGES[nature]``.
        period: the days of the stage.
        class_code: a class with all below it, "" for all.
    """
    rows = context.run(
        cases.ROWS,
        **context.scope_filters(),
        nature=nature,
        stage=stage,
        start=period.start,
        end=period.end,
        class_code=class_code,
    )
    unit = rows.columns.index("unit_no")
    show_table(
        [(_HEADINGS[name],) for name in rows.columns],
        [[*row[:unit], context.unit_name(row[unit]), *row[unit + 1 :]] for row in rows.rows()],
        key="case_rows",
        title=f"{NATURES[nature]}{STAGES[nature][stage]}案件，{period.label()}",
        is_cut=rows.height >= cases.MOST_ROWS,
    )
