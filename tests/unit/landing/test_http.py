"""HTTP tables: token, pages, rate limit, half pages, error bodies, moving data."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jingcang.errors import JingcangError
from jingcang.landing import http_api
from jingcang.landing.manifests import manifests
from jingcang.landing.raw_rows import raw_rows

from .conftest import HEADER, Scene, call

NAMES = HEADER.strip().split(",")
Answer = tuple[int, dict[str, str], bytes]


class Api:
    """An interface whose misbehaviour a test chooses."""

    def __init__(self) -> None:
        self.records = [
            dict(zip(NAMES, call(f"J{n}", updated=f"2026-05-{n + 1:02d} 00:00:00"), strict=True))
            for n in range(7)
        ]
        self.requests: list[dict[str, str]] = []
        self.before: Callable[[int, dict[str, str]], Answer | None] = lambda number, query: None

    def page(self, query: dict[str, str]) -> dict[str, Any]:
        chosen = [row for row in self.records if row["GXSJ"] >= query.get("since", "")]
        page, size = int(query["page"]), int(query["page_size"])
        return {"data": {"total": len(chosen), "records": chosen[(page - 1) * size : page * size]}}

    def answer(self, query: dict[str, str], token: str) -> Answer:
        self.requests.append(query)
        if token != "Bearer geheim":
            return 401, {}, b"{}"
        return self.before(len(self.requests), query) or (200, {}, json.dumps(self.page(query)).encode())


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Api, Scene]]:
    interface = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            status, headers, body = interface.answer(query, self.headers.get("Authorization", ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("SCENE_TOKEN", "geheim")
    monkeypatch.setattr(http_api, "_FIRST_PAUSE_SECONDS", 0.01)
    custom = {
        "strategy": "incremental", "watermark": "GXSJ", "endpoint": "/api/calls", "records_path": "data.records",
        "page_size": 3,
    }  # fmt: skip
    scene = Scene(tmp_path, kind="http", url=f"http://127.0.0.1:{server.server_port}", custom=custom)
    yield interface, scene
    server.shutdown()
    server.server_close()


def test_pages_add_up_and_the_next_pull_starts_at_the_watermark(api: tuple[Api, Scene], law) -> None:
    interface, scene = api
    assert scene.land().accepted == 7
    assert [query["page"] for query in interface.requests] == ["1", "2", "3"]
    interface.requests.clear()
    assert scene.land().batches == ()
    assert interface.requests == [{"page": "1", "page_size": "3", "since": "2026-05-07 00:00:00"}]
    interface.records.append(dict(zip(NAMES, call("J9", updated="2026-05-07 00:00:00"), strict=True)))
    result = scene.land()
    assert (result.accepted, result.repeated) == (1, 1)
    law(scene)


def test_after_a_replay_a_line_of_a_page_shows_its_own_row(api: tuple[Api, Scene]) -> None:
    interface, scene = api
    scene.land()
    interface.records.append(dict(zip(NAMES, call("J9", updated="2026-05-09 00:00:00"), strict=True)))
    scene.land()
    scene.land(again="split")
    batch = manifests(scene.home)[-1].batch_id
    landed = scene.rows("select _source_key, _source_file, _source_line from landed.incidents")
    assert len(landed) == 8
    for key, file, line in landed:
        rows = raw_rows(scene.home, scene.table(), batch, source_key=key, source_file=file, source_line=line)
        assert {row.values["JJDBH"] for row in rows} == {key}, "a line of another page was shown"
        assert (rows[0].file, rows[0].line) == (file, line)


def test_rate_limit_is_waited_for_as_told(api: tuple[Api, Scene], monkeypatch: pytest.MonkeyPatch) -> None:
    interface, scene = api
    waits: list[float] = []
    monkeypatch.setattr(http_api.time, "sleep", waits.append)
    interface.before = lambda number, _: (429, {"Retry-After": "7"}, b"{}") if number == 2 else None
    assert scene.land().accepted == 7
    assert waits == [7.0]


def test_waits_without_a_stated_one_grow_and_differ(
    api: tuple[Api, Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    interface, scene = api
    waits: list[float] = []
    monkeypatch.setattr(http_api.time, "sleep", waits.append)
    shares = [0.5, 0.9, 0.6, 1.0]
    drawn = iter([*shares, 1.0])
    monkeypatch.setattr(http_api.random, "uniform", lambda low, high: next(drawn))
    interface.before = lambda *_: (429, {"Retry-After": "-5"} if len(waits) % 2 else {}, b"{}")
    with pytest.raises(JingcangError, match="限流"):
        scene.land()
    assert waits == pytest.approx([0.01 * 2**number * share for number, share in enumerate(shares)])


@pytest.mark.parametrize(
    ("bad", "tries"),
    [
        ((500, {}, b"oops"), 1), ((200, {}, b'{"data": {"total": 7, "records": [{"JJDBH": "J0"'), 1),
    ],
)  # fmt: skip
def test_passing_trouble_is_retried(api: tuple[Api, Scene], bad: Answer, tries: int) -> None:
    interface, scene = api
    interface.before = lambda number, _: bad if number == 2 else None
    assert scene.land().accepted == 7


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ((200, {}, b'{"code": 500, "message": "error", "data": null}'), "页已拒收"),
        ((200, {}, b'{"data": {"total": 7, "records": [{"JJD'), "残缺"),
        ((200, {}, '{"message": "错误：没有数据"}'.encode("gbk")), "UTF-8"),
        ((200, {}, b'{"data": {"total": {"value": 7}, "records": []}}'), "total"),
        ((200, {}, b'{"data": {"total": true, "records": []}}'), "total"),
        ((200, {}, '{"data": {"total": 7, "records": [{"JJDBH": "警'.encode()[:-1]), "残缺"),
        ((503, {}, b""), "503"), ((429, {"Retry-After": "0"}, b"{}"), "限流"), ((404, {}, b""), "404"),
    ],
)  # fmt: skip
def test_lasting_trouble_lands_nothing_and_leaves_the_watermark(
    api: tuple[Api, Scene], bad: Answer, words: str
) -> None:
    interface, scene = api
    scene.land()
    interface.records.append(dict(zip(NAMES, call("J8", updated="2026-06-01 00:00:00"), strict=True)))
    interface.before = lambda *_: bad
    with pytest.raises(JingcangError, match=words) as caught:
        scene.land()
    assert "来源系统 case" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert len(scene.in_force()) == 7
    interface.before = lambda *_: None
    assert scene.land().accepted == 1


def test_a_total_of_null_is_no_total(api: tuple[Api, Scene]) -> None:
    interface, scene = api

    def without_total(_: int, query: dict[str, str]) -> Answer:
        page = interface.page(query)
        page["data"]["total"] = None
        return 200, {}, json.dumps(page).encode()

    interface.before = without_total
    assert scene.land().accepted == 7


def test_trouble_on_a_later_page_rejects_the_whole_pull(api: tuple[Api, Scene]) -> None:
    interface, scene = api
    interface.before = lambda _, query: (200, {}, b'{"error": "timeout"}') if query["page"] == "3" else None
    with pytest.raises(JingcangError, match="第 3 页"):
        scene.land()
    assert scene.rows("select count(*) from landed.incidents") == [(0,)]


def test_skipped_page_is_noticed_and_read_again(api: tuple[Api, Scene], law) -> None:
    interface, scene = api

    def skip(number: int, query: dict[str, str]) -> Answer | None:
        wrong = interface.page(query | {"page": "1"})
        return (200, {}, json.dumps(wrong).encode()) if number == 2 else None

    interface.before = skip
    result = scene.land()
    assert (result.read, result.accepted) == (7, 7)
    law(scene)
    interface.before = lambda _, query: (
        200,
        {},
        json.dumps(interface.page(query | {"page": "1", "since": ""})).encode(),
    )
    scene.home_name = "always"
    with pytest.raises(JingcangError, match="对不上"):
        scene.land()


def test_rows_inserted_while_paging_are_read_in_a_second_pull(api: tuple[Api, Scene], law) -> None:
    interface, scene = api

    def insert(number: int, _: dict[str, str]) -> None:
        if number == 2:
            interface.records.insert(
                0, dict(zip(NAMES, call("J99", updated="2026-04-01 00:00:00"), strict=True))
            )

    interface.before = insert
    assert scene.land().accepted == 8
    law(scene)


def test_wrong_token_and_no_server_name_the_source(
    api: tuple[Api, Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, scene = api
    monkeypatch.setenv("SCENE_TOKEN", "falsch")
    with pytest.raises(JingcangError, match="令牌"):
        scene.land()
    scene.url = "http://127.0.0.1:1"
    with pytest.raises(JingcangError, match="来源系统 case 连接不上"):
        scene.land()


@pytest.mark.parametrize("good", [0, True, "OK"])
def test_an_error_body_with_an_empty_list_does_not_end_the_pull(api: tuple[Api, Scene], good: Any) -> None:
    """Without a total an empty page is the end, unless the server says that it went wrong."""
    interface, scene = api
    fails = 1

    def told(number: int, query: dict[str, str]) -> Answer:
        nonlocal fails
        wrong = query["page"] == "2" and fails > 0
        fails -= wrong
        records = [] if wrong else interface.page(query)["data"]["records"]
        return 200, {}, json.dumps({"code": 500 if wrong else good, "data": {"records": records}}).encode()

    interface.before = told
    scene.custom |= {"success_path": "code", "success_value": str(good).lower()}
    assert scene.land().accepted == 7
    assert [query["page"] for query in interface.requests] == ["1", "2", "2", "3", "4"]
    fails, interface.records[0]["GXSJ"] = 99, "2026-06-30 00:00:00"
    with pytest.raises(JingcangError, match="没有在 code 处答复成功"):
        scene.land()
    assert scene.rows("select count(*) from landed.incidents") == [(7,)]


def test_what_success_is_must_be_told_with_where_it_stands(api: tuple[Api, Scene]) -> None:
    _, scene = api
    scene.custom["success_path"] = "code"
    with pytest.raises(JingcangError, match="success_value"):
        scene.profile()
