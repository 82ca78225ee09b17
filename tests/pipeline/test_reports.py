"""The briefing of the published demo, by the command: figures recomputed by hand-written SQL, checked after editing."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from jingcang.access.accounts import list_accounts
from jingcang.home import Home
from jingcang.reports.briefing.figures import Figure, from_row
from jingcang.workbench import Workbench
from jingcang.workbench.reports import ReportBook

Run = Callable[..., "CompletedProcess[str]"]

CONDITIONS = {
    "incidents_all": "true",
    "incidents_effective": "class_outcome <> 'ignored' and coalesce(class_code, '') not like 'J10%'",
    "incidents_criminal": "class_code like '10____%' and length(split_part(class_code, '.', 1)) = 6",
    "incidents_public_order": "class_code like '20____%'",
    "incidents_dispute": "class_code like '200200%' or class_code like 'J30%'",
    "incidents_fraud": "class_code like '100600%' or class_code like '201200%'",
    "incidents_theft": "class_code like '100100%' or class_code like '201000%'",
}
"""Written by hand from the definitions that readers see, not from the declarations."""
BANDS = {"0 时至 5 时": (0, 5), "6 时至 11 时": (6, 11), "12 时至 17 时": (12, 17), "18 时至 23 时": (18, 23)}


@pytest.fixture
def home(copy_of_demo_home: Path) -> Home:
    return Home(copy_of_demo_home)


def leader(home: Home, role: str) -> str:
    workbench = Workbench.open(home, {})
    account = next(a for a in list_accounts(workbench) if a.identity.role == role)
    workbench.close()
    return account.identity.user_id


def number_in(said: str) -> str:
    found = re.search(r"编号 (JB-20260630-\d{3})，", said)
    assert found is not None, said
    return found.group(1)


def figures_of(home: Home, report_id: str) -> list[Figure]:
    workbench = Workbench.open(home, {})
    row = ReportBook(workbench).briefing(report_id)
    workbench.close()
    assert row is not None
    return [from_row(figure) for figure in row["figures"]]


def by_hand(connection: duckdb.DuckDBPyConnection, figure: Figure, units: list[str]) -> int:
    recipe = figure.recipe
    assert recipe.period is not None
    where, values = [f"({CONDITIONS[recipe.metric]})"], []
    for column, value in recipe.cell:
        if column == "hour_band":
            first, last = BANDS.get(value, (None, None))
            where.append(f"event_hour between {first} and {last}" if value else "event_hour is null")
        elif value == "":
            where.append(f"{column} is null")
        else:
            where.append(f"cast({column} as varchar) = ?")
            values.append(value)
    marks = ", ".join("?" for _ in units)
    return connection.execute(
        f"select coalesce(sum(record_count), 0) from fct_incidents where event_date >= ? and event_date < ? "
        f"and unit_no in ({marks}) and {' and '.join(where)}",
        [recipe.period.start, recipe.period.end, *units, *values],
    ).fetchone()[0]  # fmt: skip


def test_counts_of_the_demo_are_those_of_hand_written_sql(home: Home, jingcang: Run, tmp_path: Path) -> None:
    target = tmp_path / "简报.docx"
    result = jingcang(
        "report", "weekly", "--as-of", "2026-06-30", "--by", leader(home, "leader_bureau"), "--home", home.root,
        "--output", target,
    )  # fmt: skip
    report_id = number_in(result.stdout)
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        units = [row[0] for row in connection.execute("select distinct unit_no from dim_unit").fetchall()]
        counted = [
            figure for figure in figures_of(home, report_id)
            if figure.recipe.measure == "count" and figure.recipe.metric in CONDITIONS
        ]  # fmt: skip
        wrong = [
            (figure.title, figure.text, by_hand(connection, figure, units))
            for figure in counted
            if figure.text != f"{by_hand(connection, figure, units):,}"
        ]
    assert len({figure.recipe for figure in counted}) >= 50
    assert len({figure.recipe.metric for figure in counted}) >= 5
    assert wrong == []


def test_the_command_checks_an_edited_file_and_tells_by_its_exit_code(
    home: Home, jingcang: Run, tmp_path: Path
) -> None:
    who, target = leader(home, "leader_station"), tmp_path / "简报.docx"
    made = ("report", "weekly", "--as-of", "2026-06-30", "--by", who, "--home", home.root, "--output", target)
    report_id = number_in(jingcang(*made, "--excel", tmp_path / "简报.xlsx").stdout)
    check = ("report", "verify", target, "--by", who, "--home", home.root)
    assert "全部一致" in jingcang(*check).stdout
    figure = next(
        f for f in figures_of(home, report_id)
        if f.recipe.metric == "incidents_effective" and f.recipe.measure == "count"
    )  # fmt: skip
    edit(target, figure, "999")
    result = jingcang(*check, check=False)
    assert result.returncode == 1
    assert "【数字不一致】有效警情" in result.stdout
    assert (
        f"指标 incidents_effective；文件写 999；发出时 {figure.text}；仓库现为 {figure.text}" in result.stdout
    )
    assert "位置：“一、概况”第 1 段" in result.stdout
    target.write_text("不是文件")
    refused = jingcang(*check, check=False)
    assert refused.returncode == 2
    assert "文件读不出来" in refused.stderr
    (tmp_path / "简报.xlsx").read_bytes()


def edit(path: Path, figure: Figure, text: str) -> None:
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    content = members["word/document.xml"].decode()
    start = content.index(f'<w:tag w:val="{figure.id}"/>')
    at = content.index(f">{figure.text}</w:t>", start)
    members["word/document.xml"] = (content[:at] + f">{text}" + content[at + 1 + len(figure.text) :]).encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, value in members.items():
            new.writestr(name, value)


def test_the_community_version_by_the_command(home: Home, jingcang: Run, tmp_path: Path) -> None:
    who, target = leader(home, "leader_station"), tmp_path / "社区.docx"
    asked = (
        "report",
        "community",
        "--as-of",
        "2026-06-30",
        "--by",
        who,
        "--home",
        home.root,
        "--period",
        "week",
    )
    first = jingcang(*asked, "--to", "城东居委会", "--output", target)
    assert "已登记发给 城东居委会" in first.stdout
    content = target.read_bytes()
    assert "再取同一份" in jingcang(*asked, "--to", "综治中心", "--output", target).stdout
    assert target.read_bytes() == content
    listed = jingcang("report", "disclosures", "--by", who, "--home", home.root).stdout
    assert "发给 城东居委会" in listed
    assert "发给 综治中心" in listed
