"""Accuracy of the address parser on the labelled addresses, by component, level and noise kind.

Belongs here: comparing parts, spans and levels with the labels, intervals, the table. Does not belong here: the
labelled rows (``tests/unit/addresses/labelled``), patterns and drawing (``generate_addresses``).

Usage: ``python -m tests.evaluation.addresses [--set held_out] [--errors] [--write docs/address-quality.md]``
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jingcang.addresses import Address, division_index, parse_address
from jingcang.statistics.intervals import wilson_interval

LABELLED = Path(__file__).parents[1] / "unit" / "addresses" / "labelled"
FIELDS = {
    "province": "province_name", "city": "city_name", "district": "district_name", "street": "street_name",
    "community": "community_name", "group": "group_no", "road": "road_name", "cross": "cross_road_name",
    "house": "house_no", "compound": "compound_name", "building": "building_no", "entrance": "entrance_no",
    "floor": "floor_no", "room": "room_no", "relation": "relation",
}  # fmt: skip
SETS = ("held_out", "freehand", "development")
LEVELS = ("室", "幢", "院", "路", "社区", "none")
Parse = Callable[[str], Address]


@dataclass
class Score:
    """Hits and trials by component, level and noise kind, and what went wrong.

    A component is a trial where the label or the parser names it, and a hit where both name the same value at
    the same place: leaving out and making up count alike. An address is whole when every component and the
    level are right.
    """

    components: Counter[str] = field(default_factory=Counter)
    component_hits: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    level_hits: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    kind_hits: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    @property
    def whole(self) -> float:
        return sum(self.kind_hits.values()) / max(1, sum(self.kinds.values()))

    def share(self, component: str) -> float:
        return self.component_hits[component] / max(1, self.components[component])


def labelled(which: str) -> list[dict[str, Any]]:
    """Return the labelled rows of one set."""
    lines = (LABELLED / f"{which}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def score(rows: list[dict[str, Any]], parse: Parse) -> Score:
    """Compare a parser with the labels."""
    result = Score()
    for row in rows:
        address = parse(row["text"])
        wrong = []
        for component, name in FIELDS.items():
            wanted = row["parts"].get(component)
            found = getattr(address, name)
            if wanted is None and not found:
                continue
            right = (
                wanted is not None and found == wanted[2] and address.spans[name] == (wanted[0], wanted[1])
            )
            result.components[component] += 1
            result.component_hits[component] += right
            if not right:
                wrong.append(f"{component}: {found or '-'} {address.spans.get(name, '')} ≠ {wanted or '-'}")
        result.levels[row["level"]] += 1
        result.level_hits[row["level"]] += address.level == row["level"]
        if address.level != row["level"]:
            wrong.append(f"level: {address.level} ≠ {row['level']}")
        result.kinds[row["noise"]] += 1
        result.kind_hits[row["noise"]] += not wrong
        if wrong:
            result.errors.append(f"{row['id']} {row['noise']} {row['text']} | {'; '.join(wrong)}")
    return result


def cell(hits: int, trials: int) -> str:
    """Return hits, trials, share and its 95% Wilson interval as cells of a table."""
    if not trials:
        return "0 | 0 | – | –"
    interval = wilson_interval(hits, trials)
    return f"{hits} | {trials} | {hits / trials:.1%} | {interval.ci_low:.1%}–{interval.ci_high:.1%}"


def table(result: Score) -> str:
    """Return the tables of one scored set."""
    lines = ["| what | right | of | share | 95% interval |", "|---|---:|---:|---:|---|"]
    lines.append(f"| whole address | {cell(sum(result.kind_hits.values()), sum(result.kinds.values()))} |")
    lines.append(f"| level | {cell(sum(result.level_hits.values()), sum(result.levels.values()))} |")
    for name, hits, trials in (
        [(f"component {one}", result.component_hits[one], result.components[one]) for one in FIELDS]
        + [(f"level {one}", result.level_hits[one], result.levels[one]) for one in LEVELS]
        + [(f"noise: {one}", result.kind_hits[one], result.kinds[one]) for one in result.kinds]
    ):
        lines.append(f"| {name} | {cell(hits, trials)} |")
    return "\n".join(lines)


def parsers() -> dict[str, Parse]:
    """Return the parser by its words alone, and with the built-in list of divisions."""
    divisions = division_index()
    return {"words": parse_address, "divisions": lambda text: parse_address(text, divisions)}


def main() -> None:
    """Measure and print; write the document when asked."""
    options = argparse.ArgumentParser(prog="addresses")
    options.add_argument("--set", choices=SETS, default="held_out")
    options.add_argument("--parser", choices=("words", "divisions"), default="divisions")
    options.add_argument("--errors", action="store_true")
    given = options.parse_args()
    result = score(labelled(given.set), parsers()[given.parser])
    print(f"{given.set}, parser with {given.parser}\n{table(result)}")
    if given.errors:
        print("\n".join(result.errors))


if __name__ == "__main__":
    main()
