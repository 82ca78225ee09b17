"""How each model is learnt, pruned, and scored on texts it has not seen.

Belongs here: learning and cross-validation. Only this module uses scikit-learn; the product reads the
files it leaves and does not need it. Does not belong here: reading data (``data``), files and cards
(``training``), features, decoding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from . import data
from .chains import ChainParameters, learn_chain
from .crf import Span, TagModel, tags_of
from .data import Classed, Tagged
from .encoding import encode
from .entities import (
    DRUG_LABELS,
    INNER_LABELS,
    SHARED_LABELS,
    THEFT_LABELS,
    EntityModel,
    Layer,
    inner,
    outermost,
)
from .evaluation import Score, class_counts, macro_f1, micro_f1, scored, span_counts
from .features import features
from .linear import LinearModel, count_matrix, gram_hashes, term_matrix
from .vocabulary import SLOT_BITS, Vocabulary, choose_keys
from .words import charge_patterns, charge_terms

CHAIN_PARAMETERS = ChainParameters()
CHARGE_PARAMETERS: dict[str, Any] = {
    "sizes": (1, 2, 3),
    "minimum": 2,
    "term_length": 0.35,
    "pattern_weight": 0.2,
    "cost": 1.0,
    "kept": 140_000,
}
MESSAGE_PARAMETERS: dict[str, Any] = {
    "sizes": (1, 2, 3),
    "minimum": 2,
    "term_length": 0.0,
    "cost": 1.0,
    "kept": 15_000,
}
SEED = 20260101

Chosen = Callable[[list[Span]], list[Span]]


def train_chain(
    tagged: Sequence[Tagged], chosen: Chosen, parameters: ChainParameters = CHAIN_PARAMETERS
) -> tuple[Vocabulary, TagModel]:
    """Learn one chain.

    Args:
        tagged: texts with all their spans.
        chosen: which spans of a text this chain sees.
        parameters: how it is learnt.

    Returns:
        The features with a weight and the chain over them.
    """
    hashes = features(encode([item.text for item in tagged]))
    ends = np.cumsum([len(item.text) for item in tagged])[:-1]
    tags = [tags_of(len(item.text), chosen(list(item.spans))) for item in tagged]
    return learn_chain(np.split(hashes, ends), tags, parameters)


def join_chains(
    chains: dict[str, tuple[tuple[str, frozenset[str], Vocabulary, TagModel], ...]],
) -> EntityModel:
    """Lay chains over one common vocabulary; of two features in one slot the heavier one stays."""
    every = [chain for found in chains.values() for chain in found]
    keys = np.unique(np.concatenate([vocabulary.keys for _, _, vocabulary, _ in every]))
    heaviest = np.zeros(len(keys), dtype=np.float32)
    for _, _, vocabulary, model in every:
        at = np.searchsorted(keys, vocabulary.keys)
        heaviest[at] = np.maximum(heaviest[at], np.abs(model.weights).max(axis=1))
    by_weight = np.argsort(-heaviest, kind="stable")
    _, first = np.unique(keys[by_weight] & np.uint32((1 << SLOT_BITS) - 1), return_index=True)
    common = Vocabulary(np.sort(keys[by_weight[first]]))
    layers = {}
    for scheme, found in chains.items():
        joined = []
        for name, labels, vocabulary, model in found:
            rows = common.rows(vocabulary.keys)
            weights = np.zeros((len(common.keys), len(model.tags)), dtype=np.float32)
            weights[rows[rows >= 0]] = model.weights[rows >= 0]
            joined.append(Layer(name, TagModel(model.tags, weights, model.transitions), labels))
        layers[scheme] = tuple(joined)
    return EntityModel(common, layers)


def train_theft(tagged: Sequence[Tagged]) -> tuple[tuple[str, frozenset[str], Vocabulary, TagModel], ...]:
    """Learn the two chains of theft: the outermost spans, and people, organisations and money."""
    return (
        ("outer", frozenset(THEFT_LABELS) - INNER_LABELS | SHARED_LABELS, *train_chain(tagged, outermost)),
        ("inner", INNER_LABELS, *train_chain(tagged, inner)),
    )


def train_drug(tagged: Sequence[Tagged]) -> tuple[tuple[str, frozenset[str], Vocabulary, TagModel], ...]:
    """Learn the one chain of drugs."""
    return (("flat", frozenset(DRUG_LABELS), *train_chain(tagged, list)),)


def train_linear(
    items: Sequence[Classed], terms: tuple[str, ...], patterns: tuple[str, ...] = (), *, sizes: tuple[int, ...],
    minimum: int, term_length: float, cost: float, kept: int, pattern_weight: float = 0.0,
) -> LinearModel:  # fmt: skip
    """Learn a classifier and keep its most telling n-grams.

    Args:
        items: texts with their class; three classes at least.
        terms: terms counted beside the n-grams.
        patterns: regular expressions beside both.
        sizes: lengths of n-grams.
        minimum: texts an n-gram must stand in.
        term_length: length of the vector of terms.
        cost: C of the support vector machines; classes weigh the same.
        pattern_weight: what a pattern that fits counts.
        kept: n-grams to keep; learnt in a first pass, the weights are learnt again on these.
    """
    texts = [item.text for item in items]
    names = np.array([item.name for item in items])
    hashes, owners = gram_hashes(texts, sizes)
    once = np.unique((hashes.astype(np.uint64) << np.uint64(24)) | owners.astype(np.uint64))
    vocabulary = Vocabulary(choose_keys((once >> np.uint64(24)).astype(np.uint32), minimum))
    terms_idf = np.append(_idf(term_matrix(texts, terms)), np.ones(len(patterns), dtype=np.float32))
    empty = np.zeros((1, 0), dtype=np.float32)
    shell = LinearModel(
        (), sizes, vocabulary, terms, term_length, terms_idf, empty, empty[0], patterns, pattern_weight
    )
    model = _fit(texts, names, shell, cost)
    if len(vocabulary.keys) > kept:
        telling = (np.abs(model.weights).max(axis=1) * model.idf)[: len(vocabulary.keys)]
        best = np.sort(np.argsort(-telling, kind="stable")[:kept])
        model = _fit(texts, names, replace(shell, vocabulary=Vocabulary(vocabulary.keys[best])), cost)
    return model


def _idf(counts: Any) -> npt.NDArray[np.float32]:
    frequency = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1
    return np.where(frequency > 0, idf, 0).astype(np.float32)


def _fit(texts: list[str], names: npt.NDArray[Any], shell: LinearModel, cost: float) -> LinearModel:
    """Learn the weights of a model of which all but n-grams' idf and weights is known."""
    counts = count_matrix(texts, shell.sizes, shell.vocabulary)
    shell = replace(shell, idf=np.concatenate([_idf(counts), shell.idf]))
    machine = LinearSVC(C=cost, class_weight="balanced", random_state=SEED).fit(shell.vectors(texts), names)
    return replace(
        shell,
        classes=tuple(str(name) for name in machine.classes_),
        weights=np.ascontiguousarray(machine.coef_.T, dtype=np.float32),
        bias=machine.intercept_.astype(np.float32),
    )


