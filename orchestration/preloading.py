"""What a process that forks runs has imported and parsed before: a run in a new process pays seconds for both.

Such a process must compute nothing itself: a fork copies the locks of thread pools that nobody will ever release.

Belongs here: what every run needs, whatever it is to do. Does not belong here: forking.
"""

from __future__ import annotations

import gc
import importlib

from jingcang.home import Home

_IMPORTED_LATE = (
    "dagster._core.execution.api",
    "dagster_dbt",
    "dbt.adapters.duckdb.connections",
    "dbt.adapters.duckdb.impl",
    "dbt.cli.main",
    "dbt.task.build",
    "httpx",
    "jingcang.addresses.frames",
    "jingcang.contracts.checks",
    "jingcang.contracts.failing_rows",
    "jingcang.contracts.marts",
    "jingcang.contracts.quality_rules",
    "jingcang.contracts.reconciliation",
    "jingcang.contracts.set_rules",
    "jingcang.contracts.unit_counts",
    "jingcang.labelling.frames",
    "jingcang.landing.http_api",
    "orchestration.check.steps",
    "orchestration.definitions",
    "orchestration.instance",
    "orchestration.publish.assets",
    "orchestration.run",
    "shapely",
)
"""Modules of a run that are imported where they are used."""


def preload() -> None:
    """Import what a run imports; start nothing."""
    for name in _IMPORTED_LATE:
        importlib.import_module(name)
    from jingcang.contracts import load_entities
    from orchestration import fingerprint

    load_entities()
    fingerprint.code_fingerprint()
    fingerprint.dbt_fingerprint()


def parse(home: Home) -> None:
    """Parse the dbt project and compile its macros, for every fork to inherit; then keep the collector off all that.

    A fork lives for seconds: it collects seldom, which saves a run 4% of its processor time.

    Raises:
        JingcangError: the project does not parse.
    """
    from dbt_common.clients.jinja import template_cache

    from orchestration.transform.dbt import parsed_project

    for macro in parsed_project(home).macros.values():
        template_cache.get_node_template(macro)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
