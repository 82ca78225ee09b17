"""Rows 28 to 35 of FAULTS: encodings, damaged lines, identity numbers, formulas, markup, hostile files.

One delivery holds all of it; one run lands and publishes it.
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import yaml
from streamlit.testing.v1 import AppTest

from tests.faults import oracle
from tests.faults.records import (
    COLUMNS,
    POINTS,
    RESIDENTS,
    USES,
    area,
    day,
    id_no,
    points,
    resident,
    text_of,
    use,
)
from tests.faults.runner import Outcome, Runner
from tests.faults.world import World

Succeeded = Callable[[Outcome], Outcome]
OpenPage = Callable[[World, Any, str], AppTest]
FOUR_BYTES = "𠮷野家"
FORMULAS = ["=cmd|' /C calc'!A0", " =1+1", "\u00a0=1+1", "\n=1+1"]
MARKUP = ["<script>alert(1)</script>", "**粗**[链](http://x)", "'; drop table fct_incidents; --"]
BEAT_NAMES = ("<img src=x onerror=alert(1)>", "[坏](javascript:alert(1))", "'; drop table dim_area; --")
MOJIBAKE = "测试测试".encode().decode("gbk")


def number_with_x() -> str:
    """Return an identity number that ends with X."""
    return next(text for text in map(id_no, range(500)) if text.endswith("X"))


def full_width(text: str) -> str:
    """Return the text with full-width digits."""
    return text.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})


def deliver(world: World) -> None:
    """Deliver every kind of trouble with bytes."""
    plain = id_no(1)
    world.insert(RESIDENTS, [
        resident(300, ZJHM=plain[:-1] + ("0" if plain[-1] != "0" else "1"), XGSJ="2026-06-29 09:00:00"),
        resident(301, ZJHM=full_width(plain), XGSJ="2026-06-29 09:00:00"),
        resident(302, ZJHM=number_with_x().lower(), XGSJ="2026-06-29 09:00:00"),
        resident(303, ZJHM="999901900101001", XGSJ="2026-06-29 09:00:00"),
        resident(304, XM=MOJIBAKE, XGSJ="2026-06-29 09:00:00"),
    ])  # fmt: skip
    features = [area(number) for number in range(3)]
    for feature, name in zip(features, BEAT_NAMES, strict=True):
        feature["properties"]["ZRQMC"] = name
    world.drop_areas(features)
    hostile = [use(60 + number, 利用人=text) for number, text in enumerate(FORMULAS)]
    hostile += [use(70 + number, 利用人=text) for number, text in enumerate(MARKUP)]
    quoted = io.StringIO(newline="")
    writer = csv.DictWriter(quoted, COLUMNS[USES], lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows([{name: row.get(name) or "" for name in COLUMNS[USES]} for row in hostile])
    world.drop("archive/借阅登记_02.csv", quoted.getvalue().encode("gb18030"))
    world.drop_uses("借阅登记_03.csv", [use(30, 利用人=FOUR_BYTES), use(31, 利用人="測試丙")])
    lines = text_of(COLUMNS[USES], [use(32), use(33)]).splitlines()
    world.drop(
        "archive/借阅登记_04.csv",
        b"\xef\xbb\xbf" + "\r\n".join(lines[:2]).encode() + b"\n" + lines[2].encode(),
    )
    world.drop("archive/借阅登记_05.csv", text_of(COLUMNS[USES], [use(34)]).encode("utf-16"))
    broken = (
        text_of(COLUMNS[USES], [use(35), use(36)])
        .encode("gb18030")
        .replace(b"JY0000000035", b"JY00000000\x0035")
    )
    world.drop("archive/借阅登记_06.csv", broken)
    rows = text_of(COLUMNS[POINTS], points(7, 6)).splitlines()
    rows[2] = rows[2] + ",多出一列"
    rows[3] = rows[3].replace("XZ0001", '"XZ\n0001"')
    rows[5] = rows[5].replace("XZ0001", '"XZ0001')
    world.drop(f"gps/gps2_{day(7):%Y%m%d}.csv", "\n".join(rows).encode())
    world.drop(f"gps/gps2_{day(8):%Y%m%d}.csv", gzip.compress(text_of(COLUMNS[POINTS], points(8)).encode()))
    with world.drop(f"gps/gps2_{day(9):%Y%m%d}.csv", b"x").open("r+b") as stream:
        stream.truncate(10 << 30)


@dataclass(frozen=True)
class Delivered:
    """The world after the delivery was landed, and the run's report."""

    world: World
    report: dict[str, Any]


@pytest.fixture(scope="module")
def delivered(base: World, runner: Runner, succeeded: Succeeded) -> Delivered:
    base.restore("base")
    deliver(base)
    report = succeeded(runner.run(base)).report
    oracle.check(base)
    return Delivered(base, report)


def users(delivered: Delivered) -> dict[str, str]:
    """Return number of a use → its user, as published."""
    return dict(oracle.rows(delivered.world, "select use_no, user_officer_no from fct_archive_uses"))


