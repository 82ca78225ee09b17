"""One spelling for parsing, with the way back to the recorded text.

Belongs here: full width, traditional suffix words, spoken numerals, what is no address (blanks, telephones,
masked persons), and where each remaining character stood. Does not belong here: the parts (``parsing``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord("—"): "-", ord("－"): "-", ord("–"): "-", ord("～"): "~", ord("臺"): "台", ord("區"): "区", ord("號"): "号",
    ord("樓"): "楼", ord("縣"): "县", ord("鎮"): "镇", ord("棟"): "栋", ord("單"): "单", ord("鄰"): "邻",
    ord("鄉"): "乡", ord("層"): "层", ord("與"): "与", ord("\u3000"): " ",
}  # fmt: skip
_HAN_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_HAN_PATTERN = (
    r"[零〇一二两三四五六七八九十百]+(?=号楼|号|幢|栋|单元|室|房|楼座|楼|层|组|队|弄|村民小组)"
    r"|(?<=[元幢栋楼座门])[零〇一二三四五六七八九]{3,4}(?![零〇一二三四五六七八九十百])"
)
_HAN_NUMBER = re.compile(_HAN_PATTERN)
_PERSON_WORDS = "报警人|联系人|户主|当事人|收件人|寄件人|事主|车主"
_NOISE = re.compile(
    # An aside, unless it is a division or tells the road of one: 西湖区(翠苑街道)文三路, 万华区(华西街与桂林路口).
    r"(?P<aside>(?<![市区县里村镇])\((?![^()]{1,10}(?:街道|镇|乡|社区|村)\))[^()]*\)|【[^】]*】)"
    r"|(?P<phone>(?:(?:联系)?电话|手机号?)[::]?[\d-]{7,13}|(?<!\d)1[3-9]\d{9}(?!\d))"
    # A masked person, with who they are: 报警人王某某; 联系人 with an unmasked name as far as the next mark.
    rf"|(?P<person>(?:(?:{_PERSON_WORDS})[::]?)?[\u4e00-\u9fff]某{{1,2}}(?:报(?!警))?"
    rf"|(?:{_PERSON_WORDS})[::]?[\u4e00-\u9fff]{{2,4}}(?=[,。;\s]|$))"
    r"|(?P<mark>[()\s,。;|]+|(?<=[省市区县旗镇乡道路街巷弄村号])[-/、](?=\d)"
    r"|(?<=[省市区县旗镇乡道])[/、-](?=[\u4e00-\u9fff])|(?<=[路街巷弄村])-(?=[\u4e00-\u9fff]))"
    rf"|(?P<number>{_HAN_PATTERN})"
)
# Most addresses have nothing to leave out: these two quick looks save them the slow one.
_NOISE_HINT = re.compile(rf"[()【\s,。;|某/、]|[\u4e00-\u9fff]-|1[3-9]\d{{9}}|电话|手机|{_PERSON_WORDS}")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text.

    Args:
        text: what the parser reads.
        starts: position in the original of each character; None when nothing was moved.
        ends: one past the position in the original of each character; None likewise.
    """

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span in the original of a half-open span of ``text``."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> str:
    """Return the text with full-width letters, 臺/區/號 and numerals before 号, 幢, 单元, 室 folded."""
    return _HAN_NUMBER.sub(lambda match: _han_number(match[0]), text.translate(_FOLD))


def fold_with_positions(text: str) -> Folded:
    """Fold a text and leave out what is no address.

    Args:
        text: an address as recorded.

    Returns:
        The folded text and the way back; every span of it maps to a span of ``text`` holding it.
    """
    text = text.translate(_FOLD)
    noise = _NOISE if _NOISE_HINT.search(text) else _HAN_NUMBER
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for match in noise.finditer(text):
        start, end = match.span()
        pieces.append(text[last:start])
        starts.extend(range(last, start))
        ends.extend(range(last + 1, start + 1))
        last = end
        if noise is _HAN_NUMBER or match.lastgroup == "number":
            number = _han_number(match[0])
            pieces.append(number)
            starts.extend([start] * len(number))
            ends.extend([end] * len(number))
        elif text[start - 1 : start].isdigit() and text[end : end + 1].isdigit():
            # What stands between two numbers keeps them apart: 阳光100 2栋.
            pieces.append(" ")
            starts.append(start)
            ends.append(end)
    if not last:
        return Folded(text)
    pieces.append(text[last:])
    starts.extend(range(last, len(text)))
    ends.extend(range(last + 1, len(text) + 1))
    return Folded("".join(pieces), starts, ends)


def _han_number(text: str) -> str:
    if not any(character in text for character in "十百"):
        return "".join(str(_HAN_DIGITS[character]) for character in text)
    total = digit = 0
    for character in text:
        if character == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif character == "百":
            total, digit = total + (digit or 1) * 100, 0
        else:
            digit = _HAN_DIGITS[character]
    return str(total + digit)
