"""Texts as arrays of numbers: characters, classes of characters, hashes of n-grams.

Belongs here: what every model reads a text through, computed for many texts at once. Does not belong here:
what a particular model looks at (``features``, ``linear``).

Characters are normalised one to one (full width to half width, every digit to 0, capitals to small
letters), so that an offset in the arrays is an offset in the text. Words are not segmented: on these data
segmentation never beat characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint32]

PAD = 5
"""Empty places before, between and after texts: no n-gram reaches from one text into the next."""

CLASSES = {
    "digit": "0123456789",
    "numeral": "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟半几数余多",
    "mask": "*×Xx某Ｘ",
    "name_mark": "甲乙丙丁戊己庚辛",
    "stop": "。；;！!？?\n",
    "comma": "，,：:",
    "list": "、",
    "open": "“「《(（【[‘",
    "close": "”」》)）】]’",
    "point": ".·•-—~～/",
    "measure": "元角分块克斤吨米个只部台辆条件瓶包张枚盒袋把双对套根盏袋箱捆块头株",
    "date": "年月日时许点号",
    "area": "省市县区镇乡村社街路道巷弄栋幢楼室房层院厂店场馆站所",
}


@cache
def _tables() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    normal = np.arange(0x10000, dtype=np.uint32)
    for code in range(0xFF01, 0xFF5F):
        normal[code] = code - 0xFEE0
    normal[0x3000] = 0x20
    for code in range(0x10000):
        folded = int(normal[code])
        if 0x30 <= folded <= 0x39:
            normal[code] = 0x30
        elif 0x41 <= folded <= 0x5A:
            normal[code] = folded + 0x20
    classes = np.full(0x10000, len(CLASSES) + 1, dtype=np.uint8)
    classes[0x61:0x7B] = len(CLASSES) + 2
    for number, characters in enumerate(CLASSES.values(), start=1):
        for character in characters:
            classes[ord(character)] = number
    classes[0] = 0
    return normal, classes


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts laid one after the other with :data:`PAD` empty places around each.

    Args:
        codes: normalised code points; 0 in empty places.
        classes: number of the class of each character (order of :data:`CLASSES`); 0 in empty places.
        starts: place of the first character of each text.
        lengths: characters of each text.
    """

    codes: Codes
    classes: Codes
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    def places(self) -> npt.NDArray[np.int64]:
        """Return the place of every character of every text, without the empty places."""
        return np.flatnonzero(self.codes)


def encode(texts: list[str]) -> Batch:
    """Lay texts out as arrays.

    Args:
        texts: any texts; empty ones are allowed.

    Returns:
        The batch; offsets within a text are those of its characters.
    """
    gap = "\0" * PAD
    joined = gap + gap.join(texts) + gap if texts else gap
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    normal, classes = _tables()
    # Characters beyond the basic plane (rare names, emoji) are one unknown character.
    codes = np.where(codes < 0x10000, codes, 0xFFFD)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    starts = PAD + np.concatenate([[0], np.cumsum(lengths + PAD)[:-1]]) if texts else lengths
    # A text may itself hold NUL: within a text no place is empty.
    inside = np.zeros(len(codes) + 1, dtype=np.int64)
    np.add.at(inside, starts, 1)
    np.add.at(inside, starts + lengths, -1)
    codes = np.where((codes == 0) & (np.cumsum(inside)[:-1] > 0), 0xFFFD, codes)
    normalised = normal[codes]
    return Batch(normalised, classes[normalised].astype(np.uint32), starts.astype(np.int64), lengths)


def shift(values: Codes, by: int) -> Codes:
    """Return the values ``by`` places to the right of each place (negative: to the left); 0 beyond the ends."""
    out = np.zeros_like(values)
    if by > 0:
        out[:-by] = values[by:]
    elif by < 0:
        out[-by:] = values[:by]
    else:
        out[:] = values
    return out


def mix(salt: int, *parts: Codes) -> Hashes:
    """Return one 32-bit hash a place from several values (finaliser of MurmurHash3, public domain)."""
    state = np.full(parts[0].shape, (salt * 0x9E3779B1 + 0x7F4A7C15) & 0xFFFFFFFF, dtype=np.uint32)
    for part in parts:
        state = (state ^ part) * np.uint32(0x85EBCA6B)
        state ^= state >> np.uint32(15)
        state *= np.uint32(0xC2B2AE35)
        state ^= state >> np.uint32(13)
    return state
