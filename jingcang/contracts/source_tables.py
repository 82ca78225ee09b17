"""Source contracts: one ODCS file → one table with its columns, clauses and rules.

Belongs here: which ODCS keys and custom properties a source contract may use, and their meaning.
Does not belong here: mappings to entities (``mappings``), profiles (``profiles``).

Decisions where the contract standard is silent:
* A clause the compiler does not know is an error, never ignored.
* ``pattern`` must match the whole value; ``\\d``, ``\\w``, ``\\s`` mean ASCII.
* Key columns are required. ``unique`` is accepted on the sole key column only: use a key instead.
* ``minimum`` and ``maximum`` of a date or timestamp are ISO dates; a date-only bound covers its whole day.
* ``compare``, ``requires``, ``checksum``, ``inside`` state what must hold; ``expression`` states what is
  wrong. A comparison with an absent side holds.
* Order of evaluation: found by the reader, rules that stop, column clauses in column order, key, the rest.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import CustomProperty, DataQuality, SchemaObject, SchemaProperty

from jingcang.contracts import formats
from jingcang.contracts.fields import CLASSES
from jingcang.contracts.files import read_contract, wrong
from jingcang.contracts.model import Column, FileOptions, HttpOptions, RowRule, SetRule
from jingcang.contracts.named_rules import SET_KINDS, RuleError, row_rule_parameters, set_rule_parameters
from jingcang.contracts.service_levels import service_levels

LOGICAL_TYPES = ("string", "integer", "number", "date", "timestamp", "boolean")
STRATEGIES = ("snapshot", "incremental", "files")
CONTAINERS = ("none", "tar.xz", "tar.gz", "zip", "gz")
FILE_FORMATS = ("csv", "tsv", "excel", "jsonl", "parquet", "geojson", "dbf", "shp")
DIMENSIONS = ("completeness", "conformance", "plausibility", "timeliness", "consistency", "uniqueness")
TABLE_KEYS = {
    "strategy": str, "watermark": str, "full_compare_days": int, "overlap_minutes": int,
    "timezone": str, "crs": str, "count_key": str,
    "path": str, "container": str, "member": str, "format": str, "encoding": str, "delimiter": str,
    "header_row": int, "header_rows": int, "sheet": str, "endpoint": str, "records_path": str, "page_size": int,
    "cursor_path": str, "cursor_param": str, "success_path": str, "success_value": str,
}  # fmt: skip
"""Custom properties of a source table, with their types."""

FULL_COMPARE_DAYS = 7
"""Default of ``full_compare_days`` for databases; an interface may serve recent records only: there, never."""

_OPTION_CLAUSES = {
    "pattern": ("pattern", "pattern", "conformance"),
    "minLength": ("min_length", "value", "conformance"),
    "maxLength": ("max_length", "value", "conformance"),
    "minimum": ("minimum", "value", "plausibility"),
    "maximum": ("maximum", "value", "plausibility"),
}
_OPTIONS_BY_TYPE = {
    "string": {"pattern", "minLength", "maxLength"},
    "integer": {"pattern", "minimum", "maximum"},
    "number": {"pattern", "minimum", "maximum"},
    "date": {"pattern", "format", "minimum", "maximum"},
    "timestamp": {"pattern", "format", "minimum", "maximum"},
    "boolean": set(),
}
_PROPERTY_KEYS = {
    "name", "synonyms", "businessName", "description", "logicalType", "physicalType", "required",
    "primaryKey", "primaryKeyPosition", "unique", "enum", "classification", "logicalTypeOptions",
    "customProperties", "quality", "examples",
}  # fmt: skip
_SCHEMA_KEYS = {
    "name", "physicalName", "physicalType", "logicalType", "businessName", "description", "properties",
    "quality", "customProperties", "dataGranularityDescription",
}  # fmt: skip


class SourceContract:
    """One parsed source contract; ``profiles`` joins it with its mapping to a ``SourceTable``.

    Args:
        path: the contract file; its name is ``<table>.odcs.yaml`` in a folder named after the system.
        default_timezone: the zone of the profile.
    """

    def __init__(self, path: Path, default_timezone: str) -> None:
        contract = read_contract(path)
        schema = (contract.schema_ or [])[0]
        self.path = path
        self.system, self.table = path.parent.name, path.name.removesuffix(".odcs.yaml")
        self.qualified = f"{self.system}.{self.table}"
        if contract.id != self.qualified:
            raise wrong(path, "id", f"应为 {self.qualified}（所在文件夹.文件名）")
        if schema.name != self.table:
            raise wrong(path, "schema.name", f"应为 {self.table}（文件名）")
        _only(path, "schema", schema.model_dump(exclude_none=True), _SCHEMA_KEYS)
        self.title_zh = schema.businessName or self.table
        self.physical_name = schema.physicalName or self.table
        self.columns = tuple(self._column(prop) for prop in schema.properties or [])
        if not self.columns:
            raise wrong(path, "schema.properties", "没有声明任何列")
        self._check_names()
        self.key = self._key(schema)
        self._table_properties(schema, default_timezone)
        self.rules, self.set_rules = self._rules(schema)
        self.service_levels = service_levels(path, contract, self.qualified, self.columns)

    def _column(self, prop: SchemaProperty) -> Column:
        label = f"schema.properties[{prop.name}]"
        if not prop.name:
            raise wrong(self.path, "schema.properties", "有一列没有 name")
        _only(self.path, label, prop.model_dump(exclude_none=True), _PROPERTY_KEYS)
        logical = prop.logicalType or "string"
        if logical not in LOGICAL_TYPES:
            raise wrong(self.path, f"{label}.logicalType", f"只能是 {'、'.join(LOGICAL_TYPES)}")
        if prop.classification is not None and prop.classification not in CLASSES:
            raise wrong(self.path, f"{label}.classification", f"只能是 {'、'.join(CLASSES)}")
        custom = _custom(self.path, label, prop.customProperties, {"normalise": str, "held_by": str})
        if custom.get("normalise", "width") != "width":
            raise wrong(self.path, f"{label}.customProperties[normalise]", "只能是 width")
        options = self._options(label, logical, dict(prop.logicalTypeOptions or {}))
        given = options.pop("format", None) or formats.DEFAULT_FORMATS.get(logical, ())
        if prop.enum:
            options["enum"] = tuple(str(item.value) for item in prop.enum)
        return Column(
            name=prop.name,
            synonyms=tuple(item.synonym or "" for item in prop.synonyms or []),
            title_zh=prop.businessName or prop.name,
            logical_type=logical,
            required=bool(prop.required or prop.primaryKey),
            formats=tuple(given),
            classification=prop.classification or "internal",
            normalise_width="normalise" in custom,
            options=options,
            held_by=custom.get("held_by"),
        )

    def _options(self, label: str, logical: str, options: dict[str, Any]) -> dict[str, Any]:
        for key, value in options.items():
            where = f"{label}.logicalTypeOptions.{key}"
            if key not in _OPTIONS_BY_TYPE[logical]:
                raise wrong(self.path, where, f"{logical} 类型的列不支持这个键")
            try:
                options[key] = _option(key, logical, value)
            except ValueError as error:
                raise wrong(self.path, where, f"值不可用（{error}）") from error
        return options

    def _check_names(self) -> None:
        seen: dict[str, str] = {}
        for column in self.columns:
            for spelling in (column.name, *column.synonyms):
                if spelling in seen:
                    raise wrong(self.path, f"schema.properties[{column.name}]", f"列名或别名重复：{spelling}")
                seen[spelling] = column.name

    def _key(self, schema: SchemaObject) -> tuple[str, ...]:
        parts = [prop for prop in schema.properties or [] if prop.primaryKey]
        for prop in schema.properties or []:
            if prop.unique and [prop] != parts:
                label = f"schema.properties[{prop.name}].unique"
                raise wrong(self.path, label, "只有唯一的主键列可以写 unique", "改用 primaryKey 声明主键")
        parts.sort(key=lambda prop: prop.primaryKeyPosition or 0)
        return tuple(str(prop.name) for prop in parts)

    def _table_properties(self, schema: SchemaObject, default_timezone: str) -> None:
        custom = _custom(self.path, "schema", schema.customProperties, TABLE_KEYS)
        self.custom = custom
        names = {column.name for column in self.columns}
        self.strategy = self._choice("strategy", STRATEGIES)
        self.watermark = custom.get("watermark")
        if self.watermark is not None and self.watermark not in names:
            raise self._wrong("watermark", "合同中没有这一列")
        if self.strategy == "incremental" and self.watermark is None:
            raise self._wrong("strategy", "incremental 需要同时声明 watermark")
        self._increments()
        if custom.get("count_key", "file_row") != "file_row" or ("count_key" in custom and self.key):
            raise self._wrong("count_key", "只能是 file_row，且只用于没有主键的表")
        self.timezone = custom.get("timezone", default_timezone)
        self.crs = custom.get("crs")
        file_keys = {
            "container",
            "member",
            "format",
            "encoding",
            "delimiter",
            "header_row",
            "header_rows",
            "sheet",
        }
        http_keys = {
            "records_path", "page_size", "cursor_path", "cursor_param", "success_path", "success_value",
        }  # fmt: skip
        self.file: FileOptions | None = None
        self.http: HttpOptions | None = None
        if "path" in custom:
            self.file = FileOptions(
                path=custom["path"],
                container=self._choice("container", CONTAINERS, "none"),
                member=custom.get("member"),
                format=self._choice("format", FILE_FORMATS, "csv"),
                encoding=custom.get("encoding", "" if custom.get("format") == "shp" else "utf-8"),
                delimiter=custom.get("delimiter", "\t" if custom.get("format") == "tsv" else ","),
                header_row=custom.get("header_row", 0),
                sheet=custom.get("sheet"),
                header_rows=custom.get("header_rows", 1),
            )
            if self.file.header_rows < 1 or (self.file.header_rows > 1 and self.file.format != "excel"):
                raise self._wrong("header_rows", "须不小于 1，且大于 1 只用于 format: excel")
            if self.file.format == "shp" and self.crs is None:
                raise self._wrong("crs", "format: shp 的表须写明坐标系")
            if self.file.format == "shp" and self.file.container == "gz":
                raise self._wrong("container", "gz 只装一个文件，一组 SHP 装不下")
        elif used := sorted(file_keys & set(custom)):
            raise self._wrong(used[0], "需要同时声明 path")
        if "endpoint" in custom:
            self.http = HttpOptions(
                custom["endpoint"], custom.get("records_path", ""), custom.get("page_size", 500),
                custom.get("cursor_path"), custom.get("cursor_param", "cursor"),
                custom.get("success_path"), custom.get("success_value", ""),
            )  # fmt: skip
            if ("success_path" in custom) != ("success_value" in custom):
                raise self._wrong("success_path", "success_path 与 success_value 须同时声明")
            if "cursor_param" in custom and "cursor_path" not in custom:
                raise self._wrong("cursor_param", "需要同时声明 cursor_path")
        elif used := sorted(http_keys & set(custom)):
            raise self._wrong(used[0], "需要同时声明 endpoint")
        if self.file and self.http:
            raise self._wrong("endpoint", "path 与 endpoint 只能声明一个")

    def _increments(self) -> None:
        default = 0 if "endpoint" in self.custom else FULL_COMPARE_DAYS
        self.full_compare_days = self.custom.get("full_compare_days", default)
        self.overlap_minutes = self.custom.get("overlap_minutes", 0)
        for key in ("full_compare_days", "overlap_minutes"):
            if key not in self.custom:
                continue
            if self.strategy != "incremental":
                raise self._wrong(key, "只用于 strategy: incremental 的表")
            if self.custom[key] < 0:
                raise self._wrong(key, "须为非负整数")
        if self.overlap_minutes:
            kind = next(column.logical_type for column in self.columns if column.name == self.watermark)
            if kind not in ("date", "timestamp"):
                raise self._wrong("overlap_minutes", "只用于水位是日期或时间的表")

    def _choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.custom.get(key, default)
        if value not in allowed:
            raise self._wrong(key, f"只能是 {'、'.join(allowed)}")
        return str(value)

    def _wrong(self, key: str, what: str) -> Exception:
        return wrong(self.path, f"schema.customProperties[{key}]", what)

    def _rules(self, schema: SchemaObject) -> tuple[tuple[RowRule, ...], tuple[SetRule, ...]]:
        clauses = [rule for column in self.columns for rule in self._clauses(column)]
        reader, key, named, sets = [], [], [], []
        if self.file is not None and self.file.format in ("csv", "tsv", "jsonl"):
            reader = [
                self._rule("encoding", "encoding", "conformance", "文字能按声明的编码读出", (), {}),
                self._rule("ragged", "ragged", "conformance", "每行的列数与表头一致", (), {}),
            ]
        if self.key:
            title = f"主键（{'、'.join(self.key)}）相同的行内容必须相同"
            key = [self._rule("key", "key", "uniqueness", title, self.key, {})]
        for label, quality, column in self._qualities(schema):
            rule = self._named(label, quality, column)
            if isinstance(rule, SetRule):
                sets.append(rule)
            else:
                named.append(rule)
        stopping = [rule for rule in named if rule.stops]
        rest = [rule for rule in named if not rule.stops]
        rules = (*reader, *stopping, *clauses, *key, *rest)
        seen: set[str] = set()
        for rule_id in [rule.rule_id for rule in rules] + [rule.rule_id for rule in sets]:
            if rule_id in seen:
                raise wrong(self.path, f"schema.quality[{rule_id}]", "规则名重复")
            seen.add(rule_id)
        return rules, tuple(sets)

    def _rule(
        self, rule_id: str, kind: str, dimension: str, title: str, columns: tuple[str, ...],
        parameters: dict[str, Any], severity: str = "quarantine", stops: bool = False,
    ) -> RowRule:  # fmt: skip
        check_id = f"{self.qualified}.{rule_id}"
        return RowRule(rule_id, check_id, severity, dimension, title, stops, columns, kind, parameters)

    def _clauses(self, column: Column) -> list[RowRule]:
        found: list[tuple[str, str, str, dict[str, Any]]] = []
        name = f"{column.title_zh}（{column.name}）"
        if column.required:
            found.append(("required", "completeness", f"{name}不能为空", {}))
        if column.logical_type in ("date", "timestamp"):
            shown = "、".join("民国日期" if fmt == formats.ROC_DATE else fmt for fmt in column.formats)
            found.append(("format", "conformance", f"{name}须为真实存在的日期，格式 {shown}", {}))
        elif column.logical_type != "string":
            kind = {"integer": "整数", "number": "数字", "boolean": "是/否"}[column.logical_type]
            found.append(("type", "conformance", f"{name}须为{kind}", {}))
        for option, (clause, parameter, dimension) in _OPTION_CLAUSES.items():
            if option in column.options:
                value = column.options[option]
                words = {
                    "pattern": f"须符合格式 {value}", "minLength": f"不得短于 {value} 个字",
                    "maxLength": f"不得长于 {value} 个字", "minimum": f"不得小于 {value}",
                    "maximum": f"不得大于 {value}",
                }[option]  # fmt: skip
                found.append((clause, dimension, f"{name}{words}", {parameter: value}))
        if "enum" in column.options:
            values = column.options["enum"]
            found.append(("enum", "conformance", f"{name}只能是 {'、'.join(values)}", {"values": values}))
        return [
            self._rule(f"{column.name}.{clause}", clause, dimension, title, (column.name,), parameters)
            for clause, dimension, title, parameters in found
        ]

    def _qualities(self, schema: SchemaObject) -> list[tuple[str, DataQuality, str | None]]:
        found: list[tuple[str, DataQuality, str | None]] = [
            (f"schema.quality[{quality.name}]", quality, None) for quality in schema.quality or []
        ]
        for prop in schema.properties or []:
            for quality in prop.quality or []:
                found.append((f"schema.properties[{prop.name}].quality[{quality.name}]", quality, prop.name))
        return found

    def _named(self, label: str, quality: DataQuality, column: str | None) -> RowRule | SetRule:
        allowed = {"name", "type", "engine", "severity", "dimension", "description", "implementation"}
        _only(self.path, label, quality.model_dump(exclude_none=True), allowed)
        name, implementation = quality.name, quality.implementation
        if not name or "." in name:
            raise wrong(self.path, f"{label}.name", "规则须有名字，且不含句点")
        if quality.type != "custom" or quality.engine != "jingcang":
            raise wrong(self.path, f"{label}.engine", "须为 type: custom 与 engine: jingcang")
        if not isinstance(implementation, dict) or "kind" not in implementation:
            raise wrong(self.path, f"{label}.implementation", "须为带 kind 的键值表")
        if not quality.description:
            raise wrong(self.path, f"{label}.description", "须用中文说明这条规则")
        dimension = quality.dimension or "conformance"
        if dimension not in DIMENSIONS:
            raise wrong(self.path, f"{label}.dimension", f"只能是 {'、'.join(DIMENSIONS)}")
        parameters = dict(implementation)
        kind = str(parameters.pop("kind"))
        severities = ("warn", "block") if kind in SET_KINDS else ("quarantine", "flag")
        severity = quality.severity or severities[0]
        if severity not in severities:
            raise wrong(self.path, f"{label}.severity", f"只能是 {'、'.join(severities)}")
        names = {item.name: item for item in self.columns}
        try:
            if kind in SET_KINDS:
                parameters = set_rule_parameters(kind, parameters, names)
                check_id = f"{self.qualified}.{name}"
                return SetRule(name, check_id, severity, dimension, quality.description, kind, parameters)
            columns, parameters = row_rule_parameters(kind, parameters, names, column)
        except RuleError as error:
            raise wrong(self.path, f"{label}.implementation.{error.key}", error.what) from error
        return self._rule(
            name, kind, dimension, quality.description, columns, parameters, severity, kind == "all_empty"
        )


def _option(key: str, logical: str, value: Any) -> Any:
    if key == "format":
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list) or not given:
            raise ValueError("须为一个格式或格式列表")
        for item in given:
            formats.format_regex(item)
        return given
    if key == "pattern":
        return formats.portable_pattern(str(value))
    if key in ("minLength", "maxLength"):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError("须为非负整数")
        return value
    if logical in ("date", "timestamp"):
        return as_date(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("须为数字")
    return value


def as_date(value: Any) -> dt.date | dt.datetime:
    """Return an ISO date or datetime given as text or by YAML; raises ValueError."""
    if isinstance(value, dt.date):
        return value
    text = str(value)
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)


def _only(path: Path, label: str, used: dict[str, Any], allowed: set[str]) -> None:
    for key in used:
        if key not in allowed:
            raise wrong(path, f"{label}.{key}", "源合同不支持这个键")


def _custom(
    path: Path, label: str, properties: list[CustomProperty] | None, known: dict[str, type]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in properties or []:
        key = f"{label}.customProperties[{item.property}]"
        if item.property not in known:
            raise wrong(path, key, "不认识的自定义属性")
        if not isinstance(item.value, known[item.property]) or isinstance(item.value, bool):
            raise wrong(path, key, "值的类型不对")
        if item.property in found:
            raise wrong(path, key, "声明了两次")
        found[item.property] = item.value
    return found
