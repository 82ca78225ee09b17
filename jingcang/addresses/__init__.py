"""标准地址 and areas: what a recorded address and a point stand for.

Belongs here: parsing and matching of addresses, the area holding a point on a date, the 500 m grid, the
frames of the two derived steps ``incident_addresses`` and ``located_areas``. Does not belong here:
conversion of coordinate systems (named transforms of ``jingcang.landing``), patrol presence (SQL).
"""

from .areas import AreaIndex
from .cells import cell_columns
from .frames import ADDRESSES_VERSION, AREAS_VERSION, address_index, locate, match_addresses
from .divisions import DivisionIndex, division_index
from .matching import AddressIndex, Match, NameIndex, Standard
from .parsing import Address, parse_address

__all__ = [
    "ADDRESSES_VERSION", "AREAS_VERSION", "Address", "AddressIndex", "AreaIndex", "DivisionIndex", "Match", "NameIndex",
    "Standard", "address_index", "cell_columns", "division_index", "locate", "match_addresses", "parse_address",
]  # fmt: skip
