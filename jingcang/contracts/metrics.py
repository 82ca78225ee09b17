"""Declared metrics: one file a metric below ``data_contracts/metrics``, its wording, population, filters and versions.

Belongs here: reading and checking the declarations against contracts and dictionaries. Does not belong here: what a
filter is in SQL (``metric_sql``) and the numbers (``jingcang.access.metrics``).

A metric sums one column of one mart over the rows a definition lets through; a ratio divides it by the sum of another
column (or of the same column before the numerator's own filters). A definition has versions: rows are counted by the
version valid on their day. A filter names dictionary codes, never SQL; a code stands for everything below it too.
"""

from __future__ import annotations

import datetime as dt
import functools
import time
from collections.abc import Mapping
from pathlib import Path

import pydantic

from jingcang.contracts.code_trees import SEEDS, load_code_trees
from jingcang.contracts.entities import FieldRef
from jingcang.contracts.files import CONTRACTS_ROOT, Strict, read_model, wrong
from jingcang.contracts.marts import Mart, load_marts


class MetricFilter(Strict):
    """Rows whose column holds one of some codes, or none of them.

    ``in`` leaves out rows without a code, ``not_in`` keeps them: what is not mapped is not known to be harassment.
    """

    column: str
    dictionary: str
    in_: tuple[str, ...] = pydantic.Field(default=(), alias="in")
    not_in: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return self.in_ or self.not_in


class MetricVersion(Strict):
    """One version of a definition, valid on the days [valid_from, valid_to).

    Args:
        definition_zh: the wording shown beside the number.
        reason_zh: why the definition was made or changed.
        filters: rows counted; all of them must hold.
        numerator_filters: of a ratio, rows of the numerator beyond those.
    """

    version: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    definition_zh: str = pydantic.Field(min_length=1)
    reason_zh: str = pydantic.Field(min_length=1)
    filters: tuple[MetricFilter, ...] = ()
    numerator_filters: tuple[MetricFilter, ...] = ()


class Unmapped(Strict):
    """How to tell the share of rows of which nobody can say whether they count.

    Args:
        columns: columns of the mart whose sums count such rows.
        of: column whose sum is the whole.
        within: columns whose filters hold for both; the others are left aside, since it is they that cannot be judged.
        limit_permille: above this share the number is withheld.
    """

    columns: tuple[str, ...] = pydantic.Field(min_length=1)
    of: str
    within: tuple[str, ...] = ()
    limit_permille: int = pydantic.Field(ge=0, le=1000)


