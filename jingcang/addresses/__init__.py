"""标准地址 and areas: what a recorded address and a point stand for.

Belongs here: parsing and matching of addresses, the division they lie in, the area holding a point on a date,
the 500 m grid, the frames of the derived steps ``incident_addresses``, ``located_areas`` and ``area_strips``. Does not
belong here: conversion of coordinate systems (named transforms of ``jingcang.landing``), patrol presence (SQL).
"""

from .areas import AreaIndex
from .cells import cell_columns
from .divisions import Division, DivisionIndex, division_index, learnt_aliases
from .frames import ADDRESSES_VERSION, AREAS_VERSION, address_index, locate, match_addresses
from .matching import AddressIndex, Match, NameIndex, Standard
from .parsing import Address, parse_address
from .resolving import Resolution, Resolver
from .strips import STRIPS_VERSION, strips_of_areas

__all__ = [
    "ADDRESSES_VERSION", "AREAS_VERSION", "STRIPS_VERSION", "Address", "AddressIndex", "AreaIndex", "Division",
    "DivisionIndex", "Match", "NameIndex", "Resolution", "Resolver", "Standard", "address_index", "cell_columns",
    "division_index", "learnt_aliases", "locate", "match_addresses", "parse_address", "strips_of_areas",
]  # fmt: skip
