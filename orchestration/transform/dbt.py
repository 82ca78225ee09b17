"""dbt inside this process: the prepared manifest, one invocation, its results, its connections closed.

Does not belong here: which models exist, and what a test result means for publishing
(``orchestration/check``).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration import PROJECT_ROOT
from orchestration.fingerprint import dbt_fingerprint
from orchestration.publish.files import write_durably

PROJECT = PROJECT_ROOT / "dbt_project"
HISTORY = "tag:history"
"""Models that show run history; they are built after the checks of the run have landed."""

CHOSEN = "tag:chosen"
"""Nodes of one incremental build, marked in the parsed project (:func:`choose`)."""

_LOGGED = {"info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}


@dataclass(frozen=True)
class NodeResult:
    """Outcome of one dbt node.

    Args:
        unique_id: dbt's id.
        resource_type: model, seed or test.
        status: success, error, skipped, pass, fail or warn.
        failures: failing rows of a test; None elsewhere.
        message: dbt's message, if any.
        severity: ``error`` or ``warn`` for a test; empty elsewhere.
        name: node name.
        seconds: execution time.
    """

    unique_id: str
    resource_type: str
    status: str
    failures: int | None
    message: str | None
    severity: str
    name: str
    seconds: float


def target_folder(home: Home) -> Path:
    """Return dbt's target folder of a home."""
    return home.build / "dbt_target"


