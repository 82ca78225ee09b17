"""``jingcang serve``: services answer, and nothing stays behind after Ctrl-C or a kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from jingcang.errors import JingcangError
from orchestration.serve.processes import Services, free_port, require_free

ROOT = Path(__file__).resolve().parents[2]


def test_a_taken_port_is_named() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(JingcangError, match=f"业务页面要用的端口 {port} 已被占用"):
            require_free("127.0.0.1", port, "业务页面")


def test_a_service_that_ends_is_reported_with_its_log(tmp_path: Path) -> None:
    with Services(tmp_path) as services:
        services.start(
            "broken", "坏服务", [sys.executable, "-c", "raise SystemExit('no')"], {}, "tcp://127.0.0.1:1"
        )
        with pytest.raises(JingcangError, match="坏服务启动失败"):
            services.wait_until_healthy(20)
    assert "no" in (tmp_path / "broken.log").read_text()


@pytest.fixture
def served(copy_of_demo_home: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    pages, dagster = free_port(), free_port()
    (copy_of_demo_home / "jingcang.toml").write_text(
        f"[dashboards]\nport = {pages}\n[dagster]\nport = {dagster}\n", encoding="utf-8"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "serve", "--home", str(copy_of_demo_home)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    for line in process.stdout:
        if "Ctrl-C" in line:
            break
    else:
        pytest.fail(f"serve ended with {process.wait()}")
    yield process, f"http://127.0.0.1:{pages}", f"http://127.0.0.1:{dagster}"
    if process.poll() is None:
        process.kill()
        process.wait()


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def wait_until_gone(processes: list[psutil.Process]) -> list[int]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        alive = [item for item in processes if item.is_running() and item.status() != psutil.STATUS_ZOMBIE]
        if not alive:
            return []
        time.sleep(0.2)
    return [item.pid for item in alive]


def test_services_answer_and_ctrl_c_stops_them_all(served: tuple[subprocess.Popen[str], str, str]) -> None:
    process, pages, dagster = served
    assert httpx.get(f"{pages}/_stcore/health").status_code == 200
    assert httpx.get(f"{pages}/api/patrol-plans").status_code == 401
    query = "{workspaceOrError{... on Workspace{locationEntries{locationOrLoadError{__typename}}}}}"
    answer = httpx.post(f"{dagster}/graphql", json={"query": query}, timeout=30).json()
    entries = answer["data"]["workspaceOrError"]["locationEntries"]
    assert len(entries) == 1
    started = family(process)
    assert len(started) >= 4
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert wait_until_gone(started) == []


def test_a_killed_serve_leaves_nothing_running(served: tuple[subprocess.Popen[str], str, str]) -> None:
    process, _, _ = served
    started = family(process)
    process.kill()
    process.wait()
    assert wait_until_gone(started) == []
