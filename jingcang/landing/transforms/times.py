"""Transforms of dates and times: to UTC instants and to local dates.

Belongs here: everything that reads a clock or a calendar out of text. Formats and zone come from the
contract. Does not belong here: what a valid date is (the contract's rules).

Clock changes: of an ambiguous local time the earlier instant is taken; a local time that was skipped is
shifted forward by the gap; both are marked by ``is_time_ambiguous`` and neither is ever quarantined.
"""

from __future__ import annotations

import polars as pl

from jingcang.contracts.formats import DEFAULT_FORMATS, ROC_DATE, parsed_datetime
from jingcang.landing.transforms.registry import Context, register

_UTC = pl.Datetime("us", "UTC")
#: A slot of hours: two clock hours joined by a dash or a tilde, leading zeros and blanks ignored.
_SLOT = r"^\s*0*(\d{1,2})(?::(\d{2}))?\s*[~～\-－—至到]\s*0*(\d{1,2})(?::(\d{2}))?\s*$"


def _naive(context: Context, column: str) -> pl.Expr:
    """Return a source column as naive local time, parsed once per frame."""
    if context.is_typed(column):
        return pl.col(column)
    formats = context.formats(column) or DEFAULT_FORMATS["timestamp"] + DEFAULT_FORMATS["date"]
    given = context.option("format")
    if given is not None:
        formats = (given,) if isinstance(given, str) else tuple(given)
    parsed = parsed_datetime(pl.col(column), formats, context.table.timezone)
    return context.share(f"_naive|{column}|{'|'.join(formats)}", parsed)


def _to_utc(naive: pl.Expr, zone: str) -> pl.Expr:
    """Return the UTC instant of naive local times by the rule of this module."""
    exact = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    # A skipped time has no instant. The hour before the gap has one; adding the hour back as elapsed
    # time crosses the gap, which is the forward shift (gaps of up to one hour).
    hour = pl.duration(hours=1)
    before = (naive - hour).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return pl.coalesce([exact.dt.convert_time_zone("UTC"), before.dt.convert_time_zone("UTC") + hour])


@register("local_timestamp")
def local_timestamp(context: Context) -> pl.Expr:
    """The UTC instant of a local time in the table's zone."""
    column = context.from_[0]
    context.only()
    utc = _to_utc(_naive(context, column), context.table.timezone)
    return context.share(f"_utc|{column}|{context.option('format')}", utc)


@register("local_date")
def local_date(context: Context) -> pl.Expr:
    """The local date of a local time."""
    context.only()
    return _naive(context, context.from_[0]).dt.date()


@register("local_hour")
def local_hour(context: Context) -> pl.Expr:
    """The local hour (0–23)."""
    context.only()
    return _naive(context, context.from_[0]).dt.hour().cast(pl.Int64)


@register("date")
def date(context: Context) -> pl.Expr:
    """A date in the contract's format."""
    return local_date(context)


@register("first_date")
def first_date(context: Context) -> pl.Expr:
    """The local date of the first column that has one, such as the day of a visit, else the day it is due."""
    if len(context.from_) < 2:
        raise context.mistake("first_date 需要两个以上来源字段")
    return pl.coalesce([_naive(context, column).dt.date() for column in context.from_])


@register("roc_date")
def roc_date(context: Context) -> pl.Expr:
    """A date of the Republic of China calendar: 1040101 is 2015-01-01; only seven digits are a date."""
    return parsed_datetime(context.only(), (ROC_DATE,), context.table.timezone).dt.date()


@register("month_start")
def month_start(context: Context) -> pl.Expr:
    """The first day of the month of a date."""
    return local_date(context).dt.truncate("1mo")


@register("is_time_ambiguous")
def is_time_ambiguous(context: Context) -> pl.Expr:
    """True where the local time was shown twice or skipped at a clock change."""
    context.only()
    naive = _naive(context, context.from_[0])
    one = naive.dt.replace_time_zone(context.table.timezone, ambiguous="null", non_existent="null")
    return pl.when(naive.is_not_null()).then(one.is_null())


def _slot(context: Context) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return (naive day, start minute, end minute) of [date, slot]; minutes count from the day's 00:00.

    An end before the start lies on the next day (23~01 ends at minute 1500). Hours above 24 are no slot.
    """
    if len(context.from_) != 2:
        raise context.mistake("时段应当来自两个来源字段：[日期, 时段]")
    day = _naive(context, context.from_[0]).dt.truncate("1d")
    text = pl.col(context.from_[1])

    def minute(hour_group: int, minute_group: int) -> pl.Expr:
        hours = text.str.extract(_SLOT, hour_group).cast(pl.Int64, strict=False)
        minutes = text.str.extract(_SLOT, minute_group).cast(pl.Int64, strict=False).fill_null(0)
        total = hours * 60 + minutes
        return pl.when((total <= 1440) & (minutes < 60)).then(total)

    start = context.share(f"_slot_start|{context.from_[1]}", minute(1, 2))
    end = context.share(f"_slot_end|{context.from_[1]}", minute(3, 4))
    end = pl.when(end < start).then(end + 1440).otherwise(end)
    valid = start.is_not_null() & end.is_not_null()
    return day, pl.when(valid).then(start), pl.when(valid).then(end)


def _at(day: pl.Expr, minute: pl.Expr) -> pl.Expr:
    return day + pl.duration(minutes=minute)


def _midpoint(context: Context) -> pl.Expr:
    day, start, end = _slot(context)
    return context.share(f"_slot_midpoint|{'|'.join(context.from_)}", _at(day, (start + end) // 2))


@register("time_slot_start")
def time_slot_start(context: Context) -> pl.Expr:
    """The UTC instant at which a slot of hours begins, from [date, slot]."""
    day, start, _ = _slot(context)
    return _to_utc(_at(day, start), context.table.timezone)


@register("time_slot_end")
def time_slot_end(context: Context) -> pl.Expr:
    """The UTC instant at which a slot of hours ends; 23~01 ends on the next day."""
    day, _, end = _slot(context)
    return _to_utc(_at(day, end), context.table.timezone)


@register("time_slot_midpoint")
def time_slot_midpoint(context: Context) -> pl.Expr:
    """The UTC instant in the middle of a slot: that of 23~01 is 00:00 of the next day."""
    return _to_utc(_midpoint(context), context.table.timezone)


@register("slot_midpoint_date")
def slot_midpoint_date(context: Context) -> pl.Expr:
    """The local date of a slot's midpoint; the date itself where the slot cannot be read."""
    midpoint = _midpoint(context)
    return pl.coalesce([midpoint.dt.date(), _naive(context, context.from_[0]).dt.date()])


@register("slot_midpoint_hour")
def slot_midpoint_hour(context: Context) -> pl.Expr:
    """The local hour of a slot's midpoint; absent where the slot cannot be read."""
    return _midpoint(context).dt.hour().cast(pl.Int64)
