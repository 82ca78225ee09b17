"""Which versions of each source contract runs have worked with, and what changed from one to the next.

Belongs here: keeping the declarations a run saw (contract and mapping, as they were) in the home, and reading them
back. Does not belong here: the verdict on a change (``compare``).

A batch is pinned to its contract by a fingerprint; the text behind it may be edited in place, so the text is kept:
``ledger/contracts/<system>__<table>/<number>/`` holds both files and ``seen.json``. A version is never rewritten.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from jingcang.contracts.compare import Change, compare_paths
from jingcang.contracts.files import read_contract
from jingcang.contracts.model import Profile, SourceTable
from jingcang.home import Home

_SEEN = "seen.json"


@dataclass(frozen=True)
class ContractVersion:
    """One version of one source table's declarations.

    Args:
        number: 1, 2, … in the order runs saw them.
        declared: the version the contract states of itself.
        status: its stated status.
        first_as_of: "today" of the first run that worked with it.
        recorded_at: moment of that run, UTC, ISO 8601.
        run_id: that run.
        fingerprint: hash of contract and mapping.
        folder: where both are kept.
    """

    number: int
    declared: str
    status: str
    first_as_of: dt.date
    recorded_at: str
    run_id: str
    fingerprint: str
    folder: Path


def record_versions(home: Home, profile: Profile, *, as_of: dt.date, run_id: str) -> list[str]:
    """Keep the declarations of every source table that differ from those kept last.

    Args:
        home: where they are kept.
        profile: the run's profile.
        as_of, run_id: the run.

    Returns:
        Qualified names of the tables with a new version.
    """
    made = []
    for table in profile.tables:
        known = contract_versions(home, table.qualified)
        if known and known[-1].fingerprint == table.fingerprint:
            continue
        _keep(home, table, len(known) + 1, as_of, run_id)
        made.append(table.qualified)
    return made


def _keep(home: Home, table: SourceTable, number: int, as_of: dt.date, run_id: str) -> None:
    folder = _folder(home, table.qualified) / f"{number:04d}"
    temporary = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    (temporary / "mappings").mkdir(parents=True)
    shutil.copyfile(table.contract_path, temporary / table.contract_path.name)
    for path in {mapping.path for mapping in table.mappings}:
        shutil.copyfile(path, temporary / "mappings" / path.name)
    contract = read_contract(table.contract_path)
    seen = {
        "declared": str(contract.version or ""), "status": str(contract.status or ""),
        "first_as_of": as_of.isoformat(), "run_id": run_id, "fingerprint": table.fingerprint,
        "recorded_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    (temporary / _SEEN).write_text(json.dumps(seen, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(temporary, folder)


def contract_versions(home: Home, qualified: str) -> list[ContractVersion]:
    """Return the versions of one source table, oldest first; none before the first run.

    Args:
        home: where they are kept.
        qualified: ``system.table``.
    """
    found = []
    for path in sorted(_folder(home, qualified).glob(f"[0-9]*/{_SEEN}")):
        seen = json.loads(path.read_text(encoding="utf-8"))
        first = dt.date.fromisoformat(seen.pop("first_as_of"))
        found.append(
            ContractVersion(number=int(path.parent.name), first_as_of=first, folder=path.parent, **seen)
        )
    return found


def version_changes(versions: list[ContractVersion], number: int) -> list[Change]:
    """Return what changed from the version before to one version, breaking changes first.

    Args:
        versions: from :func:`contract_versions`.
        number: the later version; the first has nothing before it.
    """
    if number <= 1:
        return []
    before, after = versions[number - 2], versions[number - 1]
    return sorted(compare_paths(before.folder, after.folder), key=lambda change: not change.is_breaking)


def _folder(home: Home, qualified: str) -> Path:
    return home.ledger / "contracts" / qualified.replace(".", "__", 1)
