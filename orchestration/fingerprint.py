"""Digests of definitions: what, besides the batches, decides the content of a build.

Belongs here: which files count. Does not belong here: the profile's own digest (``jingcang.contracts``).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from orchestration import PROJECT_ROOT

_DEFINITION_FOLDERS = (
    "data_contracts/entities",
    "data_contracts/marts",
    "data_contracts/metrics",
    "data_contracts/kpis",
    "dbt_project",
    "jingcang/addresses",
    "jingcang/contracts",
    "jingcang/labelling",
    "jingcang/landing",
    "orchestration/check",
    "orchestration/derive",
    "orchestration/transform",
)
_DEFINITION_FILES = ("data_contracts/fields.yaml", "data_contracts/quality_rules.csv")
_SUFFIXES = frozenset({".py", ".sql", ".yml", ".yaml", ".csv", ".json", ".txt", ".gz"})
GENERATED = frozenset({"target", "logs", "dbt_packages", "__pycache__"})
ENGINES = ("duckdb", "polars", "dbt-core", "dbt-duckdb")


def _digest(root: Path, folders: tuple[str, ...], files: tuple[str, ...]) -> str:
    paths = [root / name for name in files]
    for folder in folders:
        for path in (root / folder).rglob("*"):
            inside = path.relative_to(root)
            if path.suffix in _SUFFIXES and not GENERATED.intersection(inside.parts):
                paths.append(path)
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(str(path.relative_to(root)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def code_fingerprint() -> str:
    """Return the digest of models, contracts and code that shape the content, and of the engines' versions."""
    engines = ",".join(f"{name}={version(name)}" for name in ENGINES)
    content = _digest(PROJECT_ROOT, _DEFINITION_FOLDERS, _DEFINITION_FILES)
    return hashlib.sha256(f"{content} {engines}".encode()).hexdigest()


@lru_cache(maxsize=1)
def dbt_fingerprint() -> str:
    """Return the digest of the dbt project, which decides whether its manifest must be made anew."""
    return _digest(PROJECT_ROOT, ("dbt_project",), ())


def inputs_digest(cut_hash: str, profile_fingerprint: str, as_of: str) -> str:
    """Return one digest of everything the published content depends on."""
    text = "\n".join((cut_hash, profile_fingerprint, code_fingerprint(), as_of))
    return hashlib.sha256(text.encode()).hexdigest()
