"""Filing, taking back and ruling on appeals, and which ones a reader sees.

Belongs here: the one way from pages to appeals, with the right, the scope and the audit. Does not belong here: keeping
appeals, their deadline and who may not rule in which matter (``jingcang.workbench.kpi_appeals``), and what a ruling
does to figures (``kpi_appeal_figures``) and, once landed, to records (``dbt_project/models/kpi``).
"""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import ALL_UNITS, Identity
from jingcang.access.own_units import is_within
from jingcang.access.query import Query
from jingcang.contracts.kpis import load_kpis
from jingcang.errors import JingcangError
from jingcang.workbench import Workbench
from jingcang.workbench.kpi_appeals import (
    ADD,
    COUNT,
    EXCLUDE,
    RULE,
    Appeal,
    AppealBook,
    Claim,
    missing_record_id,
)

RECORD = Query(
    "申诉·一条记录",
    """
    select kpi_code, period_start, period_end, kpi_record_id, record_no, event_date, in_denominator, in_numerator
    from {fct_kpi_records}
    where kpi_record_id = $kpi_record_id
    """,
    {"kpi_record_id": str},
)
LISTED = Query(
    "申诉·已在清单",
    """
    select kpi_record_id from {fct_kpi_records}
    where period_start = $period_start and kpi_code = $kpi_code and record_no = $record_no
    """,
    {"period_start": dt.date, "kpi_code": str, "record_no": str},
)
UNIT = Query(
    "申诉·民警单位",
    "select unit_no from {dim_officer} where officer_no = $officer_no and is_current order by unit_no",
    {"officer_no": str},
)


def may_file(identity: Identity) -> bool:
    """Return whether a person may appeal: officers with a number of their own."""
    return identity.role == "officer" and bool(identity.officer_no)


def seen_appeals(door: Door, identity: Identity, workbench: Workbench) -> list[Appeal]:
    """Return the latest version of each appeal a reader may see, pending ones first, then the oldest first.

    An officer sees the own ones, an evaluator those of the units in scope; nobody else sees any.

    Raises:
        NoGeneration: nothing has been published.
    """
    latest = AppealBook(workbench).latest().values()
    if may_file(identity):
        seen = [item for item in latest if item.officer_no == identity.officer_no]
    elif identity.role == "evaluator":
        seen = [item for item in latest if is_within(door, identity, item.unit_no)]
    else:
        seen = []
    return sorted(seen, key=lambda item: (not item.is_pending, item.filed_at, item.appeal_no))


def file_appeal(
    door: Door, identity: Identity, workbench: Workbench, kpi_record_id: str, claim_code: str, *, evidence: str,
    reason: str, days: int,
) -> int:  # fmt: skip
    """Appeal against an own record that is in the list, and return the appeal's number.

    Args:
        kpi_record_id: the record.
        claim_code: 不应计入 (``exclude``) or 应计为达到 (``count``).
        evidence: what proves it, e.g. the number of a document.
        reason: why.
        days: days claims are taken after the step to 公示 or 申诉.

    Raises:
        Forbidden: no officer, or no such record of the own; told alike and recorded.
        JingcangError: the officer is unknown, the claim fits neither KPI nor record, or the store refuses.
    """
    unit_no = _unit_of_filer(door, identity)
    rows = door.run(RECORD, identity, kpi_record_id=kpi_record_id).to_dicts()
    if not rows:
        _refuse(door, identity, kpi_record_id)
    row = rows[0]
    fits = {EXCLUDE: row["in_denominator"] == 1, COUNT: row["in_numerator"] == 0}
    if not fits.get(claim_code, False) or claim_code not in load_kpis()[row["kpi_code"]].appeal_claims:
        raise JingcangError(
            "这条记录不能提出这种主张", where=row["record_no"], rule=RULE,
            remedy="计入分母的可主张不应计入，没有达到的可主张应计为达到；按页、按秒、按分计的指标只能主张不应计入",
        )  # fmt: skip
    claim = Claim(
        row["period_start"], row["period_end"], row["kpi_code"], kpi_record_id, row["record_no"] or kpi_record_id,
        row["event_date"], identity.officer_no or "", claim_code, evidence,
    )  # fmt: skip
    return _file(door, identity, workbench, claim, unit_no, reason, days)


