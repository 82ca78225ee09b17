"""The weekly sample of cases to be reviewed.

Belongs here: drawing. Does not belong here: keeping what was drawn (``jingcang.workbench.label_reviews``).

Of every group each label is a stratum, and the cases without any label of the group are one: what was missed is only
found there. A case with two labels of a group lies in both their strata. Within a stratum the cases are ordered by a
digest of week, definition and case, and the first ones are taken: a simple random sample without replacement that every
run draws again from the same data, without a clock. Cases drawn before under the same definition are left out, so
that the samples of several weeks together are one sample without replacement.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from jingcang.labelling.rule_table import Rule, applied

from .records import UNLABELLED


@dataclass(frozen=True)
class DrawnStratum:
    """A stratum with the cases drawn from it.

    Args:
        label_group, definition_version, stratum_code, rule_version, stratum_count, case_count: see
            :class:`.records.Stratum`.
        cases: (case, its labels of the group, whether two people judge it) in the order drawn.
    """

    label_group: str
    definition_version: str
    stratum_code: str
    rule_version: str | None
    stratum_count: int
    case_count: int
    cases: tuple[tuple[str, tuple[str, ...], bool], ...]


def label_versions(rules: Iterable[Rule]) -> dict[str, dict[str, str]]:
    """Return label group → label → version of its rules, of the labels that rules in use can give.

    Args:
        rules: all rules in force, drafts included.

    Returns:
        Versions of 16 hex digits over a label's own rules: whatever changes in one changes its version.
    """
    of_label: dict[tuple[str, str], list[Rule]] = {}
    for rule in applied(rules):
        of_label.setdefault((rule.label_group, rule.label_code), []).append(rule)
    found: dict[str, dict[str, str]] = {}
    for (group, code), own in of_label.items():
        rows = sorted((asdict(rule) for rule in own), key=lambda row: str(row["rule_id"]))
        text = json.dumps(rows, ensure_ascii=False, sort_keys=True)
        found.setdefault(group, {})[code] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return found


def definition_version(versions: Mapping[str, str]) -> str:
    """Return the version of a group: 16 hex digits over its labels' rule versions.

    Args:
        versions: label code → version of its rules.
    """
    text = "\n".join(f"{code} {version}" for code, version in sorted(versions.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def draw(
    label_group: str,
    versions: Mapping[str, str],
    labelled: Iterable[tuple[str, str]],
    cases: Sequence[str],
    *,
    week_start: dt.date,
    drawn: Mapping[str, Collection[str]],
    per_label: int,
    unlabelled: int,
    overlap_pct: int,
) -> list[DrawnStratum]:
    """Draw the sample of one group for one week.

    Args:
        label_group: the group.
        versions: label code → version of its rules, of every label of the group in use.
        labelled: (case, label) pairs; labels of other groups and cases not among ``cases`` are ignored.
        cases: all cases that can be judged.
        week_start: the week.
        drawn: stratum → cases drawn in earlier weeks under the same definition.
        per_label, unlabelled: cases to draw of each label and of the cases without a label.
        overlap_pct: share of the cases that two people judge, in percent.

    Returns:
        One stratum a label, those without a case included, and one for the cases without a label.
    """
    known, version = set(cases), definition_version(versions)
    codes: dict[str, set[str]] = {}
    for case_id, code in labelled:
        if code in versions and case_id in known:
            codes.setdefault(case_id, set()).add(code)
    members: dict[str, list[str]] = {code: [] for code in sorted(versions)}
    members[UNLABELLED] = [case_id for case_id in known if case_id not in codes]
    for case_id, given in codes.items():
        for code in given:
            members[code].append(case_id)
    strata = []
    for code, inside in members.items():
        seed = f"{week_start.isoformat()}|{version}|{code}"
        wanted = unlabelled if code == UNLABELLED else per_label
        before = set(drawn.get(code, ()))
        chosen = sorted(set(inside) - before, key=lambda case_id: _digest(seed, case_id))[:wanted]
        strata.append(
            DrawnStratum(
                label_group, version, code, versions.get(code), len(inside), len(known),
                tuple(
                    (case_id, tuple(sorted(codes.get(case_id, ()))), _is_overlap(seed, case_id, overlap_pct))
                    for case_id in chosen
                ),
            )
        )  # fmt: skip
    return strata


def _digest(seed: str, case_id: str) -> bytes:
    return hashlib.sha256(f"{seed}|{case_id}".encode()).digest()


def _is_overlap(seed: str, case_id: str, percent: int) -> bool:
    return int.from_bytes(_digest(f"{seed}|overlap", case_id)[:4], "big") % 100 < percent
