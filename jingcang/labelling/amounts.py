"""Amounts of money in Chinese text, to whole 分.

Belongs here: the pattern of an amount and its value. Does not belong here: which amount of a narrative is
the total loss, and currencies other than 人民币 (an amount of 美元 is not an amount in 分).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {character: number for number, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
_DIGITS |= {"〇": 0, "两": 2}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000}

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_HAN = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬"
_TAIL = r"(?:元|块钱|块(?=[,，.。;；、]|$)|圆)(?!旦|宵|月|珠|形|桌|钢|店)(?:\d{1,2}角(?:\d分)?)?"
# A leading 数, 几 or 上 makes the number a magnitude, not an amount; a leading digit, letter, point or mask
# would cut a longer token in half.
# 3000元至5000元, 3-5万元: the span is the whole range.
_RANGE = rf"(?:{_NUMBER}[亿万千百]{{0,2}}(?:元)?(?:至|到|-|~))?"
_PATTERN = (
    rf"(?<![\d.,*A-Za-z-])(?:{_RANGE}{_NUMBER}(?:[亿万千百](?:{_NUMBER})?)*(?:余|多)?{_TAIL}"
    rf"|(?<=[￥¥]){_NUMBER}(?:[亿万千百](?:{_NUMBER})?)*(?![\d.元块%]))"
    rf"|(?<![{_HAN}数几上第])[零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾][{_HAN}]*(?:余|多)?{_TAIL}"
)
AMOUNT = re.compile(_PATTERN)
_UNIT = re.compile("[元块圆]|(?<=[￥¥])\\d")
_NUMERAL = frozenset(f"0123456789,.{_HAN}余多至到-~元")
_RANGE_MARK = re.compile("[至到~-]")
_ESTIMATE = re.compile("([一二两三四五六七八])[二两三四五六七八九](?=[十百千万])")
_PLAIN = re.compile(r"([0-9]+)(?:\.([0-9]{1,2}))?元")
_LIKE_UNITS = re.compile("[亿万千百]+(?=[余多]?[元块圆])")
_ARABIC = re.compile(r"(\d+(?:\.\d+)?)([亿万千百]*)")
_MULTIPLIERS = {"亿": 100_000_000, "万": 10_000, "千": 1000, "百": 100}
_MINOR = re.compile(r"(\d{1,2})角(?:(\d)分)?$")


def find_amounts(text: str) -> Iterator[tuple[int, int, int]]:
    """Find amounts: from a unit of money back to where its number begins.

    Args:
        text: full-width digits folded.

    Yields:
        Start, end, value in 分 (see :func:`amount_in_fen`); amounts of nothing are left out.
    """
    last = 0
    for unit in _UNIT.finditer(text):
        if unit.start() < last:
            continue
        start = unit.start()
        while start > last and text[start - 1] in _NUMERAL:
            start -= 1
        for match in AMOUNT.finditer(text, start, min(len(text), unit.end() + 30)):
            if match.start() > unit.start():
                break
            last = match.end()
            if fen := amount_in_fen(match[0]):
                yield match.start(), last, fen


def amount_in_fen(text: str) -> int | None:
    """Return the value of an amount as found by :data:`AMOUNT`.

    Args:
        text: such as ``4万9千元``, ``八万九千元``, ``9,112.43元``, ``300余元``.

    Returns:
        Whole 分; the number as stated for 余 and 多 (300余元 → 30000); the lower end of a range (3至5万元 →
        3,000,000) and of an estimate (两三百元 → 20,000); None when the characters do not make a number.
    """
    if plain := _PLAIN.fullmatch(text):
        return int(plain[1]) * 100 + int((plain[2] or "").ljust(2, "0"))
    if (mark := _RANGE_MARK.search(text)) and text[0] in "0123456789":
        low, high = text[: mark.start()], text[mark.end() :]
        if low[-1].isdigit() and (unit := _LIKE_UNITS.search(high)):
            low += unit[0]  # 3-5万元: the unit of the upper end is that of both
        return amount_in_fen(low.rstrip("元") + "元")
    text = _ESTIMATE.sub(r"\1", text)
    minor = _MINOR.search(text)
    fen = 0
    if minor:
        fen = int(minor[1]) * 10 + int(minor[2] or 0)
        text = text[: minor.start()]
    body = text.rstrip("元块圆钱").rstrip("余多").replace(",", "")
    value = _arabic(body) if body[:1].isdigit() and body[:1].isascii() else _chinese(body)
    if value is None:
        return None
    return int(value * 100) + fen


def _arabic(body: str) -> Decimal | None:
    total, rest = Decimal(0), body
    scale = 1
    while rest:
        match = _ARABIC.match(rest)
        if not match:
            return None
        number, units = Decimal(match[1]), match[2]
        factor = 1
        for unit in units:
            factor *= _MULTIPLIERS[unit]
        # 3万5 means 35,000: a bare digit after a unit stands one place below that unit.
        if not units and scale > 1 and number < 10:
            factor = scale // 10
        total += number * factor
        scale, rest = factor, rest[match.end() :]
    return total


def _chinese(body: str) -> Decimal | None:
    total = section = digit = 0
    last_unit = 1
    for character in body:
        if character in _DIGITS:
            if digit:
                return None  # 一二三元: digits read out, not an amount
            digit = _DIGITS[character]
            if digit == 0:
                last_unit = 1
        elif character in _UNITS:
            last_unit = _UNITS[character]
            section += (digit or 1) * last_unit
            digit = 0
        elif character in _LARGE:
            last_unit = _LARGE[character]
            if last_unit > 10_000:
                total = (total + section + digit) * last_unit
            else:
                total += (section + digit or 1) * last_unit
            section = digit = 0
        else:
            return None
    if digit and last_unit > 1:
        digit *= last_unit // 10  # 三万五 = 35,000, but 三万零五 = 30,005
    return Decimal(total + section + digit)
