"""Model files and their cards: what is loaded is what was measured."""

import hashlib
import os
import re
from pathlib import Path

import numpy as np
import pytest

from jingcang.errors import JingcangError
from jingcang.labelling.models import data
from jingcang.labelling.models.artefacts import (
    FOLDER,
    load_entities,
    load_linear,
    read_card,
    save_entities,
    save_linear,
    write_card,
)  # fmt: skip
from jingcang.labelling.models.chains import ChainParameters
from jingcang.labelling.models.crf import Span
from jingcang.labelling.models.data import Classed, Tagged
from jingcang.labelling.models.entities import DRUG_LABELS, THEFT_LABELS
from jingcang.labelling.models.learning import (
    class_score,
    join_chains,
    span_score,
    train_chain,
    train_linear,
)  # fmt: skip
from jingcang.labelling.models.words import charge_patterns

ROOT = Path(__file__).parents[4]
NARRATIVES = Path(os.environ.get("JINGCANG_REAL_DATA", ROOT.parent / "shared" / "data")) / "narratives"
needs_data = pytest.mark.skipif(not NARRATIVES.exists(), reason="no annotated narratives on this machine")
MODELS = ("entities", "charge", "messages")
FEW_TEXTS = ChainParameters(passes=60, averaged=20, damping=1.0, pruned=0.01)


@pytest.mark.parametrize("name", MODELS)
def test_a_card_describes_the_file_beside_it(name: str) -> None:
    card = read_card(name)
    content = (FOLDER / f"{name}.npz").read_bytes()
    assert card["sha256"] == hashlib.sha256(content).hexdigest()
    assert card["bytes"] == len(content)
    assert card["date"]
    assert card["split"]
    assert card["scores"]
    assert all(score["low"] <= score["value"] <= score["high"] for score in card["scores"])


def test_the_model_files_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.npz")) < 3_000_000


@needs_data
def test_cards_name_the_data_given() -> None:
    for name in MODELS:
        for entry in read_card(name)["data"]:
            assert data.file_hash(NARRATIVES / entry["file"]) == entry["sha256"]


def _recorded(of: str, file: str) -> dict[str, float]:
    scores = read_card("entities")["scores"]
    return next(score for score in scores if score["of"] == of and score["on"] == file)


@needs_data
@pytest.mark.parametrize(
    ("scheme", "labels", "file", "read", "size"),
    [
        ("theft", THEFT_LABELS, data.THEFT_DEV, data.theft, 300),
        ("drug", DRUG_LABELS, data.DRUG_DEV, data.drug, 80),
    ],
)
def test_the_loaded_model_scores_as_its_card_says(scheme, labels, file, read, size) -> None:
    every = read(NARRATIVES / file)
    chosen = np.random.default_rng(7).choice(len(every), size, replace=False)
    score = span_score(load_entities(), scheme, labels, [every[number] for number in chosen])["micro"]
    # The score of all texts lies within the interval of the sample.
    assert score.low <= _recorded("micro", file)["value"] <= score.high


@pytest.fixture
def tagged() -> list[Tagged]:
    names = ["李某某", "王某甲", "赵某", "孙某某", "周某乙", "吴某"]
    out = []
    for thief, owner in zip(names, reversed(names), strict=True):
        text = f"被告人{thief}盗走被害人{owner}的手机一部。"
        at = text.index("被害人") + 3
        end = text.index("一部")
        out.append(
            Tagged(
                text,
                (
                    Span("NHCS", 3, 3 + len(thief)),
                    Span("NASI", at, end),
                    Span("NHVI", at, at + len(owner)),
                ),
            )
        )
    return out


