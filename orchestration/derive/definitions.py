"""The derived steps' definitions: which library function, which version.

Belongs here: adapting frames of landed entities to the library's functions and naming the version. Does not belong
here: labels, whose rules stewards change (``labels``).
"""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from jingcang.home import Home
from jingcang.landing import ALIASES, Cut, landed_decisions
from orchestration.registration import read_registration

if TYPE_CHECKING:
    from jingcang.addresses.areas import AreaIndex
    from jingcang.addresses.matching import AddressIndex
    from jingcang.addresses.resolving import Resolver
    from orchestration.derive.steps import Input


def clues_schema() -> dict[str, pl.DataType]:
    """Return the columns of ``derived.case_clues``."""
    from jingcang.labelling.frames import CLUE_SCHEMA

    return CLUE_SCHEMA


def _pseudonym_key() -> str:
    return os.environ.get("JINGCANG_PSEUDONYM_KEY", "")


def clues_version(home: Home, cut: Cut) -> str:
    """Return the digest of the extractors and, without disclosing it, of the pseudonym key."""
    from jingcang.labelling.frames import CLUES_VERSION

    key = hashlib.sha256(f"clue version\x1f{_pseudonym_key()}".encode()).hexdigest()[:8]
    return f"{CLUES_VERSION}_{key}"


def compute_clues(home: Home, cut: Cut, item: Input, frame: pl.DataFrame) -> pl.DataFrame:
    """Extract clues; see ``jingcang.labelling.frames.extract_clues``."""
    from jingcang.labelling.frames import extract_clues

    return extract_clues(frame, _pseudonym_key())


def relations_schema() -> dict[str, pl.DataType]:
    """Return the columns of ``derived.case_relations``."""
    from jingcang.labelling.relations import RELATION_SCHEMA

    return RELATION_SCHEMA


def relations_version(home: Home, cut: Cut) -> str:
    """Return the digest of the relation rules, of the terms of things and of the code that applies them."""
    from jingcang.labelling.relations import RELATIONS_VERSION

    return RELATIONS_VERSION


def compute_relations(home: Home, cut: Cut, item: Input, frame: pl.DataFrame) -> pl.DataFrame:
    """Find relations in narratives; see ``jingcang.labelling.relations.relate_cases``."""
    from jingcang.labelling.relations import relate_cases

    return relate_cases(frame)


def addresses_schema() -> dict[str, pl.DataType]:
    """Return the columns of ``derived.incident_addresses``."""
    from jingcang.addresses.frames import ADDRESS_SCHEMA

    return ADDRESS_SCHEMA


@lru_cache(maxsize=2)
def _standard_addresses(home: Home, cut: Cut) -> pl.DataFrame:
    return landed(
        home,
        cut,
        """
        select
            a.address_no, a.address_text, a.road_name, a.house_no, a.compound_name, a.building_no,
            a.entrance_no, a.room_no, c.area_name as community_name
        from landed.addresses as a
        left join (select area_no, min(area_name) as area_name from landed.areas group by area_no) as c
            on c.area_no = a.community_no
        order by a.address_no
        """,
    )


def _home_division(home: Home) -> tuple[str, Path | None]:
    """Return the station's own division and its file of villages, as the home's profile names them."""
    from jingcang.contracts.files import read_yaml

    known = read_registration(home)
    if known is None:
        return "", None
    directory = Path(known.directory)
    spec = read_yaml(directory / "profile.yaml")
    villages = spec.get("villages")
    return str(spec.get("home_division") or ""), directory / villages if villages else None


def _aliases(home: Home, cut: Cut) -> dict[str, str]:
    """Return road name as written → standard name, as stewards decided."""
    return dict(landed_decisions(home, ALIASES, cut).select("written_name", "standard_name").iter_rows())


def addresses_version(home: Home, cut: Cut) -> str:
    """Return the digest of the matcher, of standard addresses and aliases in force, and of the station's division."""
    from jingcang.addresses.frames import ADDRESSES_VERSION

    division, villages = _home_division(home)
    version = f"{ADDRESSES_VERSION}_{_frame_digest(_standard_addresses(home, cut))}"
    if aliases := _aliases(home, cut):
        version += f"_{hashlib.sha256(repr(sorted(aliases.items())).encode()).hexdigest()[:8]}"
    if not division:
        return version
    return f"{version}_{division}" + (f"_{_file_digest(villages)}" if villages else "")


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _resolver(home: Home) -> Resolver | None:
    division, villages = _home_division(home)
    if not division:
        return None
    return _known_resolver(division, villages, _file_digest(villages) if villages else "")


