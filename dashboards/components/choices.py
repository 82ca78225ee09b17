"""Choices kept in the address by the identity of what is chosen, not by the words it is shown with.

Belongs here: a selection box whose labels change with the data (counts, states), a span of days. Streamlit's own
binding writes the label into the address, so such an address would not survive the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

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


def follow(key: str, options: Collection[str]) -> None:
    """Let a box that Streamlit binds to the address take what a link of a page has put there.

    Streamlit reads the address for a bound box when a session begins; a box that lives on from page to page keeps its
    value after a link, and the page would show another place than its address names.

    Args:
        key: of the box and name in the address; called before the box is drawn.
        options: what the box offers; other values in the address are left alone.
    """
    wanted, seen = st.query_params.get(key), f"{key}_in_address"
    is_new = wanted != st.session_state.get(seen)
    if is_new and wanted in options and st.session_state.get(key, wanted) != wanted:
        st.session_state[key] = wanted
    st.session_state[seen] = wanted


def choose_span(
    label: str,
    options: Sequence[date],
    *,
    params: tuple[str, str],
    default: tuple[date, date],
    words: Callable[[date], str],
) -> tuple[date, date]:
    """Return both ends chosen on a slider; the default where the address names no span of it.

    Args:
        label: label of the slider.
        options: days in order, at least two.
        params: names of both ends in the address, each an ISO day.
        default: both ends when the address names none.
        words: how a day is shown.
    """
    wanted = tuple(st.query_params.get(param, "") for param in params)
    known = {day.isoformat(): day for day in options}
    first, last = (known.get(day) for day in wanted)
    is_known = first is not None and last is not None and first <= last
    key = f"{'_'.join(params)}_of_{'_'.join(wanted)}"

    def keep() -> None:
        for param, day in zip(params, st.session_state[key], strict=True):
            st.query_params[param] = day.isoformat()

    chosen: tuple[date, date] = st.select_slider(
        label,
        list(options),
        value=(first, last) if is_known else default,
        format_func=words,
        key=key,
        on_change=keep,
    )
    return chosen
