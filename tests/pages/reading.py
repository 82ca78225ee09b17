"""What a page says and shows, as a reader of an opened page takes it in.

Belongs here: the texts and tables of an ``AppTest``. Does not belong here: opening it (fixtures in ``conftest``).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from dashboards.registry import PAGES, PageSpec

Open = Callable[..., AppTest]


def page(path: str) -> PageSpec:
    """Return a page of the registry."""
    return next(spec for spec in PAGES if spec.path == path)


def words(app: AppTest) -> str:
    """Return everything the page says, lines of its short list that are links included, tables left out."""
    kinds = ("header", "subheader", "markdown", "caption", "info", "error", "warning", "success")
    parts = [str(element.value) for kind in kinds for element in getattr(app, kind)]
    bodies = [re.sub("<style>.*?</style>", "", str(e.proto.body), flags=re.DOTALL) for e in app.get("html")]
    listed = [link.proto.label for link in app.get("page_link") if re.match(r"\d\. ", link.proto.label)]
    listed += [button.label for button in app.button if re.match(r"\d\. ", button.label)]
    return "\n".join(parts + listed + bodies)


def table(app: AppTest, column: str, place: int = 0) -> list[dict[str, object]]:
    """Return the rows of the first table, or a later one, that has a column."""
    frames = [frame.value for frame in app.dataframe if column in frame.value.columns]
    return list(frames[place].to_dict("records"))


def cells(app: AppTest) -> str:
    """Return all tables as one text."""
    return "\n".join(frame.value.to_csv() for frame in app.dataframe)
