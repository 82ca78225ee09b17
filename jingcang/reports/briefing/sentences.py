"""The small sentences and tables a briefing is written in.

Belongs here: how a count, its comparisons and its verdict are worded. Does not belong here: which ones are told
(``weekly``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jingcang.access.metrics import metric_of
from jingcang.reports.briefing.blocks import Paragraph, Piece, Table, Value, fixed, paragraph, pieces
from jingcang.reports.briefing.figures import MISSING, Cell, Recipe
from jingcang.reports.briefing.request import Request, long_days
from jingcang.reports.briefing.values import JUDGED, Values
from jingcang.statistics.periods import Period

UNMAPPED, UNKNOWN = "未映射", "未登记"


class Writer:
    """Words figures of one briefing; remembers which metrics were used and how many tables there are.

    Args:
        values: values of the reader.
        request: what the briefing is made for.
    """

    def __init__(self, values: Values, request: Request) -> None:
        self.values, self.request = values, request
        self._used: dict[str, None] = {}
        self._tables = 1

    def used(self) -> list[str]:
        """Return the codes of the metrics used, in order."""
        return list(self._used)

    def next_table(self) -> int:
        """Return the number of the next table."""
        self._tables += 1
        return self._tables

    def why_nothing(self, metric: str) -> Paragraph | None:
        """Return the sentence for a metric that is withheld or that no source has; None where it is shown."""
        self._used[metric] = None
        total = self.values.total(metric, self.request.period)
        if total.withheld:
            return paragraph(f"{total.name_zh}暂不显示：", *pieces(total.withheld), "。")
        if not self.values.is_known(metric, self.request.period.end):
            return paragraph(f"来源里没有{total.name_zh}的记录；不等于没有发生。")
        return None

    def count(self, metric: str, cell: Cell = (), period: Period | None = None) -> Value:
        """Return the count of a cell in this week, or another period."""
        return self._value(Recipe("count", metric, cell, period or self.request.period))

    def both(self, metric: str) -> list[Piece]:
        """Return a metric's total with both comparisons: 有效警情 12 起；上周 10 起（+20%），… ；去年同期 …"""
        self._used[metric] = None
        total = self.values.total(metric, self.request.period)
        parts: list[Piece] = [*pieces(total.name_zh), " ", self.count(metric), f" {total.unit}"]
        for name, base in self._bases():
            parts += [f"；{name} "]
            if reason := self.values.total(metric, base).withheld:
                parts += ["暂不显示（", *pieces(reason), "）"]
                continue
            if base.end <= self.values.first_day:
                parts += [UNKNOWN_BASE]
                continue
            parts += [self.count(metric, (), base), f" {total.unit}"]
            parts += self._percent(Recipe("change", metric, (), self.request.period, base))
            parts += ["，", self._value(Recipe("verdict", metric, (), self.request.period, base))]
        return parts

    def change_of(self, recipe: Recipe) -> list[Piece]:
        """Return a comparison in short: 盗窃案比上周 10 → 24 起（+140%）."""
        if recipe.period is None or recipe.base is None:
            return []
        name = {base: name for name, base in self._bases()}.get(recipe.base, "")
        unit = metric_of(recipe.metric).unit
        return [
            *pieces(self._cell_words(recipe.metric, recipe.cell)), f"比{name} ",
            self.count(recipe.metric, recipe.cell, recipe.base), " → ", self.count(recipe.metric, recipe.cell),
            f" {unit}", *self._percent(Recipe("change", recipe.metric, recipe.cell, recipe.period, recipe.base)),
        ]  # fmt: skip

    def mark(self, metric: str, cell: Cell) -> Value:
        """Return the sign of the verdict against the week before."""
        return self._value(Recipe("mark", metric, cell, self.request.period, self.request.previous.before))

    def largest(self, metric: str, column: str, most: int) -> list[str]:
        """Return the values of a column with the most records in this week or one compared with."""
        sums: dict[str, int] = {}
        for period in (self.request.period, *(base for _, base in self._bases())):
            if self.values.total(metric, period).withheld:
                continue
            for (name,), count in self.values.parts(metric, period, (column,)).items():
                sums[name] = max(sums.get(name, 0), count)
        ranked = sorted((name for name, count in sums.items() if count > 0), key=lambda n: (-sums[n], n))
        now = self.values.parts(metric, self.request.period, (column,))
        return sorted(ranked[:most], key=lambda name: (not name, -now.get((name,), 0), name))

    def table(
        self, caption: Sequence[Piece], heading: str, metric: str, column: str, names: Sequence[str]
    ) -> Table:
        """Return classes × this week, the week before and last year with their verdicts."""
        rows: list[list[tuple[Piece, ...]]] = []
        for name in [*names, None]:
            cell: Cell = () if name is None else ((column, name),)
            words: list[Piece] = ["合计"] if name is None else pieces(name or UNMAPPED)
            row: list[tuple[Piece, ...]] = [tuple(words), (self.count(metric, cell),)]
            for _, base in self._bases():
                if self.values.total(metric, base).withheld or base.end <= self.values.first_day:
                    row += [(MISSING,), (MISSING,), (UNKNOWN_BASE,)]
                    continue
                row += [
                    (self.count(metric, cell, base),),
                    (self._value(Recipe("change", metric, cell, self.request.period, base)),),
                    (self._value(Recipe("verdict", metric, cell, self.request.period, base)),),
                ]
            rows.append(row)
        compared = [(name, what) for name, _ in self._bases() for what in ("起", "变化", "判断")]
        return Table(tuple(caption), [(heading,), ("本周", "起"), *compared], rows)

    def hours_table(self, number: str, names: Sequence[str]) -> Table:
        """Return hour bands × this week and the week before."""
        return self._shares_table(number, "时段", "hour_band", names, "　有效警情各时段")

    def places_table(self, number: str, names: Sequence[str]) -> Table:
        """Return kinds of place × this week and the week before."""
        return self._shares_table(number, "部位", "place_type_label", names, "　有效警情主要部位")

    def _shares_table(
        self, number: str, heading: str, column: str, names: Sequence[str], caption: str
    ) -> Table:
        metric = EFFECTIVE
        period, before = self.request.period, self.request.previous.before
        rows: list[list[tuple[Piece, ...]]] = []
        for name in names:
            cell: Cell = ((column, name),)
            if not name and not self.values.count(metric, period, cell):
                continue
            rows.append(
                [
                    tuple(pieces(name or UNKNOWN)),
                    (self.count(metric, cell),),
                    (self._value(Recipe("share", metric, cell, period, whole=())),),
                    (self.count(metric, cell, before),),
                    (self._value(Recipe("verdict", metric, cell, period, before)),),
                ]
            )
        columns = [(heading,), ("本周", "起"), ("本周", "占比"), ("上周", "起"), ("上周", "判断")]
        return Table((fixed(number), caption), columns, rows)

    def _percent(self, recipe: Recipe) -> list[Piece]:
        value = self._value(recipe)
        return [] if value.text == MISSING else ["（", value, "）"]

    def _value(self, recipe: Recipe) -> Value:
        text = "…" if recipe.measure in JUDGED else self.values.text(recipe)
        return Value(recipe, self._title(recipe), text)

    def _title(self, recipe: Recipe) -> str:
        words = {
            "count": "",
            "change": "的变化",
            "verdict": "的判断",
            "mark": "的升降",
            "share": "的占比",
            "fixed": "",
        }
        period = long_days(recipe.period) if recipe.period else ""
        base = f"，对比 {long_days(recipe.base)}" if recipe.base else ""
        return f"{self._cell_words(recipe.metric, recipe.cell)}{words[recipe.measure]}（{period}{base}）"

    def _cell_words(self, metric: str, cell: Cell) -> str:
        name = metric_of(metric).name_zh
        parts = []
        for column, value in cell:
            if column in ("area_no", "unit_no"):
                value = self.request.places.get(value, value)
            elif column == "event_hour":
                value = f"{value} 时"
            parts.append(value or UNKNOWN)
        return f"{name}·{'·'.join(parts)}" if parts else name

    def _bases(self) -> list[tuple[str, Period]]:
        return [("上周", self.request.previous.before), ("去年同期", self.request.last_year.before)]


UNKNOWN_BASE = "没有可比的记录"
EFFECTIVE = "incidents_effective"


def joined(parts: Iterable[Sequence[Piece]], separator: str) -> list[Piece]:
    """Return lists of pieces with a separator between them."""
    whole: list[Piece] = []
    for part in parts:
        whole += [separator] if whole else []
        whole += part
    return whole
