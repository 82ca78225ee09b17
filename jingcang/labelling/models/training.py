"""``make train``: the models from the given data, with their cards.

    python -m jingcang.labelling.models.training DATA [--only entities|charge|messages]

Belongs here: which data each model learns from and what its card says. Does not belong here: how models
are learnt (``learning``), how files are written (``artefacts``).
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import data
from .artefacts import load_entities, load_linear, save_entities, save_linear, write_card
from .data import Classed
from .entities import DRUG_LABELS, THEFT_LABELS
from .evaluation import Score
from .learning import (
    CHAIN_PARAMETERS,
    CHARGE_PARAMETERS,
    MESSAGE_PARAMETERS,
    class_score,
    cross_validate,
    grouped_folds,
    join_chains,
    learn_charge,
    learn_messages,
    span_score,
    train_drug,
    train_theft,
)  # fmt: skip
from .linear import LinearModel

log = logging.getLogger("jingcang.train")


def _today() -> str:
    return dt.datetime.now(tz=dt.UTC).date().isoformat()


def _described(folder: Path, names: Sequence[str]) -> list[dict[str, str]]:
    return [{"file": name, "sha256": data.file_hash(folder / name)} for name in names]


def _scores(found: dict[str, Score], measure: str, on: str) -> list[dict[str, Any]]:
    return [
        {"measure": measure, "of": name, "on": on, "value": round(score.value, 4), "low": round(score.low, 4),
         "high": round(score.high, 4), "texts": score.texts}
        for name, score in found.items()
    ]  # fmt: skip


def run_entities(folder: Path) -> None:
    """Train, write and describe the entity model; the dev halves are only measured."""
    chains = {
        "theft": train_theft(data.theft(folder / data.THEFT_TRAIN)),
        "drug": train_drug(data.drug(folder / data.DRUG_TRAIN)),
    }
    save_entities("entities", join_chains(chains))
    card = {
        "title": "盗窃与毒品案件实体",
        "method": "两层线性链条件随机场（盗窃），一层（毒品）；字特征，随机梯度、特征随机舍去；按片段概率取舍",
        "data": _described(folder, (data.THEFT_TRAIN, data.THEFT_DEV, data.DRUG_TRAIN, data.DRUG_DEV)),
        "split": "按来源案件分为 train 与 dev；只在 train 上训练，在 dev 上计量",
        "parameters": dataclasses.asdict(CHAIN_PARAMETERS),
        "date": _today(),
        "scores": [],
    }
    write_card("entities", card)
    load_entities.cache_clear()
    model = load_entities()
    theft = span_score(model, "theft", THEFT_LABELS, data.theft(folder / data.THEFT_DEV))
    drug = span_score(model, "drug", DRUG_LABELS, data.drug(folder / data.DRUG_DEV))
    card["scores"] = [
        *_scores(theft, "strict span F1", data.THEFT_DEV), *_scores(drug, "strict span F1", data.DRUG_DEV)
    ]  # fmt: skip
    write_card("entities", card)
    log.info("盗窃实体 %s，毒品实体 %s", theft["micro"], drug["micro"])


def _run_linear(
    name: str, title: str, items: list[Classed], folds: list[tuple[Any, Any]], split: str,
    learn: Callable[[Sequence[Classed]], LinearModel], described: list[dict[str, str]], parameters: dict[str, Any],
) -> None:  # fmt: skip
    score = class_score(items, cross_validate(items, folds, learn))
    save_linear(name, learn(items))
    write_card(
        name,
        {
            "title": title,
            "method": "字 n-gram 与要素词，线性支持向量机（一类对其余）",
            "data": described,
            "split": split,
            "parameters": parameters,
            "date": _today(),
            "scores": _scores(score, "F1, five folds", "unseen folds"),
        },
    )
    load_linear.cache_clear()
    log.info("%s：宏平均 F1 %s，准确率 %s", title, score["macro"], score["accuracy"])


def run_charge(folder: Path) -> None:
    """Cross-validate, train, write and describe the charge model."""
    items = data.charges(folder / data.CHARGES)
    _run_linear(
        "charge", "罪名建议（29 种）", items, grouped_folds(items),
        "五折，近似重复的案情在同一折，各罪名按比例；发布的模型用全部数据训练",
        learn_charge, _described(folder, (data.CHARGES,)), CHARGE_PARAMETERS,
    )  # fmt: skip


def run_messages(folder: Path) -> None:
    """Cross-validate, train, write and describe the model of citizen messages."""
    items = data.messages(folder / data.MESSAGES)
    _run_linear(
        "messages", "群众留言分类（7 类）", items, grouped_folds(items),
        "五折，近似重复的留言在同一折，各类按比例；发布的模型用全部数据训练",
        learn_messages, _described(folder, (data.MESSAGES,)), MESSAGE_PARAMETERS,
    )  # fmt: skip


RUNS: dict[str, Callable[[Path], None]] = {
    "entities": run_entities, "charge": run_charge, "messages": run_messages,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Train all models, or one."""
    parser = argparse.ArgumentParser(description="训练标签模型")
    parser.add_argument("data", type=Path, help="标注数据目录")
    parser.add_argument("--only", choices=sorted(RUNS), help="只训练这一个模型")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name, run in RUNS.items():
        if options.only in (None, name):
            run(options.data)


if __name__ == "__main__":
    main()
