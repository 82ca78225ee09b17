"""The station's own division, from the profile to the derived addresses."""

import datetime
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
import yaml

from jingcang.contracts import load_profile
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import Cut
from orchestration.derive import definitions
from orchestration.registration import Registration, register

CUT = Cut((), "")
STANDARD = pl.DataFrame(
    {"address_no": ["D1"], "address_text": ["文三路12号"]}
    | {
        name: [None]
        for name in ("road_name", "house_no", "compound_name", "building_no", "entrance_no", "room_no")
    }
    | {"community_name": [None]},
    schema_overrides=dict.fromkeys(("road_name", "community_name"), pl.String),
)
INCIDENTS = pl.DataFrame(
    {
        "incident_id": ["i1", "i2"],
        "address_text": ["西湖区翠苑街道翠苑三区社区文三路12号", "南昌市西湖区文三路12号"],
        "event_date": [datetime.date(2026, 3, 1)] * 2,
    }
)


def _home(folder: Path, **keys: str) -> Home:
    profile = folder / "profile"
    profile.mkdir(exist_ok=True)
    (profile / "profile.yaml").write_text(yaml.safe_dump({"name": "own", **keys}), encoding="utf-8")
    home = Home(folder / "home").prepare()
    register(home, Registration("own", str(profile)))
    return home


def test_divisions_follow_the_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "_standard_addresses", lambda home, cut: STANDARD)
    item = SimpleNamespace(key="incident_id")

    def derive(**keys: str) -> tuple[list[str | None], list[str], str]:
        home = _home(tmp_path, **keys)
        rows = definitions.compute_addresses(home, CUT, item, INCIDENTS)  # type: ignore[arg-type]
        version = definitions.addresses_version(home, CUT)  # type: ignore[arg-type]
        return rows["division_code"].to_list(), rows["address_match_level"].to_list(), version

    without = derive()
    hangzhou = derive(home_division="330106")
    assert without[:2] == ([None, None], ["院", "院"])
    assert hangzhou[:2] == (["330106005", "360103"], ["院", "none"])
    villages = tmp_path / "profile" / "villages.csv"
    villages.write_text("code,name\n330106005057,翠苑三区社区居委会\n", encoding="utf-8")
    with_villages = derive(home_division="330106", villages="villages.csv")
    assert with_villages[0] == ["330106005057", "360103"]
    # Whatever changes the result changes the version, or old batches would be kept.
    villages.write_text("code,name\n330106005058,翠苑三区社区居委会\n", encoding="utf-8")
    changed = derive(home_division="330106", villages="villages.csv")
    assert changed[0] == ["330106005058", "360103"]
    assert len({without[2], hangzhou[2], with_villages[2], changed[2]}) == 4


@pytest.mark.parametrize(
    ("keys", "named"),
    [({"home_division": "33010"}, "home_division"), ({"villages": "no.csv"}, "villages")],
)
def test_wrong_keys_are_named(tmp_path: Path, keys: dict[str, str], named: str) -> None:
    source = CONTRACTS_ROOT / "profiles" / "taipei_theft" / "profile.yaml"
    spec = yaml.safe_load(source.read_text(encoding="utf-8")) | keys
    (tmp_path / "profile.yaml").write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
    with pytest.raises(JingcangError, match=named):
        load_profile(tmp_path, data=tmp_path)
