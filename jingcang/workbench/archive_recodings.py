"""复核编码: what a second person, who does not see the first code, takes the purpose of an archive use to be.

Belongs here: keeping codings, append only, on the version that was seen. Does not belong here: which uses are drawn
(``fct_archive_recodings``), who may code which (``jingcang.access.archive_recodings``), what agreement means
(``jingcang.kpis.recoding``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from jingcang.workbench import tables
from jingcang.workbench.versioned import Version, VersionedBook

RULE = "archive_recoding"
CODED = "coded"
NO_USE, UNCLEAR = "no_use", "unclear"
EXTRA_LABELS = {NO_USE: "不计为利用（测试、误操作等）", UNCLEAR: "看不出"}
"""Codings beside the codes of the dictionary ``archive_use_purpose``."""


@dataclass(frozen=True)
class Recoding(Version):
    """One version of the second coding of one use.

    Args:
        recoding_no: its number.
        archive_use_id: the use.
        purpose_code: a code of ``archive_use_purpose`` or a key of :data:`EXTRA_LABELS`.
    """

    row_no: int
    recoding_no: int
    archive_use_id: str
    purpose_code: str


class RecodingBook(VersionedBook[Recoding]):
    """Reads and writes second codings."""

    table, number, noun, rule = tables.archive_recodings, "recoding_no", "复核编码", RULE
    made = Recoding
    state_labels: ClassVar[dict[str, str]] = {CODED: "已编码"}
    roles: ClassVar[Collection[str]] = ("integrity_reviewer",)

    def by_use(self) -> dict[str, Recoding]:
        """Return use → its latest coding."""
        return {item.archive_use_id: item for item in self.latest().values()}

    def code(
        self, archive_use_id: str, purpose_code: str, *, unit_no: str | None, seen_version: int, reason: str, by: str,
        generation: str,
    ) -> int:  # fmt: skip
        """Keep a coding and return its number.

        Args:
            archive_use_id: the use.
            purpose_code: see :class:`Recoding`.
            unit_no: unit of the use.
            seen_version: version of the use's coding that was seen, 0 without one.
            reason: on what it rests.
            by, generation: who, seeing which published data.

        Raises:
            JingcangError: somebody coded it meanwhile, no reason, or no right.
        """
        known = self.by_use().get(archive_use_id)
        stated = {
            "archive_use_id": archive_use_id, "purpose_code": purpose_code, "unit_no": unit_no, "state_code": CODED,
        }  # fmt: skip
        return self._write(
            known.recoding_no if known else None,
            seen_version,
            stated,
            reason=reason,
            by=by,
            generation=generation,
        )


def landed_rows(versions: Iterable[Recoding]) -> list[dict[str, Any]]:
    """Return the rows to land."""
    return [vars(item) for item in versions]
