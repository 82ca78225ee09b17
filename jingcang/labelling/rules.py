"""Label rules as rows, and the matcher that applies them to a narrative.

Belongs here: reading ``rules.csv``, finding terms (Aho-Corasick), and deciding whether a found term is
evidence. Does not belong here: frames (``frames``), label names (seed ``labels.csv``), clues (``clues``).

A term is evidence unless
- it is negated in its own clause (未使用暴力, 否认撬锁; but not 趁其未锁门 or 没注意),
- the clause speaks of preventing, asking or supposing (防止, 严禁, 是否, 如果),
- it stands in a claim that the text calls false (谎称被人持刀抢劫), unless the rule counts claims (fraud),
- it stands in quotation marks without being named as a manner (店名“技术开锁”; but 以“溜门”方式 counts),
- a required context word is not in reach, or an excluded word is.
Where accepted terms of different labels overlap, the rule of higher priority keeps the place. One label
is given once: by the rule of highest priority, then by the first place.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick

RULES_PATH = Path(__file__).with_name("rules.csv")

_CLAUSE_END = "，。；：！？,;:!?\n"
_SENTENCE_END = "。；！？;!?\n"
_NEGATION_REACH = 10
# 未锁, 没注意, 无人 and the like say how the theft was possible; they do not negate what follows.
NEGATION = re.compile(
    r"(?:并未|未曾|从未|未(?!锁|关|成年|遂|果|注意|察觉|到|经|拔|上锁|带|婚)"
    r"|没有(?!人|锁|关|注意)|没(?!收|有|注意|发现|人|锁|关|看|在|带)"
    r"|并非|不是|否认|不存在|排除|无(?!人|故|端|法|业|证|牌|锡)|非(?!法))[^，。；：！？,;:!?\n]{0,6}$"
)
SUPPOSITION = re.compile(r"防止|防范|预防|以防|谨防|严禁|禁止|警惕|避免|是否|如果|假如|倘若|担心|害怕|以为")
FALSE_CLAIM = re.compile(r"谎称|谎报|假称|诈称|虚构|编造|捏造|诬称|佯称|骗称")
REFUTATION = re.compile(r"(?:系|属|属于|为|是|纯属)(?:虚构|编造|捏造|谎报|谎言|误会|误报)|并无此事|查无此事")
_MANNER = re.compile(r"(?:等|的|之)?(?:方式|手段|手法|方法|形式|盗窃|入室|作案)")
_QUOTES = {"“": "”", "「": "」", "《": "》", '"': '"'}
_QUOTE_REACH = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of ``rules.csv``; lists are separated by ``|``; reaches are characters within a sentence."""

    rule_id: str
    label_code: str
    terms: tuple[str, ...]
    context: tuple[str, ...]
    context_reach: int
    exclusions: tuple[str, ...]
    exclusion_reach: int
    counts_in_claim: bool
    priority: int
    confidence_pct: int
    rule_version: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A label with the place in the text that supports it (half-open character offsets)."""

    label_code: str
    rule_id: str
    rule_version: str
    start: int
    end: int
    confidence_pct: int
    priority: int


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


@cache
def load_rules(path: Path = RULES_PATH) -> tuple[Rule, ...]:
    """Read the rules.

    Returns:
        The rows of ``rules.csv`` in file order.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Rule(
                rule_id=row["rule_id"],
                label_code=row["label_code"],
                terms=_split(row["terms"]),
                context=_split(row["context"]),
                context_reach=int(row["context_reach"]),
                exclusions=_split(row["exclusions"]),
                exclusion_reach=int(row["exclusion_reach"]),
                counts_in_claim=row["counts_in_claim"] == "true",
                priority=int(row["priority"]),
                confidence_pct=int(row["confidence_pct"]),
                rule_version=row["rule_version"],
            )
            for row in csv.DictReader(stream)
        )


class Labeller:
    """Applies rules to narratives.

    Args:
        rules: the rules; by default those of ``rules.csv``.
    """

    def __init__(self, rules: tuple[Rule, ...] | None = None) -> None:
        self.rules = load_rules() if rules is None else rules
        by_term: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for term in rule.terms:
                by_term.setdefault(term, []).append(rule)
        self._automaton = ahocorasick.Automaton()
        for term, rules_of_term in by_term.items():
            self._automaton.add_word(term, (len(term), tuple(rules_of_term)))
        self._automaton.make_automaton()

    def label(self, text: str) -> list[Evidence]:
        """Return the labels of one narrative, one entry a label, by label code."""
        found = []
        for last, (length, rules) in self._automaton.iter(text):
            start, end = last - length + 1, last + 1
            for rule in rules:
                if _supports(rule, text, start, end):
                    found.append(Evidence(rule.label_code, rule.rule_id, rule.rule_version, start, end,
                                          rule.confidence_pct, rule.priority))  # fmt: skip
        return _one_per_label(found)


def _one_per_label(found: list[Evidence]) -> list[Evidence]:
    if len(found) > 1:
        found.sort(key=lambda item: (-item.priority, item.start, item.start - item.end, item.rule_id))
    kept: list[Evidence] = []
    labels: set[str] = set()
    for item in found:
        if any(item.start < other.end and other.start < item.end for other in kept):
            continue
        if item.label_code not in labels:
            labels.add(item.label_code)
            kept.append(item)
    return sorted(kept, key=lambda item: item.label_code)


def _edge_before(text: str, start: int, marks: str) -> int:
    return max(text.rfind(mark, 0, start) for mark in marks) + 1


def _edge_after(text: str, end: int, marks: str) -> int:
    ends = [place for mark in marks if (place := text.find(mark, end)) >= 0]
    return min(ends, default=len(text))


def _supports(rule: Rule, text: str, start: int, end: int) -> bool:
    clause = text[_edge_before(text, start, _CLAUSE_END) : start]
    if NEGATION.search(clause[-_NEGATION_REACH:]) or SUPPOSITION.search(clause):
        return False
    if _is_quoted_name(text, start, end):
        return False
    sentence_start = _edge_before(text, start, _SENTENCE_END)
    sentence_end = _edge_after(text, end, _SENTENCE_END)
    if not rule.counts_in_claim and (
        FALSE_CLAIM.search(text, sentence_start, start) or REFUTATION.search(text, end, sentence_end)
    ):
        return False
    if rule.exclusions and _any_near(text, rule.exclusions, start, end, rule.exclusion_reach,
                                     sentence_start, sentence_end):  # fmt: skip
        return False
    if rule.context:
        # Fraud is told over several sentences: a reach beyond the sentence is meant as such.
        return _any_near(text, rule.context, start, end, rule.context_reach, 0, len(text))
    return True


def _any_near(
    text: str, words: tuple[str, ...], start: int, end: int, reach: int, low: int, high: int
) -> bool:
    window = text[max(low, start - reach) : min(high, end + reach)]
    return any(word in window for word in words)


def _is_quoted_name(text: str, start: int, end: int) -> bool:
    for opening, closing in _QUOTES.items():
        before = text.rfind(opening, max(0, start - _QUOTE_REACH), start)
        if before < 0 or text.find(closing, before + 1, start) >= 0:
            continue
        after = text.find(closing, end, end + _QUOTE_REACH)
        if after >= 0:
            return not _MANNER.match(text, after + 1)
    return False
