"""What the row of a label rule may say, for the files of ``rules/`` and for the page 规则试验 alike.

Belongs here: checks of single columns and of columns against each other, worded for the person who wrote them. Does
not belong here: which labels exist (seed ``labels.csv``) and what a rule does (``labeller``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

FIELDS = {
    "rule_id": "规则编号", "label_code": "标签", "terms": "触发词", "context": "上下文词",
    "context_reach": "上下文范围", "exclusions": "排除词", "exclusion_reach": "排除范围",
    "counts_in_claim": "谎称也算", "priority": "优先级", "confidence_pct": "把握", "rule_version": "规则版本",
    "status": "状态",
}  # fmt: skip
"""Columns of a rule → what the pages call them, in the order of the files."""
STATUSES = {"active": "启用", "draft": "草案", "retired": "停用"}
NUMBERS = {
    "context_reach": (0, 500), "exclusion_reach": (0, 500), "priority": (0, 100), "confidence_pct": (1, 100),
}  # fmt: skip
"""Column → least and greatest value."""
MOST_WORDS, LONGEST_WORD, MOST_SPELLINGS = 500, 20, 5_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_GROUP = re.compile(r"\[[^\[\]|]+\]")
_NOTATION = re.compile(r"[\[\]/?*()]")
# The matcher takes every character beyond the basic plane for one and the same (labeller._halved).
_UNREADABLE = re.compile("[\U00010000-\U0010ffff\ufffd\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one column.

    Args:
        field: the column.
        words: what is wrong and how it is put right, in Chinese, beginning with the column's name.
    """

    field: str
    words: str


def problems_of(row: Mapping[str, str | None]) -> list[Problem]:
    """Return what is wrong with a row, in the order of columns.

    Args:
        row: column → text, as in the files of ``rules/``.

    Returns:
        Empty for a rule that can be applied.
    """
    told = {name: row.get(name) or "" for name in FIELDS}
    checks: dict[str, Callable[[], str | None]] = {
        "rule_id": lambda: (
            None if _ID.fullmatch(told["rule_id"]) else "只能用字母、数字、- 和 _，最多 32 个字符"
        ),
        "label_code": lambda: None if told["label_code"] else "没有选标签",
        "terms": lambda: _words(told["terms"]) if told["terms"].strip("| ") else "至少要有一个词",
        "context": lambda: _words(told["context"]),
        "context_reach": lambda: _reach(told["context"], told["context_reach"], "context"),
        "exclusions": lambda: _words(told["exclusions"]),
        "exclusion_reach": lambda: _reach(told["exclusions"], told["exclusion_reach"], "exclusions"),
        "counts_in_claim": lambda: (
            None if told["counts_in_claim"] in ("true", "false") else "只能是 true 或 false"
        ),
        "rule_version": lambda: None if told["rule_version"] else "没有写",
        "status": lambda: None if told["status"] in STATUSES else f"只能是 {'、'.join(STATUSES)}",
    }
    found = []
    for name, title in FIELDS.items():
        wrong = _number(name, told[name]) if name in NUMBERS else None
        if wrong := wrong or (checks[name]() if name in checks else None):
            found.append(Problem(name, f"“{title}”{wrong}"))
    return found


def _number(name: str, text: str) -> str | None:
    least, most = NUMBERS[name]
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return None
    return f"应是 {least} 到 {most} 的整数"


def _reach(words: str, reach: str, name: str) -> str | None:
    title = FIELDS[name]
    if words and reach == "0":
        return f"是 0，{title}不会起作用：请写字数，或者清空{title}"
    if not words and reach != "0":
        return f"应是 0，因为没有{title}"
    return None


def _words(text: str) -> str | None:
    words = text.split("|") if text else []
    if len(words) > MOST_WORDS:
        return f"有 {len(words)} 个词，最多 {MOST_WORDS} 个：请分成几条规则"
    spellings = 0
    for word in words:
        if not word or word != word.strip():
            return "有空词或词前后有空格：请检查竖线 | 的两边"
        if any(character.isspace() for character in word):
            return f"的“{word}”中间有空格：空格不能出现在词里"
        if _UNREADABLE.search(word):
            return f"的“{word}”含有不能识别的字符（如表情符号）"
        if _NOTATION.search(_GROUP.sub("", word)):
            return f"的“{word}”写法不对：任选写成 [甲/乙]，方括号要成对，别处不能有 [ ] / ? * ( )"
        choices = _GROUP.findall(word)
        count = 1
        for choice in choices:
            if _NOTATION.search(choice[1:-1].replace("/", "")):
                return f"的“{word}”写法不对：方括号里只能有词和 /"
            count *= choice.count("/") + 1
        spellings += count
        if not _GROUP.sub("", word) and all("" in choice[1:-1].split("/") for choice in choices):
            return f"的“{word}”可以什么字都没有：请至少写一个必须有的字"
        longest = len(_GROUP.sub("", word)) + sum(max(map(len, c[1:-1].split("/"))) for c in choices)
        if longest > LONGEST_WORD:
            return f"的“{word[:LONGEST_WORD]}…”太长，最多 {LONGEST_WORD} 个字"
        if spellings > MOST_SPELLINGS:
            return f"展开后超过 {MOST_SPELLINGS:,} 种写法：请减少方括号里的任选"
    return None
