"""The page script: identity → right → frame → page, at every run.

Belongs here: the order of these steps. Every run resolves the session anew, so a revoked session or a
changed role takes effect at the reader's next click. The page check here spares the reader a broken
page; the data itself is refused by the door.
"""

from __future__ import annotations

import sys
from pathlib import Path

if str(Path(__file__).resolve().parents[1]) not in sys.path:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import streamlit as st

from dashboards import session
from dashboards.components import frame, states
from dashboards.context import Context, hand_over
from dashboards.login import OIDC_PATH, oidc_is_configured
from dashboards.registry import FOLDER, PAGES, PageSpec, pages_of
from jingcang.access import Generation, Identity
from jingcang.access.accounts import find_external
from jingcang.access.published import NoGeneration
from jingcang.access.sessions import issue_ticket


def main() -> None:
    st.set_page_config(page_title="警仓", layout="wide", initial_sidebar_state="expanded")
    frame.style()
    identity = session.current_identity()
    if identity is None:
        _anonymous()
        return
    pages = {spec.path: st.Page(FOLDER / spec.file, title=spec.title, url_path=spec.path) for spec in PAGES}
    landing = pages[pages_of(identity.role)[0].path]

    def start() -> None:
        st.switch_page(landing, query_params=st.query_params.to_dict())

    home = st.Page(start, title="警仓", url_path="start", default=True)
    chosen = st.navigation([home, *pages.values()], position="hidden")
    if chosen is home:
        chosen.run()
        return
    spec = next(spec for spec in PAGES if pages[spec.path] is chosen)
    door = session.door()
    try:
        generation: Generation | None = door.generation()
    except NoGeneration:
        generation = None
    units: dict[str, str] = {}
    names: dict[str, str] = {}
    try:
        units = frame.units_in_scope(door, identity) if generation else {}
        names = frame.unit_names(door, identity) if generation else {}
    except Exception as error:  # without units the page still stands, with the account's own numbers
        states.failed(error, spec.path, identity)
    frame.sidebar(identity, pages, frame.scope_words(identity, names))
    if identity.role not in spec.roles:
        door.record(identity, "page_denied", spec.path)
        states.forbidden(spec, identity)
        return
    if generation is None and spec.needs_data:
        states.no_generation()
        return
    _run(chosen, spec, Context(identity, door, generation or Generation("—", Path()), units), identity)


def _run(chosen: st.Page, spec: PageSpec, context: Context, identity: Identity) -> None:
    try:
        if context.has_data and spec.needs_data:
            frame.top_bar(context, spec)
            frame.freshness_banner(context, spec)
        hand_over(context)
        with st.spinner(f"正在统计“{spec.title}”，数据较多时要几秒"):
            chosen.run()
    except Exception as error:  # the last guard: a broken page says so, the others go on
        states.failed(error, spec.path, identity)
    if context.has_data and spec.needs_data:
        frame.small_print(context)


def _anonymous() -> None:
    """Offer the login; with OIDC configured, exchange the provider's login for a session."""
    oidc = st.navigation(
        [
            st.Page(states.logged_out, title="登录", url_path="signed-out", default=True),
            st.Page(_oidc, title="统一身份认证", url_path=OIDC_PATH.strip("/")),
        ],
        position="hidden",
    )
    oidc.run()


def _oidc() -> None:
    if not oidc_is_configured():
        states.logged_out()
        return
    if not st.user.is_logged_in:
        st.login()
        return
    account = find_external(session.workbench(), str(st.user.get("sub", "")))
    if account is None:
        st.header("没有对应的账号")
        st.info("统一身份认证已通过，但本系统没有与之对应的账号。请联系系统管理员。")
        return
    ticket = issue_ticket(session.workbench(), account)
    st.header("统一身份认证已通过")
    st.html(f'<a href="/login?ticket={ticket}" target="_self">以 {account.identity.role_label} 身份进入</a>')


main()