def span_score(
    model: EntityModel, scheme: str, labels: Sequence[str], tagged: Sequence[Tagged]
) -> dict[str, Score]:
    """Return strict span F1 over all labels (``micro``) and of each label, with intervals."""
    found = model.find([item.text for item in tagged], scheme)
    counts = span_counts(
        [[(span.label, span.start, span.end) for span in item.spans] for item in tagged],
        [[(span.label, span.start, span.end) for span in spans] for spans in found],
        labels,
    )
    each = {label: scored(counts[:, [number]], micro_f1) for number, label in enumerate(labels)}
    return {"micro": scored(counts, micro_f1), **each}


def class_score(items: Sequence[Classed], given: Sequence[str]) -> dict[str, Score]:
    """Return macro-F1 and accuracy of one class a text, with intervals."""
    classes = sorted({item.name for item in items})
    counts = class_counts(
        [frozenset([item.name]) for item in items], [frozenset([name]) for name in given], classes
    )
    return {"macro": scored(counts, macro_f1), "accuracy": scored(counts, micro_f1)}


def cross_validate(
    items: Sequence[Classed], folds: Sequence[tuple[Any, Any]], learn: Callable[[list[Classed]], LinearModel]
) -> list[str]:
    """Return for each text the class given by a model that has not seen its fold."""
    given = [""] * len(items)
    for seen, unseen in folds:
        model = learn([items[number] for number in seen])
        for number, name in zip(
            unseen, model.predict([items[number].text for number in unseen]), strict=True
        ):
            given[number] = name
    return given


def grouped_folds(items: Sequence[Classed]) -> list[tuple[Any, Any]]:
    """Return five folds that keep near-duplicates together and classes in proportion."""
    texts = [item.text for item in items]
    split = StratifiedGroupKFold(data.FOLDS, shuffle=True, random_state=SEED)
    return list(split.split(texts, [item.name for item in items], data.near_duplicate_groups(texts)))


def learn_charge(items: Sequence[Classed]) -> LinearModel:
    """Learn the charge model."""
    return train_linear(items, charge_terms(), charge_patterns(), **CHARGE_PARAMETERS)


def learn_messages(items: Sequence[Classed]) -> LinearModel:
    """Learn the model of citizen messages."""
    return train_linear(items, (), **MESSAGE_PARAMETERS)
