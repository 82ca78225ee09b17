"""The blind second coding of archive uses: what of a use a coder sees, and writing the coding.

Belongs here: the one way from the page to the codings, with the right, the scope and the audit; which uses every page
keeps a coder from knowing the purpose of. Does not belong here:
keeping them (``jingcang.workbench.archive_recodings``) and drawing the uses (``fct_archive_recodings``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.query import Query
from jingcang.errors import JingcangError
from jingcang.workbench import Workbench
from jingcang.workbench.archive_recodings import EXTRA_LABELS, RULE, RecodingBook

BLIND = Query(
    "复核编码·待编",
    """
    select archive_use_id, use_no, unit_no, month_start, event_date, user_officer_no, use_kind_label, file_no,
        category_label, linked_no, linked_kind_label, linked_class_label, is_link_valid, is_opened
    from {fct_archive_recodings}
    where (len($units) = 0 or list_contains($units, unit_no))
    order by month_start desc, sample_rank, unit_no
    """,
    {"units": list},
)
"""What the log says of a use but for its purpose, its outcome and what was made of both."""
CODES = Query(
    "复核编码·利用目的",
    "select code, name_zh from {dim_dictionary} where dictionary = 'archive_use_purpose' order by code",
)


@dataclass(frozen=True)
class Blinded:
    """Uses whose purpose, and what follows from it, a reader may not see yet.

    Args:
        waiting: drawn and not coded for the second time.
        undrawn_from: first day of the month that is not over, any use of which may be drawn; None where nothing is
            kept from the reader.
    """

    waiting: frozenset[str]
    undrawn_from: date | None

    def holds(self, archive_use_id: str, event_date: date) -> bool:
        """Return whether the purpose of a use is kept from the reader."""
        may_be_drawn = self.undrawn_from is not None and event_date >= self.undrawn_from
        return may_be_drawn or archive_use_id in self.waiting


def blinded(door: Door, identity: Identity, workbench: Workbench, as_of: date) -> Blinded:
    """Return what a reader may not see: nothing is kept from those who do not code.

    Args:
        as_of: day of the published data; a month is drawn on the first day after it.
    """
    if identity.role not in RecodingBook.roles:
        return Blinded(frozenset(), None)
    coded = RecodingBook(workbench).by_use()
    drawn = door.run(BLIND, identity, units=[])["archive_use_id"].to_list()
    return Blinded(frozenset(drawn) - coded.keys(), as_of.replace(day=1))


def recode(
    door: Door, identity: Identity, workbench: Workbench, archive_use_id: str, purpose_code: str, *,
    seen_version: int, reason: str,
) -> int:  # fmt: skip
    """Keep what a person takes the purpose of a drawn use to be, and return the coding's number.

    Args:
        archive_use_id: the use; it must be drawn and in the person's scope.
        purpose_code: a code of the dictionary, ``no_use`` or ``unclear``.
        seen_version: version of the coding that was seen, 0 without one.
        reason: on what it rests.

    Raises:
        Forbidden: not drawn or not in scope; told alike and recorded.
        JingcangError: an own use, an unknown code, or the store refuses.
    """
    drawn = {row["archive_use_id"]: row for row in door.run(BLIND, identity, units=[]).to_dicts()}
    if archive_use_id not in drawn:
        door.record(identity, "refused", RULE, reason=archive_use_id)
        raise Forbidden("没有这一次抽中的利用，或它不在您的范围内", rule=RULE, remedy="请刷新页面")
    use = drawn[archive_use_id]
    if identity.officer_no and identity.officer_no == use["user_officer_no"]:
        raise JingcangError("自己的利用不能由自己复核", where=use["use_no"], rule=RULE, remedy="请由别人编码")
    if purpose_code not in {*dict(door.run(CODES, identity).rows()), *EXTRA_LABELS}:
        raise JingcangError("没有这个利用目的", where=purpose_code, rule=RULE, remedy="请在列表里选一个")
    number = RecodingBook(workbench).code(
        archive_use_id, purpose_code, unit_no=use["unit_no"], seen_version=seen_version, reason=reason,
        by=identity.user_id, generation=door.generation().name,
    )  # fmt: skip
    door.record(identity, RULE, "fct_archive_recodings", reason=use["use_no"])
    return number
