"""Texts as arrays, features, chains: what must hold whatever the weights are."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.labelling.models.crf import Span, TagModel, chain_sums, choose_spans, span_chances, tags_of
from jingcang.labelling.models.data import block_folds, near_duplicate_groups
from jingcang.labelling.models.encoding import encode
from jingcang.labelling.models.entities import inner, outermost, scheme_of
from jingcang.labelling.models.features import features, template_names
from jingcang.labelling.models.linear import count_matrix, gram_hashes
from jingcang.labelling.models.vocabulary import Vocabulary, choose_keys

NARRATIVES = [
    "2018年3月5日23时许，被告人李某某用撬棍撬开被害人王某甲家房门，盗走现金500元。",
    "",
    "后李某某将该手机以300元卖给赵某。",
    "民警从其身上查获冰毒0.5克。\n被害人王某甲报警称“店门被撬”",
]
TEXT = st.text(st.sampled_from("被告人李某某用撬棍盗窃，。1２A元“”\n\0😀在家"), max_size=30)


def test_a_character_keeps_its_place() -> None:
    batch = encode(["１2Ａ", "", "元\0"])
    assert [chr(code) for code in batch.codes[batch.places()]] == ["0", "0", "a", "元", "\ufffd"]
    assert batch.lengths.tolist() == [3, 0, 2]


@given(st.lists(TEXT, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_text_has_the_same_features_alone_and_among_others(texts: list[str]) -> None:
    together = features(encode(texts))
    assert together.shape == (sum(map(len, texts)), len(template_names()))
    alone = [features(encode([text])) for text in texts if text]
    if alone:
        assert np.array_equal(together, np.concatenate(alone))


def test_features_see_roles_and_neighbours() -> None:
    names = template_names()
    first, second = (features(encode([text])) for text in ("被告人李某某在家", "被害人李某某在家"))
    differs = {names[column] for column in np.flatnonzero(first[3] != second[3])}
    assert {"左词", "姓名身份", "字[-2]"} <= differs
    assert "字[0]" not in differs


@given(st.lists(TEXT, max_size=3))
@settings(max_examples=40, deadline=None)
def test_no_n_gram_reaches_over_the_end_of_a_text(texts: list[str]) -> None:
    hashes, owners = gram_hashes(texts, (1, 2, 3))
    expected = sum(max(0, len(text) - size + 1) for text in texts for size in (1, 2, 3))
    assert len(hashes) == len(owners) == expected


def test_counts_of_n_grams() -> None:
    hashes, _ = gram_hashes(["盗窃盗窃"], (2,))
    vocabulary = Vocabulary(choose_keys(hashes, 1))
    counts = count_matrix(["盗窃", "盗窃盗窃", "抢劫"], (2,), vocabulary).toarray()
    assert counts.sum(axis=1).tolist() == [1, 3, 0]
    assert counts.max() == 2


def test_unknown_features_have_no_row() -> None:
    vocabulary = Vocabulary(np.array([5, 9, 1 << 30], dtype=np.uint32))
    # 5 + 2^22 falls into the slot of 5 and is another feature.
    asked = np.array([9, 5 + (1 << 22), 1 << 30, 7, 5], dtype=np.uint32)
    assert vocabulary.rows(asked).tolist() == [1, -1, 2, -1, 0]


def test_of_two_features_in_one_slot_the_frequent_one_is_kept() -> None:
    rare, frequent = 5, 5 + (1 << 22)
    hashes = np.array([rare, rare, frequent, frequent, frequent, 8], dtype=np.uint32)
    assert choose_keys(hashes, 2).tolist() == [frequent]


def _every_reading(scores: np.ndarray, transitions: np.ndarray) -> dict[tuple[int, ...], float]:
    """Return the probability of every tag sequence of one text."""
    weights = {
        tags: float(
            np.exp(
                sum(scores[at, tag] for at, tag in enumerate(tags))
                + sum(transitions[a, b] for a, b in itertools.pairwise(tags))
            )
        )
        for tags in itertools.product(range(scores.shape[1]), repeat=len(scores))
    }
    total = sum(weights.values())
    return {tags: weight / total for tags, weight in weights.items()}


def test_probabilities_of_tags_and_pairs_are_those_of_all_readings() -> None:
    random = np.random.default_rng(3)
    lengths = np.array([4, 0, 1, 5, 4])
    scores = random.normal(size=(int(lengths.sum()), 3)).astype(np.float32) * 3
    transitions = random.normal(size=(3, 3)).astype(np.float32)
    sums = chain_sums(scores, lengths, transitions)
    first = 0
    for length in lengths[lengths > 0]:
        readings = _every_reading(scores[first : first + length], transitions)
        for at, tag in itertools.product(range(length), range(3)):
            expected = sum(chance for tags, chance in readings.items() if tags[at] == tag)
            given = sums.forward[first + at, tag] * sums.backward[first + at, tag]
            assert given == pytest.approx(expected, abs=1e-5)
        for at, a, b in itertools.product(range(length - 1), range(3), range(3)):
            expected = sum(chance for tags, chance in readings.items() if tags[at : at + 2] == (a, b))
            row = first + at
            entered = sums.steps[row + 1, b] * sums.backward[row + 1, b]
            given = sums.forward[row, a] * np.exp(transitions[a, b]) * entered
            assert given == pytest.approx(expected, abs=1e-5)
        first += length


def test_spans_have_their_probability_over_all_readings() -> None:
    least = 0.02
    names = ("O", "B-NT", "E-NT", "I-NT", "S-NT", "B-NS", "E-NS")
    random = np.random.default_rng(5)
    lengths = np.array([5, 3, 0, 1])
    scores = random.normal(size=(int(lengths.sum()), len(names))).astype(np.float32)
    transitions = random.normal(size=(len(names), len(names))).astype(np.float32)
    labels = frozenset({"NT", "NS"})
    model = TagModel(names, np.zeros((0, len(names)), np.float32), transitions)
    expected: Counter[tuple[str, int, int]] = Counter()
    first = 0
    for length in lengths[lengths > 0].tolist():
        for tags, chance in _every_reading(scores[first : first + length], transitions).items():
            places = [names[tag] for tag in tags]
            for label, (start, end) in itertools.product(
                labels, itertools.combinations(range(length + 1), 2)
            ):
                if places[start:end] == tags_of(end - start, [Span(label, 0, end - start)]):
                    expected[label, first + start, first + end] += chance
        first += length
    likely = {place: chance for place, chance in expected.items() if chance >= least}
    assert len(likely) > 5
    assert span_chances(model, scores, lengths, labels, least) == pytest.approx(likely, abs=1e-5)


def test_of_spans_of_one_level_that_overlap_the_likelier_stays() -> None:
    chances = {
        ("NASI", 0, 4): 0.5,
        ("NS", 3, 5): 0.4,
        ("NHVI", 0, 2): 0.3,
        ("NS", 4, 5): 0.35,
        ("NT", 6, 7): 0.9,
    }
    levels = {"NASI": 0, "NS": 0, "NT": 0, "NHVI": 1}
    assert choose_spans(chances, levels, np.array([5, 0, 3])) == [
        [Span("NASI", 0, 4), Span("NHVI", 0, 2), Span("NS", 4, 5)],
        [],
        [Span("NT", 1, 2)],
    ]


def test_spans_as_tags() -> None:
    spans = [Span("NHCS", 0, 1), Span("NHCS", 1, 3), Span("NASI", 4, 8), Span("NT", 6, 9)]
    assert tags_of(9, spans) == [
        "S-NHCS", "B-NHCS", "E-NHCS", "O", "B-NASI", "I-NASI", "I-NASI", "E-NASI", "O",
    ]  # fmt: skip


def test_texts_of_one_case_share_a_group() -> None:
    shared = "".join(chr(0x4E00 + number) for number in range(60))
    texts = ["甲" + shared, "双方因停车发生口角" * 9, shared + "乙", "丙", shared[:40] + "丁"]
    # The last one shares 25 stretches of 16 characters, fewer than the thirty that make a group.
    assert near_duplicate_groups(texts).tolist() == [0, 1, 0, 3, 4]


def test_neighbouring_lines_share_a_fold() -> None:
    folds = block_folds(600)
    assert sorted(set(folds.tolist())) == [0, 1, 2, 3, 4]
    assert len(set(folds[:10].tolist())) == 1
    assert (np.diff(folds) != 0).sum() == 59


def test_layers_of_nested_spans() -> None:
    spans = [Span("NASI", 0, 9), Span("NHVI", 0, 3), Span("NT", 10, 12)]
    assert outermost(spans) == [spans[0], spans[2]]
    assert inner(spans) == [spans[1]]


def test_a_text_is_read_with_one_scheme() -> None:
    assert scheme_of("被告人张某向李某贩卖冰毒0.5克") == "drug"
    assert scheme_of("盗得手机一部，所窃财物用于吸毒") == "theft"
    assert scheme_of("双方因停车发生口角") == "theft"
