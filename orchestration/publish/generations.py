"""Generations: numbered serving files, the `current` link and the append-only ledger.

Order of a publish: write ``<generation>.duckdb`` under a temporary name → verify → fsync → rename → what is known of
the parts of its tables (``<generation>.parts``) → record (``<generation>.json``) → swap the link → append to the ledger
→ remove what is too old. A crash between any two steps leaves readers on a whole generation; a link that was swapped
without a ledger line is entered at the next start from its record.

Belongs here: files and their order. Does not belong here: what is in a serving file (``serving_file``).
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration.publish.content_hash import combine
from orchestration.publish.files import append_durably, fsync_path, swap_link, write_durably
from orchestration.publish.parts import read_record, record_text
from orchestration.publish.serving_file import Before, write_serving_file

GENERATION_NAME = re.compile(r"^g(\d{6})$")


@dataclass(frozen=True)
class Generation:
    """One published generation.

    Args:
        name: ``g000001`` and so on; never reused.
        content_hash: see ``content_hash``.
        inputs: digest of everything the content depends on: batches, profile, code, as_of.
        as_of: the run's "today", ISO date.
        profile: name of the profile.
        run_id: the pipeline run that built it.
        published_at: UTC, ISO 8601.
        batches: the cut: ids of the landed batches in force.
        tables: table name → {"rows": int, "hash": str, "fingerprint": str}.
        checks: status → number of checks of the run.
        code: digest of the program kept with it (:mod:`orchestration.rebuild.code`); "" in older records.
    """

    name: str
    content_hash: str
    inputs: str
    as_of: str
    profile: str
    run_id: str
    published_at: str
    batches: tuple[str, ...] = ()
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)
    code: str = ""

    @property
    def number(self) -> int:
        """The running number."""
        return int(self.name[1:])


def ledger_path(home: Home) -> Path:
    """Return the ledger file: one JSON line an event (``publish`` or ``rollback``)."""
    return home.ledger / "generations.jsonl"


def read_ledger(home: Home) -> list[dict[str, Any]]:
    """Return the ledger's events, oldest first; a torn line of a crash is passed over."""
    events = []
    path = ledger_path(home)
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                events.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return events


def current_name(home: Home) -> str | None:
    """Return the name of the generation the link points at, or None before the first publish."""
    try:
        return Path(os.readlink(home.current_link)).stem
    except FileNotFoundError:
        return None


def read_generation(home: Home, name: str) -> Generation:
    """Return the record of a kept generation.

    Raises:
        JingcangError: the generation is not kept (any more).
    """
    path = home.serving / f"{name}.json"
    if not GENERATION_NAME.match(name) or not path.exists():
        raise JingcangError(
            f"没有这个发布版本：{name}",
            where=str(home.serving),
            remedy="用 jingcang publish --list 查看保留的版本",
        )
    content = json.loads(path.read_text(encoding="utf-8"))
    content["batches"] = tuple(content["batches"])
    return Generation(**content)


def current_generation(home: Home) -> Generation | None:
    """Return the generation readers see, or None before the first publish."""
    name = current_name(home)
    return read_generation(home, name) if name else None


def kept_generations(home: Home) -> list[Generation]:
    """Return the kept generations, newest first."""
    names = [path.stem for path in home.serving.glob("g*.json") if GENERATION_NAME.match(path.stem)]
    return [
        read_generation(home, name)
        for name in sorted(names, reverse=True)
        if (home.serving / f"{name}.duckdb").exists()
    ]


def recover(home: Home) -> None:
    """Finish or clear what a crash left: temporary files, and a swapped link without a ledger line."""
    for leftover in [*home.serving.glob("*.tmp*"), *home.serving.glob(".*.tmp")]:
        leftover.unlink(missing_ok=True)
    current = current_generation(home)
    if current and current.name not in {event["generation"] for event in read_ledger(home)}:
        _enter(home, "publish", current)


