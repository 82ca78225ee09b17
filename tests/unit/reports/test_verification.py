"""An edited briefing: every planted change is named, and words may change freely."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from editing import W, controls, delete, edit, resave, retype, type_text, unwrap
from planted_world import World, planted, publish

from jingcang.errors import JingcangError
from jingcang.reports.briefing import verification
from jingcang.reports.briefing.service import Made
from jingcang.reports.briefing.verification import Finding

Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def given(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Made, Path]:
    made = shared_world.make()
    path = tmp_path_factory.mktemp("given") / "简报.docx"
    path.write_bytes(made.docx)
    return shared_world, made, path


@pytest.fixture
def findings_after(given: tuple[World, Made, Path]) -> Callable[..., list[Finding]]:
    world, _, path = given

    def find(change: Change, **options: Any) -> list[Finding]:
        return list(world.check(edit(path, change, **options)).findings)

    return find


def tag_of(made: Made, measure: str, metric: str, text: str, cell: tuple = ()) -> str:
    return next(
        figure.id
        for figure in made.register.figures
        if (figure.recipe.measure, figure.recipe.metric, figure.text) == (measure, metric, text)
        and (figure.recipe.cell == cell)
        and figure.section != "一、概况"
    )


def test_an_untouched_file_agrees(given: tuple[World, Made, Path]) -> None:
    world, _, path = given
    assert world.check(path).findings == ()


def test_a_changed_number_is_named_with_both_values_and_its_place(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    tag = tag_of(given[1], "count", "incidents_fraud", "24")
    (found,) = findings_after(lambda root: retype(root, tag, "14"))
    assert (found.kind, found.metric) == (verification.CHANGED, "incidents_fraud")
    assert (found.in_file, found.in_warehouse, found.handed_out) == ("14", "24", "24")
    assert "诈骗警情（2026-06-22 至 2026-06-28）" in found.title
    assert found.where.startswith("“五、诈骗”第 1 段：")
    assert "诈骗警情 14 起" in found.where


def test_a_moved_decimal_is_found(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    cell = (("hour_band", "6 时至 11 时"),)
    tag = tag_of(given[1], "share", "incidents_effective", "51.1%", cell)
    (found,) = findings_after(lambda root: retype(root, tag, "5.11%"))
    assert (found.kind, found.in_file, found.in_warehouse) == (verification.CHANGED, "5.11%", "51.1%")
    assert "六、时段部位" in found.where
    assert "行第 3 列（6 时至 11 时）" in found.where


def test_a_verdict_talked_up_is_found(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    tag = tag_of(given[1], "verdict", "incidents_dispute", "与偶然波动一致")
    (found,) = findings_after(lambda root: retype(root, tag, "明显下降"))
    assert (found.kind, found.in_file, found.in_warehouse) == (
        verification.CHANGED, "明显下降", "与偶然波动一致",
    )  # fmt: skip


def test_a_deleted_figure_is_named(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    tag = tag_of(given[1], "count", "incidents_fraud", "24")
    (found,) = findings_after(lambda root: delete(root, tag))
    assert (found.kind, found.in_file, found.in_warehouse) == (verification.REMOVED, "", "24")
    assert "五、诈骗" in found.where


def test_a_control_taken_away_from_its_number_is_named(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    tag = tag_of(given[1], "count", "incidents_fraud", "24")
    (found,) = findings_after(lambda root: unwrap(root, tag))
    assert (found.kind, found.in_file) == (verification.UNBOUND, "24")


def test_a_control_emptied_is_a_deleted_figure(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    tag = tag_of(given[1], "count", "incidents_fraud", "24")
    (found,) = findings_after(lambda root: retype(root, tag, ""))
    assert found.kind in (verification.REMOVED, verification.CHANGED)
    assert found.in_file == ""


@pytest.mark.parametrize("typed", ["，其中夜间 17 起", "，同比下降三成", "，涉及５人", "，占百分之八十"])
def test_a_number_typed_by_hand_is_listed(findings_after: Callable[..., list[Finding]], typed: str) -> None:
    (found,) = findings_after(lambda root: type_text(root, "五、诈骗", "诈骗警情", typed))
    assert found.kind == verification.TYPED
    assert "五、诈骗" in found.where


def test_a_digit_typed_beside_a_control_does_not_hide_in_it(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    tag = tag_of(given[1], "count", "incidents_fraud", "24")

    def put_before(root: Any) -> None:
        control = controls(root)[tag]
        run = root.makeelement(f"{W}r")
        run.append(root.makeelement(f"{W}t"))
        run[0].text = "1"
        control.addprevious(run)  # reads 124

    (found,) = findings_after(put_before)
    assert (found.kind, found.in_file) == (verification.TYPED, "1")


def test_a_tracked_change_counts_as_made(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    tag = tag_of(given[1], "count", "incidents_fraud", "24")

    def track(root: Any) -> None:
        content = controls(root)[tag].find(f"{W}sdtContent")
        run = content[0]
        gone, new = root.makeelement(f"{W}del"), root.makeelement(f"{W}ins")
        other = root.makeelement(f"{W}r")
        other.append(root.makeelement(f"{W}t"))
        other[0].text = "9"
        run.find(f"{W}t").tag = f"{W}delText"
        gone.append(run)
        new.append(other)
        content.extend([gone, new])

    (found,) = findings_after(track)
    assert (found.kind, found.in_file) == (verification.CHANGED, "9")


def test_two_numbers_that_changed_places_are_found(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    made = given[1]
    first = tag_of(made, "count", "incidents_fraud", "24")
    second = tag_of(made, "count", "incidents_fraud", "3")

    def swap(root: Any) -> None:
        one, two = controls(root)[first], controls(root)[second]
        mark = root.makeelement(f"{W}bookmarkStart")
        one.addprevious(mark)
        two.addprevious(one)
        mark.addprevious(two)
        mark.getparent().remove(mark)

    assert {found.kind for found in findings_after(swap)} == {verification.MOVED}


def test_a_number_copied_elsewhere_is_found(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    from copy import deepcopy

    tag = tag_of(given[1], "count", "incidents_fraud", "24")

    def copy(root: Any) -> None:
        control = controls(root)[tag]
        paragraphs = [
            p for p in root.iter(f"{W}p") if "防范提示" in "".join(t.text or "" for t in p.iter(f"{W}t"))
        ]
        paragraphs[0].append(deepcopy(control))

    (found,) = findings_after(copy)
    assert found.kind == verification.COPIED
    assert "八、防范提示" in found.where


def test_the_appendix_may_not_change_nor_lose_its_lock(findings_after: Callable[..., list[Finding]]) -> None:
    def change(root: Any) -> None:
        appendix = controls(root)["jingcang.appendix"]
        text = next(t for t in appendix.iter(f"{W}t") if "明显上升，▼" in (t.text or ""))
        text.text = text.text.replace("明显上升", "略有上升")

    (found,) = findings_after(change)
    assert (found.kind, found.title) == (verification.APPENDIX, "附表的文字与发出时不同")
    kinds = {(f.kind, f.title) for f in findings_after(lambda root: unwrap(root, "jingcang.appendix"))}
    assert kinds == {(verification.APPENDIX, "附表的锁定控件已去掉")}


def test_words_may_change_freely(given: tuple[World, Made, Path]) -> None:
    """As a person does it with a program: new words, a new paragraph, a sentence moved, bold type."""
    world, _, path = given
    document = docx.Document(str(path))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace("与偶然波动一致或尚不能下结论", "尚看不出变化")
            run.bold = True
    heading = next(p for p in document.paragraphs if p.text.startswith("三、"))
    heading.insert_paragraph_before("社区民警已上门走访，请各责任区加强夜间巡逻。")
    target = path.with_name("words.docx")
    document.save(str(target))
    assert world.check(target).findings == ()


def test_another_program_may_save_it(findings_after: Callable[..., list[Finding]]) -> None:
    assert findings_after(resave) == []


def test_a_change_is_found_after_another_program_saved_it(
    given: tuple[World, Made, Path], findings_after: Callable[..., list[Finding]]
) -> None:
    tag = tag_of(given[1], "count", "incidents_serious", "2")

    def both(root: Any) -> None:
        resave(root)
        retype(root, tag, "7")

    (found,) = findings_after(both)
    assert (found.in_file, found.in_warehouse) == ("7", "2")


def test_without_our_own_part_the_number_of_the_briefing_still_tells(
    findings_after: Callable[..., list[Finding]],
) -> None:
    assert findings_after(lambda root: None, without=("customXml/",)) == []


def test_the_definitions_in_the_file_are_not_believed(given: tuple[World, Made, Path]) -> None:
    """Changing a number and its definition in the file together does not help: the register decides."""
    import zipfile

    world, made, path = given
    tag = tag_of(made, "count", "incidents_fraud", "24")
    edited = edit(path, lambda root: retype(root, tag, "14"))
    with zipfile.ZipFile(edited) as old:
        members = {name: old.read(name) for name in old.namelist()}
    part = next(name for name, content in members.items() if b"urn:jingcang:briefing" in content)
    members[part] = members[part].replace(b'"text": "24"', b'"text": "14"')
    with zipfile.ZipFile(edited, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    assert [found.in_warehouse for found in world.check(edited).findings] == ["24"]


def test_what_the_warehouse_corrected_since_is_named_as_such(
    new_world: Callable[..., World], tmp_path: Path
) -> None:
    world = new_world()
    path = tmp_path / "简报.docx"
    path.write_bytes(world.make().docx)
    publish(world.home, planted()[:-1], "g000002")  # the last incident planted is taken back
    checked = world.check(path)
    assert checked.generation == "g000002"
    assert {found.kind for found in checked.findings} >= {verification.RESTATED}
    said = {(found.metric, found.in_file, found.in_warehouse) for found in checked.findings}
    assert ("incidents_effective", "47", "46") in said
    assert ("incidents_serious_discreet", "1", "0") in said


def test_a_briefing_of_another_warehouse_is_refused(new_world: Callable[..., World], tmp_path: Path) -> None:
    ours, theirs = new_world(), new_world()
    path = tmp_path / "简报.docx"
    path.write_bytes(theirs.make().docx)
    with pytest.raises(JingcangError) as refused:
        ours.check(path)
    assert refused.value.rule == "briefing_register"
    assert "不是本仓库生成的" in str(refused.value)


def test_another_scope_is_refused(given: tuple[World, Made, Path]) -> None:
    world, _, path = given
    with pytest.raises(JingcangError) as refused:
        world.check(path, "neighbour")
    assert refused.value.rule == "briefing_scope"
    with pytest.raises(JingcangError, match="不能生成或核对"):
        world.check(path, "officer")


def test_what_is_no_briefing_is_refused_in_plain_words(
    given: tuple[World, Made, Path], tmp_path: Path
) -> None:
    world = given[0]
    other = tmp_path / "other.docx"
    docx.Document().save(str(other))
    text = tmp_path / "text.docx"
    text.write_text("本周 12 起", encoding="utf-8")
    for path, words in (
        (other, "不是警仓生成的研判简报"), (text, "不是 .docx"), (tmp_path / "none.docx", "没有这个文件")
    ):  # fmt: skip
        with pytest.raises(JingcangError, match=words):
            world.check(path)


def test_an_entity_bomb_is_not_expanded(given: tuple[World, Made, Path], tmp_path: Path) -> None:
    import zipfile

    world, _, path = given
    target = tmp_path / "bomb.docx"
    shutil.copy(path, target)
    bomb = b'<!DOCTYPE x [<!ENTITY a "' + b"1" * 1000 + b'">' + b"".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">'.encode() for n in range(9)
    ) + b"]>"  # fmt: skip
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                start = content.index(b"<w:document")
                content = content[:start] + bomb + content[start:].replace(b"</w:t>", b"&j;</w:t>", 1)
            new.writestr(name, content)
    with pytest.raises(JingcangError) as refused:
        world.check(target)
    assert refused.value.rule == "briefing_file"
