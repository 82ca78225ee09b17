"""One pipeline run from beginning to end: lease, Dagster job in this process, report.

Belongs here: the frame of a run. Does not belong here: what the stages do.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jingcang.config import Settings, load_settings
from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration import PROJECT_ROOT, lease
from orchestration.disk import told
from orchestration.ingest.watched import watched
from orchestration.registration import Registration, ensure_pseudonym_key, read_registration, register
from orchestration.session import Progress, Session, Silent

if TYPE_CHECKING:
    import dagster as dg

    from jingcang.contracts.model import Profile
    from jingcang.landing import Again


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Args:
        generation: name of the generation readers see now.
        content_hash: its content hash.
        changed: whether this run published it.
        full_refresh: whether the build was made anew.
        as_of: ISO date.
        profile: profile name.
        tables: qualified source table → rows read, accepted, quarantined, superseded, repeated, over all
            batches in force.
        checks: status → number of checks of the run that built the generation.
        seconds: stage → seconds; ``total`` is wall time.
        processor_seconds: stage → seconds of the processor in this process.
        unreachable: qualified source table → why it could not be read this time.
        derived: derived table → input rows that were computed for it in this run, those carried over left out.
    """

    generation: str
    content_hash: str
    changed: bool
    full_refresh: bool
    as_of: str
    profile: str
    tables: Mapping[str, Mapping[str, int]]
    checks: Mapping[str, int]
    seconds: Mapping[str, float]
    processor_seconds: Mapping[str, float]
    unreachable: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, int] = field(default_factory=dict)


def open_profile(home: Home, profile: Path | None = None, data: Path | None = None) -> Profile:
    """Load the profile a home runs, and record it at the first run.

    Args:
        home: the home folder.
        profile: the profile's folder; default: the recorded one, else the configured one.
        data: data folder; default: the recorded one, else the profile's own.

    Returns:
        The loaded profile.

    Raises:
        JingcangError: no such profile, a fault in it, or the home belongs to another one.
    """
    from jingcang.contracts import load_profile

    known = read_registration(home)
    directory = _directory(home, profile, known)
    if data is None and known and known.data and Path(known.directory) == directory:
        data = Path(known.data)
    ensure_pseudonym_key(known)
    loaded = load_profile(directory, data=data)
    register(
        home,
        Registration(
            name=loaded.name,
            directory=str(directory),
            data=str(data.resolve()) if data else None,
            as_of=known.as_of if known else None,
            demo_seed=known.demo_seed if known else None,
        ),
    )
    return loaded


def _directory(home: Home, profile: Path | None, known: Registration | None) -> Path:
    if profile is None and known:
        return Path(known.directory)
    wanted = profile or Path(load_settings(home).profile)
    for candidate in (wanted, PROJECT_ROOT / wanted, PROJECT_ROOT / "data_contracts" / "profiles" / wanted):
        if (candidate / "profile.yaml").is_file():
            return candidate.resolve()
    raise JingcangError(
        f"找不到方案：{wanted}",
        where=str(wanted.resolve()),
        remedy="请用 --profile 指定含有 profile.yaml 的目录",
    )


def resolve_as_of(home: Home, profile: Profile, given: dt.date | None) -> dt.date:
    """Return the run's "today": given, else recorded (demo), else the profile's, else today in its zone."""
    if given is not None:
        return given
    known = read_registration(home)
    if known and known.as_of:
        return dt.date.fromisoformat(known.as_of)
    return profile.as_of or dt.datetime.now(ZoneInfo(profile.timezone)).date()


