"""Which dates a changed meaning of a source code touches, so that a decision on one code rebuilds days, not the whole.

Belongs here: comparing the mappings of two cuts and finding the records that hold the changed values. Does not belong
here: what that means for a build (``state``).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from jingcang.contracts import load_entities
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.manifests import Manifest, manifests

ENTITY = "code_mappings"
DATE = "event_date"
_MEANING = ("source_system", "field_name", "source_value", "dictionary", "code", "outcome", "reason", "valid_from",
            "valid_to")  # fmt: skip


def dates_of_changed_mappings(
    home: Home, built: Collection[str], wanted: Collection[str]
) -> dict[str, set[str] | None]:
    """Return entity → ISO dates of the records whose value means something else now.

    Args:
        home: where landing lives.
        built: batches of the last complete build.
        wanted: batches of this one.

    Returns:
        Records out of force are looked at as well: their dates do no harm. None for an entity whose records have no
        date of their own, and under ``code_mappings`` if the mappings of the last build are gone.
    """
    every = manifests(home)
    before, now = (_mappings(home, every, batches) for batches in (built, wanted))
    if before is None or now is None:
        return {ENTITY: None}
    changed = pl.concat([
        before.join(now, on=_MEANING, how="anti", nulls_equal=True),
        now.join(before, on=_MEANING, how="anti", nulls_equal=True),
    ])  # fmt: skip
    found: dict[str, set[str] | None] = {}
    known = load_entities()
    for (field, system), rows in changed.group_by("field_name", "source_system"):
        entity, _, column = str(field).partition(".")
        if entity not in known or (entity in found and found[entity] is None):
            continue
        if DATE not in {declared.name for declared in known[entity].columns}:
            found[entity] = None
            continue
        dates = found.setdefault(entity, set())
        assert dates is not None  # noqa: S101 - None was left above
        paths = _files(home, every, wanted, entity)
        if paths:
            holds = (pl.col("_source_system") == str(system)) & pl.col(column).is_in(
                rows["source_value"].implode()
            )
            seen = pl.scan_parquet(paths, missing_columns="insert", extra_columns="ignore").filter(holds)
            dates.update(day.isoformat() for day in seen.select(pl.col(DATE).unique()).collect()[DATE] if day)
    return found


def _mappings(home: Home, every: list[Manifest], batches: Collection[str]) -> pl.DataFrame | None:
    """Return the mappings of some batches, None if a file of theirs is gone."""
    paths = _files(home, every, batches, ENTITY)
    if not all(path.is_file() for path in paths):
        return None
    schema = dict.fromkeys(_MEANING, pl.String)
    texts = [pl.col(name).cast(pl.String) for name in _MEANING]
    return pl.concat([pl.DataFrame(schema=schema), *[pl.read_parquet(path).select(texts) for path in paths]])


def _files(home: Home, every: list[Manifest], batches: Collection[str], entity: str) -> list[Path]:
    wanted = set(batches)
    paths = (
        (entry, store.accepted_file(home, entity, entry.batch_id))
        for entry in every if entry.batch_id in wanted
    )  # fmt: skip
    return [path for entry, path in paths if str(path.relative_to(home.landing)) in entry.data_files]
