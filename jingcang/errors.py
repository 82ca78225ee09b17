"""The one exception type that reaches a user, worded in plain Chinese.

Belongs here: the shape of an error. Does not belong here: the wording of particular errors, which
stands where they are raised.
"""

from __future__ import annotations


class JingcangError(Exception):
    """An error a user can act on; it never carries personal data.

    Args:
        what: what happened, one plain Chinese sentence.
        where: source, file or page, line, column; as far as known.
        rule: the id of the rule that was broken, if one was.
        remedy: what the reader should do next, one plain Chinese sentence.
    """

    def __init__(self, what: str, *, where: str = "", rule: str = "", remedy: str = "") -> None:
        self.what, self.where, self.rule, self.remedy = what, where, rule, remedy
        parts = [what]
        if where:
            parts.append(f"位置：{where}")
        if rule:
            parts.append(f"规则：{rule}")
        if remedy:
            parts.append(f"处理办法：{remedy}")
        super().__init__("；".join(parts))
