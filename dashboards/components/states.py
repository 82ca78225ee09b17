"""The states a page can be in besides showing figures.

Belongs here: one function a state, so that all pages say the same thing the same way.
"""

from __future__ import annotations

import json
import logging
import traceback
import uuid
from datetime import UTC, datetime

import streamlit as st

from dashboards.registry import PageSpec
from jingcang.access import ROLE_LABELS, Identity
from jingcang.errors import JingcangError
from jingcang.home import Home


def empty(why: str, remedy: str) -> None:
    """There is nothing to show: why, and what to do."""
    st.info(f"{why}。{remedy}。")


def withheld(what: str, rule: str) -> None:
    """A figure exists but is not shown: by which rule."""
    st.warning(f"{what}暂不显示：{rule}。")


def forbidden(spec: PageSpec, identity: Identity) -> None:
    """The page is outside the reader's role: which role may, and that it was recorded."""
    roles = "、".join(ROLE_LABELS[role] for role in spec.roles)
    st.header(f"无权查看“{spec.title}”")
    st.error(f"您的角色是{identity.role_label}；这一页只对{roles}开放。这次访问已记入审计日志。")


def no_generation() -> None:
    """Nothing was ever published."""
    st.header("还没有发布过数据")
    st.info("第一次运行完成并通过检查后，这里自动出现内容。请数据管理员运行一次 jingcang run。")


def logged_out() -> None:
    """The session ended while the page was open."""
    st.header("登录已失效")
    st.info("可能是超过了时限、在别处退出，或账号权限有变更。")
    st.html('<a href="/login" target="_self">重新登录</a>')


def failed(error: Exception, place: str, identity: Identity) -> None:
    """Something broke: what still works, and the number under which it was recorded.

    Args:
        error: what was raised; its text is shown only for our own errors, which carry no personal data.
        place: page path, for the log.
        identity: who was affected.
    """
    reference = uuid.uuid4().hex[:8].upper()
    frames = traceback.extract_tb(error.__traceback__)
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "reference": reference,
        "page": place,
        "role": identity.role,
        "error": type(error).__name__,
        "rule": getattr(error, "rule", ""),
        "frames": [f"{frame.name}:{frame.lineno}" for frame in frames[-6:]],
    }
    log = Home.resolve().logs / "pages.jsonl"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError:
        logging.getLogger(__name__).exception("page log cannot be written")
    what = error.what if isinstance(error, JingcangError) else "这一页没有算成"
    st.error(f"{what}。其他页面照常可用。请把编号 {reference} 告诉数据管理员。")
