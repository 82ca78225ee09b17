"""Login and logout as plain HTML routes beside the Streamlit app.

A page script cannot set a cookie that scripts cannot read, so the login is an ordinary form: POST /login
checks the password and sets an HttpOnly cookie that holds a session token. It is SameSite=Lax, so that a
shared link opens; no state changes by GET. The form carries a random value that must equal a second
cookie (double submit), so another site cannot log a browser in. Requests for a page without a valid
session are sent to the form; the page scripts check the session again at every run.

Belongs here: these routes and the gate in front of documents. Does not belong here: passwords and
sessions themselves (``jingcang.access``).
"""

from __future__ import annotations

import html
import secrets
from urllib.parse import parse_qs, quote

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.duty_api import PREFIX as INTERFACE
from dashboards.registry import PAGES
from dashboards.session import COOKIE, workbench
from jingcang.access import INTERFACE_LABELS, sessions
from jingcang.access.accounts import Account, authenticate
from jingcang.errors import JingcangError

FORM_COOKIE = "jingcang_form"
OIDC_PATH = "/oidc"
MAXIMUM_FORM_BYTES = 4096
_OPEN_PREFIXES = (
    INTERFACE,
    "/_stcore/",
    "/static/",
    "/login",
    "/logout",
    "/component/",
    "/oauth2callback",
    "/auth/",
)

_KNOWN_PATHS = {"", "start", "signed-out", OIDC_PATH.strip("/"), *(page.path for page in PAGES)}

_STYLE = """
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;background:#eef2f6;
 color:#1b2430;font:15px/1.6 'Noto Sans CJK SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif}
main{width:380px;background:#fff;border:1px solid #d5dbe3;border-top:4px solid #1f5a96;padding:28px 32px 22px}
h1{margin:0;font-size:24px;letter-spacing:.1em}
p{margin:4px 0 18px;color:#4b5968}
label{display:block;margin:12px 0 4px;font-weight:600}
input{width:100%;padding:9px 10px;border:1px solid #98a5b3;font:inherit;border-radius:3px}
input:focus,button:focus,a:focus{outline:3px solid #8db8e3;outline-offset:1px}
button,.button{display:block;width:100%;margin-top:20px;padding:10px;border:0;border-radius:3px;background:#1f5a96;
 color:#fff;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.plain{background:#fff;color:#1f5a96;border:1px solid #1f5a96;margin-top:10px}
.problem{margin:0 0 8px;padding:8px 10px;border-left:4px solid #b3401f;background:#fbefeb;color:#7a2a12}
.small{margin:18px 0 0;font-size:13px;color:#5a6775}
"""


def oidc_is_configured() -> bool:
    """Return whether the deployment's secrets configure ``st.login``."""
    import streamlit as st

    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


async def login(request: Request) -> Response:
    """GET: the form. POST: check the password, set the session cookie, go where the reader wanted."""
    if request.method == "GET":
        ticket = request.query_params.get("ticket")
        if ticket:
            return _redeem(request, ticket)
        return _form(request, next_path=request.query_params.get("next", "/"))
    body = await request.body()
    if len(body) > MAXIMUM_FORM_BYTES:
        return _form(request, problem="提交的内容过长", status=413)
    fields = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    next_path = fields.get("next", "/")
    sent, expected = fields.get("form", ""), request.cookies.get(FORM_COOKIE, "")
    if not expected or not secrets.compare_digest(sent.encode(), expected.encode()):
        return _form(request, next_path=next_path, problem="登录页已过期，请重新填写", status=403)
    client = request.client.host if request.client else ""
    try:
        account = authenticate(
            workbench(), fields.get("user_id", ""), fields.get("password", ""), client=client
        )
    except JingcangError as error:
        status = 429 if error.rule == "login_throttle" else 401
        return _form(request, next_path=next_path, problem=f"{error.what}。{error.remedy}。", status=status)
    return _enter(request, account, next_path)


