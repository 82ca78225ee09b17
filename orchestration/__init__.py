"""Dagster orchestration and the ``jingcang`` command; one folder a stage, thin assets.

Belongs here: order, scheduling, publishing, processes. Does not belong here: what data mean, how a
row is judged or transformed (``jingcang``), or how a mart is computed (``dbt_project``).
"""

import os
from pathlib import Path

# Before Polars is imported, which otherwise gives back within half a second what the next step of a run takes again: an
# eighth of an extraction went into that. Ten seconds are the allocator's own default.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000")

PROJECT_ROOT = Path(__file__).resolve().parent.parent
"""Root of the project tree: the folders ``dbt_project``, ``data_contracts`` and ``dashboards`` stand in it."""
