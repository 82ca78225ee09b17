"""A frozen period is made again from the batches and with the program it rests on, whatever came since."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.access.accounts import add_account
from jingcang.access.kpi_periods import take_step, verified
from jingcang.config import Landing, Settings
from jingcang.contracts.model import Profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import current_cut
from jingcang.landing.manifests import commit
from jingcang.workbench import Workbench
from jingcang.workbench.kpi_periods import Frozen, PeriodBook, Pinned
from orchestration.cli import app as command
from orchestration.publish.assets import release_raw
from orchestration.rebuild import checked
from orchestration.rebuild.code import running_code
from orchestration.run import open_profile

START, END = date(2024, 12, 21), date(2025, 12, 20)
FILING = "dbt_project/models/kpi/int_kpi_archive_filing.sql"


@pytest.fixture
def home(copy_of_demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A copy of the demo home in which the last assessment year has been frozen."""
    monkeypatch.delenv("JINGCANG_WORKBENCH_URL", raising=False)
    made = Home(copy_of_demo_home)
    workbench, door = Workbench.open(made), Door(made, is_current=lambda identity: True)
    for user_id in ("kao1", "kao2"):
        add_account(
            workbench, user_id=user_id, display_name=user_id, role="evaluator", unit_nos=(ALL_UNITS,),
            password="long enough for a test",
        )  # fmt: skip
    for seen, (state, by) in enumerate(
        (("draft", "kao1"), ("announced", "kao1"), ("appeals", "kao1"), ("frozen", "kao2"))
    ):
        who = Identity(by, by, "evaluator", (ALL_UNITS,))
        take_step(door, who, workbench, START, END, state, seen_version=seen, reason="到期")
    yield made
    workbench.close()


@pytest.fixture
def frozen(home: Home) -> Frozen:
    found = PeriodBook(Workbench.open(home)).frozen(START)
    assert found is not None
    return found


def _pinned(frozen: Frozen) -> Pinned:
    assert frozen.pinned is not None
    return frozen.pinned


def _deliver_anew(
    home: Home, qualified: str, changed: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows
) -> None:
    """Land a batch that replaces all of a table, as a later delivery does, its accepted rows changed."""
    (last,) = [entry for entry in current_cut(home).manifests(home) if entry.qualified == qualified]
    batch, files = f"later_{last.sequence}", {}
    for name, facts in last.data_files.items():
        new = name.replace(last.batch_id, batch)
        if name.startswith("accepted/"):
            rows = pl.read_parquet(home.landing / name).with_columns(pl.lit(batch).alias("_source_batch_id"))
            changed(rows).write_parquet(home.landing / new)
        else:
            shutil.copy(home.landing / name, home.landing / new)
        files[new] = facts
    commit(
        home,
        replace(last, batch_id=batch, replaces_all=True, data_files=files, raw_files=[], as_of="2026-07-01"),
    )


