"""Writes the labelled addresses from the patterns; the files are committed and read by the evaluation.

Belongs here: drawing slots and recording where each stands. Does not belong here: patterns
(``address_patterns``), judging a parser (``addresses``), and any code of the product.

The development set served while the parser was written; the held-out set has other names and other draws, was
written before the parser was changed, and is what the report leads with.

``address_freehand.txt`` holds addresses written one by one as people say and type them (noise kind, level, address,
in the notation of the patterns with every slot stated).

Usage: ``python -m tests.evaluation.generate_addresses``
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from tests.evaluation.address_patterns import DIVISIONS, NAMES, PATTERNS, PERSONS

FOLDER = Path(__file__).parents[1] / "unit" / "addresses" / "labelled"
WRITTEN = Path(__file__).with_name("address_freehand.txt")
ROWS_A_KIND = {"development": 12, "held_out": 13}
SEEDS = {"development": 11, "held_out": 29}
_DIVISION = ("province", "province_short", "city", "city_short", "district", "district_short", "street")
_OF = {
    "town": "street",
    "village": "community",
    "tower": "compound",
    "landmark": "compound",
    "park": "compound",
}
_SLOT = re.compile(r"\{(0:)?(\w+)(?::([^=}]+)(?:=([^}]+))?)?\}")
_HAN = "零一二三四五六七八九"


def _wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def _han(number: int) -> str:
    """Write 1–199 as a number is said: 十二, 二十, 一百零五, 一百一十二."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = _HAN[hundreds] + "百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _HAN[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_HAN[ones] if ones else "")


class Draw:
    """The slots of one address."""

    def __init__(self, which: str, source: random.Random) -> None:
        self.source, self.names = source, NAMES[which]
        self.division = dict(zip(_DIVISION, source.choice(DIVISIONS[which]), strict=True))
        self.once: dict[str, str] = {}

    def name(self, slot: str) -> str:
        """Draw a name once an address, so that a repeated part repeats."""
        return self.once.setdefault(slot, self.source.choice(self.names[slot]))

    def slot(self, slot: str) -> tuple[str, str, str]:
        """Return component ('' when none), what is written, what it means."""
        if slot in self.division:
            text = self.division[slot]
            return slot.removesuffix("_short"), text, text
        if slot in self.names:
            text = self.name(slot)
            return _OF.get(slot, slot), text, text
        if slot == "phone":
            return "", f"138{self.source.randrange(10**8):08d}", ""
        if slot == "person":
            return "", self.source.choice(PERSONS), ""
        return self.special(slot)

    def special(self, slot: str) -> tuple[str, str, str]:
        component, _, how = slot.partition("_")
        if slot in ("annex", "sub"):
            first, second = self.source.randint(2, 300), self.source.randint(1, 2)
            return "house", *{
                "annex": (f"{first}号附{second}", f"{first}附{second}"), "sub": (f"{first}-{second}",) * 2,
            }[slot]  # fmt: skip
        if slot == "lane":
            text = f"{self.source.randint(10, 900)}弄"
            return "house", text, text
        if slot == "road_lane":
            text = f"{self.name('road')}{self.source.randint(2, 99)}巷"
            return "road", text, text
        if "range" in slot:
            component = "building" if component == "building" else "house"
            first = self.source.choice((1, 31, 61, 91, 121, 181, 271))
            mark = self.source.choice("~-")
            written = f"{first} {mark} {first + 29}" if how == "spaced" else f"{first}{mark}{first + 29}"
            return component, written, written.replace(" ", "")
        if slot == "district_trad":
            return "district", self.division["district"][:-1] + "區", self.division["district"]
        if how == "typo":
            text = self.division[component]
            slip = self.source.choice("胡弧宛壕")
            body = len(text) - len(next(end for end in ("街道", "区", "市") if text.endswith(end)))
            place = self.source.randrange(body)
            text = text[:place] + slip + text[place + 1 :]
            return component, text, text
        return self.number(component, how)

    def number(self, component: str, how: str) -> tuple[str, str, str]:
        limits = {"house": 199, "building": 40, "entrance": 4, "group": 12, "floor": 28}
        if how == "letter":
            text = self.source.choice("ABCD")
            return component, text, text
        if component == "room":
            text = f"{self.source.randint(1, 18)}0{self.source.randint(1, 4)}"
        else:
            text = str(self.source.randint(1, limits[component]))
        if how == "wide":
            return component, _wide(text), text
        if how == "han":
            return component, _han(int(text)), text
        if how == "spoken":
            return component, "".join(_HAN[int(digit)] for digit in text), text
        return component, text, text


def write_one(pattern: str, draw: Draw) -> tuple[str, dict[str, list[object]]]:
    """Return the text of one pattern and, by component, [start, end, value]."""
    text, parts, last = "", {}, 0
    for match in _SLOT.finditer(pattern):
        text += pattern[last : match.start()]
        last = match.end()
        silent, slot, written, value = match.groups()
        if slot == "dashed":
            for number, part in enumerate(("building", "entrance", "room")):
                _, digits, meaning = draw.slot(part)
                text += "-" * (number > 0)
                parts[part] = [len(text), len(text) + len(digits), meaning]
                text += digits
            continue
        if written:
            component, surface, meaning = slot, written, value or written
        elif silent:
            component, surface, meaning = "", draw.slot(slot)[1], ""
        else:
            component, surface, meaning = draw.slot(slot)
        if component:
            parts[component] = [len(text), len(text) + len(surface), meaning]
        text += surface
    return text + pattern[last:], parts


def drawn(which: str) -> Iterator[tuple[str, str, str, dict[str, list[object]]]]:
    """Draw the rows of one set: noise kind, level, text, parts."""
    source = random.Random(SEEDS[which])
    seen: set[str] = set()
    for kind, patterns in PATTERNS.items():
        rows, tries = 0, 0
        # A pattern of one name has few forms: what was drawn before is drawn again, up to a limit.
        while rows < ROWS_A_KIND[which] and tries < ROWS_A_KIND[which] * 20:
            pattern, level = patterns[tries % len(patterns)]
            text, parts = write_one(pattern, Draw(which, source))
            tries += 1
            if text not in seen:
                seen.add(text)
                rows += 1
                yield kind, level, text, parts


def main() -> None:
    """Write the three sets."""
    sets = {which: list(drawn(which)) for which in ROWS_A_KIND}
    nobody = Draw("held_out", random.Random(0))
    freehand = [line.split("\t") for line in WRITTEN.read_text(encoding="utf-8").splitlines()]
    sets["freehand"] = [(kind, level, *write_one(text, nobody)) for kind, level, text in freehand]
    for which, rows in sets.items():
        lines = [
            json.dumps(
                {
                    "id": f"{which[0]}{number:03d}",
                    "noise": kind,
                    "text": text,
                    "level": level,
                    "parts": parts,
                },
                ensure_ascii=False,
            )
            for number, (kind, level, text, parts) in enumerate(rows, 1)
        ]
        (FOLDER / f"{which}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
