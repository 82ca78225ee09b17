"""Entities of a narrative: who, what, how much, with what, when and where, each with its place.

Belongs here: the two schemes of entities, their layers, spans out of texts, and the reasons for a span.
Does not belong here: training, files, and the names shown on pages (dictionaries).

Theft entities nest (the name of the owner inside the stolen object), so two chains read each text: one for
the outermost spans, one for the people, organisations and money. What both read gets the mean of their
probabilities; the last chain that reads a label is its level, and only spans of one level exclude each other.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from .crf import Span, TagModel, choose_spans, span_chances
from .encoding import encode
from .features import features, template_names
from .vocabulary import Vocabulary

THEFT_LABELS = ("NHCS", "NHVI", "NASI", "NCSM", "NCGV", "NCSP", "NATS", "NT", "NS", "NO")
"""嫌疑人, 受害人, 被盗物品, 被盗货币, 物品价值, 盗窃获利, 作案工具, 时间, 地点, 组织机构 (CAIL 2021)."""

DRUG_LABELS = ("Nh", "NDR", "NT", "Ns", "NW")
"""人物, 毒品, 时间, 地点, 重量 (CAIL 2022)."""

INNER_LABELS = frozenset({"NHCS", "NHVI", "NO", "NCGV", "NCSM", "NCSP"})
"""What the inner chain of theft sees; inside one another these never stand."""

SHARED_LABELS = INNER_LABELS - {"NHVI"}
"""What the outer chain of theft reads too; owners mostly stand inside an object, where only the inner sees them."""

LEAST_CHANCE = {1: 0.3, 2: 0.25}
"""Probability from which a span is given, by the number of chains that read its label (their mean is more even);
chosen on folds inside the training texts."""

_NAMED_CHANCE = 0.05
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Layer:
    """One chain and the labels that are read from it."""

    name: str
    model: TagModel
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """A feature that spoke for a span: what was looked at, around which character, with what weight."""

    template: str
    at: int
    weight: float


@dataclass(frozen=True)
class EntityModel:
    """All chains over one vocabulary: a feature is looked up once for every chain.

    Args:
        vocabulary: the features known.
        layers: the chains, by scheme: ``theft`` and ``drug``.
    """

    vocabulary: Vocabulary
    layers: dict[str, tuple[Layer, ...]]

    def find(self, texts: list[str], scheme: str) -> list[list[Span]]:
        """Find the entities of texts.

        Args:
            texts: narratives.
            scheme: ``theft`` or ``drug``.

        Returns:
            For each text the spans by start, longer ones first; spans of different layers may nest.
        """
        out: list[list[Span]] = []
        for begin in range(0, len(texts), _CHUNK):
            out.extend(self._find(texts[begin : begin + _CHUNK], scheme))
        return out

    def _find(self, texts: list[str], scheme: str) -> list[list[Span]]:
        batch = encode(texts)
        matrix = self.vocabulary.matrix(features(batch))
        layers = self.layers[scheme]
        readers = Counter(label for layer in layers for label in layer.labels)
        levels = {label: level for level, layer in enumerate(layers) for label in layer.labels}
        sums: dict[tuple[str, int, int], float] = {}
        for layer in layers:
            scores = np.asarray(matrix @ layer.model.weights)
            found = span_chances(layer.model, scores, batch.lengths, layer.labels, _NAMED_CHANCE)
            for place, chance in found.items():
                sums[place] = sums.get(place, 0.0) + chance / readers[place[0]]
        likely = {
            place: chance for place, chance in sums.items() if chance >= LEAST_CHANCE[readers[place[0]]]
        }
        return choose_spans(likely, levels, batch.lengths)

    def explain(self, text: str, scheme: str, span: Span, top: int = 8) -> list[Reason]:
        """Return the features that spoke most for a span against no entity at all.

        Args:
            text: the narrative in which the span was found.
            scheme: ``theft`` or ``drug``.
            span: the span.
            top: how many.

        Returns:
            Features by weight, each with the character it was seen from; the weight is that of the span's
            tag less that of ``O``.
        """
        layer = [layer for layer in self.layers[scheme] if span.label in layer.labels][-1]
        rows = self.vocabulary.rows(features(encode([text])))
        names, reasons = template_names(), []
        for at in range(span.start, span.end):
            prefix = "B" if at == span.start else "E" if at == span.end - 1 else "I"
            prefix = "S" if span.end - span.start == 1 else prefix
            tag = layer.model.tags.index(f"{prefix}-{span.label}")
            for name, row in zip(names, rows[at].tolist(), strict=True):
                if row >= 0:
                    weight = float(layer.model.weights[row, tag] - layer.model.weights[row, 0])
                    reasons.append(Reason(name, at, round(weight, 4)))
        reasons.sort(key=lambda reason: -reason.weight)
        return [reason for reason in reasons[:top] if reason.weight > 0]


def outermost(spans: list[Span]) -> list[Span]:
    """Return the spans that lie in no longer one."""
    return [
        span
        for span in spans
        if not any(
            other.start <= span.start
            and span.end <= other.end
            and other.end - other.start > span.end - span.start
            for other in spans
        )
    ]


def inner(spans: list[Span]) -> list[Span]:
    """Return the spans that the inner chain of theft is trained on."""
    return [span for span in spans if span.label in INNER_LABELS]


_DRUG_WORDS = re.compile(
    "毒|海洛因|冰毒|甲基苯丙胺|氯胺酮|麻古|麻果|大麻|吸食|[Kk]粉|鸦片|咖啡因|摇头丸|罂粟"
)
_THEFT_WORDS = re.compile("盗|窃|偷|扒|失主")


def scheme_of(text: str) -> str:
    """Return the scheme a text is read with: ``drug`` when it speaks more of drugs than of stealing.

    Both schemes know times and persons under names and limits of their own: one text is read with one.
    """
    drugs = len(_DRUG_WORDS.findall(text))
    return "drug" if drugs > len(_THEFT_WORDS.findall(text)) else "theft"
