"""How alike two names of codes are.

Belongs here: normal forms of a name and comparisons of two names. Does not belong here: anything that knows
a dictionary (``codes``, ``renumbering``, ``suggestions``).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

# Spellings that mean the same word in names of classes, offences and places; the left one is the variant.
# Source: the typos and doublets listed in docs/dictionaries.md.
VARIANTS = (
    ("其它", "其他"), ("帐", "账"), ("签定", "签订"), ("妨碍", "妨害"), ("雇佣", "雇用"), ("毒脏", "毒赃"),
    ("通讯自由", "通信自由"), ("泄漏", "泄露"), ("持戒", "持械"), ("份子", "分子"),
)  # fmt: skip

# Words that end a name without changing which class it is.
_ENDING = re.compile(r"(?<=..)(?:刑事案件|治安案件|类警情|警情|案件|案|罪|类)+$")
_SEPARATORS = re.compile(r"[,，;；/／|·•\\]+")
_BRACKETS = str.maketrans(
    {"〔": "(", "〕": ")", "【": "(", "】": ")", "[": "(", "]": ")", "{": "(", "}": ")"}
)
# Likeness of two names that differ in punctuation and connectives only.
ONLY_CONNECTIVES = 0.98
_PUNCTUATION = re.compile(r"[\s、()“”\"'‘’:：.。\-—_]+")
_CONNECTIVES = re.compile(r"[、]|以及|或者|和|或|及|与")
# A code before a name, as lists and exports write it: "050200 盗窃案", "110-盗窃", "[050200]盗窃案".
_CODE_AND_NAME = re.compile(
    r"^[\[(【（]?([0-9A-Za-z][0-9A-Za-z_.]*)[\])】）]?[\s:：、\-—_|]*(.*)$", re.DOTALL
)


@lru_cache(maxsize=65536)
def normalise(name: str) -> str:
    """Return a name without differences that never change its meaning.

    Full width, brackets, separators, blanks, listed spelling variants and the ending 案/罪/案件/警情. Two
    names with equal normal forms may be taken for the same name.
    """
    text = unicodedata.normalize("NFKC", name).translate(_BRACKETS)
    text = _SEPARATORS.sub("、", re.sub(r"\s+", "", text))
    for variant, usual in VARIANTS:
        text = text.replace(variant, usual)
    return _ENDING.sub("", text)


@lru_cache(maxsize=65536)
def core(name: str) -> str:
    """Return a name's characters only: normal form without punctuation and connectives (和、或者、及 …)."""
    return _PUNCTUATION.sub("", _CONNECTIVES.sub("", normalise(name)))


@lru_cache(maxsize=65536)
def pinyin(name: str) -> tuple[str, ...]:
    """Return the toneless syllables of a name's core: equal for names typed with a homophone."""
    return tuple(lazy_pinyin(core(name)))


def split_code(value: str) -> tuple[str, str]:
    """Return the code and the name a source value consists of; either may be empty."""
    text = unicodedata.normalize("NFKC", value).strip()
    match = _CODE_AND_NAME.match(text)
    if not match or not any(character.isdigit() for character in match[1]):
        # A pure word in Latin letters may be a code as well (own codes are words), but holds no name.
        return (text, "") if re.fullmatch(r"[A-Za-z][A-Za-z_]*", text) else ("", text)
    return match[1], match[2].strip()


def similarity(left: str, right: str) -> float:
    """Return how alike two names are, 0 to 1; 1 means equal normal forms.

    Source: normalised Indel similarity of the cores (rapidfuzz ``ratio``); the same over syllables counts
    nearly as much when the names have the same length, because then a homophone was typed. Equal characters
    with other punctuation or connectives (和, 、) are nearly equal names.
    """
    if normalise(left) == normalise(right):
        return 1.0
    first, second = core(left), core(right)
    if not first or not second:
        return 0.0
    if first == second:
        return ONLY_CONNECTIVES
    best = fuzz.ratio(first, second) / 100
    if len(first) == len(second):
        best = max(best, 0.97 * fuzz.ratio(pinyin(left), pinyin(right)) / 100)
    return best


def is_homophone(left: str, right: str) -> bool:
    """Return whether two names of different characters sound alike."""
    return core(left) != core(right) and len(core(left)) > 1 and pinyin(left) == pinyin(right)


def is_part(part: str, whole: str) -> bool:
    """Return whether ``part`` is ``whole`` with items of its enumerations left out.

    生产伪劣农药案 is a part of 生产、销售伪劣农药案; 生产、销售劣药案 is not, although its characters stand
    there in order: what is left out must begin or end at a 、.
    """
    left = tuple(_CONNECTIVES.sub("、", normalise(whole)))
    right = normalise(part).replace("、", "")
    if not right or "、" not in left or len(right) >= len(left):
        return False
    return _is_part(left, _CONNECTIVES.sub("", right))


def _is_part(whole: tuple[str, ...], part: str) -> bool:
    """Walk ``whole`` once, keeping the set of (matched characters, state).

    States: ``kept`` – the last character was matched; ``after`` – inside a left-out span that began at a 、;
    ``before`` – inside a left-out span that must end at a 、.
    """
    states = {(0, "kept")}
    for character in whole:
        following: set[tuple[int, str]] = set()
        for matched, state in states:
            if character == "、":
                following |= {(matched, "kept"), (matched, "after")}
                continue
            takes = matched < len(part) and part[matched] == character
            if state != "before":
                if takes:
                    following.add((matched + 1, "kept"))
                if state == "kept":
                    following.add((matched, "before"))
                else:
                    following.add((matched, "after"))
            else:
                following.add((matched, "before"))
        states = following
    return any(matched == len(part) and state != "before" for matched, state in states)
