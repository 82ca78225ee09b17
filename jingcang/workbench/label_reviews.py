"""Samples of cases whose labels are reviewed, and the verdicts: who said what about which label of which case.

Belongs here: keeping both, append only; who may judge which item when. Does not belong here: drawing a sample and what
verdicts mean together (``jingcang.labelling.review``); verdicts flow back as the landed source ``_workbench``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.labelling.review import DrawnStratum, SampleItem, Stratum, Verdict, standing
from jingcang.labelling.review.records import ADJUDICATION, REVIEW, UNDONE, UNLABELLED
from jingcang.workbench import tables
from jingcang.workbench.entitled import MOST_CHARACTERS, entitled_role
from jingcang.workbench.store import Workbench

RULE = "label_review"
REVIEWERS_OF_OVERLAP = 2


class ReviewBook:
    """Reads and writes samples and verdicts.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    def __init__(
        self, workbench: Workbench, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._workbench, self._now = workbench, now

    def strata(self) -> list[Stratum]:
        """Return every stratum ever drawn, oldest first."""
        query = sa.select(tables.label_strata).order_by(tables.label_strata.c.stratum_no)
        return [Stratum(**_only(Stratum, row)) for row in self._rows(query)]

    def items(self, week_start: dt.date | None = None) -> list[SampleItem]:
        """Return the sampled items in the order drawn.

        Args:
            week_start: only those of one week.
        """
        samples, strata = tables.label_samples, tables.label_strata
        query = sa.select(samples).order_by(samples.c.sample_no)
        if week_start is not None:
            query = query.join(strata).where(strata.c.week_start == week_start)
        return [SampleItem(**_only(SampleItem, row)) for row in self._rows(query)]

    def verdicts(self) -> list[Verdict]:
        """Return the whole log, oldest first."""
        query = sa.select(tables.label_verdicts).order_by(tables.label_verdicts.c.verdict_no)
        return [Verdict(**_only(Verdict, row)) for row in self._rows(query)]

    def latest_week(self) -> dt.date | None:
        """Return the first day of the last week a sample was drawn for."""
        with self._workbench.read() as connection:
            week: dt.date | None = connection.scalar(sa.select(sa.func.max(tables.label_strata.c.week_start)))
        return week

    def drawn(self, label_group: str, version: str, rule_versions: dict[str, str]) -> dict[str, set[str]]:
        """Return stratum → cases drawn of it under the same definition.

        Args:
            label_group, version: the group and its definition, for the cases without a label.
            rule_versions: label → version of its rules.
        """
        samples, strata = tables.label_samples, tables.label_strata
        query = sa.select(
            strata.c.stratum_code, strata.c.rule_version, strata.c.definition_version, samples.c.case_id
        )
        query = query.join(samples, samples.c.stratum_no == strata.c.stratum_no).where(
            strata.c.label_group == label_group
        )
        found: dict[str, set[str]] = {}
        for row in self._rows(query):
            code = row["stratum_code"]
            same = (
                row["definition_version"] == version
                if code == UNLABELLED
                else (row["rule_version"] == rule_versions.get(code))
            )
            if same:
                found.setdefault(code, set()).add(row["case_id"])
        return found

    def save(self, week_start: dt.date, strata: Sequence[DrawnStratum], *, generation: str) -> int:
        """Keep the sample of one group and week; one that is kept already stays as it is.

        Args:
            week_start: the week.
            strata: of one group and definition.
            generation: the published data it was drawn from.

        Returns:
            How many items were kept: 0 when the week's sample was there.
        """
        if not strata:
            return 0
        kept = tables.label_strata.c
        known = sa.select(kept.stratum_no).where(
            kept.week_start == week_start, kept.label_group == strata[0].label_group,
            kept.definition_version == strata[0].definition_version,
        ).limit(1)  # fmt: skip
        count = 0
        with self._workbench.write() as connection:
            if connection.execute(known).first() is not None:
                return 0
            for stratum in strata:
                made = connection.execute(
                    tables.label_strata.insert().values(
                        week_start=week_start, label_group=stratum.label_group,
                        definition_version=stratum.definition_version, stratum_code=stratum.stratum_code,
                        rule_version=stratum.rule_version, stratum_count=stratum.stratum_count,
                        sampled_count=len(stratum.cases), case_count=stratum.case_count, generation=generation,
                        drawn_at=self._now(),
                    )
                )  # fmt: skip
                number = int(made.inserted_primary_key[0])  # type: ignore[index]
                for case_id, codes, is_overlap in stratum.cases:
                    connection.execute(
                        tables.label_samples.insert().values(
                            stratum_no=number,
                            case_id=case_id,
                            label_codes=",".join(codes),
                            is_overlap=is_overlap,
                        )
                    )
                count += len(stratum.cases)
        return count

    def judge(
        self, sample_no: int, verdict: str, *, label_code: str | None, seen_version: int, text_digest: str,
        rule_version: str | None, by: str, generation: str, evidence: tuple[int, int] | None = None,
        purpose: str = REVIEW, comment: str = "",
    ) -> int:  # fmt: skip
        """Write a verdict and return its number.

        Args:
            sample_no: the item.
            verdict: ``correct``, ``wrong``, ``missing`` or ``uncertain``.
            label_code: the label judged or missing; None for an item without a label.
            seen_version: :func:`version_for` the person when the verdict was taken.
            text_digest: MD5 of the text read.
            rule_version: version of the label's rules, None where a person names a label.
            by, generation: who, seeing which published data.
            evidence: place of a missing label in the text.
            purpose: ``review``, or ``adjudication`` of an item on which two differ.
            comment: words beside it.

        Raises:
            JingcangError: no such item; another verdict came meanwhile; the person has finished the item; a verdict
                that does not fit the item; no right.
        """
        role = entitled_role(self._workbench, by)
        with self._workbench.write() as connection:
            item, stratum = self._item(connection, sample_no)
            log = self._log(connection, sample_no)
            if version_for(item, log, by) != seen_version and purpose == REVIEW:
                raise _refused(
                    f"{log[-1].user_id if log else '别人'} 刚刚判过这一条，您的判定没有保存", "请看下一条"
                )
            own = [v for v in standing(log) if v.user_id == by and v.purpose == REVIEW]
            if purpose == REVIEW and any(v.verdict != "missing" for v in own):
                raise _refused("您已判完这一条", "要改判请先撤销上一条判定")
            _check_fit(item, stratum, verdict, label_code, evidence, purpose)
            return self._write(
                connection, item, stratum, len(log) + 1, verdict=verdict, label_code=label_code,
                evidence_from=evidence[0] if evidence else None, evidence_to=evidence[1] if evidence else None,
                text_digest=text_digest, rule_version=rule_version, purpose=purpose,
                comment=comment.strip()[:MOST_CHARACTERS] or None, user_id=by, role=role, generation=generation,
            )  # fmt: skip

    def undo(self, by: str, *, generation: str, sample_nos: Sequence[int]) -> Verdict | None:
        """Take back the last standing verdict of a person among some items, by a later row.

        Returns:
            The verdict taken back, None when there is none.

        Raises:
            JingcangError: no right.
        """
        role = entitled_role(self._workbench, by)
        with self._workbench.write() as connection:
            wanted = tables.label_verdicts.c.sample_no.in_(list(sample_nos))
            rows = connection.execute(sa.select(tables.label_verdicts).where(wanted))
            own = [v for v in standing(_verdict(row) for row in rows) if v.user_id == by]
            if not own:
                return None
            last = own[-1]
            item, stratum = self._item(connection, last.sample_no)
            log = self._log(connection, last.sample_no)
            self._write(
                connection, item, stratum, len(log) + 1, verdict=UNDONE, label_code=last.label_code,
                evidence_from=None, evidence_to=None, text_digest=last.text_digest, rule_version=None,
                purpose=last.purpose, comment=None, user_id=by, role=role, generation=generation,
                undoes=last.verdict_no,
            )  # fmt: skip
            return last

    def _write(
        self, connection: sa.Connection, item: SampleItem, stratum: Stratum, version: int, **values: Any
    ) -> int:
        made = connection.execute(
            tables.label_verdicts.insert().values(
                sample_no=item.sample_no, version=version, case_id=item.case_id, label_group=stratum.label_group,
                decided_at=self._now(), **values,
            )
        )  # fmt: skip
        return int(made.inserted_primary_key[0])  # type: ignore[index]

    def _item(self, connection: sa.Connection, sample_no: int) -> tuple[SampleItem, Stratum]:
        samples, strata = tables.label_samples, tables.label_strata
        row = connection.execute(sa.select(samples).where(samples.c.sample_no == sample_no)).one_or_none()
        if row is None:
            raise _refused("没有这一条抽样", "请刷新页面")
        item = SampleItem(**_only(SampleItem, dict(row._mapping)))
        found = connection.execute(sa.select(strata).where(strata.c.stratum_no == item.stratum_no)).one()
        return item, Stratum(**_only(Stratum, dict(found._mapping)))

    def _log(self, connection: sa.Connection, sample_no: int) -> list[Verdict]:
        log = tables.label_verdicts
        query = sa.select(log).where(log.c.sample_no == sample_no).order_by(log.c.version)
        return [_verdict(row) for row in connection.execute(query)]

    def _rows(self, query: Any) -> list[dict[str, Any]]:
        with self._workbench.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def version_for(item: SampleItem, log: Sequence[Verdict], user_id: str) -> int:
    """Return the version of an item that a person acts on.

    An item that two people judge is judged by each without the other's verdict: only the own rows count.

    Args:
        item: the item.
        log: verdicts, at least those of the item.
        user_id: the person.
    """
    own = [v for v in log if v.sample_no == item.sample_no]
    return sum(v.user_id == user_id for v in own) if item.is_overlap else len(own)


def _check_fit(
    item: SampleItem, stratum: Stratum, verdict: str, label_code: str | None, evidence: tuple[int, int] | None,
    purpose: str,
) -> None:  # fmt: skip
    judged = None if stratum.stratum_code == UNLABELLED else stratum.stratum_code
    if purpose == ADJUDICATION:
        fits = verdict in ("correct", "wrong") and label_code is not None
    elif verdict == "missing":
        fits = label_code is not None and label_code not in item.labels and evidence is not None
    elif verdict == "wrong":
        fits = label_code == judged and judged is not None
    else:
        fits = verdict in ("correct", "uncertain") and label_code == judged
    if not fits or (evidence is not None and not 0 <= evidence[0] < evidence[1]):
        raise _refused("这个判定不适用于这一条", "漏标请选标签并标出依据；其他判定只针对本条的标签")


def _refused(what: str, remedy: str) -> JingcangError:
    return JingcangError(what, rule=RULE, remedy=remedy)


def _verdict(row: sa.Row[Any]) -> Verdict:
    return Verdict(**_only(Verdict, dict(row._mapping)))


def _only(kind: type, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]
