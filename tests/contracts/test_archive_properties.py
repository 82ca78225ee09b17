"""Every item of DA/T 70 names checks that exist; an item without a check says why."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from jingcang.contracts import CONTRACTS_ROOT, load_profile, load_quality_rules
from jingcang.contracts.archive_properties import PROPERTIES, load_archive_properties
from jingcang.errors import JingcangError


def known_checks(tmp_path: Path) -> set[str]:
    profile = load_profile(CONTRACTS_ROOT / "profiles" / "demo", data=tmp_path)
    ids = {rule.check_id for rule in load_quality_rules()}
    for table in profile.tables:
        ids |= {rule.check_id for rule in (*table.rules, *table.set_rules)}
        ids |= {f"{table.qualified}.{name}" for name in ("reconciliation", "witness")}
    return ids


def test_every_pattern_names_a_check_and_silence_has_a_reason(tmp_path: Path) -> None:
    known, items = known_checks(tmp_path), load_archive_properties()
    unknown = [
        f"{item.item_no} {pattern}"
        for item in items
        for pattern in item.patterns
        if not any(fnmatchcase(check_id, pattern) for check_id in known)
    ]
    assert unknown == []
    assert [item.item_no for item in items if not item.patterns and not item.note] == []
    assert {item.property_zh for item in items} == set(PROPERTIES)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a,b\n", "第 1 行"),
        ("property_zh,item_no,item_zh,check_ids,note\n美观性,1-1,x,,\n", "1-1"),
        ("property_zh,item_no,item_zh,check_ids,note\n真实性,1-1,x,,\n真实性,1-1,y,,\n", "两次"),
    ],
)
def test_a_wrong_file_is_an_error(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "archive_properties.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JingcangError, match=named):
        load_archive_properties(path)
