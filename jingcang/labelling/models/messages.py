"""The class of a citizen message (群众留言), seven classes.

Belongs here: the suggestion and its reasons. Does not belong here: training, routing of messages.
"""

from __future__ import annotations

from .artefacts import load_linear
from .linear import Reason

NAME = "messages"


def classify_messages(texts: list[str]) -> list[str]:
    """Return the likeliest class of each message, by its name in the data."""
    return load_linear(NAME).predict(texts) if texts else []


def explain_message(text: str, top: int = 8) -> list[Reason]:
    """Return what spoke most for the class of a message against the next best one."""
    return load_linear(NAME).explain(text, top)
