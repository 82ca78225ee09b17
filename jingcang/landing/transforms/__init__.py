"""Named transforms: how one canonical column is made from the source's columns.

Belongs here: the registry and the frame-level application of a mapping. The transforms themselves
stand in ``text``, ``numbers``, ``times``, ``places`` and ``identity``; each is a function
``(Context) -> polars.Expr`` with one output over text columns that are already trimmed and have no
empty strings. A name that a mapping uses exists here or nowhere.
"""

from __future__ import annotations

from jingcang.landing.transforms import identity, numbers, places, text, times
from jingcang.landing.transforms.registry import REGISTRY, TYPED_INPUT, Context, build_entity, names

__all__ = [
    "REGISTRY", "TYPED_INPUT", "Context", "build_entity", "identity", "names", "numbers", "places", "text", "times",
]  # fmt: skip
