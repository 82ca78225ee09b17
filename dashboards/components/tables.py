"""Tables on the page, paged, with their two exports.

Belongs here: how a table of plain values is shown and handed out. Exports are written to the audit
trail; if that fails, there is no export.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboards import context as contexts
from dashboards.components.export import Sheet, to_csv, to_xlsx

ROWS_A_PAGE = 200
_CONTROL = dict.fromkeys(range(32), " ")


def show_table(
    columns: Sequence[tuple[str, ...]],
    rows: Sequence[Sequence[Any]],
    *,
    key: str,
    title: str,
    help_texts: dict[str, str] | None = None,
    export_rows: Sequence[Sequence[Any]] | None = None,
    is_exported: bool = True,
    digits: dict[str, int] | None = None,
    is_cut: bool = False,
    pick: Literal["one", "several"] | None = None,
) -> list[int]:
    """Show rows, a page of 200 at a time, with CSV and Excel below.

    Args:
        columns: header paths; on screen two levels are joined by a dot.
        rows: values in column order.
        key: unique key on the page.
        title: title of the exported sheet.
        help_texts: last header word → explanation shown on hover.
        export_rows: rows to export when they differ from those shown.
        is_exported: False for tables that must not leave the page.
        digits: last header word → decimals of its numbers; whole numbers and one decimal otherwise.
        is_cut: the query's limit was reached: more rows exist than are given.
        pick: rows can be picked by mouse or by space bar.

    Returns:
        Indexes into ``rows`` of the rows picked, in order; empty without ``pick``.
    """
    names = ["·".join(path) for path in columns]
    if is_cut:
        st.caption(f"只列前 {len(rows):,} 行，还有更多；缩小范围后再看。")
    start = 0
    if len(rows) > ROWS_A_PAGE:
        pages = -(-len(rows) // ROWS_A_PAGE)
        page = st.number_input(
            f"第几页（共 {pages} 页，{len(rows):,} 行）", 1, pages, 1, key=f"page_{key}", width=220
        )
        start = (int(page) - 1) * ROWS_A_PAGE
    shown = [[_cell(value) for value in row] for row in rows[start : start + ROWS_A_PAGE]]
    frame = pd.DataFrame(shown, columns=names)
    configuration: dict[str, Any] = {}
    for index, name in enumerate(names):
        values = [row[index] for row in shown if row[index] is not None]
        help_text = (help_texts or {}).get(columns[index][-1])
        if values and all(
            isinstance(value, (int, float)) and not isinstance(value, bool) for value in values
        ):
            whole = all(isinstance(value, int) for value in values)
            decimals = (digits or {}).get(columns[index][-1])
            form = f"%.{decimals}f" if decimals is not None else "localized" if whole else "%.1f"
            configuration[name] = st.column_config.NumberColumn(
                name, format=form, help=help_text, pinned=index == 0
            )
        else:
            frame[name] = [None if row[index] is None else str(row[index]) for row in shown]
            configuration[name] = st.column_config.TextColumn(name, help=help_text, pinned=index == 0)
    height: Any = "auto" if len(shown) <= 10 else 423
    shown_table = st.dataframe(
        frame,
        hide_index=True,
        column_config=configuration,
        key=f"table_{key}",
        height=height,
        placeholder="—",
        on_select="rerun" if pick else "ignore",
        selection_mode="single-row" if pick == "one" else "multi-row",
    )
    if is_exported and rows:
        _downloads(columns, export_rows if export_rows is not None else rows, key, title)
    return [start + index for index in shown_table.selection.rows] if pick else []  # type: ignore[union-attr]


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value.translate(_CONTROL) if isinstance(value, str) else value


def recorded_mark(context: contexts.Context, key: str, *, kind: str, rows: int, title: str) -> str:
    """Write an export to the audit trail and return its watermark; if it cannot be written, there is no export.

    Args:
        context: of the page.
        key: what is exported.
        kind: form of the file.
        rows, title: how much of what.
    """
    context.door.record(context.identity, "export", key, kind=kind, rows=rows, title=title[:80])
    now = datetime.now(UTC).astimezone()
    who = f"{context.identity.display_name}（{context.identity.user_id}）"
    return f"{who}导出于 {now:%Y-%m-%d %H:%M}，仅限内部使用"


def _downloads(
    columns: Sequence[tuple[str, ...]], rows: Sequence[Sequence[Any]], key: str, title: str
) -> None:
    context = contexts.current()
    source = (
        f"数据截至 {context.as_of.isoformat()}；版本 {context.generation.name}；"
        f"范围 {'、'.join(context.units.values()) or '本人权限范围'}"
        + (f"；口径 {context.definition}" if context.definition else "")
    )

    def build(make: Callable[[Sheet], bytes], kind: str) -> Callable[[], bytes]:
        def content() -> bytes:
            mark = recorded_mark(context, key, kind=kind, rows=len(rows), title=title)
            return make(Sheet(title, columns, rows, source, mark))

        return content

    name = f"警仓_{key}_{context.as_of.isoformat()}"
    with st.container(horizontal=True):
        st.download_button(
            "导出 CSV", build(to_csv, "csv"), f"{name}.csv", "text/csv", key=f"csv_{key}", on_click="ignore"
        )
        st.download_button(
            "导出 Excel",
            build(to_xlsx, "xlsx"),
            f"{name}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key=f"xlsx_{key}",
            on_click="ignore",
        )