def test_a_chain_learns_is_kept_and_gives_its_reasons(tagged: list[Tagged], tmp_path: Path) -> None:
    def people(spans: list[Span]) -> list[Span]:
        return [span for span in spans if span.label != "NASI"]

    chain = train_chain(tagged, people, FEW_TEXTS)
    model = join_chains({"theft": (("people", frozenset({"NHCS", "NHVI"}), *chain),)})
    save_entities("tiny", model, tmp_path)
    write_card("tiny", {}, tmp_path)
    loaded = load_entities("tiny", tmp_path)
    text = "被告人钱某某盗走被害人郑某的电脑。"
    spans = loaded.find([text], "theft")[0]
    assert [(span.label, text[span.start : span.end]) for span in spans] == [
        ("NHCS", "钱某某"),
        ("NHVI", "郑某"),
    ]
    reasons = loaded.explain(text, "theft", spans[0])
    assert reasons
    assert all(reason.weight > 0 and 3 <= reason.at < 6 for reason in reasons)


def test_a_file_that_is_not_the_one_of_its_card_is_refused(tagged: list[Tagged], tmp_path: Path) -> None:
    chain = train_chain(tagged, list, FEW_TEXTS)
    save_entities("tiny", join_chains({"theft": (("all", frozenset({"NHCS"}), *chain),)}), tmp_path)
    write_card("tiny", {}, tmp_path)
    path = tmp_path / "tiny.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(JingcangError, match="校验值不符"):
        load_entities("tiny", tmp_path)


def test_a_missing_model_is_said_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(JingcangError, match=r"没有模型文件 charge\.npz.*make train"):
        load_linear("charge", tmp_path)


def test_a_classifier_learns_is_kept_and_gives_its_reasons(tmp_path: Path) -> None:
    items = [Classed(f"{word}了{number}次", name)
             for name, words in {"盗窃": ("偷走", "窃取"), "诈骗": ("骗走", "谎称"), "抢劫": ("抢走", "持刀")}.items()
             for word in words for number in range(4)]  # fmt: skip
    model = train_linear(items, ("窃取", "谎称"), sizes=(1, 2), minimum=2, term_length=0.5, cost=1.0, kept=10)
    save_linear("tiny", model, tmp_path)
    write_card("tiny", {}, tmp_path)
    loaded = load_linear("tiny", tmp_path)
    assert len(loaded.vocabulary.keys) == 10
    assert loaded.predict(["张某窃取手机", "张某谎称中奖"]) == ["盗窃", "诈骗"]
    assert np.allclose(loaded.scores(["张某窃取手机"]), model.scores(["张某窃取手机"]), atol=0.02)
    assert "窃" in loaded.explain("张某窃取手机")[0].text
    assert class_score(items, loaded.predict([item.text for item in items]))["macro"].value == 1.0


def test_a_pattern_counts_where_it_fits_and_is_named_by_the_words_it_fits(tmp_path: Path) -> None:
    items = [Classed(f"张某{number}{act}", name)
             for name, act in {"盗窃": "甲拿乙", "诈骗": "甲乙拿", "抢劫": "拿甲乙"}.items()
             for number in range(4)]  # fmt: skip
    sizes = {"sizes": (1,), "minimum": 2, "term_length": 0.0, "cost": 1.0, "kept": 99}
    orders = ("甲.{0,2}拿乙", "甲乙拿", "拿甲乙")
    assert (
        class_score(items, train_linear(items, (), **sizes).predict([i.text for i in items]))["macro"].value
        < 0.9
    )
    model = train_linear(items, (), orders, pattern_weight=1.0, **sizes)
    save_linear("tiny", model, tmp_path)
    write_card("tiny", {}, tmp_path)
    loaded = load_linear("tiny", tmp_path)
    assert loaded.predict([item.text for item in items]) == [item.name for item in items]
    assert loaded.explain("王某1甲拿乙")[0].text == "甲拿乙"


def test_every_pattern_of_a_charge_compiles_and_stands_once() -> None:
    patterns = charge_patterns()
    assert len(patterns) == len(set(patterns)) >= 50
    assert all(re.compile(pattern).search("") is None for pattern in patterns)
