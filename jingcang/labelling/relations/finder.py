"""The matcher that joins two mentions of a narrative by a trigger.

Belongs here: applying relation rules. Does not belong here: the rules (``rules.csv``), mentions (``mentions``), what
negates (``jingcang.labelling.labeller``).

From each trigger the matcher looks for the nearest element on the side the rule names, and from there for the next.
A person binds to the nearest person: if another person stands between, the rule does not apply, unless it says that
persons of that kind may stand there. What is negated, asked, advised against, taken back or quoted is no relation, as
it is no label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import ahocorasick

from jingcang.labelling.labeller import Parts, is_affirmed

from .mentions import Mention, find_mentions
from .rule_table import RelationRule, load_relation_rules

EXCLUSION_REACH = 12
_JOINED = re.compile(r"[^，。；！？,;!?\n]{0,14}?[、和及与][^，。；！？,;!?\n]{0,8}")


@dataclass(frozen=True, slots=True)
class Relation:
    """Two mentions and the words that relate them (half-open character offsets)."""

    relation_code: str
    subject: Mention
    object: Mention
    trigger_start: int
    trigger_end: int
    rule_id: str
    rule_version: str
    confidence_pct: int


class RelationFinder:
    """Applies relation rules to narratives.

    Args:
        rules: the rules; by default the active ones of ``rules.csv``.
    """

    def __init__(self, rules: tuple[RelationRule, ...] | None = None) -> None:
        chosen = load_relation_rules() if rules is None else rules
        self.rules = tuple(rule for rule in chosen if rule.status == "active")
        by_trigger: dict[str, list[RelationRule]] = {}
        for rule in self.rules:
            for trigger in rule.triggers:
                by_trigger.setdefault(trigger, []).append(rule)
        self._automaton = ahocorasick.Automaton()
        for trigger, rules_of_trigger in by_trigger.items():
            self._automaton.add_word(trigger, (len(trigger), tuple(rules_of_trigger)))
        self._has_triggers = bool(by_trigger)
        if self._has_triggers:
            self._automaton.make_automaton()

    def find(self, text: str) -> list[Relation]:
        """Return the relations of one narrative by place.

        Args:
            text: the narrative.

        Returns:
            One entry a relation × object mention, with the subject of the rule with the highest confidence, of
            these the nearest.
        """
        if not self._has_triggers:
            return []
        hits = [
            (last - length + 1, last + 1, rule)
            for last, (length, rules) in self._automaton.iter(text)
            for rule in rules
        ]
        if not hits:
            return []
        persons, things = find_mentions(text)
        if not persons and not any(thing.kind == "card" for thing in things):
            return []
        story = _Story(text, persons, things)
        found: dict[tuple[str, int, int], Relation] = {}
        for start, end, rule in hits:
            for subject, thing in story.pairs(rule, start, end):
                relation = Relation(
                    rule.relation_code, subject, thing, start, end, rule.rule_id, rule.rule_version,
                    rule.confidence_pct,
                )  # fmt: skip
                key = (rule.relation_code, thing.start, thing.end)
                known = found.get(key)
                if known is None or _rank(relation) < _rank(known):
                    found[key] = relation
        return sorted(found.values(), key=lambda item: (item.object.start, item.relation_code))


def _rank(relation: Relation) -> tuple[int, int, int, int, str]:
    """Order of two claims on one object: confidence, nearness, longer trigger, then place and rule."""
    distance = max(relation.subject.start, relation.object.start, relation.trigger_start) - min(
        relation.subject.end, relation.object.end, relation.trigger_end
    )
    length = relation.trigger_end - relation.trigger_start
    return (-relation.confidence_pct, distance, -length, relation.subject.start, relation.rule_id)


class _Story:
    """One narrative with its mentions, asked for pairs by rule and trigger."""

    def __init__(self, text: str, persons: Sequence[Mention], things: Sequence[Mention]) -> None:
        self.text, self.persons, self.things = text, persons, things
        self.parts = Parts(text)

    def pairs(self, rule: RelationRule, start: int, end: int) -> list[tuple[Mention, Mention]]:
        """Return the pairs that a trigger at ``start`` relates by ``rule``; usually none or one."""
        if _stands_within(self.text, start, end, rule.not_within):
            return []
        low, high = self.parts.clause(start) if rule.is_within_clause else self.parts.sentence(start, end)
        place = {"T": Mention("trigger", start, end)}
        position = rule.order.index("T")
        reaches = (rule.reach_1, rule.reach_2)
        # from the trigger outward, first to the left, then to the right
        for step in [*range(position - 1, -1, -1), *range(position + 1, 3)]:
            letter, to_left = rule.order[step], step < position
            neighbour = place[rule.order[step + 1 if to_left else step - 1]]
            reach = reaches[step if to_left else step - 1]
            mention = self._nearest(rule, letter, neighbour, reach, low, high, to_left=to_left)
            if mention is None:
                return []
            place[letter] = mention
        subject, thing = place["S"], place["O"]
        if not self._holds(rule, subject, thing, start, end):
            return []
        return [(subject, thing), *((subject, other) for other in self._joined(rule, thing))]

    def _nearest(
        self,
        rule: RelationRule,
        letter: str,
        neighbour: Mention,
        reach: int,
        low: int,
        high: int,
        *,
        to_left: bool,
    ) -> Mention | None:
        """Return the nearest mention on one side that may take the place; None when another person is nearer."""
        from_, to = neighbour.start, neighbour.end
        kinds = rule.subject_kinds if letter == "S" else rule.object_kinds
        mentions = (*self.persons, *self.things)
        if to_left:
            near = [m for m in mentions if low <= m.start and from_ - reach <= m.end <= from_]
            near.sort(key=lambda m: (-m.end, m.start))
        else:
            near = [m for m in mentions if to <= m.start <= to + reach and m.end <= high]
            near.sort(key=lambda m: (m.start, -m.end))
        for mention in near:
            if mention.kind in kinds or (mention.is_telling and "speaker" in kinds):
                if letter == "S" and not _fits(
                    self.text, mention, rule.subject_after, rule.subject_not_after
                ):
                    return None
                return mention
            if mention.is_person and mention.kind not in rule.may_cross:
                return None
        return None

    def _holds(self, rule: RelationRule, subject: Mention, thing: Mention, start: int, end: int) -> bool:
        text = self.text
        if subject.start < thing.end and thing.start < subject.end:
            return False
        if text[subject.start : subject.end] == text[thing.start : thing.end]:
            return False  # one name, one person
        if not _fits(text, thing, rule.object_after, rule.object_not_after):
            return False
        if rule.object_not_before and text.startswith(rule.object_not_before, thing.end):
            return False
        spans = sorted([(subject.start, subject.end), (thing.start, thing.end), (start, end)])
        gaps = text[spans[0][1] : spans[1][0]] + "\n" + text[spans[1][1] : spans[2][0]]
        if any(word in gaps for word in rule.gap_excludes):
            return False
        if rule.exclusions:
            first, last = self.parts.sentence(start, end)
            window = text[
                max(first, spans[0][0] - EXCLUSION_REACH) : min(last, spans[-1][1] + EXCLUSION_REACH)
            ]
            if any(word in window for word in rule.exclusions):
                return False
        return all(
            is_affirmed(self.parts, place, until, counts_in_claim=rule.counts_in_claim)
            for place, until in spans
        )

    def _joined(self, rule: RelationRule, thing: Mention) -> list[Mention]:
        """Return the objects that an enumeration adds to ``thing``."""
        if not rule.is_enumerated:
            return []
        joined, last = [], thing
        stop = self.parts.clause(thing.start)[1]
        for other in self.things:
            if other.start < last.end or other.kind not in rule.object_kinds:
                continue
            if other.end > stop or not _JOINED.fullmatch(self.text, last.end, other.start):
                break
            if any(last.end <= person.start < other.start for person in self.persons):
                break
            joined.append(other)
            last = other
        return joined


def _fits(text: str, mention: Mention, after: tuple[str, ...], not_after: tuple[str, ...]) -> bool:
    if after and not text.endswith(after, 0, mention.start):
        return False
    return not (not_after and text.endswith(not_after, 0, mention.start))


def _stands_within(text: str, start: int, end: int, words: tuple[str, ...]) -> bool:
    """Tell whether the trigger is part of one of the words where it stands."""
    trigger = text[start:end]
    for word in words:
        offset = word.find(trigger)
        while offset >= 0:
            if text.startswith(word, start - offset):
                return True
            offset = word.find(trigger, offset + 1)
    return False
