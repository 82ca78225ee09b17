"""The labelled texts as the given files hold them, and how they are split.

Belongs here: reading, grouping by case, folds. Does not belong here: scores (``evaluation``), learning
(``training``). Files named ``dev`` are read for measuring only, never for learning.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jingcang.errors import JingcangError

from .crf import Span

THEFT_TRAIN, THEFT_DEV = "cail2021_theft_ner.train.jsonl", "cail2021_theft_ner.dev.jsonl"
DRUG_TRAIN, DRUG_DEV = "cail2022_drug_ie.train.jsonl", "cail2022_drug_ie.dev.jsonl"
CHARGES = "cail2018_charge29.train_dev.jsonl"
AMOUNTS_DEV, EVENTS_DEV = "lawbench_3-7.dev.jsonl", "lawbench_2-9.dev.jsonl"
MESSAGES = "gov_messages_495/附件2.xlsx"

FOLDS = 5
_BLOCKS = 60
_SHINGLE, _SHARED_SHINGLES, _WIDESPREAD = 16, 30, 4


@dataclass(frozen=True, slots=True)
class Tagged:
    """A text with its entities, by start, longer ones first."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Classed:
    """A text with its class."""

    text: str
    name: str


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        raise JingcangError(f"缺少标注数据：{path.name}", remedy="请把标注数据所在的目录作为参数给出")
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def _tagged(text: str, spans: set[Span]) -> Tagged:
    return Tagged(text, tuple(sorted(spans, key=lambda span: (span.start, -span.end, span.label))))


def theft(path: Path) -> list[Tagged]:
    """Read theft sentences; spans nest."""
    return [
        _tagged(
            row["context"],
            {
                Span(entity["label"], *(int(place) for place in span.split(";")))
                for entity in row["entities"]
                for span in entity["span"]
            },
        )
        for row in _lines(path)
    ]


def drug(path: Path) -> list[Tagged]:
    """Read drug narratives; spans do not overlap."""
    return [
        _tagged(
            row["sentText"],
            {Span(entity["label"], entity["start"], entity["end"]) for entity in row["entityMentions"]},
        )
        for row in _lines(path)
    ]


def charges(path: Path) -> list[Classed]:
    """Read facts with their charge."""
    return [Classed(row["fact"], row["accusation"][0]) for row in _lines(path)]


def amounts(path: Path) -> list[tuple[str, int]]:
    """Read narratives with the total amount in 分."""
    out = []
    for row in _lines(path):
        stated = re.search(r"([\d.]+)元", row["answer"])
        if stated:
            out.append((row["question"].removeprefix("文书:"), round(float(stated[1]) * 100)))
    return out


def events(path: Path) -> list[tuple[str, frozenset[str]]]:
    """Read sentences with the kinds of their events."""
    return [(row["question"], frozenset(row["answer"].split(";"))) for row in _lines(path)]


def messages(path: Path) -> list[Classed]:
    """Read citizen messages: subject and body, with their first-level class."""
    import openpyxl

    if not path.exists():
        raise JingcangError(f"缺少标注数据：{path.name}", remedy="请把标注数据所在的目录作为参数给出")
    sheet = openpyxl.load_workbook(path, read_only=True).active
    rows = sheet.iter_rows(values_only=True) if sheet is not None else iter(())
    header = [str(name) for name in next(rows)]
    subject, body, name = (header.index(title) for title in ("留言主题", "留言详情", "一级分类"))
    return [
        Classed(f"{row[subject]}\n{str(row[body] or '').strip()}", str(row[name]))
        for row in rows
        if row[name]
    ]


def block_folds(size: int) -> npt.NDArray[np.int64]:
    """Return the fold of each row of a file in which neighbouring rows come from one case.

    The file is cut into 60 stretches of neighbours, dealt out in turn: a case lies in one stretch, save
    for the few at the cuts. Random folds flatter (0.04 of F1 for theft).
    """
    return np.arange(size) * _BLOCKS // max(size, 1) % FOLDS


def near_duplicate_groups(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return a group number a text: texts of one case or one template share a group.

    Two texts belong together when they share at least 30 stretches of 16 characters that stand in at
    most four texts; groups are the connected parts, each named by its first text.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for shingle in {text[at : at + _SHINGLE] for at in range(len(text) - _SHINGLE)}:
            holders[shingle].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for group in holders.values():
        if 2 <= len(group) <= _WIDESPREAD:
            shared.update((a, b) for a in group for b in group if a < b)
    parents = list(range(len(texts)))

    def root(number: int) -> int:
        while parents[number] != number:
            number = parents[number]
        return number

    for (first, second), count in shared.items():
        if count >= _SHARED_SHINGLES:
            low, high = sorted((root(first), root(second)))
            parents[high] = low
    return np.array([root(number) for number in range(len(texts))])


def file_hash(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
