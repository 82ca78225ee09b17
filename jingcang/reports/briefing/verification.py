"""Does an edited briefing still say what the warehouse says: one finding for each figure that does not.

Belongs here: comparing what was read of a file with the register and with values computed anew. Does not belong
here: reading the file (``reading``), computing (``values``), wording on the screen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jingcang.reports.briefing.figures import Figure, Recipe, Register, plain
from jingcang.reports.briefing.reading import Content, Found

CHANGED, RESTATED, REMOVED, UNBOUND = "数字不一致", "仓库已更正", "数字已删去", "数字脱离控件"
TYPED, MOVED, COPIED, APPENDIX = "未经核对的数字", "数字移到别处", "数字重复出现", "附表被改动"


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree.

    Args:
        kind: one of the words above.
        title: metric, cell and period of the figure; "" for a typed number.
        metric: code of the metric, "" where none.
        in_file: what the file says, "" when nothing.
        in_warehouse: what the warehouse says now, "" where it says nothing.
        handed_out: what the briefing said when it was made, "" where it said nothing.
        where: place in the text.
    """

    kind: str
    title: str = ""
    metric: str = ""
    in_file: str = ""
    in_warehouse: str = ""
    handed_out: str = ""
    where: str = ""


def compare(content: Content, register: Register, now: Mapping[Recipe, str]) -> list[Finding]:
    """Return what does not agree, in the order of the text; empty when everything does.

    Text may change freely. A figure that was changed to what the warehouse says now agrees.

    Args:
        content: what the file says.
        register: what was handed out.
        now: recipe → text computed from the generation now published.
    """
    known = {figure.id: figure for figure in register.figures}
    found: list[Finding] = []
    loose = list(content.loose)
    for control in content.controls:
        figure = known.get(control.tag)
        if figure is None:
            found.append(Finding(TYPED, in_file=control.text, where=control.where))
        elif finding := _of_control(control, figure, now[figure.recipe]):
            found.append(finding)
    found += _out_of_place(content.controls, known)
    times = Counter(control.tag for control in content.controls)
    for figure in register.figures:
        if times[figure.id] == 0:
            found.append(_missing(figure, now[figure.recipe], loose))
    found += [Finding(TYPED, in_file=one.text, where=one.where) for one in loose]
    if content.appendix != register.appendix_digest:
        why = "附表的锁定控件已去掉" if content.appendix is None else "附表的文字与发出时不同"
        found.append(Finding(APPENDIX, title=why, where="附表"))
    return found


def _of_control(control: Found, figure: Figure, now: str) -> Finding | None:
    said, handed = plain(control.text), plain(figure.text)
    if said == plain(now):
        return None
    kind = RESTATED if said == handed else CHANGED
    return Finding(kind, figure.title, figure.recipe.metric, control.text, now, figure.text, control.where)


def _missing(figure: Figure, now: str, loose: list[Found]) -> Finding:
    """Return the finding of a figure without control; a loose number that says the same is taken for it."""
    same = next(
        (one for one in loose if one.section == figure.section and plain(one.text) == plain(figure.text)),
        None,
    )
    if same is not None:
        loose.remove(same)
        return Finding(UNBOUND, figure.title, figure.recipe.metric, same.text, now, figure.text, same.where)
    return Finding(
        REMOVED, figure.title, figure.recipe.metric, "", now, figure.text, f"原在“{figure.section}”"
    )


def _out_of_place(controls: Sequence[Found], known: Mapping[str, Figure]) -> Iterable[Finding]:
    """Yield figures that stand in a paragraph not theirs, out of order in it, or more often than handed out."""
    last: dict[int, Figure] = {}
    seen: set[str] = set()
    for control in controls:
        figure = known.get(control.tag)
        if figure is None:
            continue
        if control.tag in seen:
            yield Finding(
                COPIED, figure.title, figure.recipe.metric, control.text, "", figure.text, control.where
            )
            continue
        seen.add(control.tag)
        before = last.get(control.paragraph)
        if before is not None and (
            before.paragraph != figure.paragraph or int(before.id[1:]) > int(figure.id[1:])
        ):
            yield Finding(
                MOVED, figure.title, figure.recipe.metric, control.text, "", figure.text, control.where
            )
        last[control.paragraph] = figure
