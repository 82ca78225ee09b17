"""Whether a source system answers at all, asked before it is read.

Belongs here: the connection attempt. Does not belong here: reading (the connectors), or what a source that is down
means for a run (``orchestration/ingest``).
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from jingcang.contracts import System
from jingcang.errors import JingcangError

CONNECT_SECONDS = 10.0
DEFAULT_PORTS = {
    "http": 80,
    "https": 443,
    "postgresql": 5432,
    "postgres": 5432,
    "mysql": 3306,
    "mariadb": 3306,
}


def require_listening(system: System) -> None:
    """Refuse a server that does not even listen, before a client spends its patience on it.

    A server that listens and fails, or is merely slow, is left to the client's own repetitions.

    Raises:
        JingcangError: nothing listens at the system's address.
    """
    if system.kind == "files" or not system.url:
        return
    address = urlsplit(system.url)
    if not address.hostname:
        return
    port = address.port or DEFAULT_PORTS.get(address.scheme.split("+")[0])
    if port is None:
        return
    try:
        socket.create_connection((address.hostname, port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise JingcangError(
            f"来源系统 {system.name} 连接不上",
            where=f"{address.hostname}:{port}",
            remedy="请检查该系统和网络；已入库的数据照常使用",
        ) from error
