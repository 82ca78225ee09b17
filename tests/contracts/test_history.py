"""Every version of a contract that a run worked with is kept, and neighbours are compared."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from jingcang.contracts import CONTRACTS_ROOT, load_profile
from jingcang.contracts.history import contract_versions, record_versions, version_changes
from jingcang.home import Home

DAY = dt.date(2026, 6, 30)
TABLE = "case.aj_wpxx"


def test_a_version_is_kept_once_and_a_change_is_told_with_its_verdict(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    root = tmp_path / "data_contracts"
    shutil.copytree(CONTRACTS_ROOT, root)
    profile = load_profile(root / "profiles" / "demo", data=tmp_path, root=root)
    assert len(record_versions(home, profile, as_of=DAY, run_id="r1")) == len(profile.tables)
    assert record_versions(home, profile, as_of=DAY, run_id="r2") == []
    (first,) = contract_versions(home, TABLE)
    assert (first.number, first.first_as_of, first.run_id, first.status) == (1, DAY, "r1", "active")
    assert version_changes([first], 1) == []

    path = profile.table(TABLE).contract_path
    text = path.read_text(encoding="utf-8")
    head, _, tail = text.rpartition("required: true")
    path.write_text(f"{head}required: false{tail}", encoding="utf-8")
    edited = load_profile(root / "profiles" / "demo", data=tmp_path, root=root)
    assert edited.table(TABLE).fingerprint != profile.table(TABLE).fingerprint
    later = DAY + dt.timedelta(7)
    assert record_versions(home, edited, as_of=later, run_id="r3") == [TABLE]
    versions = contract_versions(home, TABLE)
    assert [version.first_as_of for version in versions] == [DAY, later]
    changes = version_changes(versions, 2)
    assert [(change.object_name, change.reason_zh != "") for change in changes] == [(TABLE, True)]
    assert (versions[0].folder / path.name).read_text(encoding="utf-8") == text, "what was seen stays as seen"

    path.write_text(text, encoding="utf-8")
    reverted = load_profile(root / "profiles" / "demo", data=tmp_path, root=root)
    assert record_versions(home, reverted, as_of=later, run_id="r4") == [TABLE]
    assert len(contract_versions(home, TABLE)) == 3, "a return to an older text is a version of its own"
