"""What a leader does on 下周建议: changing blocks, saving; and what was saved, by whom.

Belongs here: the forms of an opened page. Does not belong here: the planted tables (``planted_plans``).
"""

from __future__ import annotations

from datetime import timedelta

from planted_plans import WEEK
from streamlit.testing.v1 import AppTest

from jingcang.access import Identity
from jingcang.access.accounts import list_accounts
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.patrol_plans import PlanBook, SavedPlan

NEXT = WEEK + timedelta(weeks=1)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def change(app: AppTest, more: int, hour: int = 15, area: str = "S1-A1", day: str = "每天") -> AppTest:
    app.selectbox(key="plan_change_area").set_value(area)
    app.selectbox(key="plan_change_day").set_value(day)
    app.selectbox(key="plan_change_hour").set_value(hour)
    app.number_input(key="plan_change_more").set_value(more)
    return press(app, "加入调整")


def save(app: AppTest, reason: str = "按会商意见") -> AppTest:
    box = next(box for box in app.text_input if box.label.startswith("保存的理由"))
    box.set_value(reason)
    return press(app, next(b.label for b in app.button if b.label in ("保存方案", "保存为新的一版")))


def latest(home: Home) -> SavedPlan:
    found = PlanBook(Workbench.open(home)).of_week("S1", NEXT)
    assert found is not None
    return found


def leader(home: Home, role: str = "leader_station") -> Identity:
    accounts = list_accounts(Workbench.open(home))
    return next(a.identity for a in accounts if a.identity.role == role and a.is_demo)
