"""Model files: small numpy archives beside the code, each with a card that says what it is.

Belongs here: writing, reading and checking the files. Does not belong here: how a model is trained
(``training``) or used (``entities``, ``charge``, ``messages``).

Weights are kept as whole numbers of −127 to 127 and one scale; what rounds to nought is left out. The card
(``<name>.card.json``) holds data, split, parameters, scores, date and the sha256 of the file; a file whose
hash differs is not used.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from jingcang.errors import JingcangError

from .crf import TagModel
from .entities import EntityModel, Layer
from .linear import LinearModel
from .vocabulary import Vocabulary

FOLDER = Path(__file__).with_name("artefacts")
REMEDY = "请运行 make train 重新训练模型"

Arrays = dict[str, npt.NDArray[Any]]


def card_path(name: str, folder: Path = FOLDER) -> Path:
    """Return where the card of a model lies."""
    return folder / f"{name}.card.json"


def read_card(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Read a card.

    Raises:
        JingcangError: there is none.
    """
    path = card_path(name, folder)
    if not path.exists():
        raise JingcangError(f"没有模型 {name} 的说明卡", remedy=REMEDY)
    card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return card


def write_card(name: str, card: dict[str, Any], folder: Path = FOLDER) -> None:
    """Write a card beside its model, with the hash and size of the file added."""
    content = (folder / f"{name}.npz").read_bytes()
    card = {"name": name, **card, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
    card_path(name, folder).write_text(text, encoding="utf-8")


def _read(name: str, folder: Path) -> Arrays:
    path = folder / f"{name}.npz"
    if not path.exists():
        raise JingcangError(f"没有模型文件 {path.name}", remedy=REMEDY)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != read_card(name, folder)["sha256"]:
        raise JingcangError(f"模型文件 {path.name} 与说明卡登记的校验值不符", remedy=REMEDY)
    with np.load(path, allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def _write(name: str, arrays: Arrays, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / f"{name}.npz", **arrays)  # type: ignore[arg-type]


def _pack(prefix: str, weights: npt.NDArray[np.float32]) -> Arrays:
    """Keep a matrix of at most 255 columns as numbers of one byte, column by column a row."""
    scale = float(np.abs(weights).max(initial=0.0)) / 127 or 1.0
    rounded = sparse.csr_matrix(np.rint(weights / scale).astype(np.int8))
    return {
        f"{prefix}.scale": np.array([scale], dtype=np.float32),
        f"{prefix}.counts": np.diff(rounded.indptr).astype(np.uint8),
        f"{prefix}.columns": rounded.indices.astype(np.uint8),
        f"{prefix}.values": rounded.data,
        f"{prefix}.width": np.array([weights.shape[1]], dtype=np.int32),
    }


def _unpack(prefix: str, arrays: Arrays) -> npt.NDArray[np.float32]:
    counts = arrays[f"{prefix}.counts"].astype(np.int64)
    out = np.zeros((len(counts), int(arrays[f"{prefix}.width"][0])), dtype=np.float32)
    rows = np.repeat(np.arange(len(counts)), counts)
    out[rows, arrays[f"{prefix}.columns"]] = arrays[f"{prefix}.values"] * arrays[f"{prefix}.scale"][0]
    return out


def _names(array: npt.NDArray[Any]) -> tuple[str, ...]:
    return tuple(str(name) for name in array)


def save_entities(name: str, model: EntityModel, folder: Path = FOLDER) -> None:
    """Write an entity model."""
    arrays: Arrays = {"keys": model.vocabulary.keys}
    order = [f"{scheme}.{layer.name}" for scheme, layers in model.layers.items() for layer in layers]
    arrays["layers"] = np.array(order)
    for scheme, layers in model.layers.items():
        for layer in layers:
            prefix = f"{scheme}.{layer.name}"
            arrays |= _pack(prefix, layer.model.weights)
            arrays[f"{prefix}.tags"] = np.array(layer.model.tags)
            arrays[f"{prefix}.labels"] = np.array(sorted(layer.labels))
            arrays[f"{prefix}.transitions"] = layer.model.transitions.astype(np.float16)
    _write(name, arrays, folder)


@cache
def load_entities(name: str = "entities", folder: Path = FOLDER) -> EntityModel:
    """Read an entity model.

    Raises:
        JingcangError: no such file, or it is not the one its card describes.
    """
    arrays = _read(name, folder)
    layers: dict[str, list[Layer]] = {}
    for prefix in _names(arrays["layers"]):
        scheme, _, layer = prefix.partition(".")
        model = TagModel(
            _names(arrays[f"{prefix}.tags"]),
            _unpack(prefix, arrays),
            arrays[f"{prefix}.transitions"].astype(np.float32),
        )
        layers.setdefault(scheme, []).append(
            Layer(layer, model, frozenset(_names(arrays[f"{prefix}.labels"])))
        )
    return EntityModel(Vocabulary(arrays["keys"]), {scheme: tuple(found) for scheme, found in layers.items()})


def save_linear(name: str, model: LinearModel, folder: Path = FOLDER) -> None:
    """Write a classifier."""
    arrays = _pack("weights", model.weights)
    arrays |= {
        "keys": model.vocabulary.keys,
        "classes": np.array(model.classes),
        "sizes": np.array(model.sizes, dtype=np.int32),
        "idf": model.idf.astype(np.float16),
        "bias": model.bias,
        "terms": np.array(model.terms, dtype=np.str_),
        "term_length": np.array([model.term_length], dtype=np.float32),
        "patterns": np.array(model.patterns, dtype=np.str_),
        "pattern_weight": np.array([model.pattern_weight], dtype=np.float32),
    }
    _write(name, arrays, folder)


@cache
def load_linear(name: str, folder: Path = FOLDER) -> LinearModel:
    """Read a classifier.

    Raises:
        JingcangError: no such file, or it is not the one its card describes.
    """
    arrays = _read(name, folder)
    return LinearModel(
        classes=_names(arrays["classes"]),
        sizes=tuple(int(size) for size in arrays["sizes"]),
        vocabulary=Vocabulary(arrays["keys"]),
        terms=_names(arrays["terms"]),
        term_length=float(arrays["term_length"][0]),
        idf=arrays["idf"].astype(np.float32),
        weights=_unpack("weights", arrays),
        bias=arrays["bias"],
        patterns=_names(arrays["patterns"]),
        pattern_weight=float(arrays["pattern_weight"][0]),
    )
