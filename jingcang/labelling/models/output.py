"""What ``jingcang label`` writes for a narrative: labels, clues, entities, charge, total amount.

Belongs here: the shape of a line and how a line that cannot be read is answered. Does not belong here:
files and processes (``orchestration.cli_labelling``), the labels, clues and models themselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jingcang.labelling import Clue, Labeller, find_clues

from .artefacts import load_entities
from .charge import suggest_charges
from .crf import Span
from .entities import scheme_of
from .total_amount import Amount, total_amount


@dataclass(frozen=True, slots=True)
class LabelName:
    """Group and Chinese name of a label code."""

    group: str
    label: str


def find_entities(texts: list[str]) -> list[list[Span]]:
    """Return the entities of each text, read with the scheme the text speaks of."""
    out: list[list[Span]] = [[] for _ in texts]
    schemes = [scheme_of(text) for text in texts]
    for scheme in sorted(set(schemes)):
        places = [number for number, name in enumerate(schemes) if name == scheme]
        found = load_entities().find([texts[number] for number in places], scheme)
        for number, spans in zip(places, found, strict=True):
            out[number] = spans
    return out


class LineWriter:
    """Answers input lines with output lines, one for one.

    Args:
        names: group and name of each label code.
        labeller: the rules to apply; those of the product by default.
    """

    def __init__(self, names: dict[str, LabelName], labeller: Labeller | None = None) -> None:
        self._names = names
        self._labeller = labeller or Labeller()

    def answer(self, lines: Sequence[bytes], first: int) -> tuple[list[str], int]:
        """Answer lines.

        Args:
            lines: JSON lines with ``id`` and ``text``, in UTF-8, with or without line ends.
            first: number of the first of them in the file, from 1.

        Returns:
            One JSON line each, without line ends, and how many could not be read. A line that cannot be
            read is answered with ``id`` (null when it has none), ``line`` and ``error``; its content is not
            repeated.
        """
        out: list[dict[str, Any] | None] = []
        good: list[tuple[int, Any, str]] = []
        for number, line in enumerate(lines):
            try:
                key, text = _read(line)
            except _BadLine as error:
                out.append(
                    {"id": error.key, "line": first + number, "error": f"第 {first + number} 行{error.why}"}
                )
            else:
                out.append(None)
                good.append((number, key, text))
        texts = [text for _, _, text in good]
        answers = zip(good, find_entities(texts), suggest_charges(texts), strict=True)
        for (number, key, text), entities, charge in answers:
            out[number] = {"id": key, **self._narrative(text, entities, charge)}
        written = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in out]
        return written, len(lines) - len(good)

    def _narrative(self, text: str, entities: list[Span], charge: str | None) -> dict[str, Any]:
        clues = find_clues(text)
        amounts = [Amount(clue.start, clue.end, clue.amount_fen) for clue in clues if clue.amount_fen]
        total = total_amount(text, amounts)
        return {
            "labels": [
                {
                    "group": self._names[item.label_code].group, "code": item.label_code,
                    "label": self._names[item.label_code].label, "start": item.start, "end": item.end,
                    "source": "rule", "rule": item.rule_id, "confidence": item.confidence_pct / 100,
                }
                for item in self._labeller.label(text)
            ],
            "clues": [_clue(clue) for clue in clues],
            "entities": [{"label": span.label, "start": span.start, "end": span.end} for span in entities],
            "charge": charge,
            "total_amount": _yuan(total.fen) if total else None,
        }  # fmt: skip


def _clue(clue: Clue) -> dict[str, Any]:
    value: Any = clue.value if clue.amount_fen is None else _yuan(clue.amount_fen)
    return {
        "kind": clue.kind, "start": clue.start, "end": clue.end, "value": value, "valid": clue.is_checksum_valid
    }  # fmt: skip


def _yuan(fen: int) -> int | float:
    return fen // 100 if fen % 100 == 0 else fen / 100


class _BadLine(Exception):
    def __init__(self, why: str, key: Any = None) -> None:
        super().__init__(why)
        self.why, self.key = why, key


def _read(line: bytes) -> tuple[Any, str]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _BadLine("不是 UTF-8 文本") from error
    except (ValueError, RecursionError) as error:
        raise _BadLine("不是 JSON") from error
    if not isinstance(row, dict):
        raise _BadLine("不是 JSON 对象")
    key = row.get("id")
    if key is None:
        raise _BadLine("缺少 id")
    if not isinstance(key, str | int):
        raise _BadLine("的 id 不是文字或整数")
    text = row.get("text")
    if not isinstance(text, str):
        raise _BadLine("缺少 text，或 text 不是文字", key)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _BadLine("的 text 含有残缺的字符", key) from error
    return key, text