class Metric(Strict):
    """One metric.

    Args:
        metric_code: the file's name.
        name_zh: name without its definition.
        choice_zh: what tells it from its alternatives, e.g. 减骚扰; "" where there are none.
        alternative_of: code of the metric of which it is another real definition, None for a metric of its own.
        population_zh: whose records these are and what is not among them.
        mart: table summed; a mart of counts wherever there is one.
        rows_table: table with one row a record that carries the filters' columns too, for lists of rows.
        sum_column: column summed, the numerator of a ratio.
        denominator_column: of a ratio, the column summed below the line; None for a plain sum.
        scale: a ratio is multiplied by it: 100 for percent.
        divide_by: a plain sum is divided by it: 60 for minutes from seconds.
        decimals: digits shown after the point.
        is_stock: a stand on the mart's dates, not a flow: the last one before the period's end counts.
        unit: unit of the value.
        direction_zh: which way is better, in words; "" where neither is.
        owner: who answers for the definition.
        unmapped: None where nothing needs a mapping.
        versions: oldest first, without gap or overlap.
    """

    metric_code: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str = pydantic.Field(min_length=1)
    choice_zh: str = ""
    alternative_of: str | None = None
    population_zh: str = pydantic.Field(min_length=1)
    mart: str
    rows_table: str | None = None
    sum_column: str
    denominator_column: str | None = None
    scale: int = pydantic.Field(default=1, ge=1)
    divide_by: int = pydantic.Field(default=1, ge=1)
    decimals: int = pydantic.Field(default=0, ge=0, le=3)
    is_stock: bool = False
    unit: str = pydantic.Field(min_length=1)
    direction_zh: str = ""
    owner: str = pydantic.Field(min_length=1)
    unmapped: Unmapped | None = None
    versions: tuple[MetricVersion, ...] = pydantic.Field(min_length=1)

    @property
    def version(self) -> MetricVersion:
        """The newest version."""
        return self.versions[-1]

    @property
    def is_count(self) -> bool:
        """Whether it counts events, which chance moves: no ratio, nothing it is divided by, no stand."""
        return self.denominator_column is None and self.divide_by == 1 and not self.is_stock

    @property
    def definition_zh(self) -> str:
        """The newest wording."""
        return self.version.definition_zh

    @property
    def title_zh(self) -> str:
        """The name with what tells it from its alternatives: 有效警情（减骚扰）."""
        return f"{self.name_zh}（{self.choice_zh}）" if self.choice_zh else self.name_zh

    @property
    def filter_columns(self) -> tuple[str, ...]:
        """Every column that any version's filters read, sorted."""
        return tuple(sorted({f.column for v in self.versions for f in (*v.filters, *v.numerator_filters)}))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the mart that the number or its unmapped share rests on, sorted."""
        unmapped = (*self.unmapped.columns, self.unmapped.of) if self.unmapped else ()
        summed = filter(None, (self.sum_column, self.denominator_column))
        return tuple(sorted({*summed, *unmapped, *self.filter_columns, "event_date"}))

    def versions_between(self, start: dt.date, end: dt.date) -> tuple[MetricVersion, ...]:
        """Return the versions by which days of [start, end) are counted; days before the first count by the first."""
        return tuple(
            version for version in self.versions
            if (version is self.versions[0] or version.valid_from < end)
            and (version.valid_to or dt.date.max) > start
        )  # fmt: skip


def load_metrics(root: Path = CONTRACTS_ROOT, dictionaries: Path = SEEDS) -> Mapping[str, Metric]:
    """Return every metric by code; the file is named after the code.

    Args:
        root: the contracts' folder.
        dictionaries: the folder of the dictionaries' seed rows.

    Raises:
        JingcangError: naming file and key, for a column, dictionary or code that does not exist, for versions with a
            gap, and for anything else a file says wrongly.
    """
    # A page asks a dozen times, of a hundred files; what was changed is seen a second later.
    return _load(root, dictionaries, _changed(root, dictionaries, int(time.monotonic())))


@functools.lru_cache(maxsize=4)
def _changed(root: Path, dictionaries: Path, _second: int) -> frozenset[tuple[str, int]]:
    files = [root / "fields.yaml", *(root / "marts").glob("*.yaml"), *(root / "metrics").glob("*.yaml")]
    files += dictionaries.glob("dictionary_*.csv")
    return frozenset((path.name, path.stat().st_mtime_ns) for path in files if path.is_file())


def alternatives(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[Metric, ...]:
    """Return the definitions a reader may choose between, the default first."""
    default = metric.alternative_of or metric.metric_code
    return (metrics[default], *(m for m in metrics.values() if m.alternative_of == default))


@functools.lru_cache(maxsize=4)
def _load(root: Path, dictionaries: Path, _changed: frozenset[tuple[str, int]]) -> Mapping[str, Metric]:
    found: dict[str, Metric] = {}
    for path in sorted((root / "metrics").glob("*.yaml")):
        metric = read_model(path, Metric)
        if metric.metric_code != path.stem:
            raise wrong(path, "metric_code", f"应与文件名一致（{path.stem}）")
        _Checked(path, metric, load_marts(root), dictionaries).check()
        found[metric.metric_code] = metric
    named = [metric for metric in found.values() if metric.alternative_of]
    for metric in sorted(
        named, key=lambda metric: metric.alternative_of in found
    ):  # a wrong name before its effects
        default = found.get(metric.alternative_of or "")
        if default is None or default.alternative_of or default.mart != metric.mart:
            raise wrong(
                root / "metrics" / f"{metric.metric_code}.yaml", "alternative_of",
                f"{metric.alternative_of} 不是同一张表上的默认度量",
            )  # fmt: skip
    return found


class _Checked:
    def __init__(self, path: Path, metric: Metric, marts: Mapping[str, Mart], dictionaries: Path) -> None:
        self.path, self.metric, self.marts = path, metric, marts
        self.trees = load_code_trees(dictionaries)

    def check(self) -> None:
        metric = self.metric
        for key, table in (("mart", metric.mart), ("rows_table", metric.rows_table)):
            if table is not None and table not in self.marts:
                raise wrong(self.path, key, f"没有这张表的合同：{table}")
        self.summed("sum_column", metric.sum_column)
        if metric.denominator_column is not None:
            self.summed("denominator_column", metric.denominator_column)
            if metric.divide_by != 1 or metric.is_stock:
                raise wrong(self.path, "divide_by" if metric.divide_by != 1 else "is_stock", "比值不用此键")
        elif metric.scale != 1:
            raise wrong(self.path, "scale", "只有比值（有 denominator_column）才用此键")
        self.column(metric.mart, "event_date", "mart", "date")
        self.column(metric.mart, "unit_no", "mart", "string")
        self.versions()
        self.unmapped()

    def column(self, table: str, name: str, key: str, kind: str) -> FieldRef:
        found = next((column for column in self.marts[table].columns if column.name == name), None)
        if found is None:
            raise wrong(self.path, key, f"表 {table} 没有列 {name}")
        if found.type != kind:
            raise wrong(self.path, key, f"表 {table} 的列 {name} 的类型应为 {kind}，实为 {found.type}")
        return found

    def summed(self, key: str, name: str) -> None:
        self.column(self.metric.mart, name, key, "integer")

    def versions(self) -> None:
        known: set[str] = set()
        for index, version in enumerate(self.metric.versions):
            key = f"versions[{version.version}]"
            if version.version in known:
                raise wrong(self.path, f"{key}.version", "版本号重复")
            known.add(version.version)
            is_last = index == len(self.metric.versions) - 1
            follows = None if is_last else self.metric.versions[index + 1].valid_from
            if version.valid_to != follows:
                raise wrong(
                    self.path, f"{key}.valid_to",
                    "最后一版不应有失效日期" if is_last else f"应与下一版的生效日期相接（{follows}）",
                )  # fmt: skip
            if follows is not None and follows <= version.valid_from:
                raise wrong(self.path, f"{key}.valid_from", "应早于下一版的生效日期")
            for name, filters in (
                ("filters", version.filters),
                ("numerator_filters", version.numerator_filters),
            ):
                for number, item in enumerate(filters):
                    self.filter(f"{key}.{name}[{number}]", item)
            if version.numerator_filters and self.metric.denominator_column is None:
                raise wrong(self.path, f"{key}.numerator_filters", "没有 denominator_column，不是比值")

    def filter(self, key: str, item: MetricFilter) -> None:
        for table in filter(None, (self.metric.mart, self.metric.rows_table)):
            field = self.column(table, item.column, f"{key}.column", "string").field
            if field.dictionary not in (None, item.dictionary):
                raise wrong(self.path, f"{key}.dictionary", f"列 {item.column} 用的是字典 {field.dictionary}")
        if item.dictionary not in self.trees:
            raise wrong(self.path, f"{key}.dictionary", f"没有这部字典：{item.dictionary}")
        if bool(item.in_) == bool(item.not_in):
            raise wrong(self.path, key, "in 和 not_in 须恰好写一个")
        for code in item.codes:
            if code not in self.trees[item.dictionary].parents:
                raise wrong(
                    self.path,
                    f"{key}.{'in' if item.in_ else 'not_in'}",
                    f"字典 {item.dictionary} 没有代码 {code}",
                )

    def unmapped(self) -> None:
        unmapped = self.metric.unmapped
        if unmapped is None:
            return
        for name in (*unmapped.columns, unmapped.of):
            self.summed("unmapped.columns" if name in unmapped.columns else "unmapped.of", name)
        for name in unmapped.within:
            if name not in self.metric.filter_columns:
                raise wrong(self.path, "unmapped.within", f"没有以 {name} 为列的条件")
