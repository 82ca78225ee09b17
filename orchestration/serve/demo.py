"""The demo: simulated source systems, one pipeline run, the services. The only importer of ``jingcang.sample``.

Belongs here: what only the demo needs. Does not belong here: anything a real deployment uses.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from jingcang.config import load_settings
from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration import PROJECT_ROOT, lease
from orchestration.display import StageDisplay
from orchestration.ingest import witness_process
from orchestration.publish.files import write_durably
from orchestration.publish.generations import current_generation
from orchestration.publish.review_sample import draw_review_sample
from orchestration.registration import Registration, ensure_pseudonym_key, register
from orchestration.run import RunReport, open_profile, run_pipeline
from orchestration.serve.processes import Services, free_port
from orchestration.serve.services import Stopped, start_dagster, start_dashboards, stop_on_signals

if TYPE_CHECKING:
    from jingcang.access.accounts import DemoAccount

PROFILE = PROJECT_ROOT / "data_contracts" / "profiles" / "demo"


def run_demo(
    home: Home, *, size: str, seed: int, serve: bool, on_report: Callable[[RunReport], None]
) -> None:
    """Generate the sources once, run the pipeline, and serve until Ctrl-C if asked.

    Args:
        home: the home folder.
        size: ``small`` or ``full``.
        seed: decides the simulated data and the demo's passwords.
        serve: start the pages and the scheduling pages.
        on_report: shows the run's report.

    Raises:
        JingcangError: the home belongs to another profile or demo, or a stage failed.
    """
    home.prepare()
    settings = load_settings(home)
    with Services(home.logs) as services:
        try:
            with stop_on_signals() if serve else nullcontext(), lease.hold(home, "演示"):
                as_of = prepare_sources(home, size=size, seed=seed)
                registration = Registration("demo", str(PROFILE), str(home.sources), as_of, seed)
                ensure_pseudonym_key(registration)
                register(home, registration)
                with patrol_api(home.sources):
                    addresses: list[str] = []
                    if serve and current_generation(home):
                        # Up while the run finds out that nothing changed.
                        addresses = [start_dashboards(services, home, settings)]
                    profile = open_profile(home)
                    with StageDisplay() as display:
                        report = run_pipeline(profile, home, progress=display, settings=settings)
                    witness_process.stop()
                    accounts = demo_accounts(home, seed)
                    draw_review_sample(home, settings.label_review)  # the first run had no workbench yet
                    if not serve:
                        on_report(report)
                        return
                    addresses = addresses or [start_dashboards(services, home, settings)]
                    addresses.append(start_dagster(services, home, settings))
                    services.wait_until_healthy()
                    on_report(report)
                    _announce(addresses, accounts)
                    services.wait()
        except Stopped:
            print("正在停止", flush=True)


def prepare_sources(home: Home, *, size: str, seed: int) -> str:
    """Write the simulated source systems unless they are there; a killed generation leaves nothing behind.

    Returns:
        The demo's "today", ISO date.

    Raises:
        JingcangError: the home holds a demo of another size or seed.
    """
    stamp = home.sources / "demo.json"
    if stamp.exists():
        known = json.loads(stamp.read_text(encoding="utf-8"))
        if (known["size"], known["seed"]) != (size, seed):
            raise JingcangError(
                f"本运行目录已有演示数据（规模 {known['size']}，种子 {known['seed']}）",
                where=str(home.root),
                remedy="请用 --home 指定另一个目录，或用相同的 --size 和 --seed",
            )
        return str(known["as_of"])
    from jingcang.sample import generate

    print(f"生成模拟源系统（规模 {size}，种子 {seed}）", flush=True)
    started = time.perf_counter()
    temporary = home.root / "sources.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.rmtree(home.sources, ignore_errors=True)
    temporary.mkdir(parents=True)
    info = generate(temporary, size=size, seed=seed)
    content = {"size": size, "seed": seed, "as_of": str(info.as_of)}
    write_durably(temporary / "demo.json", json.dumps(content).encode("utf-8"))
    os.replace(temporary, home.sources)
    print(f"模拟源系统已生成，用时 {time.perf_counter() - started:.1f} 秒", flush=True)
    return str(info.as_of)


@contextmanager
def patrol_api(folder: Path) -> Iterator[str]:
    """Serve the simulated patrol system on a free loopback port for the length of the block."""
    import uvicorn

    from jingcang.sample import patrol_api as simulator

    token = f"demo-{folder.stat().st_ino:x}"
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            simulator.application(folder, token=token),
            host="127.0.0.1",
            port=port,
            log_level="critical",
            access_log=False,
        )
    )
    thread = threading.Thread(target=server.run, name="patrol-api", daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise JingcangError("模拟巡防接口启动失败", remedy="请重新运行")
        time.sleep(0.02)
    url = f"http://127.0.0.1:{port}"
    os.environ["JINGCANG_PATROL_URL"], os.environ["JINGCANG_PATROL_TOKEN"] = url, token
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(5)


def demo_accounts(home: Home, seed: int) -> list[DemoAccount]:
    """Create the demo's accounts for the units and officers that were published; returns them with passwords."""
    import duckdb

    from jingcang.access.accounts import create_demo_accounts
    from jingcang.workbench import Workbench

    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        bureau = connection.execute(
            """
            select unit_no from dim_unit
            where unit_no in (select parent_unit_no from dim_unit) order by unit_no limit 1
            """
        ).fetchone()
        officer = connection.execute(
            """
            select officer_no, unit_no from dim_officer
            where is_current and unit_no is not null and area_no is not null order by unit_no, officer_no limit 1
            """
        ).fetchone()
    if officer is None:
        raise JingcangError("演示数据中没有可用的民警", remedy="请换一个种子重新生成")
    return create_demo_accounts(
        Workbench.open(home),
        seed=seed,
        bureau_unit_no=bureau[0] if bureau else None,
        station_unit_no=officer[1],
        officer_no=officer[0],
        officer_unit_no=officer[1],
    )


def _announce(addresses: list[str], accounts: list[DemoAccount]) -> None:
    lines = [f"业务页面 {addresses[0]}", f"调度页面 {addresses[1]}", "演示账号："]
    lines += [
        f"  {item.role_label}  账号 {item.user_id}  口令 {item.password}  范围 {item.scope_label}"
        for item in accounts
    ]
    print("\n".join([*lines, "按 Ctrl-C 停止"]), flush=True)
