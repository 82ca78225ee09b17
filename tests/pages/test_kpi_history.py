"""档案利用, 历期: every period by the definition in force, with marks where that was not the one of then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from reading import Open, table, words

from jingcang.home import Home
from jingcang.workbench import Workbench, tables

ADDRESS = {"year": "2025-12-21 至 2026-12-21", "kpi": "及时归档率"}
EARLIER = """
    insert into rpt_kpi_values by name
    select * replace (
        'e' || kpi_value_id as kpi_value_id, date '2024-12-21' as period_start, date '2025-12-20' as period_end,
        denominator_record_count as numerator_record_count, denominator_total as numerator_total
    )
    from rpt_kpi_values where kpi_code = 'archive_in_time'
"""
"""The year before, in which every record reached the aim."""


def versions(app: object) -> dict[str, str]:
    return {str(row["考核周期"]): str(row["口径"]) for row in table(app, "口径")}  # type: ignore[arg-type]


def test_periods_add_up_to_what_was_planted_and_one_definition_has_no_mark(
    open_changed: Open, declared: Callable[..., None]
) -> None:
    declared("archive_in_time", valid_from=date(2024, 12, 21))
    app = open_changed("archive", EARLIER, role="evaluator", address=ADDRESS)
    assert not app.error
    assert "历期：及时归档率的 2 个考核周期，口径没有变过" in words(app)
    before, now = table(app, "口径")
    assert before["考核周期"] == "2024-12-21 至 2025-12-20"
    assert (before["值"], before["分子"]) == (100.0, before["分母"])
    assert before["分母"] == now["分母"]
    assert f"及时归档率 {now['值']:.1f}%（{now['分子']}/{now['分母']}" in words(app)
    assert set(versions(app).values()) == {"现行第 1 版"}


def test_a_period_before_the_definition_began_is_marked(
    open_changed: Open, declared: Callable[..., None]
) -> None:
    declared("archive_in_time", version="2", valid_from=date(2025, 12, 21))
    app = open_changed("archive", EARLIER, role="evaluator", address=ADDRESS)
    assert "其中 1 期当时不是现行口径" in words(app)
    assert versions(app) == {
        "2024-12-21 至 2025-12-20": "现行第 2 版（2025-12-21 起）重算",
        "2025-12-21 至 2026-12-21": "现行第 2 版",
    }
    (chart,) = [one for one in app.get("plotly_chart") if "第 2 版起" in one.proto.spec]
    assert "circle-open" in chart.proto.spec


def test_a_frozen_period_tells_the_version_it_was_frozen_under(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("archive", EARLIER, role="evaluator", address=ADDRESS)
    workbench = Workbench.open(Home(tmp_path))
    with workbench.write() as connection:
        connection.execute(
            tables.kpi_frozen_periods.insert().values(
                period_start=date(2024, 12, 21), content=b"", content_hash="x", input_hash="x",
                definitions={"archive_in_time": "0"}, as_of=date(2026, 1, 1), pinned=None,
            )
        )  # fmt: skip
    app.run()
    assert versions(app)["2024-12-21 至 2025-12-20"] == "冻结时第 0 版，图上按现行第 1 版"


def test_a_period_after_the_definition_ended_is_left_out(
    open_changed: Open, declared: Callable[..., None]
) -> None:
    declared("archive_in_time", valid_to=date(2025, 12, 21))
    app = open_changed("archive", EARLIER, role="evaluator", address=ADDRESS)
    assert "及时归档率的定义 2025-12-21 起停用" in words(app)
    assert "及时归档率" not in app.selectbox(key="kpi").options
    app.selectbox(key="year").set_value("2024-12-21 至 2025-12-20").run()
    app.selectbox(key="kpi").set_value("及时归档率").run()
    # Two periods have records, one of them by a definition: one point makes no history.
    assert "历期" not in words(app)


def test_one_period_has_no_history(open_changed: Open) -> None:
    assert "历期" not in words(open_changed("archive", role="evaluator", address=ADDRESS))
