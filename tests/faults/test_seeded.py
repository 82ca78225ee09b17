"""The short form of ``make kills`` and ``make histories`` that every test run does, with a fresh seed.

Kills come in chains, so there may be a few more than asked for.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys

import pytest

from tests.faults.world import ROOT

COUNT = 20


@pytest.mark.timeout(2400)  # how long a run takes is the machine's affair
@pytest.mark.parametrize("harness", ["kills", "histories"])
def test_seeded(harness: str) -> None:
    """A process of its own: what forks must not have the thread pools of a test process."""
    seed = os.environ.get("JINGCANG_TEST_SEED") or str(random.SystemRandom().randrange(10**6))
    command = [sys.executable, "-m", f"tests.faults.{harness}", "--n", str(COUNT), "--seed", seed]
    command += ["--workers", "1"]  # the other core tests something else
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    print(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr[-4000:]
    done = re.search(rf"{harness}: (\d+) clean, 0 failed, seed {seed}", result.stdout)
    assert done is not None
    assert int(done[1]) >= COUNT
