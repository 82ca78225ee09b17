"""考核总览, the matrix: KPIs × units with value, interval, word and n, and the table behind it.

Belongs here: what a cell is and how it is told. Does not belong here: judging (``jingcang.kpis``), the guard
(``kpi_guard``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboards.components import charts, shapes
from dashboards.components.kpis import Measured, add, kpis, measure
from dashboards.context import Context
from jingcang.contracts.peer_groups import EVERYBODY, PeerGroup, group_of
from jingcang.kpis import NOT_APPLICABLE, TOO_FEW, JudgedUnit, UnitCounts, judge_units
from jingcang.statistics.comparability import NOT_COMPARABLE
from jingcang.statistics.funnel import ABOVE, BELOW

UNMAPPED = "未映射过多"
"""Word of a cell whose value is withheld because more of its records are not mapped than the KPI allows."""
MOST_COLUMNS = 10
"""Units side by side; more go on in a matrix below."""


@dataclass(frozen=True)
class Cell:
    """One KPI of one unit.

    Args:
        unit: its number, "" where none is registered.
        measured: value, counts and interval.
        judged: beside its peers; None where the KPI has no record of the unit or is not compared.
        reason: why it is not compared.
    """

    unit: str
    measured: Measured
    judged: JudgedUnit | None
    reason: str

    @property
    def word(self) -> str:
        if not self.measured.denominator:
            return NOT_APPLICABLE
        if self.measured.is_unmapped and not self.reason:
            return UNMAPPED
        return self.judged.word if self.judged else NOT_COMPARABLE

    @property
    def why(self) -> str:
        """Why nothing is said, empty where a word of the three stands."""
        unmapped = self.measured.withheld if self.measured.is_unmapped else ""
        return self.reason or unmapped or (self.judged.reason if self.judged else "")

    @property
    def is_adverse(self) -> bool:
        """Whether the unit is outside the limits on the side that is worse; False where neither side is."""
        worse = {"higher": BELOW, "lower": ABOVE}.get(self.measured.kpi.direction)
        return self.judged is not None and self.judged.word == worse

    @property
    def is_favourable(self) -> bool:
        """Whether it is outside on the side that is better."""
        has_sides = self.measured.kpi.direction != "none"
        return bool(self.judged and self.judged.is_outside and has_sides and not self.is_adverse)


Matrix = dict[str, dict[str, Cell]]
"""KPI → unit → cell, in the order shown."""


def counted(rows: Sequence[Mapping[str, Any]]) -> dict[str, bool]:
    """Return KPI → whether each of its records counts 0 or 1, of the KPIs that have records.

    Args:
        rows: of :data:`~dashboards.queries.overview.VALUES`.
    """
    found = {}
    for code in kpis():
        own = [dict(row) for row in rows if row["kpi_code"] == code]
        if own:
            whole = measure(kpis()[code], add(own))
            found[code] = whole.value is None or whole.low is not None
    return found


def build(
    context: Context,
    rows: Sequence[Mapping[str, Any]],
    reasons: Mapping[str, str],
    groups: Sequence[PeerGroup],
) -> Matrix:
    """Return every cell.

    Args:
        context: of the page.
        rows: of :data:`~dashboards.queries.overview.VALUES`.
        reasons: KPI → why it is not compared.
        groups: peer groups of the profile.
    """
    present = {row["unit_no"] or "" for row in rows}
    units = [unit for unit in [*context.units, *sorted(present - context.units.keys())] if unit in present]
    made: Matrix = {}
    for code in counted(rows):
        of_unit = {
            unit: [dict(row) for row in rows if row["kpi_code"] == code and (row["unit_no"] or "") == unit]
            for unit in units
        }
        measured = {unit: measure(kpis()[code], add(lines)) for unit, lines in of_unit.items()}
        judged = {}
        if code not in reasons:
            judged = {
                unit.unit_no: unit
                for unit in judge_units([
                    UnitCounts(
                        unit, {row["category_code"]: row["numerator_records"] for row in lines},
                        {row["category_code"]: row["denominator_records"] for row in lines}, group_of(groups, unit),
                    )
                    for unit, lines in of_unit.items()
                    if lines and not measured[unit].is_unmapped
                ])
            }  # fmt: skip
        made[code] = {
            unit: Cell(
                unit, measured[unit], _told_of(measured[unit], judged.get(unit)), reasons.get(code, "")
            )
            for unit in of_unit
        }
    return made


def _told_of(measured: Measured, judged: JudgedUnit | None) -> JudgedUnit | None:
    """Return what is told of a unit: no word stands beside a value that is withheld for too few records."""
    if judged is None or not measured.withheld:
        return judged
    return replace(judged, word=TOO_FEW, crude_word=TOO_FEW, reason=measured.withheld)


def show(context: Context, matrix: Matrix, groups: Sequence[PeerGroup]) -> None:
    """Show the matrix by peer group, at most ten units beside each other."""
    units = list(next(iter(matrix.values())))
    by_group: dict[str, list[str]] = {}
    for unit in units:
        by_group.setdefault(group_of(groups, unit), []).append(unit)
    number = 0
    for group, members in by_group.items():
        for first in range(0, len(members), MOST_COLUMNS):
            number += 1
            _show_part(context, matrix, group, members[first : first + MOST_COLUMNS], f"matrix_{number}")


def _show_part(context: Context, matrix: Matrix, group: str, units: list[str], key: str) -> None:
    names = [context.unit_name(unit or None) for unit in units]
    lines = [[cells[unit] for unit in units] for cells in matrix.values()]
    outside = sum(1 for line in lines for cell in line if cell.judged and cell.judged.is_outside)
    finding = f"{group}：{len(lines)} 项指标 × {len(units)} 个单位，" + (
        f"{outside} 格超出偶然界限" if outside else "没有一格超出偶然界限"
    )
    charts.show_chart(
        finding,
        shapes.matrix(
            names,
            [kpis()[code].name_zh for code in matrix],
            [[2 if cell.is_adverse else 0 if cell.is_favourable else 1 for cell in line] for line in lines],
            [[_text(cell) for cell in line] for line in lines],
            hover="%{y} · %{x}<br>%{customdata}",
            told=[[_told(cell) for cell in line] for line in lines],
            colours=charts.THREE_VERDICTS,
            highest=2,
            left=140,
            line_height=34,
        ),
        key=key,
        columns=_COLUMNS,
        rows=[_row(context, group, cell) for line in lines for cell in line],
        note=(
            "橙色为较差一侧、蓝色为较好一侧超出 99.8% 偶然界限；其余不分先后。"
            f"{'' if group == EVERYBODY else '只在同类组内比较。'}鼠标停留看口径、区间和理由。"
        ),
    )


def _text(cell: Cell) -> str:
    if not cell.measured.denominator:
        return NOT_APPLICABLE
    word = cell.word if cell.judged is None or not cell.judged.is_outside else f"<b>{cell.word}</b>"
    if cell.measured.value is None or cell.word == TOO_FEW:
        return f"{cell.measured.numerator:,}/{cell.measured.denominator:,} {word}"
    return f"{cell.measured.value:,.1f}{cell.measured.kpi.unit} {word}"


def _told(cell: Cell) -> str:
    kpi = cell.measured.kpi
    parts = [cell.measured.words(), f"n {cell.measured.denominator:,}，{cell.word}"]
    if cell.judged and cell.judged.expected is not None and cell.judged.peer_share is not None:
        parts.append(f"同组水平 {kpi.scale * cell.judged.peer_share:.1f}{kpi.unit}")
        if cell.judged.is_adjusted:
            parts.append(
                f"按门类校正应有 {cell.judged.expected:.1f} 条，未校正 {cell.judged.crude_expected:.1f} 条"
                f"（未校正：{cell.judged.crude_word}）"
            )
    if cell.why:
        parts.append(cell.why)
    definition = [f"分子：{kpi.numerator_zh}", f"分母：{kpi.denominator_zh}", kpi.limits_zh, kpi.standing_zh]
    return "<br>".join([*parts, *definition])


_COLUMNS = [
    ("指标",), ("单位",), ("同类组",), ("值",), ("分子",), ("分母",), ("95% 区间",), ("剔除",), ("同组水平",),
    ("应有", "未校正"), ("应有", "按门类校正"), ("结论", "未校正"), ("结论", "按门类校正"), ("理由",),
]  # fmt: skip


def _row(context: Context, group: str, cell: Cell) -> list[Any]:
    found, judged = cell.measured, cell.judged
    is_adjusted = judged is not None and judged.is_adjusted
    return [
        found.kpi.name_zh, context.unit_name(cell.unit or None), group, _one(found.value), found.numerator,
        found.denominator, found.interval(), found.excluded,
        _one(judged.peer_share * found.kpi.scale if judged and judged.peer_share is not None else None),
        _one(judged.crude_expected if judged else None), _one(judged.expected if judged and is_adjusted else None),
        judged.crude_word if judged else cell.word, cell.word if is_adjusted else None, cell.why or None,
    ]  # fmt: skip


def _one(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
