"""What a process of the product sets for the libraries it is about to import."""

from __future__ import annotations

import os
import subprocess
import sys

from orchestration import PROJECT_ROOT

ASKED = """
import sys, orchestration
assert "polars" not in sys.modules
import os, orchestration.cli, polars
polars.Series([1])
print(os.environ["_RJEM_MALLOC_CONF"])
"""


def settings(**environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=PROJECT_ROOT, env=clean | environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_memory_is_kept_for_the_next_step_of_a_run() -> None:
    assert settings().endswith("dirty_decay_ms:10000,muzzy_decay_ms:10000")


def test_an_administrator_may_say_otherwise() -> None:
    assert settings(_RJEM_MALLOC_CONF="dirty_decay_ms:0").endswith("dirty_decay_ms:0")
