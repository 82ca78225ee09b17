"""Entry point of the dashboards: ``streamlit run dashboards/streamlit_app.py`` with ``JINGCANG_HOME``.

Belongs here: the ASGI application that joins the login routes with the page script ``shell.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Streamlit puts this file's folder on the path, not the project's; both packages live one level up.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from streamlit.starlette import App

from dashboards.login import MIDDLEWARE, ROUTES

app = App(Path(__file__).with_name("shell.py"), routes=ROUTES, middleware=MIDDLEWARE)
