"""What changes the time of a public-order case: extensions, appraisals and hearings, and the days they lead to.

Belongs here: ``case.aj_qxbg`` and the truth of the due days, reckoned from the law and not from the warehouse, which is
held against it. Does not belong here: the cases and their stages (``cases``).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from jingcang.sample import world as w
from jingcang.sample.cases import DAY, LAST, Cases
from jingcang.sample.incidents import NIGHT, STAMP
from jingcang.sample.people import text
from jingcang.sample.world import World, stream

EXTENSION, APPRAISAL, HEARING = "1", "2", "3"
REASONS = {
    EXTENSION: "案情重大、复杂",
    APPRAISAL: "为查明案情进行鉴定",
    HEARING: "违反治安管理行为人要求听证",
}
NEW_LAW = w.day_number(dt.date(2026, 1, 1))
TODAY = w.day_number(w.AS_OF)
_ENDS = ("JARQ", "YSQSRQ", "ZZRQ", "CFJDRQ", "TJRQ")


def time_changes(world: World, cases: Cases) -> pl.DataFrame:
    """Return ``case.aj_qxbg``: decisions on the time of filed public-order cases, open and ended ones alike.

    Extensions are approved by the sub-bureau on the 28th day and, under the new law, once more on the 58th; an
    appraisal begins in the first three weeks and lasts up to 25 days, a hearing three; neither is over yet when it
    would end after the last day.
    """
    rng = stream(world.seed, "time changes")
    filed = cases.days["LARQ"]
    chosen = np.flatnonzero(~cases.criminal & (filed >= 0))
    rows: list[tuple[int, str, int, int]] = []
    for case in chosen.tolist():
        start, is_new = int(filed[case]), cases.days["SLRQ"][case] >= NEW_LAW
        draws = rng.random(4)
        if draws[0] < 0.5 and start + 28 <= LAST:
            rows.append((case, EXTENSION, start + 28, -1))
            if is_new and draws[1] < 0.5 and start + 58 <= LAST:
                rows.append((case, EXTENSION, start + 58, -1))
        for kind, share, low, high in ((APPRAISAL, 0.3, 5, 25), (HEARING, 0.1, 3, 4)):
            if draws[2 if kind == APPRAISAL else 3] < share:
                begun = start + int(rng.integers(2, 21))
                ended = begun + int(rng.integers(low, high))
                if begun <= LAST:
                    rows.append((case, kind, begun, ended if ended <= LAST else -1))
    who, kinds = np.array([row[0] for row in rows], dtype=int), np.array([row[1] for row in rows])
    starts, ends = (
        np.array([row[2] for row in rows], dtype=int),
        np.array([row[3] for row in rows], dtype=int),
    )
    n = len(rows)
    return pl.DataFrame(
        {
            "BGBH": text(np.char.add("QX", np.char.zfill(np.arange(1, n + 1).astype(str), 12))),
            "AJBH": cases.table["AJBH"][who],
            "BGLXDM": text(kinds),
            "BGYY": pl.Series(kinds).replace_strict(REASONS, return_dtype=pl.String),
            "KSRQ": w.text_of_days(starts, DAY),
            "JSRQ": w.text_of_days(ends, DAY),
            "PZDWBH": text(np.full(n, w.BUREAU)),
            "GXSJ": w.text_of_seconds(
                np.minimum(np.maximum(starts, ends) * 86_400 + rng.integers(79_000, 86_000, n), NIGHT), STAMP
            ),
        }
    )


def due_days(cases: Cases, changes: pl.DataFrame) -> dict[str, str]:
    """Return number → last lawful day of every open, filed public-order case.

    Before 2026: 30 days from acceptance, one extension, appraisals left out (程序规定 art. 165).
    From 2026: 30 days from filing, two extensions, appraisals and hearings left out (治安管理处罚法 art. 118).
    """
    by_case: dict[str, list[tuple[str, int, int]]] = {}
    parsed = changes.with_columns(
        pl.col("KSRQ", "JSRQ").str.to_date(DAY).cast(pl.Int32)  # days since 1970
    )
    for row in parsed.iter_rows(named=True):
        end = TODAY if row["JSRQ"] is None else row["JSRQ"]
        by_case.setdefault(row["AJBH"], []).append((row["BGLXDM"], row["KSRQ"], end))
    found = {}
    for place, number in enumerate(cases.table["AJBH"].to_list()):
        is_open = all(cases.days[stage][place] < 0 for stage in _ENDS)
        if cases.criminal[place] or cases.days["LARQ"][place] < 0 or not is_open:
            continue
        accepted, filed = int(cases.days["SLRQ"][place]), int(cases.days["LARQ"][place])
        is_new = accepted >= NEW_LAW
        begun = filed if is_new else accepted
        decided = by_case.get(number, [])
        granted = min(sum(kind == EXTENSION for kind, _, _ in decided), 2 if is_new else 1)
        free = {APPRAISAL, HEARING} if is_new else {APPRAISAL}
        days = {
            day for kind, first, last in decided if kind in free for day in range(max(first, begun), last)
        }
        found[number] = (w.EPOCH + dt.timedelta(days=begun + 30 + 30 * granted + len(days))).isoformat()
    return found
