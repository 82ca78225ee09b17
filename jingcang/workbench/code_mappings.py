"""What stewards decide about source codes: which dictionary code a value means, that it does not count, or not yet.

Belongs here: what a decided mapping is, how it is proposed, and which decisions stand. Does not belong here: the life
of a proposal (``proposals``), suggestions (``jingcang.labelling.dictionaries``), and what a mapping does: those that
stand flow back as the landed source ``_workbench`` and win over the mappings a profile came with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.proposals import Declared, ProposalBook, last_approved

OUTCOMES = {"mapped": "映射", "ignored": "不计", "deferred": "暂缓"}
EQUIVALENCES = {"exact": "等同", "broader": "字典更宽", "narrower": "字典更窄", "related": "相关"}


@dataclass(frozen=True)
class DeclaredMapping(Declared):
    """A decided meaning of a source value with its latest state.

    Args:
        mapping_no: its number.
        source_system, field_name, source_value: the value, ``field_name`` as entity.column.
        dictionary, code: what it means; no code where it does not count.
        outcome: mapped, ignored or deferred.
        equivalence: exact, broader, narrower or related; None unless mapped.
        valid_from: first day on which it holds, None for all days.
    """

    mapping_no: int
    source_system: str
    field_name: str
    source_value: str
    dictionary: str
    code: str | None
    outcome: str
    equivalence: str | None
    valid_from: dt.date | None


class MappingBook(ProposalBook[DeclaredMapping]):
    """Reads and writes decided mappings."""

    definitions, steps, number = tables.code_mapping_decisions, tables.code_mapping_actions, "mapping_no"
    noun, rule, made = "映射", "code_mapping", DeclaredMapping

    def propose(
        self, *, source_system: str, field_name: str, source_value: str, dictionary: str, outcome: str,
        code: str | None, equivalence: str | None, valid_from: dt.date | None, needs_second: bool,
        reason: str, by: str, generation: str,
    ) -> int:  # fmt: skip
        """Write a proposed mapping, or put a value off, and return its number.

        Args:
            source_system, field_name, source_value, dictionary, outcome, code, equivalence, valid_from: see
                :class:`DeclaredMapping`; the caller has held code and dictionary against the published ones.
            needs_second: a figure rests on the code, so another person must approve.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: a mapping without a code or with an unknown outcome, no reason, no right, or the same
                mapping stands or waits already.
        """
        if outcome not in OUTCOMES or (outcome == "mapped") != (code is not None):
            raise JingcangError(
                "请选择字典代码，或者选择不计、暂缓", rule=self.rule, remedy="请重新选择后提交"
            )
        definition = {
            "source_system": source_system, "field_name": field_name, "source_value": source_value,
            "dictionary": dictionary, "code": code, "outcome": outcome,
            "equivalence": (equivalence or "exact") if outcome == "mapped" else None, "valid_from": valid_from,
            "needs_second": needs_second and outcome != "deferred",
        }  # fmt: skip
        state = "deferred" if outcome == "deferred" else "proposed"
        return self._propose(definition, reason=reason, by=by, generation=generation, state=state)


def standing(declared: Iterable[DeclaredMapping]) -> list[DeclaredMapping]:
    """Return the approved mappings that hold: of one value and one first day the one decided last.

    Args:
        declared: every mapping with its latest state, newest first.

    Returns:
        In the order of their numbers.
    """
    held = last_approved(
        declared, lambda item: (item.source_system, item.field_name, item.source_value, item.valid_from)
    )
    return sorted(held, key=lambda item: item.mapping_no)
