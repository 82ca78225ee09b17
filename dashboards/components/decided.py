"""What a page does with a decision: takes it, and says once what it did or why it was refused.

Does not belong here: what is decided and who may (``jingcang.access``).
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from jingcang.errors import JingcangError

_DONE = "decided"


def show_done() -> None:
    """Say once what the last decision did."""
    if words := st.session_state.pop(_DONE, ""):
        st.success(words)


def done(write: Callable[[], str]) -> None:
    """Take a decision: say why it was refused, or start the page anew and say what it did."""
    try:
        st.session_state[_DONE] = write()
    except JingcangError as error:
        st.error(f"{error.what}。{error.remedy}。")
        return
    st.rerun()
