"""Hypothesis strategies from source contracts: valid rows, and rows that break exactly one clause.

Belongs here: the bridge to Hypothesis. Does not belong here: drawing rows (``example_rows``).

Hypothesis is no dependency of the product: it is imported when a strategy is asked for, and only tests ask. It draws
the seed of a row and not each of its values: looking for small examples it draws one value again and again, which no
two places that must differ can both have.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from jingcang.contracts.example_rows import Row, rows_breaking, valid_row
from jingcang.contracts.model import RowRule, SourceTable

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def valid_rows(table: SourceTable) -> SearchStrategy[Row]:
    """Return the strategy of rows that break no rule of ``table``."""
    return _seeds().map(lambda seed: valid_row(table, random.Random(seed)))


def breaking_rows(table: SourceTable, rule: RowRule) -> SearchStrategy[list[Row]]:
    """Return the strategy of rows that together break ``rule`` and nothing else."""
    return _seeds().map(lambda seed: rows_breaking(table, rule, random.Random(seed)))


def _seeds() -> SearchStrategy[int]:
    from hypothesis import strategies as st

    return st.integers(0, 2**32 - 1)
