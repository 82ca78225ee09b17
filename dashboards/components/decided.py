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


def with_reason(key: str, label: str, button: str, act: Callable[[str], str]) -> None:
    """Show a reason and a button beside it, in a form of their own.

    Args:
        key: of the form.
        label, button: words of the reason and of the button.
        act: decides for the reason given, and returns what was done in words; see :func:`done`.
    """
    with st.form(key, border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        reason = left.text_input(label, max_chars=500, key=f"{key}_reason")
        if right.form_submit_button(button):
            done(lambda: act(reason))
