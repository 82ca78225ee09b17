"""The matcher that applies label rules to a narrative.

Belongs here: finding terms (Aho-Corasick) and deciding whether a found term is evidence. Does not belong here:
rules (``rule_table`` and ``rules/``), frames (``frames``), label names (seed ``labels.csv``), clues (``clues``).

A term is evidence unless
- it is negated in its own clause (未使用暴力, 否认撬锁; but not 趁其未锁门 or 没注意),
- the clause speaks of preventing, asking or supposing (防止, 严禁, 是否, 如果, 提醒),
- the sentence goes on to call it a mistake (经查系误会, 不属实),
- it stands in a claim that the text calls false (谎称被人持刀抢劫), unless the rule counts claims (fraud),
- it stands in quotation marks without being named as a manner (店名“技术开锁”; but 以“溜门”方式 counts),
- a required context word is not in reach or only negated (手机没有被偷), or an excluded word is in reach.
Where accepted terms of different labels of one group overlap, the rule of higher priority keeps the place; labels of
different groups may share a place. One label is given once: by the rule of highest priority, then by the first place;
of an exclusive group only one label is given.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

import ahocorasick

from .rule_table import EXCLUSIVE_GROUPS, Rule, applied, load_rules

_CLAUSE_END = re.compile("[，。；：！？,;:!?\n]")
_SENTENCE_MARKS = "。；！？;!?\n"
_NEGATION_REACH = 10
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
# 未锁, 没注意, 无人 and the like say how the theft was possible; they do not negate what follows.
NEGATION = re.compile(
    r"(?:并未|未曾|从未|未(?!锁|关|成年|遂|果|注意|察觉|到|经|拔|上锁|带|婚)"
    r"|没有(?!人|锁|关|注意)|没(?!收|有|注意|发现|人|锁|关|看|在|带)"
    r"|并非|不是|不在(?!家|意|场)|不属(?!实)|不构成|否认|不存在|排除"
    r"|无(?!人|故|端|法|业|证|牌|锡|固)|非(?!法|机))[^，。；：！？,;:!?\n]{0,6}$"
)
_NEGATOR = re.compile("[未没非无]|否认|不是|不在|不属|不构成|不存在|排除")
SUPPOSITION = re.compile(
    r"防止|防范|预防|以防|谨防|严禁|禁止|警惕|避免|是否|如果|假如|倘若|担心|害怕|以为|提醒(?!后|才|下)"
    r"|(?<!消)防(?=扒|盗(?![门窗网])|骗|抢)"
)
FALSE_CLAIM = re.compile(r"谎称|谎报|假称|诈称|虚构|编造|捏造|诬称|佯称|骗称")
# A mistake unsays everything; that something is made up unsays a theft, but is the very means of a fraud.
MISTAKE = re.compile(
    r"(?:系|属|属于|为|是|纯属)(?:谎报|误会|误报|谣言)|并无此事|查无此事|不属实|说法不实|情况不实"
)
REFUTATION = re.compile(r"(?:系|属|属于|为|是|纯属)(?:虚构|编造|捏造|谎言)")
# One of these stands in whatever the three patterns above match: a look for each is cheaper than a search.
_DOUBTS = (
    "谎", "误会", "误报", "谣言", "此事", "不实", "不属实", "假称", "诈称", "虚构", "编造", "捏造", "诬称", "佯称",
    "骗称",
)  # fmt: skip
# Context words of one character (抢, 打, 偷) mean something else in these.
_OTHER_SENSE = re.compile(
    r"抢[救险修答眼]|打(?:电话|工|扫|开|算|听|扮|车|麻将|牌|印|扰|球|卡|款|折|包|饭|针|理|交道|招呼|烊)|偷[偷渡看]|伤心|砸锅"
    r"|盗[版用]|骗[保税取签]名"
)
_MANNER = re.compile(r"(?:等|的|之)?(?:方式|手段|手法|方法|形式|盗窃|入室|作案)")
_QUOTES = {"“": "”", "「": "」", "《": "》", '"': '"'}
_OPENING = re.compile('[“「《"]')
_QUOTE_REACH = 12
SENTENCE_REACH = 60
"""A context reach beyond this crosses sentences: fraud is told over several."""


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
    label_group: str


class Labeller:
    """Applies rules to narratives.

    Args:
        rules: the rules; by default those of ``rules/``.
        with_drafts: apply rules of status ``draft`` too.
    """

    def __init__(self, rules: tuple[Rule, ...] | None = None, *, with_drafts: bool = False) -> None:
        chosen = load_rules() if rules is None else rules
        drafts = tuple(rule for rule in chosen if with_drafts and rule.status == "draft")
        self.rules = applied(chosen) + drafts
        by_term: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for term in rule.terms:
                by_term.setdefault(term, []).append(rule)
        self._has_terms = bool(by_term)
        self._automaton = ahocorasick.Automaton()
        for term, rules_of_term in by_term.items():
            self._automaton.add_word(_halved(term), (len(term), tuple(rules_of_term)))
        self._automaton.make_automaton()

    def label(self, text: str) -> list[Evidence]:
        """Return the labels of one narrative, one entry a label, by label code."""
        if not self._has_terms:
            return []  # an automaton without words refuses to search
        hits = [
            (-rule.priority, last // 2 - length + 1, -length, rule.rule_id, rule)
            for last, (length, rules) in self._automaton.iter(_halved(text))
            if last % 2  # a match that ends within a character is none
            for rule in rules
        ]
        if not hits:
            return []
        hits.sort()
        parts = Parts(text)
        kept: list[Evidence] = []
        done: set[str] = set()
        places: dict[str, list[tuple[int, int]]] = {}
        for _, start, minus_length, _, rule in hits:
            group = rule.label_group
            # Cheap refusals first: most hits repeat a label that is already given.
            if rule.label_code in done or group in done:
                continue
            end = start - minus_length
            taken = places.setdefault(group, [])
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            if not _supports(rule, start, end, parts):
                continue
            done.add(group if group in EXCLUSIVE_GROUPS else rule.label_code)
            taken.append((start, end))
            kept.append(Evidence(rule.label_code, rule.rule_id, rule.rule_version, start, end,
                                 rule.confidence_pct, rule.priority, group))  # fmt: skip
        kept.sort(key=lambda item: item.label_code)
        return kept


def _halved(text: str) -> str:
    """Return the text with every character as two of 256.

    The automaton looks through the children of a node one by one, and the terms begin with hundreds of different
    characters: with halves the search takes a third of the time. Characters beyond the basic plane stand in no term.
    """
    halves = text.encode("utf-16-be", "surrogatepass")
    if len(halves) != 2 * len(text):
        halves = _BEYOND.sub("\ufffd", text).encode("utf-16-be", "surrogatepass")
    return halves.decode("latin-1")


class Parts:
    """What of a narrative many hits need: ends of clauses and sentences, whether anything is unsaid or doubted."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.clauses = [match.start() for match in _CLAUSE_END.finditer(text)]
        self.sentences = [place for place in self.clauses if text[place] in _SENTENCE_MARKS]
        self.has_negation = _NEGATOR.search(text) is not None
        self.has_supposition = SUPPOSITION.search(text) is not None
        self.has_doubt = any(map(text.__contains__, _DOUBTS))
        self._blotted: str | None = None

    def text_for(self, word: str) -> str:
        """Return the text to look a context word up in: words that mean something else are blotted out."""
        if len(word) > 1:
            return self.text
        if self._blotted is None:
            self._blotted = _OTHER_SENSE.sub(lambda match: "□" * len(match[0]), self.text)
        return self._blotted

    def clause_start(self, start: int) -> int:
        """Return where the clause begins that holds ``start``."""
        before = bisect_left(self.clauses, start)
        return self.clauses[before - 1] + 1 if before else 0

    def clause(self, start: int) -> tuple[int, int]:
        """Return the clause that holds ``start``, half-open."""
        after = bisect_left(self.clauses, start)
        return self.clause_start(start), self.clauses[after] if after < len(self.clauses) else len(self.text)

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Return the sentence that holds ``start`` to ``end``, half-open."""
        before, after = bisect_left(self.sentences, start), bisect_left(self.sentences, end)
        low = self.sentences[before - 1] + 1 if before else 0
        return low, self.sentences[after] if after < len(self.sentences) else len(self.text)


def _supports(rule: Rule, start: int, end: int, parts: Parts) -> bool:
    text = parts.text
    low, high = parts.sentence(start, end)
    if rule.exclusions:
        reach = rule.exclusion_reach
        window = text[max(low, start - reach) : min(high, end + reach)]
        for word in rule.exclusions:
            if word in window:
                return False
    if rule.context and not _has_context(rule, start, end, low, high, parts):
        return False
    return is_affirmed(parts, start, end, counts_in_claim=rule.counts_in_claim)


def is_affirmed(parts: Parts, start: int, end: int, *, counts_in_claim: bool) -> bool:
    """Tell whether the text affirms what stands at a place.

    Args:
        parts: the narrative.
        start: first character.
        end: one past the last character.
        counts_in_claim: what stands in a claim the text calls false counts.

    Returns:
        False when the place is negated, prevented, supposed, quoted as a name, called a mistake or, unless it counts
        there, claimed falsely.
    """
    text = parts.text
    if _is_unsaid(text, start, parts) or _is_quoted_name(text, start, end):
        return False
    if not parts.has_doubt:
        return True
    low, high = parts.sentence(start, end)
    if MISTAKE.search(text, end, high):
        return False
    return counts_in_claim or not (FALSE_CLAIM.search(text, low, start) or REFUTATION.search(text, end, high))


def _is_unsaid(text: str, start: int, parts: Parts) -> bool:
    """Tell whether the clause negates, prevents or supposes what begins at ``start``."""
    if not (parts.has_negation or parts.has_supposition):
        return False
    clause = text[parts.clause_start(start) : start]
    return bool(
        (parts.has_negation and NEGATION.search(clause[-_NEGATION_REACH:]))
        or (parts.has_supposition and SUPPOSITION.search(text, start - len(clause), start + 1))
    )


def _has_context(rule: Rule, start: int, end: int, low: int, high: int, parts: Parts) -> bool:
    """Tell whether a context word stands in reach without being negated itself (手机没有被偷)."""
    reach = rule.context_reach
    if reach > SENTENCE_REACH:
        low, high = 0, len(parts.text)
    low, high = max(low, start - reach), min(high, end + reach)
    window = parts.text[low:high]
    for word in rule.context:
        if word not in window:
            continue
        text = parts.text_for(word)
        place = text.find(word, low, high)
        while place >= 0:
            if not _is_unsaid(text, place, parts):
                return True
            place = text.find(word, place + 1, high)
    return False


def _is_quoted_name(text: str, start: int, end: int) -> bool:
    if not _OPENING.search(text, max(0, start - _QUOTE_REACH), start):
        return False
    for opening, closing in _QUOTES.items():
        before = text.rfind(opening, max(0, start - _QUOTE_REACH), start)
        if before < 0 or text.find(closing, before + 1, start) >= 0:
            continue
        after = text.find(closing, end, end + _QUOTE_REACH)
        if after >= 0:
            return not _MANNER.match(text, after + 1)
    return False
