"""Dictionary pages: what every table, column, rule and measure means, for readers of the documentation.

Belongs here: Markdown from the contracts. Does not belong here: prose that a person writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from jingcang.contracts.entities import FieldRef, load_entities
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.kpis import load_kpis
from jingcang.contracts.marts import load_marts
from jingcang.contracts.metrics import Metric, MetricVersion, load_metrics
from jingcang.contracts.quality_rules import load_quality_rules
from jingcang.contracts.source_tables import SourceContract

CLASS_ZH = {"public": "公开", "internal": "内部", "personal": "个人信息", "sensitive": "敏感"}
SEVERITY_ZH = {"quarantine": "隔离", "flag": "入库并提示", "warn": "提示", "block": "阻断发布"}


def dictionary_pages(root: Path = CONTRACTS_ROOT) -> dict[str, str]:
    """Return file name → Markdown (Chinese) of every page."""
    pages = {
        "marts.md": _marts(root),
        "entities.md": _entities(root),
        "measures.md": _measures(root),
        "quality-rules.md": _quality_rules(root),
    }
    systems = sorted(path for path in (root / "sources").glob("*") if any(path.glob("*.odcs.yaml")))
    for system in systems:
        pages[f"source-{system.name}.md"] = _source(system)
    return pages


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: str) -> str:
    return value.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _columns(columns: Iterable[FieldRef], key: tuple[str, ...]) -> str:
    header = ("列", "名称", "类型", "单位", "密级", "说明")
    rows = [
        (
            f"`{column.name}`" + ("（键）" if column.name in key else ""),
            column.name_zh,
            column.type,
            column.unit,
            CLASS_ZH[column.class_],
            column.description_zh,
        )
        for column in columns
    ]
    return _table(header, rows)


def _marts(root: Path) -> str:
    parts = ["# 数据字典：对读者承诺的表\n"]
    for mart in load_marts(root).values():
        parts.append(
            f"## {mart.title_zh} `{mart.name}`\n\n{mart.grain}\n\n{_columns(mart.columns, mart.key)}"
        )
    return "\n".join(parts)


def _entities(root: Path) -> str:
    parts = ["# 数据字典：入库的规范实体\n"]
    for entity in load_entities(root).values():
        parts.append(f"## {entity.title_zh} `{entity.name}`\n\n{_columns(entity.columns, entity.key)}")
    return "\n".join(parts)


def _measures(root: Path) -> str:
    kpis = _table(
        ("指标", "编号", "分子", "分母", "不计入", "单位", "说明", "口径", "依据和限度", "证据列"),
        [
            (
                k.name_zh,
                f"`{k.kpi_code}`",
                k.numerator_zh,
                k.denominator_zh,
                k.exclusions_zh,
                k.unit,
                k.note_zh,
                k.standing_zh,
                k.limits_zh,
                "、".join(f"`{name}`" for name in k.evidence),
            )
            for k in load_kpis(root).values()
        ],
    )
    metrics = _table(
        ("度量", "编号", "口径", "版本", "对象", "单位", "表", "未映射限度", "负责人"),
        [_metric(metric, version) for metric in load_metrics(root).values() for version in metric.versions],
    )
    return f"# 数据字典：指标与度量\n\n## 档案指标\n\n{kpis}\n## 度量\n\n{metrics}"


def _metric(metric: Metric, version: MetricVersion) -> tuple[str, ...]:
    limit = f"{metric.unmapped.limit_permille / 10:g}%" if metric.unmapped else "不涉及"
    until = f"，至 {version.valid_to} 前" if version.valid_to else ""
    return (
        metric.title_zh,
        f"`{metric.metric_code}`",
        version.definition_zh,
        f"第 {version.version} 版，自 {version.valid_from}{until}：{version.reason_zh}",
        metric.population_zh,
        metric.unit,
        f"`{metric.mart}`",
        limit,
        metric.owner,
    )


def _quality_rules(root: Path) -> str:
    rows = [
        (
            f"`{rule.check_id}`",
            rule.title_zh,
            f"{rule.threshold_pct}%",
            SEVERITY_ZH[rule.severity],
            rule.note,
            rule.owner,
            rule.decided_on.isoformat(),
        )
        for rule in load_quality_rules(root / "quality_rules.csv")
    ]
    header = ("检查", "要求", "容许违规占比", "不通过时", "理由", "负责人", "定限日期")
    return f"# 数据字典：带容许限度的质量规则\n\n{_table(header, rows)}"


def _source(folder: Path) -> str:
    parts = [f"# 数据字典：来源系统 {folder.name}\n"]
    for path in sorted(folder.glob("*.odcs.yaml")):
        contract = SourceContract(path, "Asia/Shanghai")
        columns = _table(
            ("列", "名称", "类型", "密级"),
            [
                (
                    f"`{column.name}`" + ("（键）" if column.name in contract.key else ""),
                    column.title_zh,
                    column.logical_type,
                    CLASS_ZH[column.classification],
                )
                for column in contract.columns
            ],
        )
        rules = _table(
            ("规则", "要求或提示", "违反时"),
            [(f"`{r.rule_id}`", r.title_zh, SEVERITY_ZH[r.severity]) for r in contract.rules]
            + [
                (f"`{r.rule_id}`", r.title_zh, SEVERITY_ZH[r.severity])
                for r in (*contract.set_rules, *contract.service_levels)
            ],
        )
        parts.append(f"## {contract.title_zh} `{contract.qualified}`\n\n{columns}\n{rules}")
    return "\n".join(parts)
