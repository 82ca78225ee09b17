"""Contracts: what sources promise, what the warehouse promises, and the rules between.

Belongs here: loading, validating and compiling the declarations below ``data_contracts``.
Does not belong here: moving data (``jingcang.landing``) or running a pipeline (``orchestration``).

A contract generates; nobody restates: the split, its SQL, the GE suites, dbt sources, the masking policy
and the dictionary pages all come from the same loaded declarations.
"""

from jingcang.contracts.checks import CheckOutcome, RunContext
from jingcang.contracts.entities import Entity, FieldRef, load_entities
from jingcang.contracts.fields import LINEAGE, Field, load_fields
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.kpis import Kpi, load_kpis
from jingcang.contracts.marts import Mart, check_marts, load_marts
from jingcang.contracts.metrics import Metric, load_metrics
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
from jingcang.contracts.quality_rules import QualityRule, load_quality_rules, run_quality_rules
from jingcang.contracts.set_rules import run_set_rules
from jingcang.contracts.suites import suite_for

__all__ = [
    "CONTRACTS_ROOT",
    "LINEAGE",
    "CheckOutcome",
    "Column",
    "ColumnMapping",
    "Condition",
    "Entity",
    "EntityMapping",
    "Field",
    "FieldRef",
    "FileOptions",
    "HttpOptions",
    "Kpi",
    "Mart",
    "Metric",
    "Profile",
    "QualityRule",
    "RowRule",
    "RunContext",
    "SetRule",
    "SourceTable",
    "System",
    "check_marts",
    "load_entities",
    "load_fields",
    "load_kpis",
    "load_marts",
    "load_metrics",
    "load_profile",
    "load_quality_rules",
    "run_quality_rules",
    "run_set_rules",
    "suite_for",
]
