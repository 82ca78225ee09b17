"""Contracts: what sources promise, what the warehouse promises, and the rules between.

Belongs here: loading, validating and compiling the declarations below ``data_contracts``.
Does not belong here: moving data (``jingcang.landing``) or running a pipeline (``orchestration``).

A contract generates; nobody restates: the split, its SQL, the GE suites, dbt sources, the masking policy
and the dictionary pages all come from the same loaded declarations.
"""

from jingcang.contracts.entities import Entity, FieldRef, load_entities
from jingcang.contracts.fields import LINEAGE, Field, load_fields
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.model import (
    Column,
    ColumnMapping,
    Condition,
    EntityMapping,
    FileOptions,
    HttpOptions,
    Profile,
    RowRule,
    SetRule,
    SourceTable,
    System,
)
from jingcang.contracts.profiles import load_profile

__all__ = [
    "CONTRACTS_ROOT",
    "LINEAGE",
    "Column",
    "ColumnMapping",
    "Condition",
    "Entity",
    "EntityMapping",
    "Field",
    "FieldRef",
    "FileOptions",
    "HttpOptions",
    "Profile",
    "RowRule",
    "SetRule",
    "SourceTable",
    "System",
    "load_entities",
    "load_fields",
    "load_profile",
]
