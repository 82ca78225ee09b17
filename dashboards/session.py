"""Who is looking at this page: from the browser's cookie to an identity, anew at every run.

Belongs here: reading the cookie, and the shared workbench and door of this process. Does not belong
here: setting the cookie (``login``) and rights (``jingcang.access``).
"""

from __future__ import annotations

import threading

import streamlit as st

from jingcang.access import Door, Identity, sessions
from jingcang.home import Home
from jingcang.workbench import Workbench

COOKIE = "jingcang_session"

_doors: dict[Home, Door] = {}
_lock = threading.Lock()


def workbench() -> Workbench:
    """Return the workbench of the home this server serves."""
    return Workbench.open(Home.resolve())


def door() -> Door:
    """Return the one door of this process and home; it keeps the connections and the answers."""
    home = Home.resolve()
    with _lock:
        if home not in _doors:
            _doors[home] = Door(home, workbench=Workbench.open(home))
        return _doors[home]


def read_token() -> str | None:
    """Return the session token the browser sent, if any."""
    return st.context.cookies.get(COOKIE)


def current_identity() -> Identity | None:
    """Return the identity of this run, or None when nobody is logged in (any more)."""
    return sessions.resolve(workbench(), read_token())