async def logout(request: Request) -> Response:
    """GET: ask. POST: revoke the session and clear the cookie (SameSite keeps other sites out)."""
    if request.method == "GET":
        return HTMLResponse(
            _page(
                "退出登录",
                '<p>退出后需要重新登录才能查看数据。</p><form method="post" action="/logout">'
                '<button type="submit" autofocus>退出登录</button></form>'
                '<a class="button plain" href="/">返回</a>',
            ),
            headers=_HEADERS,
        )
    sessions.close_session(workbench(), request.cookies.get(COOKIE))
    response = RedirectResponse("/login", status_code=303, headers=_HEADERS)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    response.delete_cookie("_streamlit_user")
    return response


_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def _redeem(request: Request, ticket: str) -> Response:
    account = sessions.redeem_ticket(workbench(), ticket)
    if account is None:
        return _form(request, problem="登录凭据已失效，请重新登录", status=401)
    return _enter(request, account, "/")


def _enter(request: Request, account: Account, next_path: str) -> Response:
    if account.identity.role in INTERFACE_LABELS:
        problem = "这是接口账号，不能登录页面。请使用您本人的账号。"
        return _form(request, next_path=next_path, problem=problem, status=403)
    token = sessions.open_session(workbench(), account)
    response = RedirectResponse(_local(next_path), status_code=303, headers=_HEADERS)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(sessions.LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    response.delete_cookie(FORM_COOKIE, path="/login")
    return response


def _form(request: Request, *, next_path: str = "/", problem: str = "", status: int = 200) -> Response:
    value = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    note = f'<div class="problem" role="alert">{html.escape(problem)}</div>' if problem else ""
    oidc = (
        f'<a class="button plain" href="{OIDC_PATH}">用统一身份认证登录</a>' if oidc_is_configured() else ""
    )
    body = (
        f'{note}<form method="post" action="/login">'
        f'<input type="hidden" name="form" value="{html.escape(value)}">'
        f'<input type="hidden" name="next" value="{html.escape(_local(next_path))}">'
        '<label for="user_id">账号</label>'
        '<input id="user_id" name="user_id" autocomplete="username" maxlength="64" required autofocus>'
        '<label for="password">口令</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" '
        'maxlength="256" required><button type="submit">登录</button></form>'
        f'{oidc}<p class="small">登录、被拒绝的访问和导出都会记入审计日志。</p>'
    )
    response = HTMLResponse(_page("登录", body), status_code=status, headers=_HEADERS)
    response.set_cookie(
        FORM_COOKIE,
        value,
        max_age=3600,
        path="/login",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} · 警仓</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>警仓</h1><p>派出所数据仓库与分析平台</p>{body}</main></body></html>"
    )


def _local(path: str) -> str:
    """Return ``path`` if it stays on this server, else ``/``."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_local else "/"


class DocumentGate:
    """Sends page and download requests without a valid session to the login form.

    Static files, the login itself and Streamlit's own endpoints pass: they hold no data, and every page
    script checks the session again before it asks for any.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and self._is_document(scope["path"]):
            request = Request(scope)
            if scope["path"].strip("/") not in _KNOWN_PATHS and not scope["path"].startswith("/media/"):
                body = '<p>没有这个页面，地址可能写错了。</p><a class="button plain" href="/">返回首页</a>'
                missing = HTMLResponse(_page("没有这个页面", body), status_code=404, headers=_HEADERS)
                await missing(scope, receive, send)
                return
            if sessions.resolve(workbench(), request.cookies.get(COOKIE)) is None:
                query = f"?{request.url.query}" if request.url.query else ""
                target = quote(f"{scope['path']}{query}", safe="/")
                await RedirectResponse(f"/login?next={target}", status_code=303)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    @staticmethod
    def _is_document(path: str) -> bool:
        if path.startswith(_OPEN_PREFIXES) or (path == OIDC_PATH and oidc_is_configured()):
            return False
        return path.startswith("/media/") or "." not in path.rsplit("/", 1)[-1]


ROUTES = [
    Route("/login", login, methods=["GET", "POST"]),
    Route("/logout", logout, methods=["GET", "POST"]),
]
MIDDLEWARE = [Middleware(DocumentGate)]
