"""Addresses down to the village: a station names the national list in its profile, nothing of it is in this tree."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
import yaml

from jingcang.addresses import Resolver, division_index
from jingcang.addresses.parsing import parse_address
from jingcang.home import Home
from jingcang.landing import Cut
from orchestration.derive import definitions
from orchestration.registration import Registration, register


@pytest.fixture(scope="module")
def villages(real_data: Path) -> Path:
    path = real_data / "people" / "china_admin" / "villages.parquet"
    if not path.is_file():
        pytest.skip("no village list in the real data")
    return path


# 西湖区 of Hangzhou has 222 villages and communities; 朝阳区 of Beijing 768, most below an 地区 (高碑店地区).
@pytest.mark.parametrize(("home", "count", "least"), [("330106", 222, 1.0), ("110105", 768, 0.96)])
def test_every_village_of_a_home_is_found_below_its_street(
    villages: Path, home: str, count: int, least: float
) -> None:
    listed = pl.read_csv(villages.with_name("streets.csv"), infer_schema_length=0).select("code", "name")
    streets = dict(listed.iter_rows())
    rows = pl.read_parquet(villages).filter(pl.col("areaCode") == home).select("code", "name").rows()
    assert len(rows) == count
    index = division_index(home, villages)
    resolver = Resolver(index)
    exact = 0
    for code, name in rows:
        found = resolver.resolve(parse_address(f"{streets[code[:9]]}{name}88号", index)).code
        assert code.startswith(found), f"{streets[code[:9]]}{name} is not {found}"
        exact += found == code
    assert exact >= least * count, f"{exact} of {count}"


def test_the_profile_names_the_list_where_it_lies(villages: Path, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    relative = os.path.relpath(villages, profile)
    keys = {"name": "own", "home_division": "330106", "villages": relative}
    (profile / "profile.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")
    home = Home(tmp_path / "home").prepare()
    register(home, Registration("own", str(profile)))
    texts = ["翠苑街道翠苑三区社区文三路12号", "翠苑三区社区", "南昌市西湖区文三路12号"]
    given = pl.DataFrame(
        {"incident_id": ["i1", "i2", "i3"], "address_text": texts, "event_date": [dt.date(2026, 3, 1)] * 3}
    )
    item = SimpleNamespace(key="incident_id")
    rows = definitions.compute_addresses(home, Cut((), ""), item, given)  # type: ignore[arg-type]
    assert rows["division_code"].to_list() == ["330106005057", "330106005057", "360103"]
