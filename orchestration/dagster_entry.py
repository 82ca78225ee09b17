"""What ``dagster-webserver`` and the daemon load: the definitions of the home named by ``JINGCANG_HOME``."""

from __future__ import annotations

import dagster as dg

from jingcang.config import load_settings
from jingcang.home import Home
from orchestration.definitions import build_definitions
from orchestration.run import launched_session, open_profile
from orchestration.transform.dbt import prepared_manifest


def _definitions() -> dg.Definitions:
    home = Home.resolve()
    return build_definitions(
        home, open_profile(home), load_settings(home), prepared_manifest(home), launched_session()
    )


defs = _definitions()