def violated(delivered: Delivered, check: str) -> int:
    """Return how many rows violate a check, at most, of all runs."""
    query = f"select max(rows_violated) from fct_quality_results where check_id = '{check}'"
    return int(oracle.rows(delivered.world, query)[0][0])


def quarantined(delivered: Delivered, table: str) -> dict[tuple[str, int], str]:
    """Return (file, line) → rule of the quarantined rows of a table."""
    query = (
        f"select source_file, source_line, rule_id from fct_quarantined_rows where source_table = '{table}'"
    )
    return {(file, line): rule for file, line, rule in oracle.rows(delivered.world, query)}


def test_fault_28_gbk_and_four_byte_names(delivered: Delivered) -> None:
    found = users(delivered)
    assert found["JY0000000030"] == FOUR_BYTES
    assert found["JY0000000031"] == "測試丙"


def test_fault_29_mojibake_that_decodes(delivered: Delivered) -> None:
    assert violated(delivered, "population.rk_syrk.name_plausible") == 1
    # A flag, not a reason to lose the record.
    assert oracle.totals(delivered.world, RESIDENTS)["quarantined"] == 0


def test_fault_30_marks_utf_16_nul_and_mixed_line_ends(delivered: Delivered) -> None:
    found = users(delivered)
    assert {f"JY{number:010d}" for number in (32, 33, 34, 36)} <= found.keys()
    assert "JY0000000035" not in found
    assert quarantined(delivered, "da_jylog") == {("借阅登记_06.csv", 2): "encoding"}


def test_fault_31_ragged_lines_embedded_newlines_and_quotes(delivered: Delivered) -> None:
    name = f"gps2_{day(7):%Y%m%d}.csv"
    assert quarantined(delivered, "qw_gpsd_csv") == {(name, 3): "ragged", (name, 7): "ragged"}
    assert oracle.totals(delivered.world, POINTS)["accepted"] == 3 * 20 + 4


def test_fault_32_identity_numbers(delivered: Delivered) -> None:
    world = delivered.world
    landed = pl.concat(
        [pl.read_parquet(path) for path in (world.home.landing / "accepted" / "residents").glob("*.parquet")]
    )
    person = dict(landed.select("resident_no", "person_id").iter_rows())
    valid = dict(landed.select("resident_no", "has_valid_id_no").iter_rows())
    assert person["RK0000000301"] == person["RK0000000001"], "full-width digits mean the same person"
    assert valid["RK0000000301"]
    assert valid["RK0000000302"], "a lower-case x is the check digit X"
    assert not valid["RK0000000300"]
    assert person["RK0000000303"] == person["RK0000000000"], "15 digits are the same person as their 18"
    assert violated(delivered, "population.rk_syrk.id_checksum") >= 1
    raw = pl.concat(
        [
            pl.read_parquet(path)
            for path in (world.home.landing / "raw" / "population__rk_syrk").rglob("*.parquet")
        ]
    )
    original = dict(raw.select("RKBH", "ZJHM").iter_rows())
    assert original["RK0000000301"] == full_width(id_no(1))
    assert original["RK0000000302"].endswith("x")


