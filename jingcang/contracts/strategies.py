"""Hypothesis strategies from source contracts: valid rows, and rows that break exactly one clause.

Belongs here: the bridge to Hypothesis. Does not belong here: drawing rows (``example_rows``).

Hypothesis is no dependency of the product: it is imported when a strategy is asked for, and only tests ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jingcang.contracts.example_rows import Row, rows_breaking, valid_row
from jingcang.contracts.model import RowRule, SourceTable

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def valid_rows(table: SourceTable) -> SearchStrategy[Row]:
    """Return the strategy of rows that break no rule of ``table``."""
    from hypothesis import strategies as st

    return st.randoms(use_true_random=False).map(lambda rng: valid_row(table, rng))


def breaking_rows(table: SourceTable, rule: RowRule) -> SearchStrategy[list[Row]]:
    """Return the strategy of rows that together break ``rule`` and nothing else."""
    from hypothesis import strategies as st

    return st.randoms(use_true_random=False).map(lambda rng: rows_breaking(table, rule, rng))
