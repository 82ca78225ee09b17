"""What a steward decides about quarantined rows: try and propose a fix, let rows load for a while.

Belongs here: the one way from pages and commands to these decisions, with rights, masking and audit. Does not belong
here: keeping decisions (``jingcang.workbench``) and acting on them (``jingcang.landing``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from jingcang.access import policy
from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.source_rows import NOT_SHOWN
from jingcang.contracts.model import SourceTable
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.decisions import row_digest, waivable
from jingcang.landing.fix_preview import Preview, preview
from jingcang.landing.fixes import Fix, require_declarable
from jingcang.landing.judge import shape
from jingcang.workbench import Workbench
from jingcang.workbench.fixes import FixBook
from jingcang.workbench.waivers import WaivedRow, grant


def may_fix(identity: Identity) -> bool:
    """Return whether an identity may try, propose and judge fixes: they act on the rows of every unit."""
    return identity.is_steward_of_all


def try_fix(door: Door, identity: Identity, home: Home, table: SourceTable, fix: Fix) -> Preview:
    """Return what a fix would do to the rows now in quarantine, values shown as the reader may see them.

    Args:
        door, identity: who asks through which door.
        home: where landing lives.
        table, fix: the fix and its source table.

    Raises:
        Forbidden: the identity may not judge fixes.
        JingcangError: the fix cannot be declared, or the audit cannot be written.
    """
    _require_right(identity, fix)
    require_declarable(fix, table)
    door.record(
        identity, "fix_preview", table.qualified, rule=fix.rule_id, column=fix.column_name, kind=fix.kind
    )
    seen = preview(home, table, fix)
    mask = policy.ROLE_MASKS[identity.role].get(table.column(fix.column_name).classification, "omit")
    return seen if mask == "clear" else replace(seen, pairs=_masked(seen, mask))


def _masked(seen: Preview, mask: policy.Mask) -> list[tuple[str | None, str | None, int]]:
    """Return the pairs with values hidden; pairs that look alike then are counted together."""

    def hidden(value: str | None) -> str | None:
        if value is None:
            return None
        return str(pl.select(shape(pl.lit(value))).item()) if mask == "mask" else NOT_SHOWN

    counts: dict[tuple[str | None, str | None], int] = {}
    for before, after, count in seen.pairs:
        pair = (hidden(before), hidden(after))
        counts[pair] = counts.get(pair, 0) + count
    return [(before, after, count) for (before, after), count in counts.items()]


def propose_fix(
    door: Door, identity: Identity, workbench: Workbench, table: SourceTable, fix: Fix, *,
    reason: str, generation: str,
) -> int:  # fmt: skip
    """Write a proposal and return its number.

    Raises:
        Forbidden: the identity may not propose fixes.
        JingcangError: the fix cannot be declared, the store refuses, or the audit cannot be written.
    """
    _require_right(identity, fix)
    require_declarable(fix, table)
    door.record(
        identity, "fix_proposed", table.qualified, rule=fix.rule_id, column=fix.column_name, kind=fix.kind,
        generation=generation,
    )  # fmt: skip
    return FixBook(workbench).propose(
        source_system=fix.source_system, source_table=fix.source_table, rule_id=fix.rule_id,
        column_name=fix.column_name, kind=fix.kind, parameters=fix.parameters, reason=reason,
        by=identity.user_id, generation=generation,
    )  # fmt: skip


def decide_fix(
    door: Door, identity: Identity, workbench: Workbench, fix: Fix, action: str, *,
    seen_version: int, reason: str, generation: str,
) -> None:  # fmt: skip
    """Approve, reject, withdraw or revoke a fix.

    Raises:
        Forbidden: the identity may not judge fixes.
        JingcangError: the store refuses (self-approval, stale version), or the audit cannot be written.
    """
    _require_right(identity, fix)
    number = fix.fix_no or 0
    door.record(
        identity, f"fix_{action}", f"{fix.source_system}.{fix.source_table}", fix=number,
        version=seen_version + 1, generation=generation,
    )  # fmt: skip
    FixBook(workbench).decide(
        number, action, seen_version=seen_version, reason=reason, by=identity.user_id, generation=generation
    )


def _require_right(identity: Identity, fix: Fix) -> None:
    if not may_fix(identity):
        raise Forbidden(
            "修正规则作用于整张来源表，只有范围为全部单位的数据管理员可以试算、提出和审核",
            where=f"{fix.source_system}.{fix.source_table}",
            rule="fix_scope",
            remedy="请联系全局范围的数据管理员，或把这些行退回来源更正",
        )


def waive(
    workbench: Workbench, rows: pl.DataFrame, *, reason: str, until: dt.date, as_of: dt.date, by: str
) -> int:
    """Let quarantined rows load from the next run on, until a day.

    Args:
        workbench: where decisions are kept.
        rows: what is waived: ``source_system``, ``source_table``, ``rule_id``, ``source_key``,
            ``raw_values_masked`` as published or landed.
        reason, until, by: why, until which run day (exclusive), whose decision.
        as_of: first run day.

    Returns:
        Number of waivers written; rows already waived for as long are left out.

    Raises:
        JingcangError: a rule that cannot be waived, no reason, no later day, or no right.
    """
    for rule_id in rows["rule_id"].unique():
        if not waivable(rule_id):
            raise JingcangError(
                "这条规则不能豁免：违反它的行不成其为一条记录",
                rule=rule_id,
                remedy="请在来源更正后重新提供",
            )
    wanted = rows.select(
        "source_system", "source_table", "rule_id", "source_key",
        row_digest(pl.col("raw_values_masked")).alias("row_digest"),
    )  # fmt: skip
    waived = [WaivedRow(**row) for row in wanted.iter_rows(named=True)]
    return len(grant(workbench, waived, reason=reason, valid_from=as_of, valid_to=until, by=by))
