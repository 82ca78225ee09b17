"""Connector of databases: SQLite, PostgreSQL, MySQL and MariaDB through DuckDB's extensions.

Belongs here: attaching by URL, reading the changed rows and all keys in one transaction, as text. Does
not belong here: which of them are new (``versions``) and what they mean.

An incremental pull reads every row whose watermark is not below the last one (inclusive: many rows may
share it; ``increments`` says how far it reaches back) plus rows without a watermark; a sweep over the keys finds
deletions and rows that arrived with an old watermark, a periodic full pull what changed without moving it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import duckdb
import polars as pl

from jingcang.contracts import SourceTable, System
from jingcang.contracts.formats import identifier, literal
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import duckdb_extensions, readers, store
from jingcang.landing.delivery import FILE, LINE, Chunk, Delivery, RawFile
from jingcang.landing.files import signature
from jingcang.landing.increments import compared_on, pull_since
from jingcang.landing.versions import KEY, key_texts

EXTRACT = "extract.parquet"
_EXTENSIONS = {"sqlite": "sqlite_scanner", "postgres": "postgres_scanner", "mysql": "mysql_scanner"}
_SCHEMES = {
    "sqlite": "sqlite", "postgresql": "postgres", "postgres": "postgres", "mysql": "mysql", "mariadb": "mysql",
}  # fmt: skip
_CONNECT_SECONDS = 10


def _down(table: SourceTable, detail: str, cause: Exception | None = None) -> JingcangError:
    # The driver's own words may hold the address and the account: they never go into the message.
    error = JingcangError(
        f"来源系统 {table.system} 的数据库{detail}",
        where=table.qualified,
        remedy="请检查数据库是否运行、网络是否可达、账号是否有只读权限；其他来源不受影响，已入库的数据保持不变",
    )
    error.__cause__ = cause
    return error


def _kind_and_address(table: SourceTable, url: str) -> tuple[str, str]:
    """Return (DuckDB's type, what ATTACH takes) of a connection URL."""
    parts = urlsplit(url)
    kind = _SCHEMES.get(parts.scheme.split("+")[0])
    if kind is None:
        raise _down(
            table, f"连接地址的类型 {parts.scheme or '（空）'} 不受支持，只能是 sqlite、postgresql 或 mysql"
        )
    if kind == "sqlite":
        path = unquote(url.split("://", 1)[1].removeprefix("/"))
        path = path if Path(path).is_absolute() or not url.startswith("sqlite:////") else "/" + path
        if not Path(path).is_file():
            raise _down(table, "文件不存在")
        return kind, path
    options = parse_qs(parts.query)
    values = {
        "host": options.get("host", [parts.hostname or "127.0.0.1"])[0],
        "port": str(parts.port or (5432 if kind == "postgres" else 3306)),
        "user": unquote(parts.username or ""),
        "passwd" if kind == "mysql" else "password": unquote(parts.password or ""),
        "db" if kind == "mysql" else "dbname": unquote(parts.path.lstrip("/")),
    }
    if kind == "mysql" and "unix_socket" in options:
        values["socket"] = options["unix_socket"][0]
    if kind == "postgres":
        values["connect_timeout"] = str(_CONNECT_SECONDS)

    def quoted(value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" if kind == "postgres" else value

    return kind, " ".join(f"{name}={quoted(value)}" for name, value in values.items() if value)


def sqlite_signature(url: str | None) -> list[list[int]] | None:
    """Return the signatures of an SQLite database and its write-ahead log, None for other databases."""
    if url is None or not url.startswith("sqlite:"):
        return None
    path = Path(unquote(url.split("://", 1)[1].removeprefix("/")))
    if url.startswith("sqlite:////"):
        path = Path("/" + str(path).lstrip("/"))
    files = [path, path.with_name(path.name + "-wal")]
    return [signature(file) for file in files if file.is_file()]


def deliver(
    table: SourceTable,
    system: System,
    home: Home,
    cursor: Mapping[str, Any],
    *,
    as_of: dt.date,
    known: Callable[[], pl.DataFrame],
) -> Delivery | None:
    """Pull the changed rows of a database table.

    Args:
        table: contract; ``strategy`` and ``watermark`` decide what is pulled.
        system: gives the URL.
        home: gives the extension directory.
        cursor: watermark, file signatures and day of the last full comparison of the last run.
        as_of: the run's date.
        known: gives the books of the rows in force.

    Returns:
        None if a cheap check shows that nothing changed.

    Raises:
        JingcangError: the database is down or the table or a required column is gone.
    """
    signatures = sqlite_signature(system.url)
    unchanged = signatures is not None and signatures == cursor.get("database") and [-1, -1] not in signatures
    if unchanged:
        return None
    kind, address = _kind_and_address(table, system.url or "")
    since = pull_since(table, cursor, as_of)
    try:
        with duckdb_extensions.connect(home, extensions=[_EXTENSIONS[kind]]) as connection:
            connection.execute("set produce_arrow_string_view = true")
            if kind == "sqlite":
                connection.execute("set sqlite_all_varchar = true")
            connection.execute(f"attach {literal(address)} as source (type {kind}, read_only)")
            frame, keys, missing, unknown, types = _extract(connection, table, kind, since, known)
    except duckdb.Error as error:
        raise _down(table, "连接不上，或者表无法读取", error) from None
    chunk = Chunk(frame, missing=missing, unknown=unknown)

    def stage(folder: Path) -> list[RawFile]:
        path = folder / EXTRACT
        store.write_frame(path, frame)
        return [RawFile(EXTRACT, EXTRACT, store.sha256_of(path), path.stat().st_size, "extract")]

    def chunks(folder: Path) -> Iterator[Chunk]:
        yield chunk

    return Delivery(
        chunks=chunks,
        stage=stage,
        source_keys=keys,
        retyped={
            name: f"{cursor['types'][name]} → {dtype}"
            for name, dtype in types.items()
            if cursor.get("types", {}).get(name, dtype) != dtype
        },
        cursor=compared_on(cursor, since, as_of)
        | {"types": types}
        | ({"database": signatures} if signatures is not None else {}),
        watermark_from=since,
    )


def _extract(
    connection: duckdb.DuckDBPyConnection,
    table: SourceTable,
    kind: str,
    since: str | None,
    known: Callable[[], pl.DataFrame],
) -> tuple[pl.DataFrame, pl.Series | None, tuple[str, ...], tuple[str, ...], dict[str, str]]:
    """Return (rows as text, all keys, missing columns, unknown columns, types), from one snapshot."""
    name = _qualified(table, kind)
    connection.execute("begin transaction read only")
    described = connection.execute(
        f"select column_name, column_type from (describe select * from {name})"
    ).fetchall()
    types = {str(column): str(dtype) for column, dtype in described}
    loose = {column.casefold(): column for column in types}
    spelling: dict[str, str] = {}
    for column in table.columns:
        for candidate in (column.name, *column.synonyms):
            if candidate.casefold() in loose:
                spelling[column.name] = loose[candidate.casefold()]
                break
    missing = tuple(column.name for column in table.columns if column.name not in spelling)
    unknown = tuple(sorted(set(types) - set(spelling.values())))
    readers.check_columns(table, missing, "数据库表")
    selected = ", ".join(
        (
            f"cast({identifier(spelling[column.name])} as varchar)"
            if column.name in spelling
            else "cast(null as varchar)"
        )
        + f" as {identifier(column.name)}"
        for column in table.columns
    )
    key = " || '|' || ".join(f"cast({identifier(spelling[part])} as varchar)" for part in table.key)
    where = _since(table, types, spelling, since) if since is not None else "true"
    query = f"select {selected} from {name} where {where}"
    if kind == "sqlite" and since is not None and _is_compared_as_text(table, types, spelling):
        watermark = identifier(spelling[table.watermark or ""])
        # A concatenation is a text, compared byte by byte, whatever the column's type and collation.
        where = f"{watermark} || '' >= {literal(since)} or {watermark} is null"
        query = _asked_of_sqlite(selected, name, where)
    frame = _in_key_order(table, connection.execute(query).pl())
    keys = key_texts(table, frame) if table.key else None
    if table.key and where != "true":
        parts = ", ".join(
            f"cast({identifier(spelling[part])} as varchar) as {identifier(part)}" for part in table.key
        )
        swept = connection.execute(f"select {parts}, {key} as _raw from {name}").pl()
        keys = key_texts(table, swept)
        overlooked = _overlooked(swept.select("_raw", keys.alias(KEY)), key_texts(table, frame), known())
        if not overlooked.is_empty():
            connection.register("overlooked", pl.DataFrame({"_raw": overlooked}).to_arrow())
            chosen = f"{key} in (select _raw from overlooked) or {key} is null"
            query = f"select {selected} from {name} where {chosen}"
            listed = ", ".join(map(literal, overlooked)) if overlooked.len() <= _LISTED else "\0"
            if kind == "sqlite" and "\0" not in listed:
                query = _asked_of_sqlite(selected, name, f"{key} || '' in ({listed}) or {key} is null")
            again = _in_key_order(table, connection.execute(query).pl())
            twice = key_texts(table, frame).is_in(key_texts(table, again).implode(), nulls_equal=True)
            frame = pl.concat([frame.filter(~twice), again])
    connection.execute("commit")
    frame = frame.with_row_index(LINE, offset=1).with_columns(
        pl.col(LINE).cast(pl.Int64), pl.lit(EXTRACT).alias(FILE)
    )
    names = [column.name for column in table.columns]
    present = {name: types[spelling[name]] for name in names if name in spelling}
    whole_keys = keys if keys is None else keys.drop_nulls()
    return frame.select(*names, FILE, LINE), whole_keys, missing, unknown, present


def _in_key_order(table: SourceTable, frame: pl.DataFrame) -> pl.DataFrame:
    """Return an extract's rows in the order of their keys' text; the database is not asked, it takes longer."""
    if not table.key or (len(table.key) == 1 and frame[table.key[0]].is_sorted(nulls_last=True)):
        return frame
    return frame.sort(table.key, nulls_last=True, maintain_order=True)


def _overlooked(swept: pl.DataFrame, pulled: pl.Series, known: pl.DataFrame) -> pl.Series:
    """Return raw keys of rows that an increment by watermark cannot see and that may be news.

    These are keys that are neither known nor pulled, keys standing on several rows now or before (rows of
    one key may come and go without a new watermark), and rows without a whole key.

    Args:
        swept: ``_raw`` and ``_source_key`` of every row of the source.
        pulled: prepared keys of the increment.
        known: ``_source_key`` and ``rows`` in force.
    """
    is_whole = pl.col(KEY).is_not_null()
    unseen = swept.join(known.select(KEY), on=KEY, how="anti").filter(~pl.col(KEY).is_in(pulled.implode()))
    several = known.filter(pl.col("rows") > 1).select(KEY)
    if swept[KEY].n_unique() < swept.height:  # a sixth of the work of asking each row
        several = pl.concat([several, swept.filter(is_whole & pl.col(KEY).is_duplicated()).select(KEY)])
    doubtful = swept.join(several, on=KEY, how="semi") if several.height else swept.clear()
    chosen = pl.concat([swept.filter(~is_whole), unseen, doubtful])
    return chosen["_raw"].fill_null("").unique()


def _since(table: SourceTable, types: Mapping[str, str], spelling: Mapping[str, str], since: str) -> str:
    """Return the condition of an incremental pull; ``true`` where the text does not sort like the value."""
    column = table.column(table.watermark or "")
    name, dtype = identifier(spelling[column.name]), types[spelling[column.name]]
    if dtype != "VARCHAR":
        return f"{name} >= cast({literal(since)} as {dtype}) or {name} is null"
    if column.logical_type in ("integer", "number"):
        return f"coalesce(try_cast({name} as decimal(38, 6)) >= {literal(since)}::decimal(38, 6), true)"
    if _is_compared_as_text(table, types, spelling):
        return f"{name} >= {literal(since)} or {name} is null"
    return "true"


def _is_compared_as_text(table: SourceTable, types: Mapping[str, str], spelling: Mapping[str, str]) -> bool:
    """Return whether the watermark's text sorts like its value."""
    column = table.column(table.watermark or "")
    sorts = len(column.formats) == 1 and column.formats[0] in _SORTABLE
    is_text = types[spelling[column.name]] == "VARCHAR" and column.logical_type not in ("integer", "number")
    return is_text and (sorts or column.logical_type == "string")


def _asked_of_sqlite(selected: str, name: str, where: str) -> str:
    """Return the query of rows that SQLite chooses itself: DuckDB reads all columns of all rows before it chooses.

    A cast to varchar gives the same text in both.
    """
    own = f"select {selected} from {name.partition('.')[2]} where {where}"
    return f"select * from sqlite_query('source', {literal(own)})"


#: Keys that a query lists; SQLite takes no text with a zero byte.
_LISTED = 20_000

#: Formats whose text order is the order of time.
_SORTABLE = {
    "%Y%m%d%H%M%S", "%Y%m%d", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M",
}  # fmt: skip


def _qualified(table: SourceTable, kind: str) -> str:
    parts = table.physical_name.split(".")
    if len(parts) == 1 and kind == "postgres":
        parts = ["public", *parts]
    return ".".join(identifier(part) for part in ("source", *parts))
