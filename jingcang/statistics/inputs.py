"""Checks of what callers hand in, with refusals in the readers' language.

Belongs here: turning lists, numpy, polars and pandas columns into arrays of finite numbers, and the one error
of this package. Does not belong here: any statistics.
"""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from jingcang.errors import JingcangError

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


class StatisticsInputError(JingcangError, ValueError):
    """Numbers that a method cannot take; also a ValueError, for callers that know nothing of 警仓."""


def refuse(what: str, method: str, remedy: str = "") -> StatisticsInputError:
    """Return the error to raise.

    Args:
        what: what is wrong, one Chinese sentence.
        method: the method's Chinese name.
        remedy: what to do next.
    """
    return StatisticsInputError(what, where=f"统计方法：{method}", remedy=remedy)


def as_numbers(
    values: Any,
    name: str,
    method: str = "",
    *,
    dimensions: int | None = None,
    allow_missing: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    is_positive: bool = False,
) -> Array:
    """Return values as finite float64 numbers.

    Args:
        values: number, list, numpy array, polars or pandas series, or a frame of numbers.
        name: how the caller's parameter is called; it is named in the refusal.
        method: the method's Chinese name, named there too.
        dimensions: number of dimensions wanted; None for any.
        allow_missing: let nan pass (missing, not zero).
        minimum: smallest value allowed.
        maximum: largest value allowed.
        is_positive: refuse zero and below.

    Returns:
        Array of the shape given.

    Raises:
        StatisticsInputError: not numbers, missing or infinite, out of range, of other dimensions.
    """
    where = f"{method}，{name}" if method else name
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise StatisticsInputError(
            "输入中有不是数值的内容", where=where, remedy="请只传入数值，长短一致"
        ) from error
    if dimensions is not None and numbers.ndim != dimensions:
        what = f"这里应为 {dimensions} 维，收到 {numbers.ndim} 维"
        raise StatisticsInputError(what, where=where, remedy="请检查传入的形状")
    if not np.isfinite(numbers[~np.isnan(numbers)] if allow_missing else numbers).all():
        raise StatisticsInputError(
            "输入中有缺失或无穷大的数", where=where, remedy="请先补全或剔除这些记录，并说明剔除了多少"
        )
    if is_positive and (numbers <= 0).any():
        raise StatisticsInputError("输入必须大于零", where=where, remedy="请检查口径和单位")
    if minimum is not None and (numbers < minimum).any():
        what = "输入不能为负数" if minimum == 0 else f"输入不能小于 {minimum:g}"
        raise StatisticsInputError(what, where=where, remedy="请检查口径和数据来源")
    if maximum is not None and (numbers > maximum).any():
        raise StatisticsInputError(f"输入不能大于 {maximum:g}", where=where, remedy="请检查口径和数据来源")
    return numbers


def as_number(
    value: Any,
    name: str,
    method: str = "",
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    is_positive: bool = False,
) -> float:
    """Return one finite number; see :func:`as_numbers`."""
    numbers = as_numbers(value, name, method, minimum=minimum, maximum=maximum, is_positive=is_positive)
    if numbers.size != 1:
        raise StatisticsInputError(
            "这里只能是一个数", where=f"{method}，{name}" if method else name, remedy="请逐个传入"
        )
    return float(numbers.reshape(()))


def check_level(level: float) -> float:
    """Return a confidence level after checking that it lies between 0 and 1."""
    if not 0 < as_number(level, "level") < 1:
        raise StatisticsInputError("置信水平必须在 0 与 1 之间", where="level", remedy="例如 0.95")
    return float(level)


def plain(values: npt.ArrayLike) -> Any:
    """Return a float for an array without dimensions, the array otherwise."""
    numbers = np.asarray(values, dtype=np.float64)
    return float(numbers) if numbers.ndim == 0 else numbers


def column(frame: Any, name: str) -> npt.NDArray[Any]:
    """Return a column of a polars or pandas frame, or of a dict of lists.

    Raises:
        StatisticsInputError: the column does not exist.
    """
    values = raw_column(frame, name)
    return np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)


def raw_column(frame: Any, name: str) -> Any:
    """Return a column as the frame holds it; see :func:`column`."""
    names = list(frame.keys()) if isinstance(frame, dict) else list(getattr(frame, "columns", []))
    if name not in names:
        raise StatisticsInputError(
            f"表中没有 {name} 列", where=f"现有列：{'、'.join(map(str, names))}", remedy="请检查列名"
        )
    return frame[name]


def as_counts(
    values: Any, name: str, method: str, *, dimensions: int | None = 1, allow_missing: bool = False
) -> Array:
    """Return counts: :func:`as_numbers` that are not negative, a column of them unless told otherwise."""
    return as_numbers(values, name, method, dimensions=dimensions, allow_missing=allow_missing, minimum=0)


def check_share(value: float, name: str, method: str) -> float:
    """Return a share strictly between 0 and 1.

    Raises:
        StatisticsInputError: outside (0, 1).
    """
    share = as_number(value, name, method)
    if not 0 < share < 1:
        raise refuse(f"“{name}”应大于 0 小于 1，收到 {share:g}", method)
    return share


def check_dispersion(value: float, method: str) -> float:
    """Return an overdispersion phi of at least 1.

    Raises:
        StatisticsInputError: below 1.
    """
    phi = as_number(value, "离散系数", method)
    if phi < 1:
        raise refuse(f"“离散系数”不能小于 1，收到 {phi:g}", method)
    return phi


def as_days(values: Any, name: str, method: str) -> Array:
    """Return moments as days.

    Args:
        values: numbers (taken as days), or dates, datetimes, numpy, polars or pandas date and time values.
        name: what the values are, in Chinese, for the error.
        method: the method's Chinese name, for the error.

    Returns:
        Days as float64, from an arbitrary origin; moments with a zone are compared in UTC.

    Raises:
        StatisticsInputError: missing values, or neither numbers nor moments.
    """
    if hasattr(values, "to_list"):
        values = values.to_list()
    items = list(values)
    if any(item is None or item != item for item in items):
        raise refuse(f"“{name}”中有空值", method, "请先剔除没有时间的记录")
    if items and isinstance(items[0], datetime.datetime | datetime.date | np.datetime64):
        plain = [_without_zone(item) for item in items]
        moments = np.asarray(plain, dtype="datetime64[us]").astype(np.int64)
        return moments / (24 * 3600 * 1e6)
    return as_numbers(items, name, method, dimensions=1)


def _without_zone(moment: Any) -> Any:
    if isinstance(moment, datetime.datetime):
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
        if hasattr(moment, "to_pydatetime"):
            moment = moment.to_pydatetime()
    return moment
