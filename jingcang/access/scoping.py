"""Which columns and rows of a published table an identity may see, as SQL.

Belongs here: masks, scopes, the case in hand. Does not belong here: which tables a role has (``policy``), and running
anything (``door``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from jingcang.access import policy
from jingcang.access.identity import ALL_UNITS, Identity

FIELDS = Path(__file__).resolve().parents[2] / "data_contracts" / "fields.yaml"
_MASKED_TEXT = "'＊＊＊'"


@cache
def field_classes(path: Path = FIELDS) -> dict[str, str]:
    """Return column name → class (public, internal, personal, sensitive) of fields.yaml."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return {name: entry["class"] for name, entry in content.items()}


def column_class(column: str) -> str | None:
    """Return the class of a column; lineage columns (leading ``_``) are internal, others declared."""
    return "internal" if column.startswith("_source") else field_classes().get(column)


def shown_columns(rule: policy.TablePolicy, columns: Mapping[str, str], identity: Identity) -> list[str]:
    """Return the select list of what an identity may see of a table, masked where its role masks; empty for nothing.

    Args:
        rule: of its role for the table.
        columns: name → type, of the published table.
        identity: who asks.
    """
    masks = policy.ROLE_MASKS[identity.role]
    shown = []
    for column, kind in columns.items():
        mask = masks.get(column_class(column) or "", "omit")
        value = f'"{column}"' if mask == "clear" else _masked(kind)
        if "is_sealed" in columns and column in policy.SEALED_BLANKS:
            value = f"case when not is_sealed then {value} end"
        if rule.scope == "case" and column in policy.CASE_BLANKS:
            value = f"cast(null as {kind})"
        if mask != "omit":
            shown.append(f'{value} as "{column}"')
    return shown


def _masked(kind: str) -> str:
    return _MASKED_TEXT if kind == "VARCHAR" else f"cast(null as {kind})"


def row_condition(
    rule: policy.TablePolicy, table: str, columns: Mapping[str, str], identity: Identity, *, is_approved: bool
) -> str:
    """Return the SQL condition of the rows of a table that an identity may see.

    Args:
        rule: of its role for the table.
        table: its name.
        columns: name → type, of the published table.
        identity: who asks.
        is_approved: sealed records of the case in hand may be seen.
    """
    if rule.scope == "open":
        return "true"
    if rule.scope == "case":
        return _case_in_hand(table, columns, is_approved)
    if rule.scope == "own":
        if not identity.officer_no or rule.own_column not in columns:
            return "false"
        return f'"{rule.own_column}" = $scope__officer'
    if ALL_UNITS in identity.unit_nos:
        return "true"
    if rule.unit_column not in columns:
        return "false"
    inside = f'list_contains($scope__units, "{rule.unit_column}")'
    return f'({inside} or "{rule.unit_column}" is null)' if rule.scope == "unit_or_none" else inside


def _case_in_hand(table: str, columns: Mapping[str, str], is_approved: bool) -> str:
    named = " or ".join(f'list_contains($scope__cases, "{name}")' for name in policy.CASE_COLUMNS[table])
    if is_approved:
        return f"({named})"
    # A file from before sealing was derived cannot tell what is sealed.
    return f"({named}) and not has_sealed_record" if "has_sealed_record" in columns else "false"
