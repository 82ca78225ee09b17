"""Child processes that end with their parent: start, wait for health, stop all.

Does not belong here: which services exist.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx

from jingcang.errors import JingcangError

_PR_SET_PDEATHSIG = 1
STOP_SECONDS = 8.0


_DIE_WITH_PARENT = (
    "import ctypes, os, signal, sys; "
    f"ctypes.CDLL(None, use_errno=True).prctl({_PR_SET_PDEATHSIG}, signal.SIGTERM); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Asks the kernel to end this child when its parent is gone, however the parent went, and becomes the service.

In a program of its own and not between fork and exec: a parent that holds much memory may not be forked.
"""


def free_port() -> int:
    """Return a port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(address: str, port: int, title: str) -> None:
    """Refuse to start when something else listens on the port.

    Raises:
        JingcangError: names the port and what wanted it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise JingcangError(
                f"{title}要用的端口 {port} 已被占用",
                where=f"{address}:{port}",
                remedy="请结束占用该端口的程序，或在 jingcang.toml 中改用其他端口",
            ) from error


@dataclass
class Service:
    """One running service.

    Args:
        title: Chinese name for messages.
        process: the child.
        health: URL that answers 200, or ``tcp://host:port`` that accepts, when the service is ready; None when
            there is nothing to ask.
        log: where its output goes.
    """

    title: str
    process: subprocess.Popen[bytes]
    health: str | None
    log: Path


@dataclass
class Services:
    """The services one command started; leaving the ``with`` block stops them all.

    Args:
        logs: folder for their output.
    """

    logs: Path
    running: list[Service] = field(default_factory=list)

    def __enter__(self) -> Services:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(
        self,
        name: str,
        title: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        health: str | None,
    ) -> Service:
        """Start one service in its own process group."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with open(log, "ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", _DIE_WITH_PARENT, *command],
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        service = Service(title, process, health, log)
        self.running.append(service)
        return service

    def wait_until_healthy(self, seconds: float = 90.0) -> None:
        """Wait until every service answers.

        Raises:
            JingcangError: a service ended or did not answer in time; names its log.
        """
        deadline = time.monotonic() + seconds
        for service in self.running:
            while not self._is_healthy(service):
                if service.process.poll() is not None:
                    raise JingcangError(
                        f"{service.title}启动失败", where=str(service.log), remedy="请查看该日志"
                    )
                if time.monotonic() > deadline:
                    raise JingcangError(
                        f"{service.title}迟迟没有就绪", where=str(service.log), remedy="请查看该日志"
                    )
                time.sleep(0.2)

    @staticmethod
    def _is_healthy(service: Service) -> bool:
        if service.health is None:
            return service.process.poll() is None
        if service.health.startswith("tcp://"):
            host, _, port = service.health.removeprefix("tcp://").partition(":")
            with socket.socket() as probe:
                probe.settimeout(2.0)
                return probe.connect_ex((host, int(port))) == 0
        try:
            return httpx.get(service.health, timeout=2.0, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def wait(self) -> None:
        """Block until one of the services ends by itself.

        Raises:
            JingcangError: names the service that ended.
        """
        while True:
            for service in self.running:
                if service.process.poll() is not None:
                    raise JingcangError(
                        f"{service.title}意外结束", where=str(service.log), remedy="请查看该日志"
                    )
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop everything this command started, children of children included."""
        for service in self.running:
            _signal_group(service, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for service in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                service.process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(service, signal.SIGKILL)
            service.process.wait()
        self.running.clear()


def _signal_group(service: Service, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(service.process.pid, number)