def _enter(home: Home, event: str, generation: Generation) -> None:
    line = {"event": event, "generation": generation.name, "at": _now(), "record": asdict(generation)}
    append_durably(ledger_path(home), json.dumps(line, ensure_ascii=False, sort_keys=True))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def next_number(home: Home) -> int:
    """Return the next unused generation number, counting the ledger, the records and the link."""
    names = [event["generation"] for event in read_ledger(home)]
    names += [path.stem for path in home.serving.glob("g*.*")]
    numbers = [int(match.group(1)) for name in names if (match := GENERATION_NAME.match(name))]
    return max(numbers, default=0) + 1


def publish(
    home: Home,
    *,
    inputs: str,
    as_of: str,
    profile: str,
    run_id: str,
    batches: tuple[str, ...],
    checks: dict[str, int] | None = None,
    code: str = "",
    keep: int = 3,
) -> Generation:
    """Copy the build database's dim_, fct_ and rpt_ tables into a new serving file and let readers have it.

    Args:
        home: the home folder; nobody may hold its build database open for writing.
        inputs: digest of the inputs, recorded for the next run's decision.
        as_of: ISO date.
        profile: profile name.
        run_id: pipeline run.
        batches: the cut.
        checks: status → number of checks of the run.
        code: digest of the program kept with it.
        keep: how many generations remain on disk, the new one included.

    Returns:
        The published generation.

    Raises:
        JingcangError: nothing to publish, or the copy does not equal its source; readers keep the old one.
    """
    recover(home)
    number = next_number(home)
    name = f"g{number:06d}"
    target = home.serving / f"{name}.duckdb"
    temporary = home.serving / f"{name}.duckdb.tmp"
    generation_at = _now()
    kept = kept_generations(home)
    before = _before(home, kept[0]) if kept else None
    written = write_serving_file(home.build_database, temporary, before)
    generation = Generation(
        name=name,
        content_hash=combine([item.content for item in written]),
        inputs=inputs,
        as_of=as_of,
        profile=profile,
        run_id=run_id,
        published_at=generation_at,
        batches=batches,
        tables={
            item.content.name: {
                "rows": item.content.row_count,
                "hash": item.content.digest,
                "fingerprint": item.fingerprint,
            }
            for item in written
        },
        checks=checks or {},
        code=code,
    )
    fsync_path(temporary)
    os.replace(temporary, target)
    parts = record_text({item.content.name: (item.held, item.totals) for item in written})
    write_durably(_parts_path(home, name), parts.encode("utf-8"))
    record = json.dumps(asdict(generation), ensure_ascii=False, indent=1, sort_keys=True)
    write_durably(home.serving / f"{name}.json", record.encode("utf-8"))
    swap_link(home.current_link, target.name)
    _enter(home, "publish", generation)
    _remove_old(home, keep)
    return generation


def _parts_path(home: Home, name: str) -> Path:
    return home.serving / f"{name}.parts"


def _before(home: Home, generation: Generation) -> Before:
    parts = read_record(_parts_path(home, generation.name))
    return Before(home.serving / f"{generation.name}.duckdb", generation.tables, parts)


def _remove_old(home: Home, keep: int) -> None:
    current = current_name(home)
    kept = {item.name for item in kept_generations(home)[:keep]} | ({current} if current else set())
    for path in home.serving.glob("g*.*"):
        if path.stem not in kept and GENERATION_NAME.match(path.stem):
            path.unlink(missing_ok=True)


def rollback(home: Home, name: str | None = None) -> Generation:
    """Let readers have an earlier kept generation again.

    Args:
        home: the home folder.
        name: the generation; without it the newest kept one before the current.

    Returns:
        The generation readers see now.

    Raises:
        JingcangError: no earlier generation is kept, or the named one is not.
    """
    recover(home)
    current = current_generation(home)
    if name is None:
        earlier = [item for item in kept_generations(home) if current and item.number < current.number]
        if not earlier:
            raise JingcangError("没有更早的发布版本可以退回", where=str(home.serving))
        name = earlier[0].name
    generation = read_generation(home, name)
    swap_link(home.current_link, f"{name}.duckdb")
    _enter(home, "rollback", generation)
    return generation
