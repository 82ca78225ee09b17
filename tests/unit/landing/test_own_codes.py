"""A bureau's own codes land once a change, and a file that cannot stand is refused by file and line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from jingcang.errors import JingcangError
from jingcang.landing import current_cut, land_mapping_seeds, land_own_codes

from .conftest import Scene

HEADER = (
    "dictionary,code,parent_code,level_number,name_zh,aliases,standard_ref,valid_from,valid_to,is_own_code\n"
)
AS_OF = dt.date(2026, 6, 30)
FIRST = "education,85,,1,夜校,夜大|业余,本局代码表 own.csv,2026-06-01,,true\n"
ROWS = (
    "select code, name_zh, aliases, parent_code, valid_from, valid_to, _source_file, _source_line"
    " from landed.dictionary_codes"
)


def write(scene: Scene, text: str) -> Path:
    folder = scene.root / "profile" / "dictionaries"
    folder.mkdir(exist_ok=True)
    path = folder / "dictionary_education.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    scene._loaded = None
    return path


def land(scene: Scene) -> tuple[str, ...]:
    return land_own_codes(scene.profile(), scene.home, as_of=AS_OF)


def test_codes_land_once_a_change_and_old_batches_stay(scene: Scene) -> None:
    scene.profile()
    assert land(scene) == (), "no files, no batch"
    path = write(scene, FIRST)
    (first,) = land(scene)
    assert land(scene) == ()
    day = dt.date(2026, 6, 1)
    file = "dictionary_education.csv"
    assert scene.rows(ROWS) == [("85", "夜校", "夜大|业余", None, day, None, file, 2)]
    write(scene, FIRST.replace("2026-06-01,,", "2026-06-01,2026-06-20,"))
    (second,) = land(scene)
    assert scene.rows(ROWS)[0][5] == dt.date(2026, 6, 20)
    assert {first, second} <= {
        file.stem for file in (scene.home.landing / "accepted/dictionary_codes").glob("*.parquet")
    }
    assert second in current_cut(scene.home).batches
    path.unlink()
    scene._loaded = None
    assert len(land(scene)) == 1
    assert scene.rows(ROWS) == []


def test_own_codes_and_mapping_seeds_do_not_displace_each_other(scene: Scene) -> None:
    scene.profile()
    write(scene, FIRST)
    land(scene)
    assert land_mapping_seeds(scene.profile(), scene.home) == (), "no mapping seeds, nothing to land"
    assert len(scene.rows(ROWS)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [(FIRST + FIRST, "代码 85 写了两次"), (FIRST.replace("2026-06-01", "6月1日"), "读不懂的日期或级次")],
)
def test_a_file_that_cannot_stand_is_refused(scene: Scene, text: str, said: str) -> None:
    scene.profile()
    write(scene, text)
    with pytest.raises(JingcangError, match=said) as caught:
        land(scene)
    assert "dictionary_education.csv" in str(caught.value)
    assert scene.rows(ROWS) == []
