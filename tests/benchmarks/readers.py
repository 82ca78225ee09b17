"""Readers of pages without a browser: they speak Streamlit's own protocol to the real server.

Belongs here: one reader's connection, opening a page and waiting until it stands. Does not belong here: who opens
what and when (``pages``). A browser for each of twenty readers would need more of the machine than what is measured.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from dashboards.session import COOKIE


@dataclass(frozen=True)
class Opened:
    """A page that stands.

    Args:
        seconds: from asking to the last element.
        first_seconds: from asking to the first heading.
        heading: its words.
        faults: words of exception and error boxes.
        received: bytes sent by the server.
    """

    seconds: float
    first_seconds: float
    heading: str
    faults: tuple[str, ...]
    received: int


class Reader:
    """One reader's session with the server.

    Args:
        address: ``127.0.0.1:8501``.
        token: of a login.
    """

    def __init__(self, address: str, token: str) -> None:
        self._address, self._token = address, token
        self._connection: ClientConnection | None = None

    async def __aenter__(self) -> Reader:
        self._connection = await connect(
            f"ws://{self._address}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": f"{COOKIE}={self._token}"},
            max_size=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._connection is not None
        await self._connection.close()

    async def open(self, page: str, choices: Mapping[str, str]) -> Opened:
        """Open a page with choices in its address and wait until the script has ended."""
        assert self._connection is not None
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = urlencode(choices)
        started = time.perf_counter()
        await self._connection.send(asked.SerializeToString())
        first, heading, received = 0.0, "", 0
        faults: list[str] = []
        while True:
            raw = await self._connection.recv()
            received += len(raw)
            message = ForwardMsg()
            message.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                break
            if kind != "delta" or message.delta.WhichOneof("type") != "new_element":
                continue
            element = message.delta.new_element
            what = element.WhichOneof("type")
            if what == "heading" and not heading:
                first, heading = time.perf_counter() - started, element.heading.body
            elif what == "exception":
                faults.append(element.exception.message)
            elif what == "alert" and element.alert.format == element.alert.ERROR:
                faults.append(element.alert.body)
        return Opened(time.perf_counter() - started, first, heading, tuple(faults), received)
