"""The duty system's interface: plans out, returns in, by password, within its units; everything else refused."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from plan_forms import latest, save
from reading import Open
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboards import duty_api, login
from jingcang.access.accounts import add_account
from jingcang.home import Home
from jingcang.planning.task_file import MOST_BYTES
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.patrol_plans import PlanBook

PASSWORD = "long enough for a machine"
US, OTHERS = ("kqxt", PASSWORD), ("kqxt2", PASSWORD)
PLANS, RETURNS = "/api/patrol-plans", "/api/patrol-plan-returns"


@pytest.fixture
def home(open_changed: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home in which a plan of S1 is saved, with an interface account of S1 and one of S2."""
    save(open_changed("next-week"))
    found = Home(tmp_path)
    monkeypatch.setenv("JINGCANG_HOME", str(tmp_path))
    for (name, password), unit in ((US, "S1"), (OTHERS, "S2")):
        add_account(
            Workbench.open(found), user_id=name, display_name="勤务系统", role="duty_system", unit_nos=(unit,),
            password=password,
        )  # fmt: skip
    return found


@pytest.fixture
def client(home: Home) -> TestClient:
    """Asks the routes as the server joins them, behind the gate of the pages."""
    return TestClient(
        Starlette(routes=[*login.ROUTES, *duty_api.ROUTES], middleware=login.MIDDLEWARE),
        follow_redirects=False,
    )


def answer(content_hash: str, **changed: Any) -> dict[str, Any]:
    return {
        "schema": "jingcang.patrol_task_return/1", "plan_no": 1, "version": 1, "content_hash": content_hash,
        "reported_at": "2026-07-07T08:00:00+08:00",
        "blocks": [
            {"block_no": 1, "state": "done"}, {"block_no": 2, "state": "done"}, {"block_no": 3, "state": "refused"},
        ],
    } | changed  # fmt: skip


def test_a_plan_goes_out_and_its_return_comes_in(client: TestClient, home: Home) -> None:
    kept = latest(home)
    (told,) = client.get(PLANS, auth=US).json()["plans"]
    assert (told["plan_no"], told["version"], told["unit_no"]) == (1, 1, "S1")
    assert (told["week_start"], told["content_hash"]) == ("2026-07-06", kept.content_hash)
    assert told["blocks"] == len(kept.blocks()) > 0
    got = client.get(f"{PLANS}/1", auth=US)
    assert got.content == kept.task_file("城北派出所") == client.get(f"{PLANS}/1?version=1", auth=US).content
    (entry, *_) = AuditLog(Workbench.open(home)).entries(limit=1, action="export")
    assert (entry.user_id, entry.object_name) == ("kqxt", "task_file")
    sent = client.post(RETURNS, auth=US, json=answer(got.json()["content_hash"]))
    assert (sent.status_code, sent.json()) == (
        201,
        {"plan_no": 1, "version": 1, "blocks": {"done": 2, "refused": 1}},
    )
    assert PlanBook(Workbench.open(home)).states(kept) == {1: "done", 2: "done", 3: "refused"}
    again = client.post(RETURNS, auth=US, json=answer(got.json()["content_hash"]))
    assert again.status_code == 409
    assert "已经收过" in again.json()["what"]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"content_hash": "0"}, "不是第 1 号方案第 1 版的内容"),
        ({"blocks": [{"block_no": 9999, "state": "done"}]}, "没有第 9999 块"),
        ({"blocks": [{"block_no": 1, "state": "finished"}]}, "格式不对"),
        ({"reported_at": "2026-07-07T08:00:00"}, "格式不对"),
    ],
)
def test_a_return_that_does_not_fit_is_refused_whole(
    client: TestClient, home: Home, changed: dict[str, Any], what: str
) -> None:
    kept = latest(home)
    refused = client.post(RETURNS, auth=US, json=answer(kept.content_hash) | changed)
    assert refused.status_code == 400
    assert what in refused.json()["what"]
    assert refused.json()["remedy"]
    assert PlanBook(Workbench.open(home)).states(kept) == {}


def test_a_stranger_is_told_nothing(client: TestClient, home: Home) -> None:
    kept = latest(home)
    for asked in (
        client.get(PLANS),
        client.get(f"{PLANS}/1"),
        client.post(RETURNS, json=answer(kept.content_hash)),
    ):
        assert asked.status_code == 401
        assert asked.headers["www-authenticate"].startswith("Basic")
    bad = client.get(PLANS, headers={"Authorization": b"Basic \xff\xe8"})
    assert bad.status_code == 401
    assert client.get(PLANS, auth=("kqxt", "wrong")).status_code == 401
    for _ in range(4):
        client.get(PLANS, auth=("kqxt", "wrong"))
    throttled = client.get(PLANS, auth=US)
    assert (throttled.status_code, throttled.json()["rule"]) == (429, "login_throttle")


def test_another_station_s_plan_is_not_there(client: TestClient, home: Home) -> None:
    kept = latest(home)
    assert client.get(PLANS, auth=OTHERS).json() == {"plans": []}
    theirs, nobody_s = client.get(f"{PLANS}/1", auth=OTHERS), client.get(f"{PLANS}/7", auth=OTHERS)
    assert theirs.status_code == nobody_s.status_code == 404
    assert theirs.json()["what"] == nobody_s.json()["what"]
    assert client.post(RETURNS, auth=OTHERS, json=answer(kept.content_hash)).status_code == 404
    assert PlanBook(Workbench.open(home)).states(kept) == {}
    add_account(
        Workbench.open(home), user_id="steward", display_name="管", role="steward", unit_nos=("*",), password=PASSWORD
    )  # fmt: skip
    assert client.get(PLANS, auth=("steward", PASSWORD)).status_code == 404


def test_size_type_and_version_are_held(client: TestClient, home: Home) -> None:
    body = json.dumps(answer(latest(home).content_hash)).encode()
    asked = client.post(RETURNS, auth=US, content=body, headers={"Content-Type": "text/plain"})
    assert asked.status_code == 415
    large = client.post(
        RETURNS, auth=US, content=b" " * (MOST_BYTES + 1), headers={"Content-Type": "application/json"}
    )
    assert large.status_code == 413
    assert client.get(f"{PLANS}/1?version=two", auth=US).status_code == 400
    assert client.get(f"{PLANS}/1?version=2", auth=US).status_code == 404
    assert client.get(RETURNS, auth=US).status_code == 405
    assert PlanBook(Workbench.open(home)).states(latest(home)) == {}


def test_an_account_of_a_system_logs_in_to_no_page(client: TestClient) -> None:
    client.get("/login")
    form = {"form": client.cookies[login.FORM_COOKIE], "user_id": US[0], "password": US[1], "next": "/"}
    refused = client.post("/login", data=form)
    assert refused.status_code == 403
    assert "接口账号" in refused.text
    assert "jingcang_session" not in client.cookies


def test_what_the_warehouse_cannot_do_is_not_the_sender_s_fault(client: TestClient, home: Home) -> None:
    with sqlite3.connect(home.workbench_database) as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute("update patrol_plans set content = '[{}]'")
    broken = client.get(f"{PLANS}/1", auth=US)
    assert broken.status_code == 500
    assert "与保存时不一致" in broken.json()["what"]