def file_missing(
    door: Door, identity: Identity, workbench: Workbench, period: tuple[dt.date, dt.date], kpi_code: str, *,
    record_no: str, event_date: dt.date, evidence: str, reason: str, days: int,
) -> int:  # fmt: skip
    """Claim that a record of the own is missing from the list, and return the appeal's number.

    Args:
        period: first and last day of the assessment period.
        kpi_code: the KPI.
        record_no: number of the record, e.g. 案件编号 or 档号.
        event_date: its day, within the period.
        evidence, reason, days: see :func:`file_appeal`.

    Raises:
        Forbidden: no officer; recorded.
        JingcangError: the officer is unknown, the KPI takes no missing records, the record is in the list, its day is
            outside the period, or the store refuses.
    """
    unit_no = _unit_of_filer(door, identity)
    kpi, record_no, where = load_kpis().get(kpi_code), record_no.strip(), "申诉"
    if kpi is None or ADD not in kpi.appeal_claims:
        raise JingcangError("这项指标不能补记录", where=where, rule=RULE, remedy="请就已列出的记录提出申诉")
    if not period[0] <= event_date <= period[1]:
        raise JingcangError(
            f"{event_date} 不在考核周期内", where=where, rule=RULE, remedy="请核对日期，或选对考核周期"
        )
    listed = door.run(LISTED, identity, period_start=period[0], kpi_code=kpi_code, record_no=record_no)
    if listed.height:
        raise JingcangError(
            f"{record_no} 已在您的记录里", where=where, rule=RULE, remedy="请在记录中选它提出申诉"
        )
    officer_no = identity.officer_no or ""
    claim = Claim(
        *period, kpi_code, missing_record_id(period[0], kpi_code, officer_no, record_no), record_no, event_date,
        officer_no, ADD, evidence,
    )  # fmt: skip
    return _file(door, identity, workbench, claim, unit_no, reason, days)


def withdraw_appeal(
    door: Door, identity: Identity, workbench: Workbench, number: int, *, seen_version: int, reason: str
) -> int:
    """Take an own appeal back and return its number.

    Raises:
        Forbidden: no officer, or no such appeal of the own; told alike and recorded.
        JingcangError: the store refuses (stale version, ruled already), or the audit cannot be written.
    """
    known = AppealBook(workbench).latest().get(number)
    if not may_file(identity) or known is None or known.officer_no != identity.officer_no:
        _refuse(door, identity, str(number))
    name = door.generation().name
    door.record(identity, "kpi_appeal_withdrawn", str(number), version=seen_version + 1, generation=name)
    return AppealBook(workbench).withdraw(
        number, seen_version=seen_version, reason=reason, by=identity.user_id, generation=name
    )


def rule_on_appeal(
    door: Door, identity: Identity, workbench: Workbench, number: int, state: str, *, seen_version: int, reason: str
) -> int:  # fmt: skip
    """Rule on an appeal from outside the line, and return its number.

    Args:
        number, state, seen_version, reason: see :meth:`~jingcang.workbench.kpi_appeals.AppealBook.rule_on`.

    Raises:
        Forbidden: no evaluator, no such appeal in scope, or the appeal is of the evaluator's own unit; recorded.
        JingcangError: the store refuses (stale version, own matter, last step of the period), or the audit does.
    """
    known = AppealBook(workbench).latest().get(number)
    if identity.role != "evaluator" or known is None or not is_within(door, identity, known.unit_no):
        _refuse(door, identity, str(number))
    if known.unit_no in _own_units(door, identity):
        _refuse(door, identity, str(number), "申诉人与您同单位，不能由您裁定")
    name = door.generation().name
    door.record(identity, f"kpi_appeal_{state}", str(number), version=seen_version + 1, generation=name)
    return AppealBook(workbench).rule_on(
        number, state, seen_version=seen_version, reason=reason, by=identity.user_id, generation=name
    )


def _unit_of_filer(door: Door, identity: Identity) -> str | None:
    if not may_file(identity):
        _refuse(door, identity, "new", "申诉由民警本人提出")
    rows = door.run(UNIT, identity, officer_no=identity.officer_no or "")
    if rows.is_empty():
        raise JingcangError(
            f"在册民警中没有警号 {identity.officer_no}", where="申诉", rule=RULE,
            remedy="请数据管理员核对人员数据后再提出",
        )  # fmt: skip
    unit: str | None = rows["unit_no"][0]
    return unit


def _own_units(door: Door, identity: Identity) -> set[str | None]:
    """Return the units a person belongs to: named in the account, and where the officer of the account serves."""
    named: set[str | None] = {unit for unit in identity.unit_nos if unit != ALL_UNITS}
    if identity.officer_no:
        named |= set(door.run(UNIT, identity, officer_no=identity.officer_no)["unit_no"])
    return named


def _file(
    door: Door,
    identity: Identity,
    workbench: Workbench,
    claim: Claim,
    unit_no: str | None,
    reason: str,
    days: int,
) -> int:
    name = door.generation().name
    door.record(
        identity, "kpi_appeal_filed", claim.kpi_record_id, kpi=claim.kpi_code, claim=claim.claim_code,
        generation=name,
    )  # fmt: skip
    return AppealBook(workbench).file(
        claim, unit_no=unit_no, days=days, reason=reason, by=identity.user_id, generation=name
    )


def _refuse(
    door: Door, identity: Identity, what: str, why: str = "没有这条记录或申诉，或者它不在您的范围内"
) -> NoReturn:
    door.record(identity, "kpi_appeal_denied", what)
    raise Forbidden(
        why, where=what, rule=RULE, remedy="对自己的记录可以申诉；申诉请由其他单位或上级单位的考核员裁定"
    )
