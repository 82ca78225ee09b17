"""Every named transform against known answers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from jingcang.errors import JingcangError
from jingcang.landing.coordinates import gcj02_to_wgs84, to_cgcs2000, wgs84_to_gcj02
from jingcang.landing.transforms import build_entity, names
from jingcang.landing.transforms.identity import pseudonyms

TIMESTAMP = pl.Datetime("us", "UTC")


def made(
    transform: str, columns: dict[str, list[str | None]], dtype: Any = pl.String, *,
    formats: tuple[str, ...] = (), zone: str = "Asia/Shanghai", crs: str | None = None,
    key: tuple[str, ...] = (), sources: list[str] | None = None, **options: Any,
) -> list[Any]:  # fmt: skip
    """Apply one transform to columns of text and return the values it makes."""
    table = SimpleNamespace(
        qualified="case.calls", system="case", table="calls", timezone=zone, crs=crs, key=key,
        columns=[SimpleNamespace(name=name, formats=formats) for name in columns],
    )  # fmt: skip
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_row_index(
        "_source_line", offset=2
    )
    frame = frame.with_columns(
        pl.lit("月报2026-05.csv").alias("_source_file"), pl.col("_source_line").cast(pl.Int64)
    )
    mapping = SimpleNamespace(
        from_=tuple(columns if sources is None else sources), transform=transform, options=options, value=None
    )
    environ = {"JINGCANG_PSEUDONYM_KEY": "geheim"}
    return build_entity(frame, table, {"out": mapping}, {"out": dtype}, environ=environ)["out"].to_list()


def one(transform: str, *texts: str | None, dtype: Any = pl.String, **options: Any) -> list[Any]:
    return made(transform, {"A": list(texts)}, dtype, **options)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


TESTED = {
    "absent_if": lambda: one("absent_if", "0", "5", None, values=[0]) == [None, "5", None],
    "text": lambda: one("text", " 盗窃 ", "  ", None) == ["盗窃", None, None],
    "zero_pad": lambda: one("zero_pad", "5011", "050110", None, width=6) == ["005011", "050110", None],
    "strip_prefix": lambda: one("strip_prefix", "SH-12", "12", prefix="SH-") == ["12", "12"],
    "lookup": lambda: (
        one("lookup", "1", "9", None, values={1: "男", "2": "女"}, default="未知") == ["男", "未知", "未知"]
    ),
    "coalesce": lambda: made("coalesce", {"A": [None, "a"], "B": ["b", "c"]}) == ["b", "a"],
    "most_specific": lambda: made("most_specific", {"A": ["1", "1"], "B": ["11", None]}) == ["11", "1"],
    "concat": lambda: (
        made("concat", {"A": ["12", None, None], "B": ["Main", "Oak", None]}, sep=" ")
        == ["12 Main", "Oak", None]
    ),
    "taiwan_text": lambda: one("taiwan_text", "台北市台中街") == ["臺北市臺中街"],
    "regex": lambda: one("regex", "臺北市大安區", "x", pattern="市(.+區)") == ["大安區", None],
    "replace": lambda: one("replace", "12-34", pattern="-", **{"with": ""}) == ["1234"],
    "split_code": lambda: one("split_code", "01-02", "01", sep="-", index=1) == ["02", None],
    "from_file_name": lambda: (
        made("from_file_name", {"A": ["x"]}, sources=[], pattern=r"(\d{4}-\d{2})") == ["2026-05"]
    ),
    "integer": lambda: (
        one("integer", "12", "+1", "-1", "1,234", "１２", "12.0", "12.5", "x", dtype=pl.Int64)
        == [12, 1, -1, 1234, 12, 12, None, None]
    ),
    "decimal": lambda: (
        one("decimal", "1.50", ".5", "x", dtype=pl.Decimal(9, 2)) == [Decimal("1.50"), Decimal("0.50"), None]
    ),
    "boolean": lambda: (
        one("boolean", "1", "否", "?", None, dtype=pl.Boolean) == [True, False, None, None]
        and one("boolean", "Y", "N", None, dtype=pl.Boolean, true=["Y"]) == [True, False, None]
    ),
    "amount_fen": lambda: (
        one("amount_fen", "￥1,234.56", "0.1", "29.99", "x", dtype=pl.Int64) == [123456, 10, 2999, None]
        and one("amount_fen", "1.5", dtype=pl.Int64, unit="wan") == [1_500_000]
        and one("amount_fen", "7", dtype=pl.Int64, unit="fen") == [7]
    ),
    "date": lambda: (
        one("date", "20260501", "20260231", dtype=pl.Date, formats=("%Y%m%d",)) == [dt.date(2026, 5, 1), None]
    ),
    "first_date": lambda: (
        made(
            "first_date",
            {
                "A": ["2026-05-01 00:30:00", None, "x", None],
                "B": ["2026-04-30", "2026-05-09", "2026-05-10", None],
            },
            pl.Date,
        )
        == [dt.date(2026, 5, 1), dt.date(2026, 5, 9), dt.date(2026, 5, 10), None]
    ),
    "local_timestamp": lambda: (
        one("local_timestamp", "2026-05-01 08:00:00", dtype=TIMESTAMP) == [utc("2026-05-01T00:00")]
        and one(
            "local_timestamp", "2026-05-01 08:00:00+0900", dtype=TIMESTAMP, formats=("%Y-%m-%d %H:%M:%S%z",)
        )
        == [utc("2026-04-30T23:00")]
    ),
    "local_date": lambda: one("local_date", "2026-05-01 00:30:00", dtype=pl.Date) == [dt.date(2026, 5, 1)],
    "local_hour": lambda: one("local_hour", "2026-05-01 23:30:00", dtype=pl.Int64) == [23],
    "is_time_ambiguous": lambda: (
        one(
            "is_time_ambiguous",
            "2014-11-02 01:30:00",
            "2014-03-09 02:30:00",
            "2014-05-01 01:00:00",
            None,
            dtype=pl.Boolean,
            zone="America/Chicago",
        )
        == [True, True, False, None]
    ),
    "roc_date": lambda: (
        one("roc_date", "1040101", "1550222", "110420", "1040231", dtype=pl.Date)
        == [dt.date(2015, 1, 1), dt.date(2066, 2, 22), None, None]
    ),
    "month_start": lambda: (
        one("month_start", "2014-05", dtype=pl.Date, formats=("%Y-%m",)) == [dt.date(2014, 5, 1)]
    ),
    "time_slot_start": lambda: (
        slots("time_slot_start")
        == [utc("2015-01-01T15:00"), utc("2015-01-01T08:00"), utc("2014-12-31T16:00"), None, None]
    ),
    "time_slot_end": lambda: (
        slots("time_slot_end")
        == [utc("2015-01-01T17:00"), utc("2015-01-01T10:00"), utc("2014-12-31T18:00"), None, None]
    ),
    "time_slot_midpoint": lambda: (
        slots("time_slot_midpoint")
        == [utc("2015-01-01T16:00"), utc("2015-01-01T09:00"), utc("2014-12-31T17:00"), None, None]
    ),
    "slot_midpoint_date": lambda: (
        slots("slot_midpoint_date", pl.Date) == [dt.date(2015, 1, 2), *[dt.date(2015, 1, 1)] * 4]
    ),
    "slot_midpoint_hour": lambda: slots("slot_midpoint_hour", pl.Int64) == [0, 17, 1, None, None],
    "record_key": lambda: (
        one("record_key", "J1", None, table="case.calls") == ["3b4a2f", None] or _record_keys()
    ),
    "record_label": lambda: (
        made("record_label", {"A": ["J1"]}, key=("A",), sources=[]) == ["J1"]
        and made("record_label", {"A": ["J1"]}, sources=[]) == ["月报2026-05.csv:2"]
    ),
    "text_or_record_label": lambda: (
        one("text_or_record_label", "08-1", None) == ["08-1", "月报2026-05.csv:3"]
    ),
    "pseudonym": lambda: _pseudonyms(),
    "id_no_valid": lambda: (
        one(
            "id_no_valid",
            "11010519491231002X",
            "１１０１０５１９４９１２３１００２ｘ",
            "110105194912310021",
            "11010519491331002X",
            None,
            dtype=pl.Boolean,
        )
        == [True, True, False, False, None]
    ),
    "birth_date_from_id": lambda: (
        one("birth_date_from_id", "11010519491231002X", "110105491231002", "x", dtype=pl.Date)
        == [dt.date(1949, 12, 31), dt.date(1949, 12, 31), None]
    ),
    "longitude": lambda: (
        made(
            "longitude",
            {"X": ["121.4737019", "0", "x", "999"], "Y": ["31.23", "0", "1", "1"]},
            pl.Decimal(9, 6),
            missing=[[0, 0]],
        )
        == [Decimal("121.473702"), None, None, None]
    ),
    "latitude": lambda: (
        made("latitude", {"X": ["121.47", "0"], "Y": ["31.2304", "0"]}, pl.Decimal(9, 6), missing=[[0, 0]])
        == [Decimal("31.230400"), None]
    ),
    "wkt_from_geojson": lambda: (
        one("wkt_from_geojson", '{"type":"Point","coordinates":[121.5,31.25]}', "x")
        == ["POINT (121.5 31.25)", None]
    ),
    "wkt": lambda: (
        one("wkt", "POINT (121.5 31.25)", "POINT (121.5", None) == ["POINT (121.5 31.25)", None, None]
    ),
}


def slots(transform: str, dtype: Any = TIMESTAMP) -> list[Any]:
    """Slots of 2015-01-01 in Taipei: over midnight, with blanks, odd zeros, beyond 24, not a slot."""
    columns: dict[str, list[str | None]] = {
        "D": ["1040101"] * 5,
        "S": ["23~01", " 16 - 18", "00-002", "25~26", "不详"],
    }
    return made(transform, columns, dtype, formats=("roc_date",), zone="Asia/Taipei")


def _record_keys() -> bool:
    import hashlib

    own = made("record_key", {"A": ["J1", None]}, key=("A",), sources=[])
    other = one("record_key", "J1", table="patrol.shifts")
    plain = made("record_key", {"A": ["x"]}, sources=[])
    keys = (("case", "calls", "J1"), ("patrol", "shifts", "J1"), ("case", "calls", "月报2026-05.csv", "2"))
    digest = [hashlib.md5("\x1f".join(parts).encode()).hexdigest() for parts in keys]
    return [own[0], other[0], plain[0]] == digest and own[1] is None


def _pseudonyms() -> bool:
    old, new, spaced, missing = one(
        "pseudonym", "110105491231002", "11010519491231002X", " 11010519491231002x ", None, purpose="person"
    )
    phone = one("pseudonym", "138-0013-8000", "13800138000", purpose="phone")
    return (
        old == new == spaced
        and missing is None
        and phone[0] == phone[1]
        and old == pseudonyms("person", b"geheim")("110105491231002")
    )


@pytest.mark.parametrize("name", sorted(TESTED))
def test_transform_gives_the_known_answer(name: str) -> None:
    assert TESTED[name]()


def test_every_registered_transform_is_tested() -> None:
    assert names() == set(TESTED)


def test_ambiguous_time_takes_the_earlier_offset_and_a_gap_shifts_forward() -> None:
    found = one(
        "local_timestamp",
        "2014-11-02 01:30:00",
        "2014-03-09 02:30:00",
        dtype=TIMESTAMP,
        zone="America/Chicago",
    )
    assert found == [utc("2014-11-02T06:30"), utc("2014-03-09T08:30")]


def test_pseudonym_needs_its_key() -> None:
    table = SimpleNamespace(qualified="case.calls", columns=[], key=(), crs=None, timezone="UTC")
    mapping = SimpleNamespace(from_=("A",), transform="pseudonym", options={}, value=None)
    frame = pl.DataFrame({"A": ["x"], "_source_line": [1], "_source_file": ["f"]})
    with pytest.raises(JingcangError, match="假名密钥"):
        build_entity(frame, table, {"out": mapping}, {"out": pl.String()}, environ={})


def test_unknown_transform_and_misfit_type_are_named() -> None:
    with pytest.raises(JingcangError, match="no_such_transform"):
        one("no_such_transform", "x")
    with pytest.raises(JingcangError, match="类型不符"):
        one("text", "x", dtype=pl.Int64)


def test_constants_keep_the_height() -> None:
    table = SimpleNamespace(qualified="case.calls", columns=[], key=(), crs=None, timezone="UTC")
    mapping = SimpleNamespace(from_=(), transform="value", options={}, value=1)
    frame = pl.DataFrame({"_source_line": [1, 2, 3]})
    assert build_entity(frame, table, {"out": mapping}, {"out": pl.Int64()})["out"].to_list() == [1, 1, 1]


def test_gcj02_known_point_and_round_trip() -> None:
    # Tiananmen, the point commonly published in both systems.
    longitude, latitude = wgs84_to_gcj02(np.array([116.391382]), np.array([39.907149]))
    assert abs(longitude[0] - 116.397626) < 2e-5
    assert abs(latitude[0] - 39.908552) < 2e-5
    rng = np.random.default_rng(7)
    x, y = rng.uniform(75, 134, 20_000), rng.uniform(18, 53, 20_000)
    back = gcj02_to_wgs84(*wgs84_to_gcj02(x, y))
    assert np.abs(back[0] - x).max() < 1e-9
    assert np.abs(back[1] - y).max() < 1e-9
    assert gcj02_to_wgs84(np.array([2.35]), np.array([48.85])) == (np.array([2.35]), np.array([48.85]))


def test_state_plane_feet_by_name_and_by_unit_agree() -> None:
    # The zone's origin: 250 km false easting on 90°30' W, 35°50' N (NAD83 state plane, Missouri East).
    x, y = np.array([250_000.0 * 3937 / 1200]), np.array([0.0])
    by_name = to_cgcs2000(x, y, "ESRI:102696")
    by_unit = to_cgcs2000(x, y, "EPSG:26996", unit="us_foot")
    assert np.allclose(by_name, by_unit, atol=1e-7)
    assert np.allclose((by_name[0][0], by_name[1][0]), (-90.5, 35 + 50 / 60), atol=1e-7)
    with pytest.raises(JingcangError, match="坐标系"):
        to_cgcs2000(x, y, "EPSG:1")
