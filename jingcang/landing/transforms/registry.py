"""Registry of named transforms and the context they see.

Belongs here: registration, sharing of intermediate columns, applying one entity mapping to a frame.
Does not belong here: any single transform.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from jingcang.errors import JingcangError

Transform = Callable[["Context"], pl.Expr]
REGISTRY: dict[str, Transform] = {}
TYPED_INPUT: Mapping[str, tuple[str, ...]] = {
    "integer": ("integer",),
    "longitude": ("integer", "number"),
    "latitude": ("integer", "number"),
    **dict.fromkeys(
        (
            "local_timestamp",
            "local_date",
            "local_hour",
            "date",
            "first_date",
            "month_start",
            "is_time_ambiguous",
        ),
        ("timestamp",),
    ),
}
"""Transform → logical types of columns it also takes typed: Int64, Float64, naive local Datetime(us)."""


def register(name: str) -> Callable[[Transform], Transform]:
    """Register a transform under its mapping name; a name is given once."""

    def keep(function: Transform) -> Transform:
        if name in REGISTRY:
            raise ValueError(f"transform {name} registered twice")
        REGISTRY[name] = function
        return function

    return keep


def names() -> frozenset[str]:
    """Return every transform name a mapping may use."""
    return frozenset(REGISTRY)


@dataclass
class Context:
    """What a transform may look at.

    Args:
        table: the source table (``jingcang.contracts.SourceTable``).
        from_: source columns of this mapping, in order.
        options: the mapping's further keys.
        shared: name → expression, evaluated once per frame in this order; filled by :meth:`share`.
        dtypes: types of the source columns; those not named are text.
        environ: environment variables (pseudonym key).
    """

    table: Any
    from_: tuple[str, ...]
    options: Mapping[Any, Any] = field(default_factory=dict)
    shared: dict[str, pl.Expr] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    dtypes: Mapping[str, pl.DataType] = field(default_factory=dict)

    def is_typed(self, column: str) -> bool:
        """Return whether a source column came typed by its contract; only :data:`TYPED_INPUT` meet one."""
        return self.dtypes.get(column, pl.String()) != pl.String

    def inputs(self) -> list[pl.Expr]:
        """Return the source columns as expressions."""
        return [pl.col(name) for name in self.from_]

    def only(self) -> pl.Expr:
        """Return the one source column."""
        if len(self.from_) != 1:
            raise self.mistake(f"应当恰好来自一个来源字段，实际为 {len(self.from_)} 个")
        return pl.col(self.from_[0])

    def formats(self, column: str) -> tuple[str, ...]:
        """Return the declared date formats of a source column."""
        for candidate in self.table.columns:
            if candidate.name == column:
                return tuple(candidate.formats)
        return ()

    def option(self, name: str | bool, default: Any = None) -> Any:
        """Return an option of the mapping, or the default."""
        return self.options.get(name, default)

    def required(self, name: str) -> Any:
        """Return an option that must be given."""
        if name not in self.options:
            raise self.mistake(f"缺少选项 {name}")
        return self.options[name]

    def share(self, name: str, expression: pl.Expr) -> pl.Expr:
        """Evaluate an expression once per frame, whoever asks for it."""
        self.shared.setdefault(name, expression)
        return pl.col(name)

    def mistake(self, what: str) -> JingcangError:
        """Return the error for a mapping that cannot be meant."""
        return JingcangError(
            f"映射有误：{what}",
            where=f"{self.table.qualified} 字段 {'、'.join(self.from_)}",
            remedy="请修改该表的映射文件后重新运行",
        )


def build_entity(
    frame: pl.DataFrame,
    table: Any,
    columns: Mapping[str, Any],
    schema: Mapping[str, pl.DataType | type[pl.DataType]],
    *,
    environ: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Apply one entity mapping to prepared source rows.

    Args:
        frame: source columns as trimmed text (empty = null), or typed where every transform that reads them
            is in :data:`TYPED_INPUT`, plus ``_source_file``, ``_source_line``.
        table: the source table.
        columns: entity column → ColumnMapping (``from_``, ``transform``, ``options``, ``value``).
        schema: entity column → Polars type; columns that are not mapped come out null.
        environ: environment variables, default the process's.

    Returns:
        One row a row of ``frame``, in its order; exactly the columns of ``schema``, in its types.

    Raises:
        JingcangError: an unknown transform, or a transform whose output does not fit the column.
    """
    shared: dict[str, pl.Expr] = {}
    frame_types = frame.schema
    outputs: list[pl.Expr] = []
    for name, dtype in schema.items():
        mapping = columns.get(name)
        if mapping is None:
            outputs.append(pl.lit(None, dtype=dtype).alias(name))
            continue
        if mapping.transform == "value":
            outputs.append(pl.lit(mapping.value).cast(dtype).alias(name))
            continue
        function = REGISTRY.get(mapping.transform)
        if function is None:
            raise JingcangError(
                f"映射使用了未登记的转换 {mapping.transform}",
                where=f"{table.qualified} → {name}",
                remedy="可用的转换见 docs 中的转换清单",
            )
        context = Context(
            table, tuple(mapping.from_), mapping.options or {}, shared,
            os.environ if environ is None else environ, frame_types,
        )  # fmt: skip
        outputs.append(function(context).cast(dtype).alias(name))
    try:
        rows = frame.lazy()
        for name, expression in shared.items():
            rows = rows.with_columns(expression.alias(name))
        # A selection of constants alone would have one row; the line number keeps the frame's height.
        return rows.select(pl.col("_source_line").alias("_height"), *outputs).drop("_height").collect()
    except pl.exceptions.PolarsError as error:
        raise JingcangError(
            "映射的转换结果与实体字段的类型不符",
            where=table.qualified,
            remedy="请检查该表映射文件中各字段的转换名称",
        ) from error