def test_fault_33_formulas_are_stored_raw_and_escaped_on_every_export(delivered: Delivered) -> None:
    from dashboards.components.export import Sheet, to_csv, to_xlsx

    found = users(delivered)
    values = [found[f"JY{60 + number:010d}"] for number in range(len(FORMULAS))]
    # Surrounding blanks are trimmed on the way to the tables; the raw file keeps what was written.
    assert values == [text.strip() for text in FORMULAS]
    raw = next((delivered.world.home.landing / "raw" / "archive__da_jylog").rglob("借阅登记_02.csv"))
    assert all(text.encode("gb18030") in raw.read_bytes() for text in FORMULAS)
    values += FORMULAS
    sheet = Sheet("利用", [("利用人",)], [[value] for value in values], "数据截至 2026-06-30", "测试导出")
    cells = [row[0] for row in csv.reader(io.StringIO(to_csv(sheet).decode("utf-8-sig"))) if row][
        1 : len(values) + 1
    ]
    assert all(cell.startswith("'") for cell in cells), cells
    page = openpyxl.load_workbook(io.BytesIO(to_xlsx(sheet)))["数据"]
    assert not [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    texts = [str(cell.value) for row in page.iter_rows(min_row=5) for cell in row]
    assert all(text.startswith("'") for text in texts[: len(values)]), texts


def test_fault_33_every_export_goes_through_the_escaping_writer() -> None:
    """A download built in any other way would leave formulas alive."""
    makers = ("xlsxwriter", "printed_book(")
    books = [
        path for path in Path("jingcang/reports").rglob("*.py")
        if any(maker in path.read_text(encoding="utf-8") for maker in makers)
    ]  # fmt: skip
    assert len(books) > 4
    bare = [f"{path}:{line}" for path in books for line in _bare_cells(path)]
    assert bare == []
    writers = {Path("dashboards/components/export.py"), *books}
    # Landing and derived steps write text only to take its digest.
    folders = ("dashboards", "jingcang/reports", "jingcang/access", "jingcang/workbench", "orchestration")
    sources = [path for folder in folders for path in Path(folder).rglob("*.py") if path not in writers]
    for name in ("definitions", "reviews"):
        sources.remove(Path(f"orchestration/derive/{name}.py"))
    text = {path: path.read_text(encoding="utf-8") for path in sources}
    unguarded = [
        str(path) for path, content in text.items()
        if any(word in content for word in (".to_csv(", ".write_csv(", ".to_excel(", "csv.writer", *makers))
    ]  # fmt: skip
    assert len(sources) > 100
    assert unguarded == []


def _bare_cells(path: Path) -> list[int]:
    """Return the lines that write a text cell which is neither a literal nor escaped."""
    places = {"write": 2, "write_string": 2, "merge_range": 4}
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in places:
            cell = node.args[places[node.func.attr]] if len(node.args) > 2 else None
            if (
                cell is not None
                and not isinstance(cell, ast.Constant)
                and "escaped(" not in ast.unparse(cell)
            ):
                found.append(node.lineno)
    return found


def pages_with_roles() -> list[Any]:
    from dashboards.registry import PAGES

    return [(spec, spec.roles[0]) for spec in PAGES]


@pytest.mark.parametrize(
    ("spec", "role"), pages_with_roles(), ids=lambda value: getattr(value, "path", str(value))
)
def test_fault_34_markup_in_names_is_inert_on_every_page(
    delivered: Delivered, open_page: OpenPage, spec: Any, role: str
) -> None:
    found = users(delivered)
    assert [found[f"JY{70 + number:010d}"] for number in range(len(MARKUP))] == MARKUP
    names = oracle.rows(delivered.world, "select area_name from dim_area order by area_no")
    assert [name for (name,) in names] == list(BEAT_NAMES)
    app = open_page(delivered.world, spec, role)
    drawn = [str(element.proto.body) for element in app.get("html")]
    drawn += [str(element.value) for element in app.markdown if element.proto.allow_html]
    assert not [text for text in drawn if "<script" in text.lower() or "<img src=x" in text.lower()]
    spoken = [
        str(element.value)
        for kind in ("markdown", "caption", "info", "warning")
        for element in getattr(app, kind)
    ]
    alive = (MARKUP[1], BEAT_NAMES[1])
    assert not [text for text in spoken if any(name in text for name in alive)], (
        "names are not drawn as markdown"
    )


def test_fault_35_wrong_magic_bytes_and_oversized_files(delivered: Delivered) -> None:
    query = "select note from fct_quality_results where check_id = 'gps.qw_gpsd_csv.extraction'"
    note = oracle.rows(delivered.world, query)[0][0]
    oracle.assert_helpful(note, f"gps2_{day(8):%Y%m%d}.csv", "不是声明的 csv 文本", "超过上限", "处理办法")
    landed = [
        path.name for path in (delivered.world.home.landing / "raw" / "gps__qw_gpsd_csv").rglob("*.csv")
    ]
    assert f"gps2_{day(8):%Y%m%d}.csv" not in landed
    assert f"gps2_{day(9):%Y%m%d}.csv" not in landed


def packed(container: str, content: bytes) -> bytes:
    """Return a container with one file of uses."""
    out = io.BytesIO()
    if container == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("借阅登记.csv", content)
    elif container == "gz":
        out.write(gzip.compress(content))
    else:
        with lzma.open(out, "w", preset=0) as plain, tarfile.open(fileobj=plain, mode="w") as archive:
            entry = tarfile.TarInfo("借阅登记.csv")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize("container", ["zip", "gz", "tar.xz"])
def test_fault_35_a_bomb_is_refused_before_it_is_parsed(
    world: World, runner: Runner, succeeded: Succeeded, container: str
) -> None:
    path = world.contract(USES)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in content["schema"][0]["customProperties"]:
        entry["value"] = {"container": container, "path": "借阅登记_*"}.get(entry["property"], entry["value"])
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    world.forget_runs()
    for old in (world.data / "archive").iterdir():
        old.unlink()
    good = text_of(COLUMNS[USES], [use(number) for number in range(8)]).encode("gb18030")
    world.drop(f"archive/借阅登记_01.{container}", packed(container, good))
    world.drop(f"archive/借阅登记_炸弹.{container}", packed(container, b"0" * (100 << 20)))
    succeeded(runner.run(world))
    query = "select note from fct_quality_results where check_id = 'archive.da_jylog.extraction'"
    oracle.assert_helpful(oracle.rows(world, query)[0][0], "借阅登记_炸弹", "压缩比", "重新投放")
    # The bomb stops at itself: the good file of the same folder and every other source arrive.
    assert oracle.rows(world, "select count(*) from fct_archive_uses") == [(8,)]
    assert oracle.rows(world, "select count(*) from fct_incidents") == [(60,)]
    assert not list((world.home.landing / "raw").rglob("*炸弹*"))
    oracle.check(world)
