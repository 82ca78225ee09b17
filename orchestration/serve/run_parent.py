"""Imported by the process that runs are forked from; importing it is all that is done with it."""

from __future__ import annotations

import contextlib

from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration.event_storage import relieve_storage
from orchestration.preloading import parse, preload

preload()
relieve_storage()
with contextlib.suppress(JingcangError):  # the run itself says why the project does not parse
    parse(Home.resolve())
