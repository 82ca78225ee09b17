"""A kind of clue is known everywhere it must be: left out of one place it would have no name or link nothing."""

from __future__ import annotations

import csv
from pathlib import Path

from jingcang.contracts import load_fields
from jingcang.labelling.clues import KINDS
from jingcang.labelling.frames import VISIBLE

SEED = Path(__file__).parents[3] / "dbt_project" / "seeds" / "clue_kinds.csv"
SHOWN_WHOLE = {"url", "app", "money"}


def test_every_kind_has_its_row_its_words_and_its_mask() -> None:
    with SEED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["clue_kind"] for row in rows] == list(KINDS), "dbt_project/seeds/clue_kinds.csv"
    assert all(row["clue_kind_label"] and row["owner"] and row["decided_date"] for row in rows)
    described = load_fields()["clue_kind"].description_zh
    assert [kind for kind in KINDS if kind not in described] == [], "data_contracts/fields.yaml"
    texts = Path(__file__).with_name("test_clues.py").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f'("{kind}", ' not in texts] == [], "texts of test_clues.py"
    assert set(VISIBLE) == set(KINDS) - SHOWN_WHOLE, "VISIBLE of jingcang/labelling/frames.py"
