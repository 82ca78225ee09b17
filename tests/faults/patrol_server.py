"""The patrol interface of a world, well-behaved unless a test tells it otherwise.

``GET <base>/<folder>/api/qw/pbxx?page=&page_size=[&since=]`` answers the rows of ``<root>/<folder>/patrol.json``,
read anew at every request, so one server serves any number of worlds and sees every change at once.
Runs in a thread of a test, or alone (``python -m tests.faults.patrol_server ROOT``) for processes that fork.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], bytes]
#: (number of the request, query) → an answer instead of the right one; None for the right one.
Fault = Callable[[int, dict[str, str]], Answer | None]


class PatrolServer(ThreadingHTTPServer):
    """The interface on a free port of loopback.

    Args:
        root: folder that holds the worlds' data folders.
    """

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root, self.requests = root, 0
        self.fault: Fault = lambda number, query: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, folder: str, query: dict[str, str]) -> bytes:
        """Return the right answer to a request."""
        rows: list[dict[str, Any]] = json.loads(
            (self.root / folder / "patrol.json").read_text(encoding="utf-8")
        )
        chosen = [row for row in rows if row["GXSJ"] >= query.get("since", "")]
        chosen.sort(key=lambda row: (row["GXSJ"], row["PBID"]))
        page, size = int(query["page"]), int(query["page_size"])
        data = {"total": len(chosen), "records": chosen[(page - 1) * size : page * size]}
        return json.dumps({"code": 0, "message": "成功", "data": data}, ensure_ascii=False).encode()


class _Handler(BaseHTTPRequestHandler):
    server: PatrolServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.requests += 1
        answer = self.server.fault(self.server.requests, query)
        if answer is None:
            folder = parts.path.removesuffix("/api/qw/pbxx").strip("/")
            answer = 200, {}, self.server.page(folder, query)
        status, headers, body = answer
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


if __name__ == "__main__":
    server = PatrolServer(Path(sys.argv[1]))
    print(server.url, flush=True)
    server.serve_forever()
