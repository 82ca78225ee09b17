"""Figures of a briefing: what each one counts, how it is printed, and how it is found again.

Belongs here: the recipe of a figure, its printed form, its row in the file and in the register, and what counts
as the same text. Does not belong here: where values come from (``values``), sentences (``weekly``), the file
format (``document``).

A figure is printed in a content control whose tag is its id. Whatever has a digit and is no figure (a date, the
name of a class) stands in a control too, as fixed text, so that any number outside a control was typed by
somebody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from jingcang.statistics.periods import Period

Measure = Literal["count", "change", "verdict", "mark", "share", "fixed"]
"""count: sum of the metric; change: percent against the base period; verdict: the words after FDR; mark: the same
as a sign; share: percent of
another count; fixed: text that holds a digit and is no figure."""

Cell = tuple[tuple[str, str], ...]
"""(dimension, value) pairs in order; empty for the whole scope."""

SMALLEST_BASE = 10
"""Below this base no percentage is printed (METHODS 1)."""
MISSING, WITHHELD = "—", "暂不显示"

_TYPED = re.compile(
    r"[0-9]+(?:[.,:][0-9]+)*\s*[%‰]?"
    r"|百分之[〇零一二两三四五六七八九十百点]+"
    r"|[〇零一二两三四五六七八九十百千万亿几数]+[余多]?(?:起|件|宗|例|人|名|次|处|户|元|万元|倍|成|个百分点)"
    r"|翻番|翻倍|减半|过半"
)


@dataclass(frozen=True)
class Recipe:
    """What a figure is computed from.

    Args:
        measure: see :data:`Measure`.
        metric: code of the metric; "" for fixed text.
        cell: the part of the scope counted.
        period: days counted.
        base: period compared with, for change and verdict.
        whole: cell the share is of.
        text: the text itself, for fixed.
    """

    measure: Measure
    metric: str = ""
    cell: Cell = ()
    period: Period | None = None
    base: Period | None = None
    whole: Cell | None = None
    text: str = ""

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.cell)


@dataclass(frozen=True)
class Figure:
    """One figure as printed.

    Args:
        id: ``f001`` and so on, in the order of the text; the tag of its control.
        recipe: what it is computed from.
        title: metric, cell and period in Chinese, for the list of findings.
        text: as printed.
        paragraph: number of the paragraph or table cell it was printed in, in the order of the text.
        section: heading it stands under.
    """

    id: str
    recipe: Recipe
    title: str
    text: str
    paragraph: int = 0
    section: str = ""


@dataclass(frozen=True)
class Register:
    """What the warehouse keeps of a briefing it handed out.

    Args:
        report_id: printed number, ``JB-…``.
        kind: ``weekly``.
        as_of: the day it was made for.
        generation: published generation the figures are from.
        content_hash: hash of that generation.
        profile: profile of the deployment.
        units: units asked for; empty for the whole scope.
        scope: every unit in scope of its maker; None for all.
        figures: in the order of the text.
        appendix_digest: SHA-256 over the text of the appendix.
        made_by: account.
    """

    report_id: str
    kind: str
    as_of: date
    generation: str
    content_hash: str
    profile: str
    units: tuple[str, ...]
    scope: tuple[str, ...] | None
    figures: tuple[Figure, ...] = field(default=())
    appendix_digest: str = ""
    made_by: str = ""


def printed(value: float | int | str | None, measure: Measure) -> str:
    """Return the text of a value: 1,234, +12%, 12.3%, the words; — when there is none."""
    if value is None:
        return MISSING
    if isinstance(value, str):
        return value
    if measure == "change":
        return f"{value:+.0f}%".replace("-", "−")
    if measure == "share":
        return f"{value:.1f}%"
    return f"{value:,.0f}"


def plain(text: str) -> str:
    """Return text without what software changes on its own: width, spaces, thousands separators, kinds of minus."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-")
    text = "".join(
        character for character in text if not character.isspace() and character not in "\u200b\ufeff"
    )
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def typed_numbers(text: str) -> list[str]:
    """Return the numbers written in a text, in digits of any script, circled, or in Chinese before a measure word."""
    text = unicodedata.normalize("NFKC", text)
    digits = "".join(
        str(unicodedata.digit(character)) if unicodedata.category(character) == "Nd" else character
        for character in text
    )
    return [found.group().strip() for found in _TYPED.finditer(digits)]


def to_row(figure: Figure) -> dict[str, Any]:
    """Return a figure as JSON values; :func:`from_row` reads it."""
    recipe = figure.recipe
    row: dict[str, Any] = {
        "id": figure.id,
        "title": figure.title,
        "text": figure.text,
        "measure": recipe.measure,
    }
    row |= {"paragraph": figure.paragraph, "section": figure.section}
    if recipe.measure == "fixed":
        return row
    row |= {
        "metric": recipe.metric,
        "cell": [list(pair) for pair in recipe.cell],
        "period": _days(recipe.period),
    }
    if recipe.base is not None:
        row["base"] = _days(recipe.base)
    if recipe.whole is not None:
        row["whole"] = [list(pair) for pair in recipe.whole]
    return row


def from_row(row: Mapping[str, Any]) -> Figure:
    """Return the figure of a row of :func:`to_row`."""
    if row["measure"] == "fixed":
        recipe = Recipe("fixed", text=row["text"])
    else:
        recipe = Recipe(
            row["measure"], row["metric"], _cell(row["cell"]), _period(row["period"]), _period(row.get("base")),
            _cell(row["whole"]) if "whole" in row else None,
        )  # fmt: skip
    return Figure(row["id"], recipe, row["title"], row["text"], row["paragraph"], row["section"])


def _days(period: Period | None) -> list[str]:
    return [period.start.isoformat(), period.end.isoformat()] if period else []


def _period(days: Sequence[str] | None) -> Period | None:
    return Period(date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None


def _cell(pairs: Sequence[Sequence[str]]) -> Cell:
    return tuple((name, value) for name, value in pairs)
