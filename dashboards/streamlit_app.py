"""Entry point of the dashboards: ``streamlit run dashboards/streamlit_app.py`` with ``JINGCANG_HOME``.

Belongs here: the ASGI application that joins the routes of the login and of the duty system with the page script
``shell.py``, and the head start: the statistics packages take seconds to import, so they are imported while nobody
waits, and are left out of garbage collections afterwards.
"""

from __future__ import annotations

import gc
import sys
import threading
from pathlib import Path

# Streamlit puts this file's folder on the path, not the project's; both packages live one level up.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from streamlit.starlette import App

from dashboards import duty_api
from dashboards.login import MIDDLEWARE, ROUTES


def _head_start() -> None:
    import plotly.graph_objects  # noqa: F401
    import scipy.stats  # noqa: F401
    import statsmodels.api
    import statsmodels.stats.rates  # noqa: F401

    import dashboards.components.frame
    import dashboards.sections.briefing
    import dashboards.sections.incident_matrix
    import dashboards.sections.incident_place
    import dashboards.sections.patrol_coverage
    import dashboards.sections.series_chart  # noqa: F401

    gc.freeze()  # what is imported stays; collections need not walk it


threading.Thread(target=_head_start, name="head-start", daemon=True).start()

app = App(Path(__file__).with_name("shell.py"), routes=[*ROUTES, *duty_api.ROUTES], middleware=MIDDLEWARE)
