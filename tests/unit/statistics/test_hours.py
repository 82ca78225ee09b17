"""Hours of the week of events whose time is a window."""

import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.errors import JingcangError
from jingcang.statistics import aoristic_profile, aoristic_weights

SHANGHAI = "Asia/Shanghai"
MOMENTS = st.datetimes(*map(datetime.datetime.fromisoformat, ("2007-01-01", "2009-01-01")))


def test_aoristic_weights() -> None:
    monday = datetime.datetime(2026, 1, 5, tzinfo=ZoneInfo(SHANGHAI))
    weights = aoristic_weights(
        monday.replace(hour=22, minute=30), monday.replace(hour=23, minute=30), SHANGHAI
    )
    assert weights.shape == (168,)
    assert weights[[22, 23]] == pytest.approx([0.5, 0.5])
    known = aoristic_weights(monday, monday, SHANGHAI)
    assert known[0] == known.sum() == 1
    hour = datetime.timedelta(hours=1)
    over_midnight = aoristic_weights(monday - hour, monday + 3 * hour, SHANGHAI)
    assert over_midnight[[167, 0, 1, 2]] == pytest.approx([0.25] * 4)


def test_aoristic_weights_of_several_windows_in_another_zone() -> None:
    start = datetime.datetime(2026, 1, 4, 16, 0, tzinfo=datetime.UTC)  # Monday 00 h in Shanghai
    week = datetime.timedelta(days=7)
    weights = aoristic_weights([start, start], [start + week, start + week * 2], SHANGHAI)
    assert weights == pytest.approx(np.full(168, 1 / 168))  # the second window is too long
    profile = aoristic_profile([start, start], [start + week, start + week * 2], SHANGHAI)
    assert (profile.included, profile.excluded, profile.excluded_share) == (1, 1, 0.5)
    assert "1 条（50.0%）" in profile.note
    assert aoristic_profile([], [], SHANGHAI).note == ""
    with pytest.raises(JingcangError, match="颠倒"):
        aoristic_weights(start, start - week, SHANGHAI)
    with pytest.raises(JingcangError, match="配对"):
        aoristic_weights([start], [], SHANGHAI)
    for missing in (None, pd.NaT, np.datetime64("NaT")):
        with pytest.raises(JingcangError, match="缺失"):
            aoristic_weights([missing], [start], SHANGHAI)


def test_aoristic_weights_at_a_clock_change() -> None:
    # New York, 2008-11-02: the hour from 1 to 2 comes twice.
    zone = ZoneInfo("America/New_York")
    start = datetime.datetime(2008, 11, 2, 0, 0, tzinfo=zone)
    weights = aoristic_weights(start, start.replace(hour=3), "America/New_York")
    sunday = 6 * 24
    assert weights[sunday : sunday + 3] == pytest.approx([0.25, 0.5, 0.25])


def test_the_missing_hour_gets_nothing() -> None:
    # New York, 2008-03-09: the clock goes from 2 to 3.
    zone = ZoneInfo("America/New_York")
    start = datetime.datetime(2008, 3, 9, 1, 0, tzinfo=zone)
    weights = aoristic_weights(start, start.replace(hour=4), "America/New_York")
    sunday = 6 * 24
    assert weights[sunday + 1 : sunday + 4] == pytest.approx([0.5, 0, 0.5])


@settings(max_examples=60, deadline=None)
@given(
    MOMENTS,
    st.timedeltas(datetime.timedelta(0), datetime.timedelta(7)),
    st.sampled_from([SHANGHAI, "Europe/London"]),
)
def test_every_window_weighs_one_and_matches_the_minutes(
    start: datetime.datetime, length: datetime.timedelta, zone: str
) -> None:
    """Recomputed minute by minute, each minute read on the local clock."""
    begin = start.replace(second=0, microsecond=0, tzinfo=datetime.UTC)
    minutes = int(length.total_seconds() // 60)
    weights = aoristic_weights(begin, begin + datetime.timedelta(minutes=minutes), zone)
    assert weights.sum() == pytest.approx(1)
    expected = np.zeros(168)
    for minute in range(max(minutes, 1)):
        local = (begin + datetime.timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
        expected[local.weekday() * 24 + local.hour] += 1 / max(minutes, 1)
    assert weights == pytest.approx(expected)


def test_every_kind_of_series_is_taken() -> None:
    starts = [datetime.datetime.fromisoformat(text) for text in ("2026-01-05T22:30", "2026-01-06T03:00")]
    ends = [start + datetime.timedelta(hours=1) for start in starts]
    expected = aoristic_weights(starts, ends, SHANGHAI)
    assert expected.sum() == pytest.approx(2)
    for kind in (pd.Series, pl.Series, tuple, lambda values: np.array(values, dtype="datetime64[us]")):
        assert aoristic_weights(kind(starts), kind(ends), SHANGHAI) == pytest.approx(expected)


def test_a_zone_half_an_hour_off_and_a_time_before_1970() -> None:
    start = datetime.datetime(2026, 1, 5, 18, 40, tzinfo=datetime.UTC)  # Tuesday 00:10 in Kolkata
    weights = aoristic_weights(start, start + datetime.timedelta(minutes=60), "Asia/Kolkata")
    assert weights[24:26] == pytest.approx([50 / 60, 10 / 60])
    early = datetime.datetime(
        1969, 12, 31, 23, 59, 59, 999_999, tzinfo=datetime.UTC
    )  # Thursday 07 h in Shanghai
    assert aoristic_weights(early, early, SHANGHAI)[3 * 24 + 7] == 1
