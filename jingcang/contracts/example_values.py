"""Single example values: texts that match a pattern, moments in a format, texts that are no moment.

Belongs here: one value for one clause. Does not belong here: whole rows (``example_rows``).
"""

from __future__ import annotations

import datetime as dt
import random
import re
from typing import Any

from jingcang.contracts import formats

_MOST = 4
"""Repeats drawn beyond the least where a pattern sets no limit."""


def matching(pattern: str, rng: random.Random) -> str:
    """Return a text that matches ``pattern`` as a whole.

    Raises:
        LookupError: the pattern uses what is not drawn here.
    """
    text = _draw(re._parser.parse(pattern), rng)  # type: ignore[attr-defined]
    if not re.fullmatch(pattern, text):
        raise LookupError(pattern)
    return text


def _draw(tokens: Any, rng: random.Random) -> str:
    return "".join(_one(str(code), argument, rng) for code, argument in tokens)


def _one(code: str, argument: Any, rng: random.Random) -> str:
    match code:
        case "LITERAL":
            return chr(argument)
        case "IN":
            return _member(argument, rng)
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, most, inner = argument
            return "".join(
                _draw(inner, rng) for _ in range(rng.randint(least, min(int(most), least + _MOST)))
            )
        case "BRANCH":
            return _draw(rng.choice(argument[1]), rng)
        case "SUBPATTERN":
            return _draw(argument[3], rng)
        case "ANY":
            return rng.choice("甲乙丙0A")
        case "AT":
            return ""
    raise LookupError(code)


def _member(argument: Any, rng: random.Random) -> str:
    if str(argument[0][0]) == "NEGATE":
        refused = re.compile(f"[{''.join(_written(item) for item in argument[1:])}]")
        return rng.choice([char for char in "甲乙丙丁0123456789ABCabc-_" if not refused.match(char)])
    code, value = rng.choice(argument)
    match str(code):
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return chr(rng.randint(*value))
        case "CATEGORY" if str(value) == "CATEGORY_DIGIT":
            return rng.choice("0123456789")
    raise LookupError(str(code))


def _written(item: Any) -> str:
    code, value = item
    if str(code) == "RANGE":
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return re.escape(chr(value))


def moment_text(moment: dt.datetime, fmt: str) -> str:
    """Return a moment in a declared format."""
    if fmt == formats.ROC_DATE:
        return f"{moment.year - 1911:03d}{moment:%m%d}"
    return moment.strftime(fmt.replace("%z", "+0800"))


def misread(text: str, fmt: str) -> str:
    """Return a text shaped like a moment of ``fmt`` whose day does not exist: the 31st of April of its year."""
    if fmt == formats.ROC_DATE:
        return f"{text[:3]}0431"
    parts = {"%Y": "2025", "%m": "04", "%d": "31", "%H": "08", "%I": "08", "%M": "00", "%S": "00", "%p": "AM",
             "%z": "+0800", "%y": "25", "%f": "000000", "%b": "Apr", "%B": "April"}  # fmt: skip
    for directive, written in parts.items():
        fmt = fmt.replace(directive, written)
    return fmt
