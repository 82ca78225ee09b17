"""Why somebody asks about a case: its number, a purpose of the list, a sentence of one's own.

Belongs here: what must be stated before clues and links are read. Does not belong here: checking it against
scope and sealing (``door``).
"""

from __future__ import annotations

from dataclasses import dataclass

from jingcang.errors import JingcangError

PURPOSES = {
    "investigate": "侦办本案",
    "series": "串并案研判",
    "verify": "核对线索是否准确",
}
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class CaseGrounds:
    """The case in hand and why its clues are asked for.

    Args:
        case_no: number of the case in hand.
        purpose: a key of :data:`PURPOSES`.
        statement: in one's own words, without personal data; it goes into the audit trail.

    Raises:
        JingcangError: something is missing, or the purpose is unknown.
    """

    case_no: str
    purpose: str
    statement: str

    def __post_init__(self) -> None:
        missing = [
            name
            for name, value in (("案件编号", self.case_no), ("说明", self.statement))
            if not value.strip()
        ]
        if self.purpose not in PURPOSES:
            missing.insert(0, "目的")
        if missing:
            raise JingcangError(
                "查询线索须写明" + "、".join(missing), rule="case_grounds", remedy="请填好后再查"
            )
        if len(self.statement) > MOST_CHARACTERS:
            raise JingcangError(f"说明最多 {MOST_CHARACTERS} 个字", rule="case_grounds", remedy="请写短些")
