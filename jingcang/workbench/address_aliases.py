"""What stewards decide about names of roads: that a name as written is another spelling of a standard one.

Belongs here: what an alias is, how it is proposed, and which ones stand. Does not belong here: the life of a proposal
(``proposals``), likely names (``jingcang.addresses``), and what an alias does: those that stand flow back
as the landed source ``_workbench`` and are used when addresses are matched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.proposals import Declared, ProposalBook, last_approved


@dataclass(frozen=True)
class DeclaredAlias(Declared):
    """An alias with its latest state.

    Args:
        alias_no: its number.
        written_name: name of a road as records write it.
        standard_name: name of a road of the standard addresses.
    """

    alias_no: int
    written_name: str
    standard_name: str


class AliasBook(ProposalBook[DeclaredAlias]):
    """Reads and writes aliases."""

    definitions, steps, number = tables.address_alias_decisions, tables.address_alias_actions, "alias_no"
    noun, rule, made = "别名", "address_alias", DeclaredAlias

    def propose(self, *, written_name: str, standard_name: str, reason: str, by: str, generation: str) -> int:
        """Write a proposed alias and return its number.

        Args:
            written_name, standard_name: see :class:`DeclaredAlias`; the caller has held the standard name against
                the published addresses.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: the two names are the same or one is empty, no reason, no right, or the same alias stands
                or waits already.
        """
        if not written_name or not standard_name or written_name == standard_name:
            raise JingcangError(
                "别名和标准路名不能为空，也不能相同", rule=self.rule, remedy="请从清单里选择标准路名"
            )
        definition = {"written_name": written_name, "standard_name": standard_name}
        return self._propose(definition, reason=reason, by=by, generation=generation)


def standing(declared: Iterable[DeclaredAlias]) -> list[DeclaredAlias]:
    """Return the approved aliases that hold: of one written name the one proposed last.

    Args:
        declared: every alias with its latest state, newest first.

    Returns:
        In the order of written names.
    """
    held = last_approved(declared, lambda item: item.written_name)
    return sorted(held, key=lambda item: item.written_name)
