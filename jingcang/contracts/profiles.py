"""Profiles: one deployment of the warehouse, from a folder of declarations to ``Profile``.

Belongs here: ``profile.yaml`` and finding the contracts and mappings it names.
Does not belong here: contracts (``source_tables``) and mappings (``mappings``) themselves.

A table's contract stands in the profile's own ``contracts/<system>/``, else in
``data_contracts/sources/<system>/``. A contract or mapping file of the profile that no table uses is an
error: it would be a rule that nobody checks.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pydantic

from jingcang.contracts.artefacts import refuse_untested
from jingcang.contracts.entities import load_entities
from jingcang.contracts.evaluations import read_evaluations
from jingcang.contracts.files import CONTRACTS_ROOT, Strict, fingerprint, read_model, wrong
from jingcang.contracts.harm_weights import read_harm_weights
from jingcang.contracts.kpi_scoring import read_scoring_tables
from jingcang.contracts.mappings import read_mappings
from jingcang.contracts.model import Profile, SourceTable, System
from jingcang.contracts.peer_groups import read_peer_groups
from jingcang.contracts.source_tables import SourceContract
from jingcang.contracts.typed_again import refuse_typed_again


class _System(Strict):
    kind: Literal["database", "http", "files"]
    path: str | None = None
    url: str | None = None
    url_env: str | None = None
    token_env: str | None = None


class _Profile(Strict):
    name: str
    title_zh: str
    timezone: str
    as_of: dt.date | None = None
    data: str = "."
    show_in_navigation: bool = True
    week_start: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        "monday"
    )
    assessment_year_start: str = "01-01"
    assessment_period: Literal["year", "quarter", "month"] = "year"
    crs_region: str = "none"
    home_division: str = ""
    villages: str | None = None
    systems: dict[str, _System]
    tables: list[str]
    evaluations: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    harm_weights: dict[str, Any] | None = None
    peer_groups: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    scoring_tables: list[dict[str, Any]] = pydantic.Field(default_factory=list)
    settings: dict[str, Any] = pydantic.Field(default_factory=dict)


def load_profile(
    directory: Path,
    *,
    data: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    root: Path = CONTRACTS_ROOT,
) -> Profile:
    """Return one profile, fully checked.

    Args:
        directory: folder with ``profile.yaml``, ``mappings/`` and, if any, ``contracts/``, ``mapping_seeds/`` and
            ``dictionaries/`` (``dictionary_*.csv``, the bureau's own codes).
        data: overrides the profile's data folder.
        environ: environment for ``${VAR}``, ``url_env`` and ``token_env``.
        root: the ``data_contracts`` folder holding entities, fields and shipped source contracts.

    Raises:
        JingcangError: naming file and key, for anything wrong.
    """
    directory = Path(directory)
    path = directory / "profile.yaml"
    spec = read_model(path, _Profile)
    _check_zone(path, "timezone", spec.timezone)
    if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", spec.assessment_year_start):
        raise wrong(path, "assessment_year_start", "应写成 月-日，如 12-21")
    if (
        spec.assessment_period != "year"
        and spec.assessment_year_start > f"{spec.assessment_year_start[:2]}-28"
    ):
        raise wrong(path, "assessment_year_start", "按季或按月考核时，起始日须每月都有（1 至 28 日）")
    if not re.fullmatch(r"(\d\d|\d{4}|\d{6}|\d{9}|\d{12})?", spec.home_division):
        raise wrong(path, "home_division", "应为 2、4、6、9 或 12 位统计用区划代码，如 330106")
    villages = directory / spec.villages if spec.villages else None
    if villages and not villages.is_file():
        raise wrong(path, "villages", "没有这个文件", "放好村居名录，或去掉该键")
    folder = (Path(data) if data is not None else Path(_expand(path, "data", spec.data, environ))).absolute()
    systems = {name: _system(path, name, item, folder, environ) for name, item in spec.systems.items()}
    tables = _tables(directory, path, spec, systems, root)
    seeds = tuple(sorted((directory / "mapping_seeds").glob("*.csv")))
    dictionaries = tuple(sorted((directory / "dictionaries").glob("dictionary_*.csv")))
    declared = [
        path,
        *seeds,
        *dictionaries,
        *([villages] if villages else []),
        root / "fields.yaml",
        *(root / "entities").glob("*.odcs.yaml"),
    ]
    digest = fingerprint(
        [*declared, *(t.contract_path for t in tables), *(t.mappings[0].path for t in tables)]
    )
    return Profile(
        name=spec.name,
        title_zh=spec.title_zh,
        timezone=spec.timezone,
        as_of=spec.as_of,
        data=folder,
        show_in_navigation=spec.show_in_navigation,
        week_start=spec.week_start,
        assessment_year_start=spec.assessment_year_start,
        assessment_period=spec.assessment_period,
        crs_region=spec.crs_region,
        home_division=spec.home_division,
        villages=villages,
        systems=systems,
        tables=tables,
        mapping_seeds=seeds,
        dictionaries=dictionaries,
        evaluations=read_evaluations(path, spec.evaluations),
        harm_weights=read_harm_weights(path, spec.harm_weights),
        peer_groups=read_peer_groups(path, spec.peer_groups),
        scoring_tables=read_scoring_tables(path, spec.scoring_tables),
        settings=spec.settings,
        directory=directory,
        fingerprint=digest,
    )


def _check_zone(path: Path, key: str, name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise wrong(path, key, f"没有时区 {name}") from error


def _expand(path: Path, key: str, text: str, environ: Mapping[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise wrong(
                path, key, f"环境变量 {match[1]} 没有设置", "设置该环境变量，或用 --data 指定数据文件夹"
            )
        return environ[match[1]]

    return re.sub(r"\$\{(\w+)\}", replace, text)


def _system(path: Path, name: str, spec: _System, data: Path, environ: Mapping[str, str]) -> System:
    key = f"systems.{name}"
    if spec.kind == "files":
        for unwanted in ("url", "url_env", "token_env"):
            if getattr(spec, unwanted) is not None:
                raise wrong(path, f"{key}.{unwanted}", "files 类型的系统不用这个键")
        return System(name, spec.kind, None, None, data / (spec.path or "."))
    if spec.path is not None:
        raise wrong(path, f"{key}.path", f"{spec.kind} 类型的系统不用这个键")
    url = environ.get(spec.url_env or "") or spec.url
    if not url:
        raise wrong(path, f"{key}.url", "没有连接地址", "写上 url，或设置 url_env 所指的环境变量")
    url = _expand(path, f"{key}.url", url.replace("{data}", str(data)), environ)
    token = environ.get(spec.token_env) if spec.token_env else None
    return System(name, spec.kind, url, token, None)


def _tables(
    directory: Path, path: Path, spec: _Profile, systems: Mapping[str, System], root: Path
) -> tuple[SourceTable, ...]:
    entities = load_entities(root)
    tables: list[SourceTable] = []
    for qualified in spec.tables:
        key = f"tables[{qualified}]"
        system, _, table = qualified.partition(".")
        if not table or system not in systems:
            raise wrong(path, key, "应写成 系统.表，且系统须在 systems 中声明")
        if qualified in {item.qualified for item in tables}:
            raise wrong(path, key, "同一张表写了两次")
        contract_path = directory / "contracts" / system / f"{table}.odcs.yaml"
        if not contract_path.is_file():
            contract_path = root / "sources" / system / f"{table}.odcs.yaml"
        contract = SourceContract(contract_path, spec.timezone)
        _check_zone(contract_path, "schema.customProperties[timezone]", contract.timezone)
        _check_kind(contract, systems[system].kind)
        mapping_path = directory / "mappings" / f"{system}__{table}.yaml"
        mappings = read_mappings(
            mapping_path, qualified, {column.name for column in contract.columns}, contract.key, entities
        )
        tables.append(
            SourceTable(
                system=system,
                table=table,
                title_zh=contract.title_zh,
                physical_name=contract.physical_name,
                columns=contract.columns,
                key=contract.key,
                strategy=contract.strategy,
                watermark=contract.watermark,
                timezone=contract.timezone,
                crs=contract.crs,
                file=contract.file,
                http=contract.http,
                rules=contract.rules,
                set_rules=contract.set_rules,
                mappings=mappings,
                contract_path=contract_path,
                fingerprint=fingerprint([contract_path, mapping_path]),
                service_levels=contract.service_levels,
                full_compare_days=contract.full_compare_days,
                overlap_minutes=contract.overlap_minutes,
            )
        )
    for source in tables:
        refuse_untested(source)
    refuse_typed_again(tables, entities, root)
    used = {table.contract_path for table in tables} | {table.mappings[0].path for table in tables}
    for extra in (*directory.glob("contracts/*/*.odcs.yaml"), *directory.glob("mappings/*.yaml")):
        if extra not in used:
            raise wrong(
                extra, "", "没有一张表用到这个文件", "在 profile.yaml 的 tables 中加上该表，或删除文件"
            )
    return tuple(tables)


def _check_kind(contract: SourceContract, kind: str) -> None:
    label = "schema.customProperties"
    if kind == "files" and contract.file is None:
        raise wrong(contract.path, f"{label}[path]", "文件来源的表须声明 path")
    if kind == "http" and contract.http is None:
        raise wrong(contract.path, f"{label}[endpoint]", "接口来源的表须声明 endpoint")
    if kind == "database" and (contract.file or contract.http):
        raise wrong(contract.path, label, "数据库来源的表不用 path 或 endpoint")
    if (kind == "files") != (contract.strategy == "files"):
        raise wrong(contract.path, f"{label}[strategy]", "strategy: files 只用于、也必须用于文件来源")
