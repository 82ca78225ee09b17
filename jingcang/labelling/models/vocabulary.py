"""The features a model knows, found by their hash.

Belongs here: the lookup from hashes to rows of a weight matrix. Does not belong here: what is hashed
(``features``, ``linear``) and the weights.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .encoding import Hashes

SLOT_BITS = 22
"""Size of the lookup table. A slot holds one feature; training drops the rarer of two that share a slot."""


@dataclass(frozen=True)
class Vocabulary:
    """The features a model knows, found by hash.

    Args:
        keys: distinct hashes, no two in one slot; the row of a feature is its place here.
    """

    keys: Hashes
    _table: npt.NDArray[np.int32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table = np.full(1 << SLOT_BITS, -1, dtype=np.int32)
        table[self.keys & np.uint32((1 << SLOT_BITS) - 1)] = np.arange(len(self.keys), dtype=np.int32)
        object.__setattr__(self, "_table", table)

    def rows(self, hashes: Hashes) -> npt.NDArray[np.int32]:
        """Return the row of each hash, −1 for unknown ones; same shape."""
        found = self._table[hashes & np.uint32((1 << SLOT_BITS) - 1)]
        return np.where((found >= 0) & (self.keys[found] == hashes), found, -1)

    def matrix(self, hashes: Hashes) -> sparse.csr_matrix:
        """Return known features of each row of hashes as a 0/1 matrix (rows × vocabulary)."""
        rows = self.rows(hashes)
        known = rows >= 0
        ends = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
        indices = rows[known]
        ones = np.ones(len(indices), dtype=np.float32)
        return sparse.csr_matrix((ones, indices, ends), shape=(len(hashes), len(self.keys)))


def choose_keys(hashes: Hashes, minimum: int) -> Hashes:
    """Choose the features worth learning.

    Args:
        hashes: all occurrences.
        minimum: occurrences below which a feature is left out.

    Returns:
        Sorted distinct hashes, no two in one slot of the lookup table (the more frequent one stays).
    """
    keys, counts = np.unique(hashes.ravel(), return_counts=True)
    keys, counts = keys[counts >= minimum], counts[counts >= minimum]
    by_count = keys[np.argsort(-counts, kind="stable")]
    _, first = np.unique(by_count & np.uint32((1 << SLOT_BITS) - 1), return_index=True)
    return np.sort(by_count[first])
