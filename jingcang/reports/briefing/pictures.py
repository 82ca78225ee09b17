"""The two pictures of a briefing, drawn offline.

Belongs here: drawing numbers that stand in the text's tables. Does not belong here: words; the pictures hold
digits only, so that they need no Chinese font on the machine, and the caption in the file says what is seen.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _SCALE = 900, 2
_INK, _GREY, _BAND, _MARK = "#1b2430", "#5a6775", "#dfe5ec", "#c2410c"
_RAMP = ("#f4f6f9", "#c9d8e8", "#8fb2d3", "#4f86b8", "#17456f")


def trend(
    starts: Sequence[date], counts: Sequence[int | None], bands: Mapping[int, tuple[int, int]]
) -> bytes:
    """Return weekly counts with the band of chance as PNG; weeks without all their days have a gap.

    Args:
        starts: first day of each week shown.
        counts: incidents a week; None where days are missing.
        bands: index → band.
    """
    height, left, right, top, bottom = 300, 56, 16, 14, 40
    image, draw = _canvas(height)
    most = max([1, *(count or 0 for count in counts), *(high for _, high in bands.values())])
    step = _step(most)
    most = -(-most // step) * step

    def x(index: float) -> float:
        return left + (index + 0.5) * (_WIDTH - left - right) / len(starts)

    def y(value: float) -> float:
        return top + (height - top - bottom) * (1 - value / most)

    for value in range(0, most + 1, step):
        _line(draw, [(left, y(value)), (_WIDTH - right, y(value))], "#eef1f4", 1)
        _text(draw, (left - 8, y(value)), f"{value:,}", "rm")
    for index, (low, high) in bands.items():
        half = (x(1) - x(0)) / 2
        draw.rectangle([_s(x(index) - half), _s(y(high)), _s(x(index) + half), _s(y(low))], fill=_BAND)
    for index in range(1, len(starts)):
        first, second = counts[index - 1], counts[index]
        if first is not None and second is not None:
            _line(draw, [(x(index - 1), y(first)), (x(index), y(second))], _INK, 2)
    for index, count in enumerate(counts):
        if count is None:
            continue
        low, high = bands.get(index, (count, count))
        radius, colour = (5, _MARK) if not low <= count <= high else (3, _INK)
        draw.ellipse(
            [_s(x(index) - radius), _s(y(count) - radius), _s(x(index) + radius), _s(y(count) + radius)],
            fill=colour,
        )
    every = max(len(starts) // 8, 1)
    for index in range(len(starts) - 1, -1, -every):
        _text(draw, (x(index), height - bottom + 8), f"{starts[index]:%m-%d}", "mt")
    return _png(image)


def week_hours(grid: Sequence[Sequence[int]]) -> bytes:
    """Return weekday × hour as PNG: rows 1 to 7 from Monday, columns 0 to 23.

    Args:
        grid: 7 × 24 counts.
    """
    height, left, right, top, bottom = 250, 40, 16, 8, 34
    image, draw = _canvas(height)
    most = max(1, *(max(row) for row in grid))
    wide, high = (_WIDTH - left - right) / 24, (height - top - bottom) / 7
    for day, row in enumerate(grid):
        _text(draw, (left - 10, top + (day + 0.5) * high), str(day + 1), "rm")
        for hour, count in enumerate(row):
            box = [
                left + hour * wide + 1,
                top + day * high + 1,
                left + (hour + 1) * wide,
                top + (day + 1) * high,
            ]
            shade = (
                _RAMP[min(-(-count * (len(_RAMP) - 1) // most), len(_RAMP) - 1)] if count > 0 else _RAMP[0]
            )
            draw.rectangle([_s(value) for value in box], fill=shade)
            if count > 0:
                colour = "#ffffff" if 2 * count > most else _GREY
                middle = (left + (hour + 0.5) * wide, top + (day + 0.5) * high)
                _text(draw, middle, str(count), "mm", colour)
    for hour in range(0, 24, 2):
        _text(draw, (left + (hour + 0.5) * wide, height - bottom + 6), str(hour), "mt")
    return _png(image)


def _step(most: int) -> int:
    """Return a round step that gives at most six lines."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if most <= 5 * factor * size:
                return factor * size
        size *= 10


def _canvas(height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (_WIDTH * _SCALE, height * _SCALE), "white")
    return image, ImageDraw.Draw(image)


def _s(value: float) -> float:
    return value * _SCALE


def _line(draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], colour: str, width: int) -> None:
    draw.line([(_s(a), _s(b)) for a, b in points], fill=colour, width=width * _SCALE)


def _text(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, anchor: str, colour: str = _GREY
) -> None:
    font = ImageFont.load_default(size=14 * _SCALE)
    draw.text((_s(at[0]), _s(at[1])), text, fill=colour, anchor=anchor, font=font)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()
