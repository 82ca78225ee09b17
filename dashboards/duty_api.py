"""The interface of the duty system (勤务系统): saved plans of patrols out, what became of them in. JSON over HTTP.

``GET /api/patrol-plans`` lists what may be fetched, ``GET /api/patrol-plans/{plan_no}`` is a task file,
``POST /api/patrol-plan-returns`` takes a return; docs/patrol-task-file.md describes all three. Every request proves who
asks by the password of an account (HTTP Basic, RFC 7617), with the throttling and the audit of the login.

Belongs here: these routes, statuses, errors as JSON. Does not belong here: both formats
(``jingcang.planning.task_file``) and who may (``jingcang.access.patrol_plans``).
"""

from __future__ import annotations

import base64
import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboards.session import door, workbench
from jingcang.access import Identity, patrol_plans
from jingcang.access.accounts import authenticate
from jingcang.access.door import Forbidden
from jingcang.access.published import NoGeneration
from jingcang.errors import JingcangError
from jingcang.planning.task_file import MOST_BYTES, RULE
from jingcang.workbench.patrol_plans import AlreadyTaken, SavedPlan

PREFIX = "/api/"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_STATUSES: tuple[tuple[type[JingcangError], int], ...] = (
    (Forbidden, 404),
    (AlreadyTaken, 409),
    (NoGeneration, 503),
)


class _Refused(JingcangError):
    """A request that is answered before anything is looked at."""

    def __init__(self, status: int, what: str, *, remedy: str, rule: str = "") -> None:
        super().__init__(what, rule=rule, remedy=remedy)
        self.status = status


async def list_plans(request: Request) -> Response:
    """Answer with the latest version of every plan in the account's scope."""
    identity = await run_in_threadpool(_identity, request)
    plans = await run_in_threadpool(patrol_plans.plans_in_scope, door(), identity, workbench())
    return JSONResponse({"plans": [_told(plan) for plan in plans]}, headers=_HEADERS)


async def task_file(request: Request) -> Response:
    """Answer with the task file of a plan: of the version asked for, else of the latest."""
    identity = await run_in_threadpool(_identity, request)
    plan_no, version = request.path_params["plan_no"], request.query_params.get("version")
    if version is not None and not (version.isascii() and version.isdigit()):
        raise _Refused(400, "版本号要写成数字", remedy="例如 ?version=2；不写就是最新一版")

    def made() -> bytes:
        plan = patrol_plans.plan_of_number(
            door(), identity, workbench(), plan_no, None if version is None else int(version)
        )
        return patrol_plans.export_task(door(), identity, plan)

    return Response(await run_in_threadpool(made), media_type="application/json", headers=_HEADERS)


async def take_return(request: Request) -> Response:
    """Keep a return and answer with what was understood."""
    identity = await run_in_threadpool(_identity, request)
    # A form of another site cannot send this type without asking first.
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise _Refused(415, "回执要以 application/json 提交", remedy="请设置请求头 Content-Type")
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > MOST_BYTES:
            raise _Refused(413, "回执太大", remedy=f"一份回执不超过 {MOST_BYTES:,} 字节", rule=RULE)
    kept = await run_in_threadpool(patrol_plans.take_return, door(), identity, workbench(), bytes(raw))
    told = {"plan_no": kept.plan_no, "version": kept.version, "blocks": Counter(kept.states.values())}
    return JSONResponse(told, status_code=201, headers=_HEADERS)


def _identity(request: Request) -> Identity:
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    try:
        name, colon, password = base64.b64decode(sent, validate=True).decode().partition(":")
    except ValueError:
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise _Refused(401, "没有写明账号和口令", remedy="请用 HTTP Basic 方式写明接口账号和口令")
    client = request.client.host if request.client else ""
    try:
        return authenticate(workbench(), name, password, client=client).identity
    except JingcangError as error:
        status = 429 if error.rule == "login_throttle" else 401
        raise _Refused(status, error.what, remedy=error.remedy, rule=error.rule) from error


def _told(plan: SavedPlan) -> dict[str, Any]:
    return {
        "plan_no": plan.plan_no, "version": plan.version, "unit_no": plan.planned_unit_no,
        "week_start": plan.week_start.isoformat(), "content_hash": plan.content_hash, "blocks": len(plan.blocks()),
        "saved_at": plan.acted_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def _status(error: JingcangError) -> int:
    """Return the HTTP status: what the file says wrong is the sender's, what the warehouse cannot do is ours."""
    if isinstance(error, _Refused):
        return error.status
    known = next((number for kind, number in _STATUSES if isinstance(error, kind)), None)
    return known or (400 if error.rule == RULE else 500)


def _answered(
    work: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Return a route whose errors are JSON: what, where, which rule, what to do next."""

    async def answer(request: Request) -> Response:
        try:
            return await work(request)
        except JingcangError as error:
            status = _status(error)
            told = {"what": error.what, "where": error.where, "rule": error.rule, "remedy": error.remedy}
            asked = {"WWW-Authenticate": 'Basic realm="jingcang", charset="UTF-8"'} if status == 401 else {}
            return JSONResponse(told, status_code=status, headers=_HEADERS | asked)

    return answer


ROUTES = [
    Route(f"{PREFIX}patrol-plans", _answered(list_plans)),
    Route(f"{PREFIX}patrol-plans/{{plan_no:int}}", _answered(task_file)),
    Route(f"{PREFIX}patrol-plan-returns", _answered(take_return), methods=["POST"]),
]
