"""Published labels of the demo against what its narratives were written to affirm, label by label."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import duckdb

from jingcang.sample import narratives

PLANTED = {*narratives.AFFIRMED, *narratives.FRAUD_CLASS.values()}
LEAST = 0.97
QUERY = """
    select cases.case_no, labels.label_code
    from fct_cases as cases left join fct_case_labels as labels
        on cases.case_id = labels.case_id and labels.source = 'rule'
"""


def test_precision_and_recall_of_every_planted_label(demo_home: Path) -> None:
    truth = json.loads((demo_home / "sources" / "truth.json").read_text(encoding="utf-8"))["case_labels"]
    with duckdb.connect(os.path.realpath(demo_home / "serving" / "current"), read_only=True) as connection:
        rows = connection.execute(QUERY).fetchall()
    found: dict[str, set[str]] = {}
    for case_no, code in rows:
        found.setdefault(case_no, set()).update({code} & PLANTED)
    judged = found.keys() & truth.keys()
    assert len(judged) > 600
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for case_no in judged:
        affirmed = set(truth[case_no])
        right.update(found[case_no] & affirmed)
        wrong.update(found[case_no] - affirmed)
        missed.update(affirmed - found[case_no])
    assert set(right) == PLANTED
    for code in sorted(PLANTED):
        assert right[code] >= LEAST * (right[code] + wrong[code]), (code, "precision", right, wrong)
        assert right[code] >= LEAST * (right[code] + missed[code]), (code, "recall", right, missed)
