"""防范提示: the declared texts, and which of them a week asks for.

Belongs here: reading ``data_contracts/reports/prevention_tips.csv`` and choosing. Does not belong here: whether
a rise is real (``jingcang.statistics``), the texts themselves.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.errors import JingcangError

TIPS = CONTRACTS_ROOT / "reports" / "prevention_tips.csv"
MOST_TIPS = 4


@dataclass(frozen=True)
class Tip:
    """One declared text.

    Args:
        code: its key.
        kind: ``rise`` after a real rise, ``season`` otherwise.
        metric: metric whose rise asks for it; "" for a season.
        label: class whose rise asks for it; "" for any rise of the metric.
        months: months of a season.
        text: what is printed.
    """

    code: str
    kind: str
    metric: str
    label: str
    months: tuple[int, ...]
    text: str


@cache
def load_tips(path: Path = TIPS) -> tuple[Tip, ...]:
    """Return the declared texts.

    Raises:
        JingcangError: a row of an unknown kind, without text, or a month without a seasonal text.
    """
    with path.open(encoding="utf-8", newline="") as handle:
        tips = tuple(
            Tip(
                row["tip_code"], row["kind"], row["metric_code"], row["label"],
                tuple(int(month) for month in row["months"].split("|") if month), row["text_zh"],
            )
            for row in csv.DictReader(handle)
        )  # fmt: skip
    wrong = [
        tip.code for tip in tips
        if tip.kind not in ("rise", "season") or not tip.text or (tip.kind == "rise") != bool(tip.metric)
    ]  # fmt: skip
    missing = set(range(1, 13)) - {month for tip in tips if tip.kind == "season" for month in tip.months}
    if wrong or missing:
        what = f"这些行不对：{'、'.join(wrong)}" if wrong else f"没有当季提示的月份：{sorted(missing)}"
        raise JingcangError(f"防范提示表{what}", where=path.name, rule="prevention_tips")
    return tips


def tips_for(rises: Iterable[tuple[str, str]], tips: Iterable[Tip]) -> list[tuple[Tip, tuple[str, str]]]:
    """Return the texts that real rises ask for, each with the rise, at most :data:`MOST_TIPS`.

    Args:
        rises: (metric, class or "" for the whole metric), the most important first.
        tips: declared texts.
    """
    chosen: dict[str, tuple[Tip, tuple[str, str]]] = {}
    by_rise = [tip for tip in tips if tip.kind == "rise"]
    for metric, label in rises:
        of_metric = [tip for tip in by_rise if tip.metric == metric]
        exact = [tip for tip in of_metric if tip.label and tip.label == label]
        for tip in exact or [tip for tip in of_metric if not tip.label]:
            chosen.setdefault(tip.code, (tip, (metric, label)))
    return list(chosen.values())[:MOST_TIPS]


def seasonal(month: int, tips: Iterable[Tip]) -> Tip:
    """Return the standard text of a month."""
    return next(tip for tip in tips if tip.kind == "season" and month in tip.months)
