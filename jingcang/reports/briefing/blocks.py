"""A briefing as blocks of words and figures, before it is a file.

Belongs here: what a paragraph, table and picture consist of, and the rule that words hold no number. Does not
belong here: which sentences a briefing has (``weekly``) and how they look (``document``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from jingcang.errors import JingcangError
from jingcang.reports.briefing.figures import Figure, Recipe, typed_numbers


@dataclass(frozen=True)
class Value:
    """A figure in the text.

    Args:
        recipe: what it is computed from.
        title: metric, cell and period in Chinese.
        text: as printed.
    """

    recipe: Recipe
    title: str
    text: str


Piece = str | Value


def fixed(text: str) -> Value:
    """Return text that holds a digit and is no figure: a date, a name, a telephone number."""
    return Value(Recipe("fixed", text=text), text, text)


def pieces(text: str) -> list[Piece]:
    """Return a text from outside (a name, a tip) as words, or as fixed text where it holds a number."""
    return [fixed(text)] if typed_numbers(text) else [text]


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 opens a section."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Words and figures; ``is_note`` sets it small."""

    pieces: tuple[Piece, ...]
    is_note: bool = False


@dataclass(frozen=True)
class Table:
    """A native table.

    Args:
        caption: what it shows.
        columns: header paths of one or two levels.
        rows: cells, each of words and figures.
    """

    caption: tuple[Piece, ...]
    columns: Sequence[tuple[str, ...]]
    rows: Sequence[Sequence[tuple[Piece, ...]]]


@dataclass(frozen=True)
class Picture:
    """A PNG with its caption and a text for readers who do not see it."""

    png: bytes
    caption: tuple[Piece, ...]
    alternative: str


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class Briefing:
    """A whole briefing.

    Args:
        title: large line at the top.
        under_title: unit, number and day.
        body: blocks that a reader may edit around the figures.
        appendix: blocks that are locked as a whole.
    """

    title: str
    under_title: tuple[Piece, ...]
    body: tuple[Block, ...]
    appendix: tuple[Block, ...]


def paragraph(*parts: Piece | Iterable[Piece], is_note: bool = False) -> Paragraph:
    """Return a paragraph of the parts, empty words left out.

    Raises:
        JingcangError: words outside a figure hold a number; a defect of the template.
    """
    flat: list[Piece] = []
    for part in parts:
        flat += [part] if isinstance(part, (str, Value)) else list(part)
    for piece in flat:
        if isinstance(piece, str) and typed_numbers(piece):
            raise JingcangError("简报正文里有不在控件中的数字", where=piece, rule="briefing_words")
    return Paragraph(tuple(piece for piece in flat if piece != ""), is_note)


def numbered(briefing: Briefing) -> tuple[Figure, ...]:
    """Return the figures of a briefing in the order of the text, each with its id, place and section.

    Returns:
        The n-th value met when walking the blocks is the n-th figure.
    """
    figures: list[Figure] = []
    for number, (section, part) in enumerate(_parts(briefing)):
        for piece in part:
            if isinstance(piece, Value):
                name = f"f{len(figures) + 1:03}"
                figures.append(Figure(name, piece.recipe, piece.title, piece.text, number, section))
    return tuple(figures)


def _parts(briefing: Briefing) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """Return (section, pieces) of every paragraph and table cell in the order of the file."""
    section = briefing.title
    yield section, briefing.under_title
    for block in (*briefing.body, *briefing.appendix):
        if isinstance(block, Heading):
            section = block.text if block.level == 1 else section
            yield section, tuple(pieces(block.text))
        elif isinstance(block, Paragraph):
            yield section, block.pieces
        elif isinstance(block, Picture):
            yield section, block.caption
        else:
            yield section, block.caption
            for row in block.rows:
                for cell in row:
                    yield section, cell


def with_values(briefing: Briefing, texts: dict[Recipe, str]) -> Briefing:
    """Return the briefing with the text of some recipes filled in: verdicts are known only when all are.

    Args:
        briefing: with provisional texts.
        texts: recipe → text.
    """

    def fill(part: tuple[Piece, ...]) -> tuple[Piece, ...]:
        return tuple(
            replace(piece, text=texts[piece.recipe])
            if isinstance(piece, Value) and piece.recipe in texts
            else piece
            for piece in part
        )

    def block_of(block: Block) -> Block:
        if isinstance(block, Paragraph):
            return replace(block, pieces=fill(block.pieces))
        if isinstance(block, Picture):
            return replace(block, caption=fill(block.caption))
        if isinstance(block, Table):
            rows = [[fill(cell) for cell in row] for row in block.rows]
            return replace(block, caption=fill(block.caption), rows=rows)
        return block

    return replace(
        briefing,
        under_title=fill(briefing.under_title),
        body=tuple(map(block_of, briefing.body)),
        appendix=tuple(map(block_of, briefing.appendix)),
    )
