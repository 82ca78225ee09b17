"""Derived batches of matched addresses and located areas: frames in, frames out.

Belongs here: the shape of ``derived.incident_addresses`` and ``derived.located_areas``.
Does not belong here: matching (``matching``), geometry (``areas``), files and batches (``orchestration``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from .areas import AreaIndex
from .cells import cell_columns
from .folding import fold
from .matching import AddressIndex, Match, Standard
from .parsing import Address, parse_address
from .resolving import GROUNDS, Resolver

ADDRESS_SCHEMA: dict[str, pl.DataType] = {
    "incident_id": pl.String(), "address_match_level": pl.String(), "address_no": pl.String(),
    "building_address_no": pl.String(),
    "community_name": pl.String(), "road_name": pl.String(), "division_code": pl.String(),
    "division_label": pl.String(), "division_reason": pl.String(), "event_date": pl.Date(),
}  # fmt: skip
AREA_SCHEMA: dict[str, pl.DataType] = {
    "object_kind": pl.String(), "object_id": pl.String(), "geometry_area_no": pl.String(),
    "cell_id": pl.String(), "event_date": pl.Date(),
}  # fmt: skip


def _definition_hash(*names: str) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(Path(__file__).with_name(name).read_bytes() + b"\x00")
    return digest.hexdigest()[:16]


ADDRESSES_VERSION = _definition_hash(
    "folding.py", "parsing.py", "matching.py", "divisions.py", "divisions.csv.gz", "resolving.py", "frames.py"
)
AREAS_VERSION = _definition_hash("areas.py", "cells.py", "frames.py")

_STANDARD_COLUMNS = (
    "address_no", "address_text", "road_name", "house_no", "compound_name", "building_no", "entrance_no", "room_no",
)  # fmt: skip


def address_index(addresses: pl.DataFrame, aliases: Mapping[str, str] | None = None) -> AddressIndex:
    """Build the index of standard addresses.

    Args:
        addresses: columns ``address_no, address_text, road_name, house_no, compound_name, building_no,
            entrance_no, room_no`` and, where known, ``community_name`` (all text, any may be null). Where a
            row has no part filled in, its ``address_text`` is parsed.
        aliases: other spelling → standard name of a road or compound.

    Returns:
        The index; building it takes about 10 µs a row.
    """
    has_community = "community_name" in addresses.columns
    columns = [*_STANDARD_COLUMNS, *(["community_name"] if has_community else [])]
    standards = []
    for row in addresses.select(columns).iter_rows():
        number, text, *parts = row[:8]
        if any(parts):
            names = [fold(part).strip() if part else "" for part in parts]
            address = Address(
                road_name=names[0], house_no=names[1].removesuffix("号"), compound_name=names[2],
                building_no=names[3].upper().rstrip("幢栋座"), entrance_no=names[4].upper().removesuffix("单元"),
                room_no=names[5].upper().removesuffix("室"),
            )  # fmt: skip
        else:
            address = parse_address(text)
        community = row[8] if has_community else address.community_name
        standards.append(Standard(number, address, community or None))
    return AddressIndex(standards, aliases)


def match_addresses(
    frame: pl.DataFrame,
    addresses: pl.DataFrame | AddressIndex,
    aliases: Mapping[str, str] | None = None,
    resolver: Resolver | None = None,
) -> pl.DataFrame:
    """Match recorded addresses with standard addresses, and find the division they lie in.

    Args:
        frame: columns ``incident_id`` (text), ``address_text`` (text, may be null) and, for names of divisions
            in force on the day, ``event_date`` (date, may be null); others are ignored.
        addresses: as for :func:`address_index`, or an index built before.
        aliases: as for :func:`address_index`.
        resolver: divisions with the station's home; without one the three columns of the division are null.

    Returns:
        ``derived.incident_addresses``: one row an incident, columns of :data:`ADDRESS_SCHEMA`;
        ``address_match_level`` is 室, 幢, 院, 路, 社区 or none. ``division_code`` and ``division_label`` are null
        where no division is certain, ``division_reason`` says why in Chinese. An address in another city than
        the home matches no standard address, however alike road and number are.
    """
    index = addresses if isinstance(addresses, AddressIndex) else address_index(addresses, aliases)
    if "event_date" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Date).alias("event_date"))
    divisions = resolver.index if resolver else None
    parsed = {text: parse_address(text, divisions) for text in frame["address_text"].unique().to_list()}
    matches = {text: index.match(address) for text, address in parsed.items()}
    rows = []
    for incident_id, text, day in frame.select("incident_id", "address_text", "event_date").iter_rows():
        match = matches[text]
        division: tuple[str | None, str | None, str | None] = (None, None, None)
        if resolver and text:
            found = resolver.resolve(parsed[text], day)
            reason = found.reason
            if resolver.is_elsewhere(found):
                match = Match(
                    "none", None, parsed[text].community_name or None, parsed[text].road_name or None
                )
                reason = f"{reason}；{GROUNDS['elsewhere']}"
            division = (found.code or None, "".join(found.names) or None, reason)
        rows.append(
            (
                incident_id,
                match.level,
                match.address_no,
                match.building_address_no,
                match.community_name,
                match.road_name,
                *division,
                day,
            )
        )
    return pl.DataFrame(rows, schema=ADDRESS_SCHEMA, orient="row")


def locate(
    frame: pl.DataFrame, areas: pl.DataFrame | AreaIndex, *, object_kind: str | None = None
) -> pl.DataFrame:
    """Find the area and the cell of points.

    Args:
        frame: columns ``object_id`` (text), ``longitude``, ``latitude`` (CGCS2000 degrees, decimal or
            float, null where missing); ``event_date`` (date) where the object has one, and ``object_kind``
            unless given as the argument. Without a date the area must be valid without end.
        areas: as for :class:`~jingcang.addresses.areas.AreaIndex`, of one level, or an index built before.
        object_kind: ``incident``, ``case`` or ``place``.

    Returns:
        ``derived.located_areas``: one row a point, in the order given, columns of :data:`AREA_SCHEMA`; both
        findings are null without coordinates.
    """
    index = areas if isinstance(areas, AreaIndex) else AreaIndex(areas)
    if object_kind is not None:
        frame = frame.with_columns(pl.lit(object_kind).alias("object_kind"))
    if "event_date" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Date).alias("event_date"))
    longitude = frame["longitude"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    latitude = frame["latitude"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    open_end = pl.date(9999, 12, 30)
    days = frame.select(pl.col("event_date").fill_null(open_end).cast(pl.Int32)).to_series()
    found = index.find(longitude, latitude, days.to_numpy().astype(np.int64))
    return frame.select(
        pl.col("object_kind").cast(pl.String),
        pl.col("object_id").cast(pl.String),
        pl.Series("geometry_area_no", found.tolist(), dtype=pl.String),
        cell_columns().alias("cell_id"),
        pl.col("event_date").cast(pl.Date),
    )
