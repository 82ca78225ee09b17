"""Connector of HTTP JSON APIs: token, pages, rate limit, half pages and error bodies.

Belongs here: the protocol of pages and cursors and its failures. Does not belong here: which records are new
(``versions``).

Protocol: ``GET <url><endpoint>?page=<n>&page_size=<m>[&since=<watermark>]`` with a bearer token answers one
JSON object; the records stand at ``records_path`` (dotted), and beside them, or at the top, ``total``
(records of the whole answer) and optionally ``pages``. Where the contract declares ``cursor_path``, the next page
is asked for by the text that stands there (``?cursor=<text>`` instead of ``page``) until there is none. Where it
declares ``success_path`` and ``success_value``, a page that does not say so there is an error body, whatever its
records. Pages are read until ``total`` records are there; a short sum, a total that moves and a body without records
are failures of the whole pull: nothing lands and the watermark stays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from jingcang.contracts import SourceTable, System
from jingcang.errors import JingcangError
from jingcang.landing import readers
from jingcang.landing.delivery import Chunk, Delivery, RawFile, http_options, no_damage
from jingcang.landing.increments import compared_on, pull_since
from jingcang.landing.versions import key_texts

_TIMEOUT_SECONDS = 30.0
_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 30.0
#: Times a pull starts anew when the source changes while its pages are read.
_PULLS = 3
_MOST_PAGES = 100_000
_CUT = "返回了残缺的页（不是完整的 JSON）"


class _Moved(Exception):
    """The source changed while its pages were read."""


class _Overlapping(_Moved):
    """A key stands on two pages: rows moved between them, or the source holds it twice.

    Args:
        bodies: the pages as answered.
    """

    def __init__(self, bodies: list[bytes]) -> None:
        super().__init__()
        self.bodies = bodies


def _failure(table: SourceTable, what: str, where: str = "") -> JingcangError:
    return JingcangError(
        f"来源系统 {table.system} 的接口{what}",
        where=f"{table.qualified}{' ' + where if where else ''}",
        remedy="本表没有入库，水位不变，下次运行会重新读取；请检查接口服务、令牌和网络，其他来源不受影响",
    )


def deliver(
    table: SourceTable, system: System, cursor: Mapping[str, Any], *, as_of: dt.date
) -> Delivery | None:
    """Pull a table from an HTTP API.

    Args:
        table: contract with HTTP options; with ``strategy: incremental`` only records since the watermark.
        system: gives address and token.
        cursor: watermark and day of the last full comparison of the last run.
        as_of: the run's date.

    Returns:
        The records; which of them are new is found by comparing keys and contents.

    Raises:
        JingcangError: the API is down, refuses, answers nonsense, or its pages do not add up.
    """
    since = pull_since(table, cursor, as_of)
    headers = {"Authorization": f"Bearer {system.token}"} if system.token else {}
    with httpx.Client(
        base_url=system.url or "", headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False
    ) as client:
        pages = _pull(client, table, since)
    names = [f"page_{number:05d}.json" for number in range(1, len(pages) + 1)]

    def stage(folder: Path) -> list[RawFile]:
        staged = []
        for name, body in zip(names, pages, strict=True):
            (folder / name).write_bytes(body)
            staged.append(RawFile(name, name, hashlib.sha256(body).hexdigest(), len(body), "page"))
        return staged

    read = [page_chunk(table, name, body) for name, body in zip(names, pages, strict=True)]
    keys = None
    if since is None and table.key and (table.strategy == "snapshot" or table.full_compare_days):
        keys = key_texts(table, pl.concat([chunk.frame for chunk in read])).drop_nulls()
    return Delivery(
        chunks=lambda _: iter(read),
        stage=stage,
        source_keys=keys,
        cursor=compared_on(cursor, since, as_of),
        watermark_from=since,
    )


def page_chunk(table: SourceTable, name: str, body: bytes) -> Chunk:
    """Read the records of one raw page."""
    document = readers.load_json(body)
    records, _ = _records(table, document)
    if not records:
        schema = {column.name: pl.String for column in table.columns}
        return Chunk(pl.DataFrame(schema=schema | {"_source_file": pl.String, "_source_line": pl.Int64}))
    header, frame = readers.records_to_frame(table, records, list(range(1, len(records) + 1)))
    return readers.to_chunk(table, name, header, frame, no_damage())


def _records(table: SourceTable, document: Any) -> tuple[list[dict[str, Any]], int | None]:
    """Return (records, total) of a page.

    Raises:
        ValueError: the page has no list of objects where the contract says.
        JingcangError: what stands as total is no number.
    """
    parent, found = document, document
    for part in [part for part in http_options(table).records_path.split(".") if part]:
        if not isinstance(found, dict) or part not in found:
            raise ValueError("no records")
        parent, found = found, found[part]
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise ValueError("records are no list of objects")
    for holder in (parent, document):
        if isinstance(holder, dict) and holder.get("total") is not None:
            total = holder["total"]
            if not isinstance(total, str) or not total.strip().isdecimal():
                raise _failure(table, "返回的总数 total 不是非负整数")
            return found, int(total)
    return found, None


def _pull(client: httpx.Client, table: SourceTable, since: str | None) -> list[bytes]:
    before: list[bytes] = []
    for _ in range(_PULLS):
        try:
            return _pages(client, table, since)
        except _Overlapping as overlap:
            # The same answer twice: the source itself holds a key on two pages; the split deals with it.
            if overlap.bodies == before:
                return before
            before = overlap.bodies
        except _Moved:
            continue
    raise _failure(table, "分页的记录数与总数对不上（可能有页被跳过，或读取时数据一直在变）")


def _pages(client: httpx.Client, table: SourceTable, since: str | None) -> list[bytes]:
    """Read every page once; their records must add up to one unchanging total."""
    bodies: list[bytes] = []
    cursors: list[str | None] = []
    count, total = 0, None
    for number in range(1, _MOST_PAGES):
        body = _get(client, table, _query(table, number, cursors, since), number)
        try:
            document = readers.load_json(body)
            records, stated = _records(table, document)
        except ValueError:
            raise _failure(
                table, "返回的内容不完整，或不是约定的记录（页已拒收）", f"第 {number} 页"
            ) from None
        if number > 1 and stated != total:
            raise _Moved
        total = stated
        bodies.append(body)
        count += len(records)
        if http_options(table).cursor_path is not None:
            following = _cursor(table, document)
            if following in cursors:
                raise _failure(table, "返回的游标重复，分页不会结束", f"第 {number} 页")
            cursors.append(following)
            if following is None:
                break
        # Without a total only an empty page is the end: a server may hand out smaller pages than asked.
        elif not records or (total is not None and count >= total):
            break
    if total is not None and count != total:
        raise _Moved
    if table.key and total is not None and _distinct(table, bodies) < total and _overlaps(table, bodies):
        lists = [_keys(table, body) for body in bodies]
        raise (
            _Moved
            if any(keys in lists[:number] for number, keys in enumerate(lists))
            else _Overlapping(bodies)
        )
    return bodies


def _query(
    table: SourceTable, number: int, cursors: list[str | None], since: str | None
) -> dict[str, str | int]:
    options = http_options(table)
    query: dict[str, str | int] = {"page_size": options.page_size}
    if options.cursor_path is None:
        query["page"] = number
    elif cursors:
        query[options.cursor_param] = cursors[-1] or ""
    return query if since is None else query | {"since": since}


def _cursor(table: SourceTable, document: Any) -> str | None:
    """Return where the next page begins, None after the last one."""
    found = _at(document, http_options(table).cursor_path or "")
    return None if found in (None, "", False) else str(found)


def _keys(table: SourceTable, body: bytes) -> list[tuple[str, ...]]:
    records, _ = _records(table, readers.load_json(body))
    return [tuple(str(record.get(part)) for part in table.key) for record in records]


def _distinct(table: SourceTable, bodies: list[bytes]) -> int:
    return len({key for body in bodies for key in _keys(table, body)})


def _overlaps(table: SourceTable, bodies: list[bytes]) -> bool:
    """Return whether a key stands on two pages: a page was repeated and another one skipped."""
    seen: set[tuple[str, ...]] = set()
    for body in bodies:
        keys = set(_keys(table, body))
        if seen & keys:
            return True
        seen |= keys
    return False


def _get(client: httpx.Client, table: SourceTable, query: dict[str, str | int], number: int) -> bytes:
    """Fetch one page; wait as told on 429, back off on 5xx, broken and missing answers.

    The pause doubles and is shortened by chance to no less than its half, so that clients whom one failure
    threw out together do not come back together.
    """
    where, pause, problem = f"第 {number} 页", _FIRST_PAUSE_SECONDS, "连接不上"
    for attempt in range(_ATTEMPTS):
        wait = pause * random.uniform(0.5, 1)
        try:
            answer = client.get(http_options(table).endpoint, params=query)
        except httpx.HTTPError as error:
            problem = "超时" if isinstance(error, httpx.TimeoutException) else "连接不上或传输中断"
        else:
            if answer.status_code == 200:
                trouble = _trouble(table, answer.content)
                if trouble is None:
                    return answer.content
                problem = trouble
            elif answer.status_code == 429:
                problem = "限流，重试多次仍被拒绝"
                wait = _retry_after(answer, wait)
            elif answer.status_code in (401, 403):
                raise _failure(table, f"拒绝了访问令牌（{answer.status_code}）", where)
            elif answer.status_code < 500:
                raise _failure(table, f"返回错误状态 {answer.status_code}", where)
            else:
                problem = f"返回错误状态 {answer.status_code}"
        if attempt < _ATTEMPTS - 1:
            time.sleep(wait)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
    raise _failure(table, problem, where)


def _trouble(table: SourceTable, body: bytes) -> str | None:
    """Return what keeps a body from being read as a page, None if nothing does."""
    try:
        document = readers.load_json(body)
    except UnicodeDecodeError as error:
        # A page cut inside a character breaks at its very end only.
        if error.end < len(body):
            return "返回的内容不是约定的 UTF-8 编码"
        return _CUT
    except ValueError:
        return _CUT
    path = http_options(table).success_path
    if path is not None and str(_at(document, path)).lower() != http_options(table).success_value.lower():
        return f"没有在 {path} 处答复成功（页已拒收）"
    return None


def _at(document: Any, path: str) -> Any:
    """Return what stands at a dotted path, None where there is nothing."""
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _retry_after(answer: httpx.Response, default: float) -> float:
    """Return the pause a rate limit asks for, in seconds, capped; the default where it asks for none."""
    try:
        asked = float(answer.headers.get("Retry-After", default))
    except ValueError:
        return default
    return min(asked, _LONGEST_PAUSE_SECONDS) if asked >= 0 else default
