"""All pages: address, title, section, roles, controls.

Belongs here: the list. A test holds each page's roles within the roles that may read its tables, so the
navigation cannot promise what the door refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jingcang.access import ROLE_LABELS

FOLDER = Path(__file__).parent / "app_pages"
EVERY_ROLE = tuple(ROLE_LABELS)
LEADERS = ("leader_station", "leader_bureau")


@dataclass(frozen=True)
class PageSpec:
    """One page.

    Args:
        path: address below the server's root.
        title: name in navigation and browser tab.
        section: heading in the navigation.
        file: script below ``app_pages``.
        roles: roles that may open it.
        controls: choices of the top bar, of unit, area, period, compare.
        needs_data: False for pages that work before anything was published.
        entities: canonical entities the page's figures rest on; the banner names only their sources when
            they are late. Empty for all.
    """

    path: str
    title: str
    section: str
    file: str
    roles: tuple[str, ...]
    controls: tuple[str, ...] = ()
    needs_data: bool = True
    entities: tuple[str, ...] = ()


PAGES = (
    PageSpec(
        "situation",
        "态势",
        "领导",
        "leadership/situation.py",
        LEADERS,
        ("unit", "area", "period", "compare"),
        entities=("incidents",),
    ),
    PageSpec(
        "handover",
        "交接与日程",
        "领导",
        "leadership/handover.py",
        LEADERS,
        ("unit", "area"),
        entities=("incidents", "dispatches", "cases", "disputes", "patrol_shifts", "officers"),
    ),
    PageSpec(
        "trends",
        "趋势",
        "领导",
        "leadership/trends.py",
        LEADERS,
        ("unit", "area"),
        entities=("incidents",),
    ),
    PageSpec(
        "map",
        "一张图",
        "领导",
        "leadership/map.py",
        LEADERS,
        ("unit", "area"),
        entities=("incidents", "addresses", "patrol_points", "disputes", "places"),
    ),
    PageSpec(
        "prevention",
        "精准宣防",
        "领导",
        "leadership/prevention.py",
        LEADERS,
        ("unit", "area"),
        entities=("incidents", "residents", "cases", "case_persons", "publicity_events"),
    ),
    PageSpec("alerts", "预警", "领导", "leadership/alerts.py", LEADERS, ("unit",), entities=("incidents",)),
    PageSpec(
        "repeats",
        "重复警情",
        "领导",
        "leadership/repeats.py",
        LEADERS,
        ("unit", "area"),
        entities=("incidents", "addresses"),
    ),
    PageSpec(
        "disputes",
        "矛盾风险",
        "领导",
        "leadership/disputes.py",
        LEADERS,
        ("unit", "area"),
        entities=("disputes", "feedbacks", "incidents", "cases"),
    ),
    PageSpec(
        "patrol",
        "巡逻成效",
        "领导",
        "leadership/patrol.py",
        LEADERS,
        ("unit", "area", "period"),
        entities=("patrol_shifts", "patrol_points", "incidents"),
    ),
    PageSpec(
        "evaluations",
        "成效评估",
        "领导",
        "leadership/evaluations.py",
        LEADERS,
        ("unit",),
        entities=("patrol_shifts", "patrol_points", "incidents"),
    ),
    PageSpec(
        "community",
        "社区工作",
        "领导",
        "leadership/community.py",
        LEADERS,
        ("unit", "area", "period"),
        entities=(
            "home_visits",
            "place_checks",
            "base_record_checks",
            "publicity_events",
            "places",
            "residents",
        ),
    ),
    PageSpec(
        "next-week",
        "下周建议",
        "领导",
        "leadership/next_week.py",
        LEADERS,
        ("unit",),
        entities=("patrol_shifts", "patrol_points", "incidents"),
    ),
    PageSpec(
        "cases",
        "案件办理",
        "领导",
        "leadership/cases.py",
        LEADERS,
        ("unit", "area", "period", "compare"),
        entities=("cases", "case_time_changes"),
    ),
    PageSpec(
        "population",
        "人口与基础信息",
        "领导",
        "leadership/population.py",
        LEADERS,
        ("unit", "area"),
        entities=("residents", "base_record_checks", "incidents"),
    ),
    PageSpec(
        "response",
        "接处警时效",
        "领导",
        "leadership/response.py",
        LEADERS,
        ("unit", "area", "period", "compare"),
        entities=("dispatches", "incidents"),
    ),
    PageSpec("issues", "问题处理", "数据管理", "steward/issues.py", ("steward",)),
    PageSpec("fixes", "先修什么", "数据管理", "steward/fixes.py", ("steward",)),
    PageSpec("quality", "数据质量", "数据管理", "steward/quality.py", ("steward",)),
    PageSpec("rows", "逐行核查", "数据管理", "steward/rows.py", ("steward",)),
    PageSpec("corrections", "退回更正", "数据管理", "steward/corrections.py", ("steward",)),
    PageSpec("mappings", "字典映射", "数据管理", "steward/mappings.py", ("steward",)),
    PageSpec(
        "aliases",
        "路名别名",
        "数据管理",
        "steward/aliases.py",
        ("steward",),
        entities=("incidents", "addresses"),
    ),
    PageSpec("labels", "标签审核", "数据管理", "steward/labels.py", ("steward",), entities=("cases",)),
    PageSpec(
        "label-rules", "规则试验", "数据管理", "steward/label_rules.py", ("steward",), entities=("cases",)
    ),
    PageSpec("quarantine", "隔离", "数据管理", "steward/quarantine.py", ("steward",)),
    PageSpec("arrivals", "到数与对账", "数据管理", "steward/arrivals.py", ("steward",)),
    PageSpec("properties", "档案四性", "数据管理", "steward/properties.py", ("steward",)),
    PageSpec(
        "evidence",
        "证据缺项",
        "数据管理",
        "steward/evidence.py",
        ("steward",),
        entities=("cases", "case_documents", "case_items"),
    ),
    PageSpec("contracts", "契约与血缘", "数据管理", "steward/contracts.py", ("steward",)),
    PageSpec(
        "overview",
        "考核总览",
        "考核",
        "evaluator/overview.py",
        ("evaluator", "integrity_reviewer"),
        entities=("archive_items", "archive_uses", "cases", "disputes"),
    ),
    PageSpec(
        "archive",
        "档案利用",
        "考核",
        "evaluator/archive.py",
        ("evaluator", "integrity_reviewer"),
        ("unit",),
        entities=("archive_items", "archive_uses", "cases", "disputes"),
    ),
    PageSpec(
        "holdings",
        "馆藏与数字化",
        "考核",
        "evaluator/holdings.py",
        ("evaluator", "integrity_reviewer"),
        ("unit",),
        entities=("archive_items", "archive_uses", "cases", "disputes"),
    ),
    PageSpec(
        "periods",
        "周期管理",
        "考核",
        "evaluator/periods.py",
        ("evaluator", "integrity_reviewer"),
        entities=("archive_items", "archive_uses", "cases", "disputes"),
    ),
    PageSpec(
        "outcomes",
        "利用成效",
        "考核",
        "evaluator/outcomes.py",
        ("evaluator", "integrity_reviewer"),
        ("unit",),
        entities=("archive_items", "archive_uses", "cases"),
    ),
    PageSpec(
        "appeals",
        "申诉",
        "考核",
        "evaluator/appeals.py",
        ("evaluator",),
        entities=("archive_items", "archive_uses", "cases", "disputes"),
    ),
    PageSpec(
        "trials",
        "口径试算",
        "考核",
        "evaluator/trials.py",
        ("evaluator",),
        ("unit",),
        entities=("archive_items", "archive_uses", "cases", "disputes"),
    ),
    PageSpec(
        "integrity",
        "诚信审计",
        "考核",
        "evaluator/integrity.py",
        ("integrity_reviewer",),
        ("unit",),
        entities=("archive_uses", "patrol_shifts"),
    ),
    PageSpec(
        "mine",
        "我的",
        "民警",
        "officer/mine.py",
        ("officer",),
        entities=(
            "archive_items",
            "archive_uses",
            "cases",
            "disputes",
            "case_documents",
            "case_items",
            "home_visits",
        ),
    ),
    PageSpec(
        "search",
        "档案检索",
        "办案",
        "officer/search.py",
        (*LEADERS, "officer"),
        entities=("archive_items",),
    ),
    PageSpec(
        "clues",
        "线索",
        "办案",
        "clues.py",
        (*LEADERS, "officer", "steward"),
        entities=("cases",),
    ),
    PageSpec(
        "accounts",
        "账号与审计",
        "系统",
        "administrator/accounts.py",
        ("administrator", "integrity_reviewer"),
        needs_data=False,
    ),
    PageSpec("dictionary", "数据字典", "说明", "dictionary.py", EVERY_ROLE, needs_data=False),
    PageSpec("glossary", "术语", "说明", "glossary.py", EVERY_ROLE, needs_data=False),
)


def pages_of(role: str) -> list[PageSpec]:
    """Return the pages a role may open, the role's first page first."""
    return [page for page in PAGES if role in page.roles]
