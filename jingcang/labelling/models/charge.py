"""A charge suggested for a narrative: a benchmark task, shown on no page.

Belongs here: the suggestion and its reasons. Does not belong here: training, and any decision: a
suggestion stays ``model`` until a person confirms it.
"""

from __future__ import annotations

from .artefacts import load_linear
from .linear import Reason

NAME = "charge"


def suggest_charges(texts: list[str]) -> list[str | None]:
    """Suggest a charge for each text.

    Args:
        texts: narratives.

    Returns:
        The charge by its name in the data; None for a text of which the model knows nothing.
    """
    if not texts:
        return []
    model = load_linear(NAME)
    vectors = model.vectors(texts)
    best = (vectors @ model.weights + model.bias).argmax(axis=1)
    known = vectors.getnnz(axis=1)
    return [model.classes[number] if count else None for number, count in zip(best, known, strict=True)]


def explain_charge(text: str, top: int = 8) -> list[Reason]:
    """Return what spoke most for the suggested charge against the next best one."""
    return load_linear(NAME).explain(text, top)
