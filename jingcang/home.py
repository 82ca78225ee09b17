"""Where run-time files live: one home folder, one profile a home.

Belongs here: paths below ``JINGCANG_HOME`` and nothing else. No other module spells such a path.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Paths of one home folder.

    Args:
        root: the home folder; created on first use by :meth:`prepare`.
    """

    root: Path

    @classmethod
    def resolve(cls, path: str | os.PathLike[str] | None = None) -> Home:
        """Return the home named by ``path``, else by ``JINGCANG_HOME``, else ``./var``."""
        return cls(Path(path or os.environ.get("JINGCANG_HOME") or "var").resolve())

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def derived(self) -> Path:
        return self.root / "derived"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def build_database(self) -> Path:
        return self.build / "build.duckdb"

    @property
    def serving(self) -> Path:
        return self.root / "serving"

    @property
    def current_link(self) -> Path:
        return self.serving / "current"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    @property
    def workbench_database(self) -> Path:
        return self.root / "workbench" / "workbench.sqlite"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def sources(self) -> Path:
        """Simulated source systems of the demo (databases, drop folders, truth file)."""
        return self.root / "sources"

    @property
    def extensions(self) -> Path:
        """DuckDB's extension_directory, filled by set-up from the extension wheels."""
        return self.root / "duckdb_extensions"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        return self.root / "run.lock"

    def prepare(self) -> Home:
        """Create the folders and return self."""
        for folder in (
            self.landing, self.derived, self.build, self.serving, self.ledger,
            self.workbench_database.parent, self.dagster, self.logs,
        ):  # fmt: skip
            folder.mkdir(parents=True, exist_ok=True)
        return self
