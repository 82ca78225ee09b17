"""Servers of the tests' and benchmarks' own, in a folder of the caller, on a free port.

A server that is not installed, or does not start, is a :class:`Missing` or :class:`NotStarted`; what follows from
that is the caller's to decide.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


class Missing(Exception):
    """The server's program is not installed."""


class NotStarted(Exception):
    """The server ended or did not answer in time; the message holds the end of its log."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find(*names: str, folders: str = "") -> str | None:
    """Return the path of the first program found, on the search path or below the root by a glob; None without."""
    for name in names:
        if path := shutil.which(name):
            return path
    return (
        next((str(path) for path in sorted(Path("/").glob(folders), reverse=True)), None) if folders else None
    )


def _given_to(name: str, folder: Path) -> list[str]:
    """Give a folder to an account and return what commands of that account start with; nothing unless root asks.

    Servers refuse to run as root. The change of account is left to setpriv: Popen(user=…) copies the process, which a
    process of tests may be too large for.
    """
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, name, name)
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--clear-groups"]


def _wait(check: Callable[[], bool], process: subprocess.Popen, title: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while not check():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"{title} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


def _quiet(command: list[str], **options: object) -> bool:
    return (
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options).returncode
        == 0
    )


def let_in(folder: Path) -> None:
    """Open a temporary folder of tests, and those it lies in, to the account that servers run under."""
    place = Path(tempfile.gettempdir())
    inside = folder.relative_to(place).parts if folder.is_relative_to(place) else folder.parts[-3:]
    for parent in (folder, *folder.parents)[: len(inside)]:
        parent.chmod(0o755)


def start_postgres(folder: Path) -> tuple[subprocess.Popen, str]:
    """Start PostgreSQL with an empty database.

    Args:
        folder: of its data; must be open to the account that servers run under.

    Returns:
        The server's process, to be ended by the caller, and the URL of its database.

    Raises:
        Missing, NotStarted: see the module.
    """
    postgres = find("postgres", folders="usr/lib/postgresql/*/bin/postgres")
    if postgres is None:
        raise Missing("PostgreSQL is not installed (make ci-packages)")
    binaries = Path(os.path.realpath(postgres)).parent
    account = _given_to("postgres", folder)
    data, port, log = folder / "data", _free_port(), folder / "postgres.log"
    log.touch()
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    subprocess.run(
        [*account, binaries / "initdb", "-D", data, "-U", "jingcang", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, capture_output=True, env=environment, cwd=folder,
    )  # fmt: skip
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [*account, binaries / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"],
            stdout=output, stderr=output, env=environment, cwd=folder,
        )  # fmt: skip
    ready = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
    _wait(lambda: _quiet(ready), process, "PostgreSQL", log)
    return process, f"postgresql://jingcang@127.0.0.1:{port}/postgres"


def start_mariadb(folder: Path) -> tuple[subprocess.Popen, str]:
    """Start MariaDB with an empty database; see :func:`start_postgres`."""
    server = find("mariadbd", "mysqld", folders="usr/sbin/mariadbd")
    if server is None:
        raise Missing("MariaDB is not installed (make ci-packages)")
    account = _given_to("mysql", folder)
    data, port, log = folder / "data", _free_port(), folder / "mariadb.log"
    log.touch()
    install = find("mariadb-install-db", "mysql_install_db")
    subprocess.run(
        [
            *account, install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [
                *account, server, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
                f"--socket={folder / 'mariadb.sock'}", f"--pid-file={folder / 'mariadb.pid'}",
                "--character-set-server=utf8mb4", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0",
                "--default-time-zone=+08:00",
            ],
            stdout=output, stderr=output, cwd=folder,
        )  # fmt: skip
    client = find("mariadb", "mysql") or "mariadb"
    statement = (
        "create database if not exists jingcang character set utf8mb4;"
        "create or replace user jingcang@'127.0.0.1' identified by 'jingcang';"
        "grant all on *.* to jingcang@'127.0.0.1';"
        "create or replace user jingcang@localhost identified by 'jingcang';"
        "grant all on *.* to jingcang@localhost;"
    )
    command = [client, "--no-defaults", "-h", "127.0.0.1", "-P", str(port), "-u", "root", "-e", statement]
    _wait(lambda: _quiet(command), process, "MariaDB", log)
    return process, f"mysql://jingcang:jingcang@127.0.0.1:{port}/jingcang"
