"""Recognising text that was decoded with the wrong encoding.

Belongs here: one regular expression that Polars, DuckDB and Python all run.
Does not belong here: strict decoding of files (``jingcang.landing``).

A Chinese character is three bytes in UTF-8 (lead E4–E9, then two of 80–BF). Read as GBK, two characters
become three GBK pairs: (E4–E9, 80–BF), (80–BF, E4–E9), (80–BF, 80–BF). Three neighbours of these classes are
valid GBK and almost never real text; together with U+FFFD, 锟斤拷 and runs of Latin-1 letters (GBK or UTF-8
bytes read as Latin-1) they make the expression. Limit: a lone damaged character is not found.
Source of the byte classes: RFC 3629 section 3; GBK code page layout (GB 18030-2005 table 1).
"""

from __future__ import annotations


def _class(leads: range, trails: range) -> str:
    """Return a character class of all GBK pairs with such a lead and trail byte."""
    points = set()
    for lead in leads:
        for trail in trails:
            try:
                char = bytes((lead, trail)).decode("gbk")
            except UnicodeDecodeError:
                continue
            if len(char) == 1 and not 0xE000 <= ord(char) < 0xF900:
                points.add(ord(char))
    return "[" + "".join(_ranges(sorted(points))) + "]"


def _ranges(points: list[int]) -> list[str]:
    out: list[str] = []
    start = end = points[0]
    for point in [*points[1:], -1]:
        if point == end + 1:
            end = point
            continue
        out.append(chr(start) if start == end else f"{chr(start)}-{chr(end)}")
        start = end = point
    return out


_LEAD, _TAIL = range(0xE4, 0xEA), range(0x80, 0xC0)

MOJIBAKE = (
    "\ufffd|锟斤拷|[\u00a1-\u00ff]{4}|[\u00e3-\u00e9][\u0080-\u00bf]{2}|"
    + _class(_LEAD, _TAIL)
    + _class(_TAIL, _LEAD)
    + _class(_TAIL, _TAIL)
)
"""Regular expression found anywhere in a wrongly decoded text."""
