"""Counts of two periods in cells with one verdict each, as a heat matrix above its data.

Belongs here: how such a matrix looks, and how its small counts are hidden where its places are 责任区. Does not belong
here: which cells there are and how they are judged (sections), the rule of suppression (``jingcang.access``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts, shapes, wording
from jingcang.access.suppression import suppress
from jingcang.statistics.verdicts import FALLEN, MAYBE, RISEN, Verdict

_COLOUR = {FALLEN: 0, RISEN: 2}


def draw(
    columns: Sequence[str],
    lines: Sequence[str],
    words: Sequence[Sequence[str]],
    texts: Sequence[Sequence[str]],
    hovers: Sequence[Sequence[str]],
    hover: str = "%{y} · %{x}<br>%{customdata}",
) -> go.Figure:
    """Return the matrix as a figure.

    Args:
        columns: names of the columns.
        lines: names of the lines, from the top.
        words: the word of each cell's verdict, which decides its colour.
        texts: written in each cell.
        hovers: told of each cell.
        hover: Plotly's template around what is told.
    """
    return shapes.matrix(
        columns,
        lines,
        [[_COLOUR.get(word, 1) for word in line] for line in words],
        texts,
        hover=hover,
        told=hovers,
        colours=charts.THREE_VERDICTS,
        highest=2,
    )


def finding(what: str, verdicts: Iterable[Verdict]) -> str:
    """Return the title of a matrix: how many cells changed for sure, how many may have, else that none did.

    Args:
        what: lines and columns, in words.
        verdicts: of the cells without totals.
    """
    words = [verdict.words for verdict in verdicts]
    counts = {
        "明显上升": words.count(RISEN),
        "明显下降": words.count(FALLEN),
        "只是可能有变": sum(word in MAYBE for word in words),
    }
    told = "，".join(f"{count} 格{name}" for name, count in counts.items() if count)
    return f"{what}：{told}，其余与偶然波动一致" if told else f"{what}：各格都与偶然波动一致"


def show_counts(
    finding: str,
    *,
    key: str,
    heads: tuple[str, str],
    columns: Sequence[str],
    lines: Sequence[str],
    table: Sequence[Sequence[Verdict]],
    note: str,
    is_compared: bool,
    has_total_column: bool,
    is_suppressed: bool,
) -> None:
    """Show a matrix of counts above its data; the last line is the total.

    Args:
        finding: title, a sentence.
        key: unique key on the page.
        heads: what lines and columns are, for the table.
        columns: names of the columns.
        lines: names of the lines, the total last.
        table: lines × columns of judged counts.
        note: how to read it.
        is_compared: False when the periods are not compared.
        has_total_column: the last column is the total of the others.
        is_suppressed: counts 1 to 4 do not leave the page.
    """
    charts.show_chart(
        finding,
        draw(
            columns,
            lines,
            [[cell.words for cell in line] for line in table],
            [[_text(cell, is_compared=is_compared) for cell in line] for line in table],
            [[_hover(cell) for cell in line] for line in table],
        ),
        key=key,
        columns=[
            (heads[0],),
            (heads[1],),
            ("本期", "起"),
            ("对比期", "起"),
            ("判断", "变化"),
            ("判断", "结论"),
            ("判断", "q"),
        ],
        rows=[
            [line, column, v.current, v.before if is_compared else None, v.change, v.words, _q(v)]
            for line, cells in zip(lines, table, strict=True)
            for column, v in zip(columns, cells, strict=True)
        ],
        note=note,
        export_rows=_suppressed(columns, lines, table, is_compared, has_total_column)
        if is_suppressed
        else None,
    )


def _text(verdict: Verdict, *, is_compared: bool) -> str:
    if not is_compared or not verdict.is_compared:
        return f"{verdict.current:,}"
    if verdict.current == verdict.before == 0:
        return "0"
    return f"{verdict.mark}{verdict.current:,}（{verdict.before:,}）"


def _hover(verdict: Verdict) -> str:
    if not verdict.is_compared:
        return f"本期 {verdict.current:,} 起，不作比较"
    return f"{verdict.change_words}<br>{verdict.words}（{verdict.q_words}）"


def _q(verdict: Verdict) -> float | None:
    return round(verdict.q, 4) if verdict.is_compared else None


def _suppressed(
    columns: Sequence[str],
    lines: Sequence[str],
    table: Sequence[Sequence[Verdict]],
    is_compared: bool,
    has_total_column: bool,
) -> list[list[Any]]:
    """Return the export rows with counts 1–4 hidden; totals stay, as they are published."""
    width = len(columns) - has_total_column
    inner = [line[:width] for line in table[:-1]]
    now = suppress([[max(v.current, 0) for v in line] for line in inner])
    then = suppress([[max(v.before, 0) for v in line] for line in inner])
    rows: list[list[Any]] = []
    for i, line in enumerate(lines):
        for j, column in enumerate(columns):
            verdict = table[i][j]
            is_total = i == len(lines) - 1 or j >= width
            a = verdict.current if is_total else now[i][j]
            b = verdict.before if is_total else then[i][j]
            is_hidden = a is None or b is None
            rows.append(
                [
                    line,
                    column,
                    wording.SUPPRESSED if a is None else a,
                    None if not is_compared else wording.SUPPRESSED if b is None else b,
                    wording.SUPPRESSED if is_hidden else verdict.change,
                    verdict.words,
                    None if is_hidden else _q(verdict),
                ]
            )
    return rows
