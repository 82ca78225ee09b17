"""What a steward judges on the page: one key a verdict, a missed label, undo, two people, disputes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from issue_tables import AS_OF
from planted_tables import NARRATIVE
from reading import Open, words
from test_steward_pages import make_home, open_page  # noqa: F401

from dashboards.components.label_quality import kappa_words, measure_words, quality_words
from jingcang.access.accounts import add_account
from jingcang.home import Home
from jingcang.labelling.review import UNLABELLED, DrawnStratum, standing
from jingcang.landing import store
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.label_reviews import ReviewBook

WEEK = AS_OF - timedelta(AS_OF.weekday())


def plant_texts(home: Home, text: str = NARRATIVE) -> None:
    """Write the landed narratives of the planted cases."""
    path = store.accepted_file(home, "cases", "b1")
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame({"case_id": ["c0", "c1", "c4"], "narrative_text": [text] * 3}).write_parquet(path)


def plant_sample(home: Home, *, is_overlap: bool = False, unlabelled: bool = True) -> None:
    strata = [
        DrawnStratum("作案手段", "v1", "MO01", "1.0.0", 40, 200, (("c0", ("MO01",), is_overlap),)),
        DrawnStratum("作案手段", "v1", "MO06", "1.0.0", 0, 200, ()),
        DrawnStratum(
            "作案手段", "v1", UNLABELLED, None, 160, 200, (("c4", (), is_overlap),) if unlabelled else ()
        ),
    ]
    ReviewBook(Workbench.open(home)).save(WEEK, strata, generation="g000001")


@pytest.fixture
def home(synthetic_home: Home, tmp_path: Path) -> Iterator[Home]:
    made = make_home(synthetic_home, tmp_path, 1)
    plant_texts(made)
    for user_id, units in (("zhaomin", ["*"]), ("liqiang", ["S2"])):
        add_account(
            Workbench.open(made), user_id=user_id, display_name=user_id, role="steward", unit_nos=units,
            password="correct horse battery",
        )  # fmt: skip
    yield made
    Workbench.open(made).close()


def said(home: Home) -> list[tuple[str, str, str | None]]:
    return [
        (v.user_id, v.verdict, v.label_code) for v in standing(ReviewBook(Workbench.open(home)).verdicts())
    ]


def test_nothing_drawn_and_nothing_in_scope(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "labels")
    assert "还没有抽取样本" in words(app)
    assert "准确率最低的是“撬门破锁”，90%（95% 区间 70%–100%，n=40）" in words(app)
    plant_sample(home)
    assert "本周样本里没有您范围内的案件" in words(open_page(home, "labels", "liqiang"))


def test_one_key_one_verdict_and_undo(home: Home, open_page: Open) -> None:  # noqa: F811
    plant_sample(home)
    app = open_page(home, "labels")
    assert "等您判的还有 2 条" in words(app)
    assert "这起案件的“撬门破锁”标得对不对？" in words(app)
    shown = words(app)
    assert ">撬门破锁</mark>" in shown
    assert "胡＊＊" in shown
    assert "138＊＊＊＊1939" in shown
    assert "胡磊敏" not in shown
    assert "<b>现金" not in shown
    keys = {b.key: b.proto.shortcut for b in app.button if str(b.key).startswith("label_")}
    assert len(set(keys.values())) == len(keys) == 6, keys
    app.button(key="label_wrong").click().run()
    assert "已记“错”" in words(app)
    assert said(home)[0][1:] == ("wrong", "MO01")
    assert "这起案件没有作案手段标签，有没有漏标？" in words(app)
    assert "label_wrong" not in {b.key for b in app.button}
    app.button(key="label_undo").click().run()
    assert "已撤销：错" in words(app)
    assert said(home) == []
    app.button(key="label_correct").click().run()
    app.button(key="label_correct").click().run()
    assert "您这里的都判完了" in words(app)
    assert [row[1] for row in said(home)] == ["correct", "correct"]
    told = [entry.action for entry in AuditLog(Workbench.open(home)).entries(limit=100)]
    assert told.count("case_text_read") >= 2
    assert {"label_wrong", "label_undone", "label_correct"} <= set(told)


def test_a_case_with_a_sealed_record_is_shown_to_nobody(home: Home, open_page: Open) -> None:  # noqa: F811
    sealed = DrawnStratum("作案手段", "v1", UNLABELLED, None, 1, 1, (("c2", (), False),))
    ReviewBook(Workbench.open(home)).save(WEEK, [sealed], generation="g000001")
    app = open_page(home, "labels")
    assert "本周样本里没有您范围内的案件" in words(app)
    assert "case_text_read" not in {
        entry.action for entry in AuditLog(Workbench.open(home)).entries(limit=100)
    }


def test_a_missed_label_with_its_place(home: Home, open_page: Open) -> None:  # noqa: F811
    plant_sample(home)
    app = open_page(home, "labels")
    app.button(key="label_skip").click().run()
    assert "有没有漏标" in words(app)
    app.button(key="label_missing_open").click().run()
    number = ReviewBook(Workbench.open(home)).items()[1].sample_no
    next(b for b in app.button if b.label == "记下漏标").click().run()
    assert "请选择漏了哪个标签" in words(app)
    app.selectbox(key=f"label_missing_code_{number}").set_value("MO06")
    app.text_input(key=f"label_missing_words_{number}").set_value("被盗")
    next(b for b in app.button if b.label == "记下漏标").click().run()
    (row,) = ReviewBook(Workbench.open(home)).verdicts()
    assert (row.verdict, row.label_code) == ("missing", "MO06")
    assert NARRATIVE[row.evidence_from : row.evidence_to] == "被盗"
    assert "已记漏标“扒窃”" in words(app)
    app.button(key="label_correct").click().run()
    assert [v[1] for v in said(home)] == ["missing", "correct"]


def test_two_people_judge_the_overlap_blindly_and_a_dispute_is_decided(
    home: Home, open_page: Open  # noqa: F811
) -> None:  # fmt: skip
    plant_sample(home, is_overlap=True, unlabelled=False)
    first = open_page(home, "labels")
    first.button(key="label_correct").click().run()
    other = open_page(home, "labels", "zhaomin")
    assert "本条由两人各自判，互不可见" in words(other)
    assert "判了 1 条" in words(other)
    other.button(key="label_wrong").click().run()
    assert "1 处两人判得不同" in words(other)
    other.button(key="label_decide_wrong").click().run()
    assert "请写明理由" in words(other)
    other.text_input(key="label_dispute_comment").set_value("门锁完好")
    other.button(key="label_decide_wrong").click().run()
    assert "处两人判得不同" not in words(other)
    assert ReviewBook(Workbench.open(home)).verdicts()[-1].purpose == "adjudication"


def test_a_text_that_changed_meanwhile_is_not_judged(home: Home, open_page: Open) -> None:  # noqa: F811
    plant_sample(home)
    app = open_page(home, "labels")
    plant_texts(home, NARRATIVE.replace("撬门破锁", "溜门入室"))
    app.button(key="label_correct").click().run()
    assert "判定没有保存" in words(app)
    assert said(home) == []
    app.run()
    assert "溜门入室" in words(app)


def test_another_rule_version_is_not_judged(home: Home, open_page: Open) -> None:  # noqa: F811
    plant_sample(home)
    app = open_page(home, "labels")
    name = home.serving / "g000002.duckdb"
    name.write_bytes((home.serving / "g000001.duckdb").read_bytes())
    (home.serving / "g000002.json").write_bytes((home.serving / "g000001.json").read_bytes())
    with duckdb.connect(str(name)) as connection:
        connection.execute("update fct_case_labels set rule_version = '1.1.0'")
    home.current_link.unlink()
    home.current_link.symlink_to("g000002.duckdb")
    app.button(key="label_correct").click().run()
    assert "判定没有保存" in words(app)
    assert said(home) == []
    app.run()
    app.button(key="label_correct").click().run()
    assert [row[1] for row in said(home)] == ["correct"]


ROW = {
    "measure": "precision",
    "estimate": 0.9,
    "ci_low": 0.77,
    "ci_high": 0.96,
    "reviewed_count": 40,
    "hit_count": 36,
}


def test_the_words_beside_a_chart() -> None:
    assert measure_words(None) == measure_words({**ROW, "reviewed_count": 0}) == "尚未审核"
    assert measure_words(ROW) == "90%（95% 区间 77%–96%，n=40）"
    assert measure_words({**ROW, "reviewed_count": 5, "hit_count": 4}) == "4/5（95% 区间 77%–96%）"
    assert measure_words({**ROW, "measure": "recall", "estimate": None}) == "还不能估计"
    assert quality_words([]) == "尚未审核"
    assert quality_words([ROW]) == "准确率 90%（95% 区间 77%–96%，n=40）；召回率 尚未审核"
    assert kappa_words({**ROW, "estimate": 0.5}).endswith("不够，先统一尺度）")
    assert "可暂用" in kappa_words({**ROW, "estimate": 0.7})
    assert "无从比较" in kappa_words({**ROW, "estimate": None})
