"""One click on 态势 makes the briefing; it is registered, audited and can be checked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import session
from dashboards.deployment import settings
from jingcang.access import Door, sessions
from jingcang.access.accounts import list_accounts
from jingcang.home import Home
from jingcang.reports.briefing.service import verify
from jingcang.workbench import AuditLog, Workbench

SHELL = Path(session.__file__).with_name("shell.py")


@pytest.fixture
def own_home(synthetic_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("serving", "workbench"):
        shutil.copytree(synthetic_home.root / name, tmp_path / name, symlinks=True)
    monkeypatch.setenv("JINGCANG_HOME", str(tmp_path))
    settings.cache_clear()
    return Home(tmp_path)


@pytest.fixture
def open_as(own_home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AppTest]:
    def open_page(role: str) -> AppTest:
        workbench = Workbench.open(own_home)
        account = next(a for a in list_accounts(workbench) if a.identity.role == role and a.is_demo)
        token = sessions.open_session(workbench, account)
        monkeypatch.setattr(session, "read_token", lambda: token)
        app = AppTest.from_file(str(SHELL), default_timeout=120).run()
        return app.switch_page("app_pages/leadership/situation.py").run()

    return open_page


def test_a_leader_makes_a_briefing_with_one_click(
    own_home: Home, open_as: Callable[[str], AppTest], tmp_path: Path
) -> None:
    app = open_as("leader_station")
    app.button(key="make_briefing").click().run()
    assert not app.exception
    assert not app.error, [error.value for error in app.error]
    assert next(box.value for box in app.success).startswith("研判简报 JB-20260630-001 已生成")
    made = app.session_state["briefing_g000001_S1"]
    workbench = Workbench.open(own_home)
    entry = next(e for e in AuditLog(workbench).entries(action="export") if e.object_name == "briefing")
    assert json.loads(entry.detail)["title"] == "JB-20260630-001"
    path = tmp_path / "made.docx"
    path.write_bytes(made.docx)
    account = next(a for a in list_accounts(workbench) if a.identity.role == "leader_station" and a.is_demo)
    assert verify(Door(own_home, workbench=workbench), workbench, account.identity, path).findings == ()
    again = app.run()
    assert not [button for button in again.button if button.key == "make_briefing"]  # the files stay


def test_a_refusal_is_said_on_the_page(
    open_as: Callable[[str], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingcang.errors import JingcangError

    def refuse(*_: object, **__: object) -> None:
        raise JingcangError("计算途中发布了新版本，简报不能混用两个版本的数字", remedy="请再生成一次")

    app = open_as("leader_station")
    monkeypatch.setattr("dashboards.sections.briefing.make_weekly", refuse)
    app.button(key="make_briefing").click().run()
    assert any("研判简报没有生成：计算途中发布了新版本" in error.value for error in app.error)
