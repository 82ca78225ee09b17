"""``jingcang doctor``: what is missing on this machine and how to get it, in plain Chinese.

Does not belong here: repairing anything.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from jingcang.config import load_settings
from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration import PROJECT_ROOT

FREE_BYTES_WANTED = 5 * 1024**3
"""Landing, build, three generations and DuckDB's spilled blocks of the full demo need about this much."""


@dataclass(frozen=True)
class Finding:
    """One line of the examination.

    Args:
        title: what was looked at.
        is_fine: whether it is as it should be.
        detail: what was found.
        remedy: what to do, if anything.
        is_required: whether the product cannot work without it.
    """

    title: str
    is_fine: bool
    detail: str
    remedy: str = ""
    is_required: bool = True


def examine(home: Home) -> list[Finding]:
    """Return the findings for this machine and home."""
    looks: Iterable[Callable[[Home], Finding]] = (
        _python, _packages, _extensions, _configuration, _disk, _fonts, _chromium, _pango, _servers,
        _published, _lease,
    )  # fmt: skip
    return [look(home) for look in looks]


def _python(home: Home) -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info[:2] == (3, 11)
    return Finding("Python", fine, found, "" if fine else "请用 Python 3.11 重新执行 make setup")


def _packages(home: Home) -> Finding:
    missing = []
    for line in (PROJECT_ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if "==" not in line or line.startswith((" ", "#")):
            continue
        name, _, rest = line.partition("==")
        wanted = rest.split()[0].rstrip("\\;")
        try:
            if version(name) != wanted:
                missing.append(f"{name}（应为 {wanted}）")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding(
            "依赖包", False, f"{len(missing)} 个不符：{'、'.join(missing[:5])}", "请执行 make setup"
        )
    return Finding("依赖包", True, "与锁定版本一致")


def _extensions(home: Home) -> Finding:
    from jingcang.landing.duckdb_extensions import install

    try:
        return Finding("DuckDB 扩展", True, str(install(home)))
    except JingcangError as error:
        return Finding("DuckDB 扩展", False, error.what, error.remedy)


def _configuration(home: Home) -> Finding:
    try:
        load_settings(home)
    except JingcangError as error:
        return Finding("配置文件", False, f"{error.what}（{error.where}）", error.remedy)
    return Finding("配置文件", True, "有效")


def _disk(home: Home) -> Finding:
    folder = home.root
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    fine = free >= FREE_BYTES_WANTED
    detail = f"{folder} 剩余 {free / 1024**3:.1f} GB"
    return Finding("磁盘空间", fine, detail, "" if fine else "请腾出至少 5 GB 空间", is_required=False)


def _fonts(home: Home) -> Finding:
    names = _output(["fc-list", ":lang=zh", "family"])
    noto = [line for line in names.splitlines() if "CJK" in line or "Source Han" in line]
    bundled = list((PROJECT_ROOT / "fonts").glob("*CJK*"))
    if noto or bundled:
        return Finding("中文字体", True, noto[0].split(",")[0] if noto else bundled[0].name)
    return Finding(
        "中文字体",
        False,
        "未找到 Noto CJK",
        "请安装 fonts-noto-cjk；页面会退用浏览器里的其他中文字体",
        is_required=False,
    )


def _chromium(home: Home) -> Finding:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    remedy = "" if path else "仅浏览器测试需要：make ci-packages（需要 root）"
    return Finding("Chromium", path is not None, path or "未安装", remedy, is_required=False)


def _pango(home: Home) -> Finding:
    import ctypes.util

    found = ctypes.util.find_library("pango-1.0")
    remedy = "" if found else "仅生成 PDF 报告需要：安装 libpango-1.0-0"
    return Finding("Pango", found is not None, found or "未安装", remedy, is_required=False)


def _servers(home: Home) -> Finding:
    postgres = shutil.which("postgres") or next(
        iter(Path("/usr/lib/postgresql").glob("*/bin/postgres")), None
    )
    mariadb = shutil.which("mariadbd") or shutil.which("mysqld")
    missing = [name for name, path in (("PostgreSQL", postgres), ("MariaDB", mariadb)) if not path]
    remedy = "仅数据库来源的测试需要：make ci-packages（需要 root）" if missing else ""
    return Finding(
        "测试用数据库", not missing, f"缺 {'、'.join(missing)}" if missing else "已安装", remedy, False
    )


def _published(home: Home) -> Finding:
    from orchestration.publish.generations import current_generation

    try:
        current = current_generation(home)
    except JingcangError as error:
        return Finding("发布版本", False, error.what, "请运行 jingcang run 重新发布")
    if current is None:
        return Finding("发布版本", True, "还没有发布过；请先运行 jingcang demo 或 jingcang run")
    return Finding("发布版本", True, f"{current.name}，数据截至 {current.as_of}")


def _lease(home: Home) -> Finding:
    from orchestration.lease import read_holder

    holder = read_holder(home)
    if holder and holder.is_alive():
        return Finding(
            "正在运行的任务", True, f"{holder.purpose}（进程 {holder.pid}，开始于 {holder.since}）"
        )
    return Finding("正在运行的任务", True, "无")


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
