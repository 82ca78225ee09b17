"""Several questions to one database at once.

Most tables have too few row groups for the engine to share one question among cores. Does not belong here: questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import duckdb

AT_ONCE = 2
"""Questions under way at a time."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")


def at_once(
    connection: duckdb.DuckDBPyConnection,
    ask: Callable[[duckdb.DuckDBPyConnection, Question], Answer],
    questions: Iterable[Question],
) -> list[Answer]:
    """Ask each question with a cursor of its own, its time zone UTC.

    Args:
        connection: to the database.
        ask: cursor and question → answer.
        questions: what is asked.

    Returns:
        The answers, in the order of the questions.
    """

    def answer(question: Question) -> Answer:
        with connection.cursor() as cursor:
            cursor.execute("set TimeZone = 'UTC'")
            return ask(cursor, question)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(answer, questions))
