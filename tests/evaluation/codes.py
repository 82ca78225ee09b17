"""How good the suggestions of codes are: shares with intervals, on tables that were not used to make them.

    python -m tests.evaluation.codes [--crosswalk FILE]

Belongs here: the figures and their printing. Does not belong here: the targets
(tests/unit/labelling/test_map_codes.py).

Two tables, both outside the repository:
- the reviewed crosswalk of case classes, six digits to eight (one half of it; ``--crosswalk`` takes another);
- the names that a second system gives to the same six-digit codes (pkui DIC_CASE_REASON), with every alias
  withheld; truth is the class of the same code.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from scipy import stats

from jingcang.labelling.dictionaries import Dictionary, Suggester, load_dictionary
from jingcang.statistics.intervals import wilson_interval

ROOT = Path(__file__).resolve().parents[2]
REAL_DATA = Path(os.environ.get("JINGCANG_REAL_DATA", ROOT.parent / "shared" / "data"))
CROSSWALK = REAL_DATA / "narratives" / "ajlb_crosswalk.dev.jsonl"
OTHER_SYSTEM = REAL_DATA / "codes" / "pkui_DIC_CASE_REASON.csv"

# Six-digit codes that the other system uses for another class: there is no truth for them (docs/dictionaries.md).
REUSED = {"060144", "060147", "060148", "060149", "060171", "050720", "020911"}


@dataclass(frozen=True)
class Measured:
    """Counts of right suggestions.

    Args:
        values: distinct values asked for.
        first: the first candidate is right.
        top5: one of the five is right.
        auto: decided without a person; ``auto_right`` of them right.
        levels: (score, right?) → values.
    """

    values: int
    first: int
    top5: int
    auto: int
    auto_right: int
    levels: Counter[tuple[float, bool]]


def measure(suggester: Suggester, pairs: Iterable[tuple[str, str]]) -> Measured:
    """Ask for every value and compare with the true code."""
    values = first = top5 = auto = auto_right = 0
    levels: Counter[tuple[float, bool]] = Counter()
    for value, truth in pairs:
        suggestion = suggester.suggest(value)
        codes = [candidate.code.code for candidate in suggestion.candidates]
        is_right = codes[0] == truth
        values += 1
        first += is_right
        top5 += truth in codes
        auto += suggestion.decision == "auto"
        auto_right += suggestion.decision == "auto" and is_right
        levels[suggestion.score, is_right] += 1
    return Measured(values, first, top5, auto, auto_right, levels)


def crosswalk(path: Path = CROSSWALK, form: str = "{name6}") -> list[tuple[str, str]]:
    """Return (value in the source, true eight-digit code) of a crosswalk; ``form`` writes the value."""
    with path.open(encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [(form.format(**row), row["code8"]) for row in rows]


def other_system() -> tuple[Suggester, list[tuple[str, str]]]:
    """Return a suggester for the six-digit classes without aliases, and the other system's names for them."""
    known = load_dictionary("case_class_6")
    bare = Dictionary(known.id, {code: replace(row, aliases=()) for code, row in known.codes.items()})
    with OTHER_SYSTEM.open(encoding="utf-8-sig", newline="") as stream:
        rows = [(row["name"].strip(), row["code"]) for row in csv.DictReader(stream)]
    return Suggester(bare), [(name, code) for name, code in rows if code in bare.codes and code not in REUSED]


def exact_interval(right: int, of: int) -> tuple[float, float]:
    """Return the 95% Clopper-Pearson interval of a share (Biometrika 1934, 26:404-413)."""
    found = stats.binomtest(right, of).proportion_ci(0.95, "exact")
    return float(found.low), float(found.high)


def share(title: str, right: int, of: int) -> str:
    """Return one line: share, counts, Wilson and Clopper-Pearson intervals."""
    if of == 0:
        return f"  {title:<28} 没有取值"
    wilson, exact = wilson_interval(right, of), exact_interval(right, of)
    return (
        f"  {title:<28} {right / of:.4f} ({right}/{of})  Wilson {wilson.ci_low:.4f}–{wilson.ci_high:.4f}"
        f"  Clopper-Pearson {exact[0]:.4f}–{exact[1]:.4f}"
    )


def report(title: str, found: Measured) -> str:
    """Return the block of lines of one table."""
    lines = [
        title,
        share("top-1", found.first, found.values),
        share("top-5", found.top5, found.values),
        share("auto, share of values", found.auto, found.values),
        share("auto, precision", found.auto_right, found.auto),
    ]
    for score in sorted({level for level, _ in found.levels}, reverse=True):
        right = found.levels[score, True]
        lines.append(share(f"score {score:.2f} keeps", right, right + found.levels[score, False]))
    return "\n".join(lines)


def main() -> None:
    """Print the figures of whatever table is present."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--crosswalk", type=Path, default=CROSSWALK)
    path = parser.parse_args().crosswalk
    if path.exists():
        suggester = Suggester.of("case_class_8")
        for title, form in (
            ("name", "{name6}"), ("code and name", "{code6} {name6}"), ("code", "{code6}"),
        ):  # fmt: skip
            print(
                report(f"crosswalk {path.name}, value = {title}", measure(suggester, crosswalk(path, form)))
            )
    else:
        print(f"没有 {path}")
    if OTHER_SYSTEM.exists():
        print(report("other system's names of six-digit classes, aliases withheld", measure(*other_system())))


if __name__ == "__main__":
    main()
