"""Choices kept in the address by the identity of what is chosen, not by the words it is shown with.

Belongs here: a selection box whose labels change with the data (counts, states). Streamlit's own binding writes the
label into the address, so such an address would not survive the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def choose(label: str, options: Sequence[str], *, param: str, words: Callable[[str], str]) -> str:
    """Return the chosen option; the first one when the address names none of them.

    Args:
        label: label of the box.
        options: identities, at least one.
        param: name in the address.
        words: how an option is shown.
    """
    wanted = st.query_params.get(param, "")
    key = f"{param}_of_{wanted}"

    def keep() -> None:
        st.query_params[param] = st.session_state[key]

    return st.selectbox(
        label,
        options,
        index=options.index(wanted) if wanted in options else 0,
        format_func=words,
        key=key,
        on_change=keep,
    )
