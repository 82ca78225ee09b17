"""One column in two versions: a verdict for everything said of it.

Belongs here: facts of a column, field, code or mapped column. Does not belong here: tables and rules
(``compare``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from jingcang.contracts.declared import DeclaredTable, Facts
from jingcang.contracts.fields import CLASSES

Verdict = tuple[bool, str]
"""(is breaking, id of the reason)."""

_SIZE = re.compile(r"^\s*([a-z_ ]+?)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)\s*$", re.IGNORECASE)
_WIDER_TYPES = {("integer", "number")}


def same_column(old: DeclaredTable, name: str, new: DeclaredTable, other: str) -> bool:
    """Whether ``other`` is ``name`` under a new name: its synonym, or one title and one type at one place."""
    was, now = old.columns[name], new.columns[other]
    if old.kind in ("codes", "dictionary", "profile", "mapping"):
        return False
    if name in now.get("synonyms", ()):
        return True
    title = was.get("title")
    return bool(title) and (title, was.get("type")) == (now.get("title"), now.get("type"))


def column_verdicts(kind: str, was: Facts, now: Facts) -> Iterator[tuple[bool, str, Any, Any]]:
    """Return (is breaking, reason, old, new) of every fact that changed."""
    for key in dict.fromkeys([*was, *now]):
        before, after = was.get(key), now.get(key)
        if before == after or key in ("position", "field"):
            continue
        breaking, reason = _verdict(kind, key, before, after)
        yield breaking, reason, before, after


def _verdict(kind: str, key: str, was: Any, now: Any) -> Verdict:
    match key:
        case "title" | "description":
            return False, "wording"
        case "required":
            return _required(kind, bool(now))
        case "unique":
            return (True, "uniqueness_added") if now else (kind != "source", "uniqueness_removed")
        case "type":
            return _type(kind, str(was), str(now))
        case "formats":
            return _formats(tuple(was), tuple(now))
        case "enum":
            return _enum(was, now)
        case "classification":
            lowered = CLASSES.index(now) < CLASSES.index(was) if {was, now} <= set(CLASSES) else True
            return lowered, "classification_lowered" if lowered else "classification_raised"
        case "mask":
            return was is not None, "mask_changed" if was is not None else "classification_raised"
        case "unit":
            return True, "unit_changed"
        case "dictionary" | "meaning":
            return True, "code_meaning_changed"
        case "valid_to":
            # Half-open days as ISO texts; without a last day a code holds for ever.
            is_cut = bool(now) and (not was or str(now) < str(was))
            return is_cut, "code_ends_earlier" if is_cut else "code_ends_later"
        case "made":
            return True, "mapping_changed"
        case "synonyms":
            lost = set(was) - set(now)
            return bool(lost), "synonym_removed" if lost else "synonym_added"
        case "physical":
            return _physical(str(was), str(now))
        case "normalise":
            return (True, "normalising_removed") if was else (False, "normalising_added")
        case "option.pattern":
            return _pattern(was, now)
        case _ if key.startswith("option."):
            return _bound(key.removeprefix("option."), was, now)
    return True, "layout_changed"


def _required(kind: str, now: bool) -> Verdict:
    if now:
        return True, "required_added"
    # A source may newly leave the value out and its rows still load; readers counted on the value.
    return kind != "source", "required_removed"


def _type(kind: str, was: str, now: str) -> Verdict:
    old, new = _SIZE.match(was), _SIZE.match(now)
    if old and new and old[1] == new[1]:
        return _sizes(old, new)
    wider = kind == "source" and (was, now) in _WIDER_TYPES
    return not wider, "type_widened" if wider else "type_changed"


def _sizes(old: re.Match[str], new: re.Match[str]) -> Verdict:
    """Compare lengths, or digits before and after the point."""
    scales = int(old[3] or 0), int(new[3] or 0)
    whole = int(old[2]) - scales[0], int(new[2]) - scales[1]
    cut = scales[1] < scales[0] or whole[1] < whole[0]
    return cut, "precision_cut" if cut else "precision_raised"


def _physical(was: str, now: str) -> Verdict:
    old, new = _SIZE.match(was), _SIZE.match(now)
    if old and new and old[1].lower() == new[1].lower():
        return _sizes(old, new)
    return bool(was and now), "physical_type_changed"


def _formats(was: tuple[str, ...], now: tuple[str, ...]) -> Verdict:
    if set(was) - set(now):
        return True, "format_removed"
    if tuple(item for item in now if item in was) != was or now[: len(was)] != was:
        # The first format that accepts a value decides what it means: 03/04 by %m/%d is not 03/04 by %d/%m.
        return True, "format_order_changed"
    return False, "format_added"


def _enum(was: dict[str, str] | None, now: dict[str, str] | None) -> Verdict:
    if was is None or now is None:
        return (True, "code_list_added") if was is None else (False, "code_list_removed")
    if set(was) - set(now):
        return True, "code_removed"
    if any(was[code] and was[code] != now[code] for code in was):
        return True, "code_meaning_changed"
    return False, "code_added" if set(now) - set(was) else "wording"


def _alternatives(pattern: str) -> set[str]:
    """Return the alternatives of ``^(a|b)$`` or ``a|b``; one alternative if it is built otherwise."""
    text = pattern.removeprefix("^").removesuffix("$")
    if text.startswith("(?:"):
        text = "(" + text[3:]
    if text.startswith("(") and text.endswith(")") and _depths(text[1:-1]) is not None:
        text = text[1:-1]
    depths = _depths(text)
    if depths is None:
        return {text}
    parts, current = [], ""
    for char, depth in zip(text, depths, strict=True):
        if char == "|" and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return {*parts, current}


def _depths(text: str) -> list[int] | None:
    """Return the nesting of every character, None where brackets do not match or are escaped."""
    depth, found = 0, []
    for char in text:
        depth += (char in "([") - (char in ")]")
        if depth < 0 or "\\|" in text:
            return None
        found.append(depth)
    return found if depth == 0 else None


def _pattern(was: str | None, now: str | None) -> Verdict:
    if now is None:
        return False, "pattern_removed"
    if was is None:
        return True, "pattern_added"
    wider = _alternatives(str(was)) <= _alternatives(str(now))
    return not wider, "pattern_widened" if wider else "pattern_changed"


_LOW, _HIGH = ("minimum", "minLength"), ("maximum", "maxLength")


def _bound(key: str, was: Any, now: Any) -> Verdict:
    if key not in (*_LOW, *_HIGH):
        return True, "clause_changed"
    if now is None:
        return False, "range_widened"
    if was is None:
        return True, "range_narrowed"
    before, after = _comparable(was), _comparable(now)
    narrower = after > before if key in _LOW else after < before
    return narrower, "range_narrowed" if narrower else "range_widened"


def _comparable(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value
