"""The services of one home: pages on 8501, scheduling pages on 3000, the daemon behind them.

Does not belong here: simulated source systems (``demo``).
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from jingcang.config import Settings, load_settings
from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration import PROJECT_ROOT
from orchestration.instance import open_instance
from orchestration.publish.generations import current_generation
from orchestration.serve.processes import Services, free_port, require_free

DASHBOARDS = PROJECT_ROOT / "dashboards" / "streamlit_app.py"
DEFINITIONS = "orchestration.dagster_entry"


class Stopped(Exception):
    """Ctrl-C or a polite kill: end quietly."""


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into :class:`Stopped` for the length of the block."""

    def stop(number: int, frame: object) -> None:
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def start_dashboards(services: Services, home: Home, settings: Settings) -> str:
    """Start the pages; returns their address."""
    listen = settings.dashboards
    require_free(listen.address, listen.port, "业务页面")
    base = f"http://{listen.address}:{listen.port}"
    services.start(
        "dashboards",
        "业务页面",
        [
            sys.executable, "-m", "streamlit", "run", str(DASHBOARDS),
            f"--server.address={listen.address}", f"--server.port={listen.port}",
            "--server.headless=true", "--browser.gatherUsageStats=false",
            "--server.fileWatcherType=none", "--global.developmentMode=false",
        ],
        {"JINGCANG_HOME": str(home.root), "PYTHONPATH": str(PROJECT_ROOT)},
        f"{base}/_stcore/health",
    )  # fmt: skip
    return base


def start_dagster(services: Services, home: Home, settings: Settings) -> str:
    """Start one code server, the scheduling pages and the daemon; returns the pages' address.

    The pages and the daemon find the code server by themselves once it has loaded the definitions.
    """
    listen = settings.dagster
    require_free(listen.address, listen.port, "调度页面")
    open_instance(home).dispose()
    environment = {
        "JINGCANG_HOME": str(home.root),
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": str(PROJECT_ROOT),
    }
    port = str(free_port())
    code_server = ["--grpc-host", "127.0.0.1", "--grpc-port", port]
    services.start(
        "dagster-code",
        "调度程序",
        [
            sys.executable, "-m", "orchestration.serve.code_server", "api", "grpc", "-m", DEFINITIONS,
            "-h", "127.0.0.1", "-p", port,
        ],
        environment,
        f"tcp://127.0.0.1:{port}",
    )  # fmt: skip
    base = f"http://{listen.address}:{listen.port}"
    address = ["-h", listen.address, "-p", str(listen.port)]
    services.start(
        "dagster-webserver",
        "调度页面",
        [sys.executable, "-m", "dagster_webserver", *address, *code_server],
        environment,
        f"{base}/server_info",
    )
    services.start(
        "dagster-daemon",
        "调度后台",
        [sys.executable, "-m", "orchestration.serve.daemon", "run", *code_server],
        environment,
        None,
    )
    return base


def serve_home(home: Home) -> None:
    """Run the services of a home until Ctrl-C.

    Raises:
        JingcangError: nothing was ever published here, a port is taken, or a service failed.
    """
    if current_generation(home) is None:
        raise JingcangError(
            "还没有发布过版本", where=str(home.root), remedy="请先运行 jingcang demo 或 jingcang run"
        )
    settings = load_settings(home)
    with Services(home.logs) as services:
        try:
            with stop_on_signals():
                pages = start_dashboards(services, home, settings)
                dagster = start_dagster(services, home, settings)
                services.wait_until_healthy()
                print(f"业务页面 {pages}\n调度页面 {dagster}\n按 Ctrl-C 停止", flush=True)
                services.wait()
        except Stopped:
            print("正在停止", flush=True)
