"""``jingcang map-codes``: suggestions for the values of a source.

Belongs here: arguments and messages. Does not belong here: finding the suggestions
(``jingcang.labelling.dictionaries``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def map_codes(
    dictionary: Annotated[str, typer.Option(help="字典编号，见 docs/dictionaries.md，例如 case_class_8")],
    source: Annotated[Path, typer.Option("--input", help="CSV（UTF-8），列 source_value、count")],
    output: Annotated[Path, typer.Option("--output", help="要写的建议表（CSV，UTF-8）")],
) -> None:
    """为源系统的取值找字典代码：每个取值一行建议，auto 可直接采用，review 须人工核对。"""
    from jingcang.labelling.dictionaries import (
        SEEDS,
        Suggester,
        load_dictionaries,
        load_dictionary,
        read_values,
        suggest_all,
        write_suggestions,
    )

    load_dictionary(dictionary)  # an unknown id is told before the file is read
    values = read_values(source)
    suggestions = suggest_all(Suggester.of(dictionary, load_dictionaries((SEEDS,))), values)
    write_suggestions(output, suggestions)
    records = sum(value.count for value in values)
    automatic = [value for value, suggestion in suggestions if suggestion.decision == "auto"]
    covered = sum(value.count for value in automatic)
    typer.echo(
        f"{len(values):,} 个取值（{records:,} 条记录）：可直接采用 {len(automatic):,} 个"
        f"（{len(automatic) / len(values):.1%}；记录占 {covered / records if records else 0:.1%}），"
        f"须核对 {len(values) - len(automatic):,} 个。已写入 {output}"
    )
