"""``jingcang label``: a line out for every line in."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jingcang.errors import JingcangError
from jingcang.labelling import load_rules
from jingcang.labelling.models.output import LabelName, LineWriter
from orchestration import cli_labelling
from orchestration.cli import app

TEXT = "2018年3月5日23时许，被告人李某某用撬棍撬开被害人王某甲家房门，盗走现金500元。"


def _line(key: object, text: object) -> str:
    return json.dumps({"id": key, "text": text}, ensure_ascii=False)


def _run(source: Path, target: Path, *more: str) -> str:
    result = CliRunner().invoke(app, ["label", "--input", str(source), "--output", str(target), *more])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_a_narrative_is_labelled(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(_line("案-1", TEXT) + "\n", encoding="utf-8")
    assert "已处理 1 行" in _run(source, target, "--workers", "1")
    found = json.loads(target.read_text(encoding="utf-8"))
    assert list(found) == ["id", "labels", "clues", "entities", "charge", "total_amount"]
    assert found["id"] == "案-1"
    assert found["total_amount"] == 500
    assert isinstance(found["charge"], str)
    spans = {(item["label"], TEXT[item["start"] : item["end"]]) for item in found["entities"]}
    assert {("NHCS", "李某某"), ("NHVI", "王某甲"), ("NATS", "撬棍")} <= spans
    label = found["labels"][0]
    assert label["source"] == "rule"
    assert label["label"] == "撬门破锁"
    assert TEXT[label["start"] : label["end"]]
    assert 0 < label["confidence"] <= 1
    money = [clue for clue in found["clues"] if clue["value"] == 500]
    assert [TEXT[clue["start"] : clue["end"]] for clue in money] == ["500元"]


def test_every_line_is_answered_in_order_by_any_number_of_workers(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(cli_labelling, "BLOCK_LINES", 3)
    monkeypatch.setattr(cli_labelling, "_TOLD_EVERY_S", 0)
    lines = [_line(f"案-{number}", TEXT[: number * 3]) for number in range(10)]
    lines[2:2] = ['{"id": "坏-1"', "[1]", '{"text": "无编号"}', '{"id": "坏-2", "text": 5}', ""]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")  # the last line has no line end
    outputs = []
    for workers in ("1", "2"):
        target = tmp_path / f"out{workers}.jsonl"
        said = _run(source, target, "--workers", workers)
        assert "其中 5 行无法读取" in said
        assert "已处理 15 行（100%）" in said  # progress, block by block
        outputs.append(target.read_text(encoding="utf-8"))
    assert outputs[0] == outputs[1]
    found = [json.loads(line) for line in outputs[0].splitlines()]
    assert [row["id"] for row in found if "error" not in row] == [f"案-{number}" for number in range(10)]
    bad = {row["line"]: (row["id"], row["error"]) for row in found if "error" in row}
    assert bad == {
        3: (None, "第 3 行不是 JSON"),
        4: (None, "第 4 行不是 JSON 对象"),
        5: (None, "第 5 行缺少 id"),
        6: ("坏-2", "第 6 行缺少 text，或 text 不是文字"),
        7: (None, "第 7 行不是 JSON"),
    }


@pytest.mark.parametrize(
    "line", [b'{"id": 1, "text": "\xff"}', b'{"id": 1, "text": "\\ud800"}', b"[" * 100_000]
)
def test_broken_characters_stop_nothing(line: bytes) -> None:
    names = {rule.label_code: LabelName("作案手段", "撬门破锁") for rule in load_rules()}
    good = _line(2, TEXT).encode()
    answers, bad = LineWriter(names).answer([line, good], 7)
    assert bad == 1
    assert json.loads(answers[0])["line"] == 7
    assert json.loads(answers[1])["id"] == 2


def test_errors_name_what_to_do(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    with pytest.raises(JingcangError, match="找不到输入文件"):
        _run(source, tmp_path / "out.jsonl")
    source.write_text("", encoding="utf-8")
    with pytest.raises(JingcangError, match="输出文件与输入文件相同"):
        _run(source, source)
    with pytest.raises(JingcangError, match="无法写出结果文件"):
        _run(source, tmp_path / "没有" / "out.jsonl")
    assert "已处理 0 行" in _run(source, tmp_path / "out.jsonl", "--workers", "1")
