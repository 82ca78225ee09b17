"""The bundle sets up and runs the demo in a network namespace without a route.

Slow (a fresh environment from wheels): run by ``make bundle-test``; elsewhere only its parts are tested.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from orchestration import bundle


def test_the_sources_of_a_bundle_are_the_tracked_files() -> None:
    names = {str(path) for path in bundle.tracked_files()}
    assert {"Makefile", "requirements-dev.txt", "orchestration/cli.py"} <= names
    assert not any(name.startswith((".venv/", "var/", "wheels/")) for name in names)


def in_namespace(command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command with loopback up and nothing else."""
    return subprocess.run(
        ["unshare", "-n", "sh", "-c", f"ip link set lo up; {command}"],
        cwd=cwd, capture_output=True, text=True, timeout=1500,
        env={**{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}, **environment},
    )  # fmt: skip


@pytest.mark.bundle
def test_setup_and_demo_work_without_a_network(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode != 0:
        pytest.skip("no right to make a network namespace")
    archive_path = Path(request.config.getoption("--bundle")).resolve()
    with tarfile.open(archive_path) as archive:
        archive.extractall(tmp_path, filter="data")
    tree = tmp_path / "jingcang"
    route = in_namespace("ip route get 198.51.100.1", tree)
    assert route.returncode != 0, "the namespace has a route; the test would prove nothing"
    # An empty pip configuration: the index of this machine must not help.
    setup = in_namespace("make setup", tree, PIP_CONFIG_FILE=os.devnull)
    assert setup.returncode == 0, setup.stdout + setup.stderr
    demo = in_namespace(".venv/bin/jingcang demo --size small --no-serve --json --home var", tree)
    assert demo.returncode == 0, demo.stderr
    assert json.loads(demo.stdout.splitlines()[-1])["generation"] == "g000001"
