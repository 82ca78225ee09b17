"""The last asset: a generation that readers can open."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import dagster as dg

from jingcang.config import Settings
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.retention import Released, release
from jingcang.workbench import Workbench
from jingcang.workbench.kpi_periods import PeriodBook
from orchestration.publish import generations
from orchestration.publish.review_sample import draw_review_sample
from orchestration.rebuild.code import keep
from orchestration.session import Session
from orchestration.step_asset import step_asset


def publish(session: Session) -> generations.Generation:
    """Publish the build of a session; blocking checks have been judged before."""
    assert session.cut is not None  # noqa: S101 - decided before anything is built
    session.progress.start("publish", 1)
    with session.timed("publish"):
        session.generation = generations.publish(
            session.home,
            inputs=session.inputs,
            as_of=session.as_of.isoformat(),
            profile=session.profile.name,
            run_id=session.run_id,
            batches=session.cut.batches,
            checks=dict(Counter(item.status for item in session.outcomes)),
            code=keep(session.home, session.profile),
            keep=session.settings.publishing.keep_generations,
        )
    session.progress.advance("publish", session.generation.name)
    try:
        drawn = draw_review_sample(session.home, session.settings.label_review, session.cut)
    except JingcangError as error:  # what was published stands; the next run draws
        session.unreachable["_workbench.label_samples"] = str(error)
    else:
        if drawn:
            session.progress.advance("publish", f"抽取本周标签审核样本 {drawn:,} 条")
    try:
        freed = release_raw(session.home, session.settings, session.as_of)
    except JingcangError as error:  # what was published stands; the next run frees
        session.unreachable["_workbench.kpi_frozen_periods"] = str(error)
    else:
        if freed.files:
            session.progress.advance("publish", f"清理{freed.in_words()}")
    session.progress.finish("publish")
    return session.generation


def release_raw(home: Home, settings: Settings, as_of: dt.date, *, dry_run: bool = False) -> Released:
    """Apply the retention of landing; what a kept generation or a frozen assessment period was built from stays.

    Raises:
        JingcangError: the workbench, which knows the frozen periods, cannot be read; nothing is freed.
    """
    days = settings.landing.keep_superseded_days
    pinned = {batch for kept in generations.kept_generations(home) for batch in kept.batches}
    if days and Workbench.exists(home):
        pinned |= PeriodBook(Workbench.open(home)).pinned_batches()
    return release(home, pinned=pinned, as_of=as_of, days=days, dry_run=dry_run)


def publish_asset(after: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset ``serving_generation``.

    Args:
        after: assets that must stand before anything is published.
    """
    spec = dg.AssetSpec("serving_generation", deps=after, group_name="publish", kinds={"duckdb"})

    def work(session: Session) -> dict[str, str]:
        generation = publish(session)
        return {"generation": generation.name, "content_hash": generation.content_hash}

    return step_asset("publish", spec, work)
