"""先看这几处: at most five lines by consequence, each leading to where one acts or checks.

Belongs here: how the short list of a page looks and how its links carry the choices. Does not belong here: what is
worth looking at (pages and sections).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import streamlit as st

from dashboards.context import Context
from dashboards.registry import FOLDER, PAGES

MOST_ITEMS = 5


@dataclass(frozen=True)
class Item:
    """One line.

    Args:
        words: what and why, Markdown without links.
        page: path of the page to go on to, "" for the same one.
        choices: what is chosen there, name in the address → value; what is chosen here goes along. Without a page
            and without choices the rows stand below.
    """

    words: str
    page: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


def place_choices(context: Context, unit_no: str | None, area_name: str | None = None) -> dict[str, str]:
    """Return the choices that narrow a page to a place; empty for a unit the reader has no choice of.

    Args:
        context: of the page.
        unit_no: of the place.
        area_name: name of the 责任区, None for the whole unit.
    """
    if not unit_no or unit_no not in context.units:
        return {}
    return {"unit": context.units[unit_no], **({"area": area_name} if area_name else {})}


def show(items: Sequence[Item | str], head: str = "先看这几处") -> None:
    """Show the list; nothing without items.

    Args:
        items: most consequential first; words alone have no link.
        head: heading.
    """
    if not items:
        return
    files = {spec.path: str(FOLDER / spec.file) for spec in PAGES}
    here = st.query_params.to_dict()
    lines = [one if isinstance(one, Item) else Item(one) for one in items[:MOST_ITEMS]]
    st.markdown(f"**{head}**")
    for leads_on, group in groupby(
        enumerate(lines, 1), key=lambda line: bool(line[1].page or line[1].choices)
    ):
        if not leads_on:
            st.markdown("\n".join(f"{number}. {item.words}" for number, item in group))
            continue
        with st.container(gap=None):
            for number, item in group:
                label = f"{number}. {item.words}"
                if item.page:
                    st.page_link(files[item.page], label=label, query_params={**here, **item.choices})
                else:
                    key = f"short_list_{number}"
                    st.button(label, type="tertiary", key=key, on_click=_choose, args=(item.choices,))


def _choose(choices: Mapping[str, str]) -> None:
    """Choose on the same page: a link to the page itself leaves the address as it was.

    A box that Streamlit binds to the address is moved itself and writes the address; for others the address is written.
    """
    for name, value in choices.items():
        if name in st.session_state:
            st.session_state[name] = value
        else:
            st.query_params[name] = value
