"""The derived steps' definitions: which library function, which version.

Belongs here: adapting frames of landed entities to the library's functions and naming the version.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import polars as pl

from jingcang.home import Home
from jingcang.landing import Cut

if TYPE_CHECKING:
    from orchestration.derive.steps import Input


def labels_schema() -> dict[str, pl.DataType]:
    """Return the columns of ``derived.case_labels``."""
    from jingcang.labelling.frames import LABEL_SCHEMA

    return LABEL_SCHEMA


def labels_version(home: Home, cut: Cut) -> str:
    """Return the digest of the label rules."""
    from jingcang.labelling.frames import LABELS_VERSION

    return LABELS_VERSION


def compute_labels(home: Home, cut: Cut, item: Input, frame: pl.DataFrame) -> pl.DataFrame:
    """Label narratives; see ``jingcang.labelling.frames.label_cases``."""
    from jingcang.labelling.frames import label_cases

    return label_cases(frame)


def clues_schema() -> dict[str, pl.DataType]:
    """Return the columns of ``derived.case_clues``."""
    from jingcang.labelling.frames import CLUE_SCHEMA

    return CLUE_SCHEMA


def _pseudonym_key() -> str:
    return os.environ.get("JINGCANG_PSEUDONYM_KEY", "")


def clues_version(home: Home, cut: Cut) -> str:
    """Return the digest of the extractors and, without disclosing it, of the pseudonym key."""
    from jingcang.labelling.frames import CLUES_VERSION

    key = hashlib.sha256(f"clue version\x1f{_pseudonym_key()}".encode()).hexdigest()[:8]
    return f"{CLUES_VERSION}_{key}"


def compute_clues(home: Home, cut: Cut, item: Input, frame: pl.DataFrame) -> pl.DataFrame:
    """Extract clues; see ``jingcang.labelling.frames.extract_clues``."""
    from jingcang.labelling.frames import extract_clues

    return extract_clues(frame, _pseudonym_key())
