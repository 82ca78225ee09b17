"""Dagster orchestration and the ``jingcang`` command; one folder a stage, thin assets.

Belongs here: order, scheduling, publishing, processes. Does not belong here: what data mean, how a
row is judged or transformed (``jingcang``), or how a mart is computed (``dbt_project``).
"""

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
"""Root of the project tree: the folders ``dbt_project``, ``data_contracts`` and ``dashboards`` stand in it."""
