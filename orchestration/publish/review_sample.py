"""The week's sample for the review of labels, drawn from the generation just published.

Belongs here: reading the generation and handing it to the draw. Does not belong here: how it is drawn
(``jingcang.labelling.review``) and kept (``jingcang.workbench.label_reviews``).
"""

from __future__ import annotations

import datetime as dt
import os

import duckdb

from jingcang.config import LabelReview
from jingcang.home import Home
from jingcang.labelling.review import definition_version, draw, label_versions
from jingcang.landing import Cut, current_cut
from jingcang.workbench import Workbench
from jingcang.workbench.label_reviews import ReviewBook
from orchestration.derive.definitions import landed
from orchestration.derive.labels import rules_in_force
from orchestration.publish.generations import current_generation

REVIEWED_DAYS = 364
"""Cases of these days up to the run's day can be drawn, those with a sealed record left out: what pages show is mostly
younger, and 52 weeks are whole."""


def draw_review_sample(home: Home, settings: LabelReview, cut: Cut | None = None) -> int:
    """Draw the sample of the published generation's week, group by group, unless it has been drawn.

    The week is that of the generation's as_of. A group whose rules changed within the week is drawn anew. A home that
    no page ever opened has no workbench to keep a sample in, and gets none.

    Args:
        home: the home; nothing is drawn before something is published.
        settings: sizes.
        cut: what was published from; default: everything landed.

    Returns:
        Items drawn.

    Raises:
        JingcangError: the workbench cannot be opened.
    """
    published = current_generation(home)
    if published is None or not Workbench.exists(home):
        return 0
    cut = cut or current_cut(home)
    as_of = dt.date.fromisoformat(published.as_of)
    book = ReviewBook(Workbench.open(home))
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        week_start = _week_start(connection, as_of)
        groups = label_versions(rules_in_force(home, cut))
        known = {(s.week_start, s.label_group, s.definition_version) for s in book.strata()}
        wanted = {
            group: versions for group, versions in groups.items()
            if (week_start, group, definition_version(versions)) not in known
        }  # fmt: skip
        if not wanted:
            return 0
        told = set(
            landed(
                home,
                cut or current_cut(home),
                "select case_id from landed.cases where narrative_text is not null",
            )["case_id"]
        )
        since = as_of - dt.timedelta(REVIEWED_DAYS)
        recent = connection.execute(
            """
            select case_id from fct_cases
            where event_date >= ? and event_date < ?
                and case_id not in (select case_id from fct_case_persons where is_sealed and case_id is not null)
            order by case_id
            """,
            [since, as_of],
        ).fetchall()
        cases = [case_id for (case_id,) in recent if case_id in told]
        labelled = connection.execute(
            "select distinct case_id, label_code from fct_case_labels where source <> 'person' order by all"
        ).fetchall()
    drawn = 0
    for group, versions in wanted.items():
        strata = draw(
            group, versions, labelled, cases, week_start=week_start,
            drawn=book.drawn(group, definition_version(versions), versions), per_label=settings.per_label,
            unlabelled=settings.unlabelled, overlap_pct=settings.overlap_pct,
        )  # fmt: skip
        drawn += book.save(week_start, strata, generation=published.name)
    return drawn


def _week_start(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> dt.date:
    """Return the first day of a day's week, by the deployment's calendar."""
    week = connection.execute("select iso_week_start from dim_date where date_day = ?", [as_of]).fetchone()
    return week[0] if week else as_of - dt.timedelta(as_of.weekday())