def test_it_is_made_again_exactly_and_what_todays_program_says_otherwise_is_told_by_row(
    home: Home, frozen: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    _deliver_anew(home, "archive.da_daml", lambda rows: rows.head(10))
    assert set(_pinned(frozen).batches) != set(current_cut(home).batches)

    def stricter(profile: Profile) -> dict[str, bytes]:
        """Return the running program, in which a volume filed on its last day is late."""
        program = running_code(profile)
        text = program[FILING].decode()
        changed = text.replace("archived_date <= dues.due_date", "archived_date < dues.due_date")
        assert changed != text
        return {**program, FILING: changed.encode()}

    monkeypatch.setattr(checked, "running_code", stricter)
    said = CliRunner().invoke(
        command, ["kpi", "verify", "--rows", "--home", str(home.root), "--period", START.isoformat()]
    )
    assert said.exit_code == 0, said.output
    rows = pl.read_parquet(io.BytesIO(frozen.content))
    assert rows.height > 1000
    assert f"和冻结时的程序重建：{rows.height:,} 条，与冻结的逐条一致" in said.output
    dates = pl.col("evidence").str.extract_groups(r"应归档 (?<due>\S+)；归档 (?<filed>[^；]+)")
    last_day = rows.filter(
        (pl.col("kpi_code") == "archive_in_time") & (pl.col("in_numerator") == 1)
        & (dates.struct.field("due") == dates.struct.field("filed"))
    )["record_no"].to_list()  # fmt: skip
    assert last_day
    assert f"{len(last_day)} 条与冻结的不同" in said.output
    told = [
        line.split("  ") for line in said.output.splitlines() if line.startswith("  及时归档率  内容不同")
    ]
    assert sorted(line[3] for line in told) == sorted(last_day)
    assert {line[4] for line in told} == {"达到 → 未达到"}


def test_a_landed_file_that_was_touched_is_named_before_anything_is_rebuilt(
    home: Home, frozen: Frozen
) -> None:
    profile, pinned = open_profile(home), _pinned(frozen)
    (entry,) = [entry for entry in current_cut(home).manifests(home) if entry.qualified == "archive.da_jylog"]
    name = next(name for name in entry.data_files if name.startswith("accepted/"))
    path = home.landing / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(JingcangError, match="缺 0 批，1 个文件缺失或被改动") as told:
        checked.reproduced(home, profile, frozen, END, pinned)
    assert name in str(told.value)
    with pytest.raises(JingcangError, match="缺 1 批"):
        checked.reproduced(home, profile, frozen, END, replace(pinned, batches=("gone",)))


def test_a_program_that_is_not_what_was_kept_is_not_run(
    home: Home, frozen: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, pinned = open_profile(home), _pinned(frozen)
    rows = pl.read_parquet(io.BytesIO(frozen.content))
    ran: list[bytes] = []

    def rebuilt(
        home: Home, frozen: Frozen, end: date, pinned: Pinned, program: dict[str, bytes]
    ) -> pl.DataFrame:
        ran.append(program[FILING])
        return rows.head(rows.height - 1)

    monkeypatch.setattr(checked, "rebuilt_records", rebuilt)
    monkeypatch.setattr(checked, "running_code", lambda profile: {**running_code(profile), FILING: b"today"})
    made = checked.reproduced(home, profile, frozen, END, pinned)
    assert (len(ran), ran[-1], made.lost) == (2, b"today", "")
    assert not made.is_exact
    assert made.then is not None
    assert made.then.differing["differs_code"].to_list() == ["gone"]
    other = next((home.ledger / "code").iterdir())
    other.write_bytes(other.read_bytes()[: other.stat().st_size // 2])
    made = checked.reproduced(home, profile, frozen, END, pinned)
    assert (len(ran), made.then, "无法读取" in made.lost) == (3, None, True)


def _publish(home: Home, statements: str) -> None:
    """Publish everything landed, with what SQL makes of the records: as a run would, without its minute."""
    record = json.loads((home.serving / "g000001.json").read_text(encoding="utf-8"))
    path = home.serving / f"g00000{len(list(home.serving.glob('*.duckdb'))) + 1}.duckdb"
    shutil.copy(home.current_link.resolve(), path)
    written = {**record, "name": path.stem, "batches": current_cut(home).batches}
    path.with_suffix(".json").write_text(json.dumps(written), encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        connection.execute(statements)
    home.current_link.unlink()
    home.current_link.symlink_to(path.name)


def test_a_changed_mapping_and_a_changed_boundary_are_causes_of_their_own(home: Home) -> None:
    chosen = (
        "in (select kpi_record_id from fct_kpi_records where period_start = '{}' and kpi_code = '{}' "
        "order by kpi_record_id limit 3)"
    )
    # The catalogue is delivered again word for word: its rows stand in another batch and say the same.
    _deliver_anew(home, "archive.da_daml")
    _publish(
        home,
        f"""
        update fct_kpi_records set category_code = 'XX'
            where kpi_record_id {chosen.format(START, "archive_complete")};
        update fct_kpi_records set unit_no = 'elsewhere'
            where kpi_record_id {chosen.format(START, "archive_returned_in_time")};
        """,
    )
    assert _causes(home) == {("category", "reclassified"): 3, ("unit", "transfer"): 3}
    is_category = pl.col("field_name") == "archive_items.category_raw"
    _deliver_anew(
        home,
        "_profile.code_mappings",
        lambda rows: rows.with_columns(
            pl.when(is_category).then(pl.lit("XX")).otherwise("code").alias("code")
        ),
    )
    _deliver_anew(home, "boundaries.jg_zrq", lambda rows: rows.head(rows.height - 1))
    _publish(home, "select 1")
    assert _causes(home) == {("category", "dictionary"): 3, ("unit", "boundary"): 3}


def _causes(home: Home) -> dict[tuple[str, str], int]:
    door = Door(home, is_current=lambda identity: True)
    who = Identity("kao1", "kao1", "evaluator", (ALL_UNITS,))
    found = verified(door, who, Workbench.open(home), START)
    assert found is not None
    return {
        (moved, cause): count
        for moved, cause, count in found.moved.group_by("moved_code", "cause_code").len().iter_rows()
    }


def test_raw_files_a_frozen_period_rests_on_are_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(landing=Landing(keep_superseded_days=1))
    _deliver_anew(home, "archive.da_daml", lambda rows: rows.head(10))
    for path in home.serving.glob("g*"):
        path.unlink()  # no kept generation rests on the batch any more
    after = date(2026, 7, 1) + timedelta(days=30)
    assert "archive.da_daml" not in release_raw(home, settings, after, dry_run=True).batches
    monkeypatch.setattr(PeriodBook, "pinned_batches", lambda book: set())
    assert release_raw(home, settings, after, dry_run=True).batches["archive.da_daml"] == 1
