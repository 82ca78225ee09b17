"""What several tests of the whole pipeline start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jingcang.access.accounts import add_account
from jingcang.home import Home
from jingcang.workbench import Workbench


@pytest.fixture
def stewards_home(copy_of_demo_home: Path) -> Iterator[Home]:
    """A copy of the demo home with two stewards of all units, wang and zhao."""
    home = Home(copy_of_demo_home)
    for user_id in ("wang", "zhao"):
        add_account(
            Workbench.open(home, {}), user_id=user_id, display_name=user_id, role="steward", unit_nos=("*",),
            password="long enough for a test",
        )  # fmt: skip
    yield home
    Workbench.open(home, {}).close()
