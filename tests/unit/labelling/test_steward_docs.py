"""What docs/ tell a stranger who adds a dictionary, a label, a rule or a kind of clue still exists and is complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jingcang.labelling import clues, frames
from orchestration.cli import app

ROOT = Path(__file__).parents[3]
DOCS = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("dictionaries.md", "labels-and-clues.md")
}
PATH = re.compile(r"`((?:jingcang|dbt_project|tests|data_contracts)/[\w/.<>-]+)`")


@pytest.mark.parametrize("name", DOCS)
def test_every_file_that_is_named_exists(name: str) -> None:
    named = [path for path in PATH.findall(DOCS[name]) if "<" not in path]
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_a_kind_of_clue_is_added_where_the_docs_say() -> None:
    section = DOCS["labels-and-clues.md"].partition("### Add a kind of clue")[2].partition("\n## ")[0]
    for name in ("Clue", "KINDS", "find_clues", "_plates"):
        assert f"`{name}" in section
        assert hasattr(clues, name)
    assert "`VISIBLE` (`frames.py`)" in section
    assert hasattr(frames, "VISIBLE")


def test_the_commands_and_options_of_the_docs_exist() -> None:
    from typer.main import get_command

    dictionary = get_command(app).commands["dictionary"].commands["import"]  # type: ignore[attr-defined]
    options = {option for parameter in dictionary.params for option in parameter.opts}
    told = set(re.findall(r"(--[a-z][a-z-]*)", DOCS["dictionaries.md"])) - {"--home", "--own", "--input"}
    assert told <= options, told - options