def run_pipeline(
    profile: Profile,
    home: Home,
    *,
    as_of: dt.date | None = None,
    progress: Progress | None = None,
    settings: Settings | None = None,
    force: bool = False,
    again: Mapping[str, Again] | None = None,
) -> RunReport:
    """Run the whole pipeline in this process.

    Args:
        profile: the loaded profile.
        home: the home folder.
        as_of: the run's "today".
        progress: where to show progress.
        settings: default: the home's ``jingcang.toml``.
        force: build and publish even when nothing changed.
        again: qualified table → what a replay does with it.

    Returns:
        The report.

    Raises:
        DiskTrouble: the home's disk is full, read-only or broken.
        JingcangError: another run holds the home, a source or a model failed, or a blocking check stopped
            publishing. Readers keep the generation they had.
    """
    started, used = time.perf_counter(), time.process_time()
    with told(home), lease.hold(home.prepare(), "数据更新"):
        from orchestration.instance import open_instance, process_tags, reap

        _clear_up(home)
        _quiet()
        with open_instance(home) as instance:
            reap(instance)
            session = Session(
                home=home,
                profile=profile,
                as_of=resolve_as_of(home, profile, as_of),
                settings=settings or load_settings(home),
                run_id="",
                progress=progress or Silent(),
                force=force,
                again=again or {},
                watched=watched(home, profile),
            )
            job = _job(session)
            result = job.execute_in_process(
                instance=instance,
                resources={"session": _ready_session(session)},
                tags=process_tags(),
                raise_on_error=True,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
            if not result.success:
                raise JingcangError("运行失败", remedy="请在调度页面查看失败的步骤")
        return _report(session, time.perf_counter() - started, time.process_time() - used)


def _clear_up(home: Home) -> None:
    """Finish or undo what a killed run left in landing and serving; only under the lease."""
    from jingcang.landing import sweep
    from orchestration.publish.generations import recover

    sweep(home)
    recover(home)


def _quiet() -> None:
    """Keep libraries' chatter out of the terminal; what matters reaches the user as a message."""
    for name in ("dagster", "dbt", "great_expectations", "httpx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _job(session: Session) -> dg.JobDefinition:
    import dagster as dg

    from orchestration.definitions import JOB, pipeline_assets, pipeline_job
    from orchestration.transform.dbt import prepared_manifest

    with session.timed("prepare"):
        manifest = prepared_manifest(session.home)
        definitions = dg.Definitions(
            assets=pipeline_assets(session.profile, manifest),
            jobs=[pipeline_job()],
            resources={"session": dg.ResourceDefinition.none_resource()},
            executor=dg.in_process_executor,
        )
        return definitions.resolve_job_def(JOB)


def _ready_session(session: Session) -> dg.ResourceDefinition:
    import dagster as dg

    @dg.resource
    def ready(context: dg.InitResourceContext) -> Session:
        session.run_id = context.run_id or ""
        session.progress.start("landing", len(session.profile.tables))
        return session

    return ready


def _report(session: Session, total: float, processor: float) -> RunReport:
    from orchestration.check.steps import table_totals

    generation = session.generation
    if generation is None:
        raise JingcangError("本次运行没有发布任何版本", remedy="请在调度页面查看失败的步骤")
    checks = Counter(item.status for item in session.outcomes) if session.changed else generation.checks
    return RunReport(
        generation=generation.name,
        content_hash=generation.content_hash,
        changed=session.changed,
        full_refresh=session.full_refresh,
        as_of=session.as_of.isoformat(),
        profile=session.profile.name,
        tables=table_totals(session),
        checks=dict(checks),
        seconds=_rounded(session.seconds, total),
        processor_seconds=_rounded(session.processor, processor),
        unreachable=dict(session.unreachable),
        derived=dict(session.derived),
    )


def _rounded(stages: Mapping[str, float], total: float) -> dict[str, float]:
    return {name: round(value, 2) for name, value in {**stages, "total": total}.items()}


def launched_session() -> dg.ResourceDefinition:
    """Return the resource that gives a run launched by Dagster itself its session and its lease."""
    import dagster as dg

    @dg.resource
    def session(context: dg.InitResourceContext) -> Any:
        from orchestration.instance import process_tags, reap

        home = Home.resolve().prepare()
        with lease.hold(home, "定时数据更新"):
            _clear_up(home)
            if context.instance is not None and context.run_id:
                context.instance.add_run_tags(context.run_id, process_tags())
                reap(context.instance)
            profile = open_profile(home)
            yield Session(
                home=home,
                profile=profile,
                as_of=resolve_as_of(home, profile, None),
                settings=load_settings(home),
                run_id=context.run_id or "",
                watched=watched(home, profile),
            )

    return session