@lru_cache(maxsize=1)
def _known_resolver(division: str, villages: Path | None, digest: str) -> Resolver:
    from jingcang.addresses import Resolver, division_index

    del digest  # the key under which the villages read are kept
    return Resolver(division_index(division, villages))


@lru_cache(maxsize=1)
def _address_index(home: Home, cut: Cut) -> AddressIndex:
    from jingcang.addresses.frames import address_index

    return address_index(_standard_addresses(home, cut), _aliases(home, cut))


def compute_addresses(home: Home, cut: Cut, item: Input, frame: pl.DataFrame) -> pl.DataFrame:
    """Match addresses; see ``jingcang.addresses.frames.match_addresses``."""
    from jingcang.addresses.frames import match_addresses

    return match_addresses(frame, _address_index(home, cut), resolver=_resolver(home))


def areas_schema() -> dict[str, pl.DataType]:
    """Return the columns of ``derived.located_areas``."""
    from jingcang.addresses.frames import AREA_SCHEMA

    return AREA_SCHEMA


BEAT = "beat"
"""Code of 警务责任区 in the dictionary ``area_level``; the one level points are located in."""

_BEAT_LEVELS = f"""
    select source_system, source_value from landed.code_mappings
    where field_name = 'areas.area_level_raw' and code = '{BEAT}'
"""


@lru_cache(maxsize=2)
def _beats(home: Home, cut: Cut) -> pl.DataFrame:
    return landed(
        home,
        cut,
        f"""
        select a.area_no, a.boundary_wkt, a.valid_from, a.valid_to
        from landed.areas as a
        where a.boundary_wkt is not null and (a.source_system, a.area_level_raw) in ({_BEAT_LEVELS})
        order by a.area_no, a.valid_from
        """,
    )


def areas_version(home: Home, cut: Cut) -> str:
    """Return the digest of the method and of the boundaries in force."""
    from jingcang.addresses.frames import AREAS_VERSION

    return f"{AREAS_VERSION}_{_frame_digest(_beats(home, cut))}"


@lru_cache(maxsize=1)
def _area_index(home: Home, cut: Cut) -> AreaIndex:
    from jingcang.addresses.areas import AreaIndex

    return AreaIndex(_beats(home, cut))


def compute_areas(home: Home, cut: Cut, item: Input, frame: pl.DataFrame) -> pl.DataFrame:
    """Locate points; see ``jingcang.addresses.frames.locate``."""
    from jingcang.addresses.frames import locate

    return locate(frame.rename({item.key: "object_id"}), _area_index(home, cut), object_kind=item.object_kind)


def strips_schema() -> dict[str, pl.DataType]:
    """Return the columns of ``derived.area_strips``."""
    from jingcang.addresses.strips import STRIP_SCHEMA

    return STRIP_SCHEMA


@lru_cache(maxsize=2)
def _beat_levels(home: Home, cut: Cut) -> pl.DataFrame:
    return landed(home, cut, f"select distinct * from ({_BEAT_LEVELS}) order by all")


def strips_version(home: Home, cut: Cut) -> str:
    """Return the digest of the method and of the source values that mean 警务责任区."""
    from jingcang.addresses.strips import STRIPS_VERSION

    return f"{STRIPS_VERSION}_{_frame_digest(_beat_levels(home, cut))}"


def compute_strips(home: Home, cut: Cut, item: Input, frame: pl.DataFrame) -> pl.DataFrame:
    """Cut boundaries of 警务责任区; see ``jingcang.addresses.strips.strips_of_areas``."""
    from jingcang.addresses.strips import strips_of_areas

    levels = _beat_levels(home, cut).rename({"source_value": "area_level_raw"})
    return strips_of_areas(frame.join(levels, on=["source_system", "area_level_raw"], how="semi"))


def landed(home: Home, cut: Cut, query: str) -> pl.DataFrame:
    """Return the answer of a query over entities of the schema ``landed`` of a cut, rows in force only."""
    from jingcang.contracts import load_entities
    from jingcang.landing import create_landed_views

    wanted = set(re.findall(r"landed\.(\w+)", query))
    named = {name: entity for name, entity in load_entities().items() if name in wanted}
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        create_landed_views(connection, home, cut, named)
        return connection.execute(query).pl()


def _frame_digest(frame: pl.DataFrame) -> str:
    """Return 16 hex digits over the frame's rows in their order."""
    return hashlib.sha256(frame.write_csv().encode("utf-8")).hexdigest()[:16]
