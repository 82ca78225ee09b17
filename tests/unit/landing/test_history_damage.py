"""Damage to what is no source table: the profile's mappings land again, lost run history is named."""

from __future__ import annotations

from pathlib import Path

from jingcang.landing import current_cut, land_mapping_seeds, land_quality_results, lost_history
from jingcang.landing.history import history_files

from .conftest import Scene

SEED = (
    "source_system,field_name,source_value,dictionary,code,outcome,equivalence,reason,mapped_by,reviewed_by,"
    "valid_from,valid_to\n"
    "case,incidents.initial_class_raw,10,incident_class,10000000,mapped,exact,,王管理,李复核,,\n"
)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def test_flipped_mapping_file_is_landed_again(scene: Scene) -> None:
    scene.profile()
    seeds = scene.root / "profile" / "mapping_seeds"
    seeds.mkdir()
    (seeds / "case.csv").write_text(SEED)
    scene._loaded = None
    assert len(land_mapping_seeds(scene.profile(), scene.home)) == 1
    assert land_mapping_seeds(scene.profile(), scene.home) == ()
    good = scene.rows("select mapping_id, code from landed.code_mappings")
    _flip(next((scene.home.landing / "accepted" / "code_mappings").glob("*.parquet")))
    assert len(land_mapping_seeds(scene.profile(), scene.home)) == 1
    assert scene.rows("select mapping_id, code from landed.code_mappings") == good
    assert land_mapping_seeds(scene.profile(), scene.home) == ()


def test_flipped_run_history_is_named_and_left_out(scene: Scene) -> None:
    for run in ("r1", "r2"):
        land_quality_results(scene.home, [{"run_id": run, "check_id": "case.calls.key", "status": "pass"}])
    cut = current_cut(scene.home)
    assert lost_history(scene.home, cut) == []
    path = sorted((scene.home.landing / "pipeline" / "quality_results").glob("*.parquet"))[0]
    _flip(path)
    lost = [f"pipeline/quality_results/{path.name}"]
    assert lost_history(scene.home, cut) == lost
    assert lost_history(scene.home, cut) == lost, "it stays told until a backup brings it back"
    assert len(history_files(scene.home, cut, "quality_results")) == 1
    assert scene.rows("select count(*) from landed.quality_results") == [(1,)]
