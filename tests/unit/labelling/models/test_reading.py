"""Texts as arrays, features, chains: what must hold whatever the weights are."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.labelling.models.crf import Span, best_tags, spans_of, tags_of
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


def test_the_best_sequence_is_the_best_of_all() -> None:
    random = np.random.default_rng(3)
    lengths = np.array([4, 0, 1, 5, 4])
    scores = random.normal(size=(int(lengths.sum()), 3)).astype(np.float32)
    transitions = random.normal(size=(3, 3)).astype(np.float32)
    found = best_tags(scores, lengths, transitions)
    first = 0
    for length, path in zip(lengths, found, strict=True):
        own = scores[first : first + length]
        first += length

        def total(tags: tuple[int, ...], own: np.ndarray = own) -> float:
            steps = sum(transitions[a, b] for a, b in itertools.pairwise(tags))
            return float(sum(own[at, tag] for at, tag in enumerate(tags)) + steps)

        best = max(itertools.product(range(3), repeat=int(length)), key=total)
        assert tuple(path.tolist()) == best


@pytest.mark.parametrize("with_ends", [False, True])
def test_spans_survive_tags(with_ends: bool) -> None:
    spans = [Span("NHCS", 0, 1), Span("NHCS", 1, 3), Span("NASI", 4, 8)]
    assert spans_of(tags_of(9, spans, with_ends=with_ends)) == spans


def test_tags_that_no_chain_should_give_still_make_spans() -> None:
    assert spans_of(["I-NT", "I-NT", "E-NS", "O", "E-NT"]) == [
        Span("NT", 0, 2),
        Span("NS", 2, 3),
        Span("NT", 4, 5),
    ]


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
