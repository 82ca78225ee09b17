"""Checks of what callers hand in, with refusals in the readers' language.

Belongs here: turning lists, numpy, polars and pandas columns into arrays of finite numbers, and the one error
of this package. Does not belong here: any statistics.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from jingcang.errors import JingcangError

Array = npt.NDArray[np.float64]


class StatisticsInputError(JingcangError, ValueError):
    """Numbers that a method cannot take; also a ValueError, for callers that know nothing of 警仓."""


def as_numbers(
    values: Any,
    name: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    is_positive: bool = False,
) -> Array:
    """Return values as finite float64 numbers.

    Args:
        values: number, list, numpy array, polars or pandas series, or a frame of numbers.
        name: how the caller's parameter is called; it is named in the refusal.
        minimum: smallest value allowed.
        maximum: largest value allowed.
        is_positive: refuse zero and below.

    Returns:
        Array of the shape given.

    Raises:
        StatisticsInputError: not numbers, missing or infinite, out of range.
    """
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise StatisticsInputError(
            "输入中有不是数值的内容", where=name, remedy="请只传入数值，长短一致"
        ) from error
    if not np.isfinite(numbers).all():
        raise StatisticsInputError(
            "输入中有缺失或无穷大的数", where=name, remedy="请先补全或剔除这些记录，并说明剔除了多少"
        )
    if is_positive and (numbers <= 0).any():
        raise StatisticsInputError("输入必须大于零", where=name, remedy="请检查口径和单位")
    if minimum is not None and (numbers < minimum).any():
        what = "输入不能为负数" if minimum == 0 else f"输入不能小于 {minimum:g}"
        raise StatisticsInputError(what, where=name, remedy="请检查口径和数据来源")
    if maximum is not None and (numbers > maximum).any():
        raise StatisticsInputError(f"输入不能大于 {maximum:g}", where=name, remedy="请检查口径和数据来源")
    return numbers


def as_number(
    value: Any,
    name: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    is_positive: bool = False,
) -> float:
    """Return one finite number; see :func:`as_numbers`."""
    numbers = as_numbers(value, name, minimum=minimum, maximum=maximum, is_positive=is_positive)
    if numbers.size != 1:
        raise StatisticsInputError("这里只能是一个数", where=name, remedy="请逐个传入")
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
    names = list(frame.keys()) if isinstance(frame, dict) else list(getattr(frame, "columns", []))
    if name not in names:
        raise StatisticsInputError(
            f"表中没有 {name} 列", where=f"现有列：{'、'.join(map(str, names))}", remedy="请检查列名"
        )
    values = frame[name]
    return np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
