"""The simulated patrol system: an HTTP JSON API with token, pages and a rate limit.

Belongs here: the ASGI application. Does not belong here: running it (the demo command, tests) or its rows.

``GET /api/qw/<table>?page=1&page_size=1000[&since=<更新时间>]`` with ``Authorization: Bearer <token>`` answers
``{"code": 0, "message": "成功", "data": {"total", "page", "page_size", "records"}}``, ordered by update time and
number; ``since`` is inclusive. Without a right token 401; beyond the rate 429 with ``Retry-After``.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LARGEST_PAGE = 1000


class _Bucket:
    """A token bucket: ``rate`` requests a second, bursts up to ``burst``."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, float(burst)
        self._level, self._at = float(burst), time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Return whether one more request is allowed now."""
        with self._lock:
            now = time.monotonic()
            self._level = min(self._burst, self._level + (now - self._at) * self._rate)
            self._at = now
            if self._level < 1:
                return False
            self._level -= 1
            return True


def application(folder: Path, *, token: str, rate: float = 60.0, burst: int = 40) -> Starlette:
    """Return the application.

    Args:
        folder: what :func:`jingcang.sample.generate` wrote.
        token: the bearer token callers must send.
        rate: requests a second; ``burst``: requests at once before 429.
    """
    bucket = _Bucket(rate, burst)
    tables: dict[str, list[dict[str, Any]]] = {}
    lock = threading.Lock()

    def rows(name: str) -> list[dict[str, Any]] | None:
        with lock:
            path = folder / "patrol_api" / f"qw_{name}.json"
            if name not in tables:
                if not name.isalpha() or not path.is_file():
                    return None
                tables[name] = json.loads(path.read_text(encoding="utf-8"))
            return tables[name]

    def answer(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            return _error(401, "令牌无效")
        if not bucket.take():
            return _error(429, "请求过于频繁", {"Retry-After": "1"})
        found = rows(request.path_params["table"])
        if found is None:
            return _error(404, "没有这个接口")
        try:
            page = int(request.query_params.get("page", "1"))
            size = min(int(request.query_params.get("page_size", "100")), LARGEST_PAGE)
        except ValueError:
            return _error(400, "分页参数不是数字")
        if page < 1 or size < 1:
            return _error(400, "分页参数须为正数")
        since = request.query_params.get("since")
        if since:
            found = [row for row in found if row["GXSJ"] is None or row["GXSJ"] >= since]
        part = found[(page - 1) * size : page * size]
        data = {"total": len(found), "page": page, "page_size": size, "records": part}
        return JSONResponse({"code": 0, "message": "成功", "data": data})

    return Starlette(routes=[Route("/api/qw/{table}", answer)])


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(
        {"code": status, "message": message, "data": None}, status_code=status, headers=headers
    )