@contextmanager
def _environment(home: Home) -> Iterator[None]:
    """Set what dbt reads from the environment for the length of one invocation."""
    wanted = {
        "JINGCANG_BUILD_DB": str(home.build_database),
        "DBT_TARGET_PATH": str(target_folder(home)),
        "DBT_LOG_PATH": str(home.logs),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def prepared_manifest(home: Home) -> dict[str, Any]:
    """Return dbt's manifest, parsing the project only when it changed since the last time.

    Raises:
        JingcangError: the project does not parse.
    """
    path, stamp = target_folder(home) / "manifest.json", target_folder(home) / "project.sha256"
    current = stamp.exists() and stamp.read_text(encoding="utf-8") == dbt_fingerprint()
    content = _read(path) if current else None
    if content is None:
        # What an earlier version of the project left would be parsed on from: of a model that became incremental, dbt
        # then misses the overrides in its unit tests.
        (target_folder(home) / "partial_parse.msgpack").unlink(missing_ok=True)
        _invoke(home, ["parse"])
        write_durably(stamp, dbt_fingerprint().encode())
        content = json.loads(path.read_text(encoding="utf-8"))
    return content


def parsed_project(home: Home) -> Any:
    """Return the project as dbt itself holds it, parsed once a process: a run invokes dbt twice."""
    return _parsed(home, dbt_fingerprint())


@lru_cache(maxsize=1)
def _parsed(home: Home, fingerprint: str) -> Any:
    del fingerprint  # the key under which the parsed project is kept
    return _invoke(home, ["parse", "--no-write-json"]).result


def choose(home: Home, names: Collection[str]) -> list[str]:
    """Mark nodes in the parsed project and return the arguments that select them and nothing else.

    dbt holds every name it is given against every node of the project: to select half of it by names costs more than
    to build a small day.
    """
    tag = CHOSEN.removeprefix("tag:")
    for node in parsed_project(home).nodes.values():
        others = [other for other in node.tags if other != tag]
        node.tags = [*others, tag] if node.name in names else others
    return ["--indirect-selection", "empty", "--select", CHOSEN]


def _read(path: Path) -> dict[str, Any] | None:
    """Return the manifest, or None when it is missing or torn: dbt writes it in place."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content


def compiled_manifest(home: Home) -> dict[str, Any]:
    """Return dbt's manifest with the compiled SQL of every model, against an empty build database.

    Raises:
        JingcangError: the project does not compile.
    """
    _invoke(home, ["compile"])
    content: dict[str, Any] = json.loads((target_folder(home) / "manifest.json").read_text(encoding="utf-8"))
    return content


def history_models(manifest: Mapping[str, Any], *, incremental: bool = False) -> set[str]:
    """Return the names of the models that show run history, or only of those that go on from the last build."""
    tag = HISTORY.removeprefix("tag:")
    return {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and tag in node["tags"]
        and (not incremental or node["config"]["materialized"] == "incremental")
    }  # fmt: skip


def sources_of(manifest: Mapping[str, Any], model: str) -> set[str]:
    """Return the source relations (``landed.cases``) that a model rests on, directly or through other models."""
    waiting = [name for name, node in manifest["nodes"].items() if node["name"] == model]
    seen = set(waiting)
    while waiting:
        for parent in manifest["parent_map"].get(waiting.pop(), ()):
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return {
        f"{source['source_name']}.{source['name']}"
        for name, source in manifest["sources"].items() if name in seen
    }  # fmt: skip


def build(home: Home, arguments: list[str], *, on_node: Callable[[str], None]) -> list[NodeResult]:
    """Run ``dbt build`` in this process; unit tests belong to CI and are left out.

    Args:
        home: gives the build database and the target folder.
        arguments: selection, e.g. ``["--exclude", "tag:history"]``.
        on_node: called with the name of each finished node.

    Returns:
        One result a node.

    Raises:
        JingcangError: dbt could not run at all; single failed nodes are results, not errors.
    """
    # Nothing reads the artefacts of a build, and writing them costs more than building a small day.
    return _node_results(
        _invoke(
            home,
            ["build", "--no-write-json", "--exclude-resource-types", "unit_test", *arguments],
            manifest=parsed_project(home),
            on_node=on_node,
        )
    )


def run_tests(home: Home) -> list[NodeResult]:
    """Run every data test on the build database as it stands, and no model."""
    return _node_results(_invoke(home, ["test", "--exclude-resource-types", "unit_test"]))


def _invoke(
    home: Home,
    arguments: list[str],
    *,
    manifest: Any = None,
    on_node: Callable[[str], None] = lambda name: None,
) -> Any:
    """Run one dbt command.

    Returns:
        dbt's outcome; its ``result`` depends on the command.

    Raises:
        JingcangError: dbt could not run at all.
    """
    # Imported here: a run that changes nothing must not pay for dbt.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from orchestration.transform.dbt_events import pass_over_debug_events

    pass_over_debug_events()
    log = _log(home)

    def on_event(event: Any) -> None:
        if event.info.level in _LOGGED:
            log.log(_LOGGED[event.info.level], event.info.msg)
        if event.info.name == "NodeFinished":
            on_node(event.data.node_info.node_name)

    target_folder(home).mkdir(parents=True, exist_ok=True)
    with _environment(home):
        try:
            outcome = dbtRunner(manifest, callbacks=[on_event]).invoke(
                [
                    "--log-level", "none", "--log-level-file", "none", "--no-use-colors", *arguments,
                    "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
                ]
            )  # fmt: skip
        finally:
            # Otherwise this process holds the build file and nobody can open it (STACK).
            DuckDBConnectionManager.close_all_connections()
    if outcome.exception is not None:
        raise JingcangError(
            "建模程序无法运行",
            where=" ".join(str(outcome.exception).split())[:500],
            remedy="请查看运行目录 logs/dbt.log",
        ) from (outcome.exception if isinstance(outcome.exception, Exception) else None)
    return outcome


def _log(home: Home) -> logging.Logger:
    """Return the logger of ``logs/dbt.log``; dbt's own formats every debug event before it drops it."""
    log = logging.getLogger("jingcang.dbt")
    path = home.logs / "dbt.log"
    if [handler.baseFilename for handler in log.handlers if isinstance(handler, RotatingFileHandler)] != [
        str(path)
    ]:
        for handler in log.handlers[:]:
            log.removeHandler(handler)
            handler.close()
        home.logs.mkdir(parents=True, exist_ok=True)
        made = RotatingFileHandler(path, maxBytes=10_000_000, backupCount=5, encoding="utf-8", delay=True)
        made.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(made)
        log.setLevel(logging.INFO)
        log.propagate = False
    return log


def _node_results(outcome: Any) -> list[NodeResult]:
    return [_node_result(item) for item in getattr(outcome.result, "results", None) or []]


def _node_result(item: Any) -> NodeResult:
    node = item.node
    is_test = str(node.resource_type) in ("test", "NodeType.Test")
    return NodeResult(
        unique_id=node.unique_id,
        resource_type="test" if is_test else str(getattr(node.resource_type, "value", node.resource_type)),
        status=str(getattr(item.status, "value", item.status)),
        failures=item.failures,
        message=item.message,
        severity=str(node.config.severity).lower() if is_test else "",
        name=node.name,
        seconds=float(item.execution_time),
    )
