"""Edits a person or a program makes to a briefing.

Belongs here: changing a .docx through its XML, the way Word and WPS do. Does not belong here: what must be found.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DOCUMENT = "word/document.xml"


def edit(path: Path, change: Callable[[Any], None], *, without: tuple[str, ...] = ()) -> Path:
    """Write the file anew with the document's root changed; ``without`` leaves members out."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist() if not name.startswith(without or ("\0",))}
    root = etree.fromstring(members[DOCUMENT])
    change(root)
    members[DOCUMENT] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    target = path.with_name(f"edited_{path.name}")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)
    return target


def controls(root: Any) -> dict[str, Any]:
    """Return tag → control."""
    return {
        control.find(f"{W}sdtPr/{W}tag").get(f"{W}val"): control
        for control in root.iter(f"{W}sdt")
        if control.find(f"{W}sdtPr/{W}tag") is not None
    }


def retype(root: Any, tag: str, text: str) -> None:
    """Overwrite the text of a control."""
    first, *rest = list(controls(root)[tag].iter(f"{W}t"))
    first.text = text
    for other in rest:
        other.text = ""


def unwrap(root: Any, tag: str) -> None:
    """Remove a control and keep its content."""
    control = controls(root)[tag]
    parent, content = control.getparent(), control.find(f"{W}sdtContent")
    at = parent.index(control)
    for child in reversed(list(content)):
        parent.insert(at, child)
    parent.remove(control)


def delete(root: Any, tag: str) -> None:
    """Remove a control with its content."""
    control = controls(root)[tag]
    control.getparent().remove(control)


def type_text(root: Any, section: str, after: str, text: str) -> None:
    """Type text into the first run below a heading that contains ``after``, behind it."""
    is_below = False
    for element in root.iter(f"{W}t"):
        is_below = is_below or element.text == section
        if (
            is_below
            and after in (element.text or "")
            and not any(a.tag == f"{W}sdt" for a in element.iterancestors())
        ):
            element.text = element.text.replace(after, after + text, 1)
            return
    raise AssertionError(f"{after} is not in the text")


def resave(root: Any) -> None:
    """Save as another program does: runs split into characters, attributes turned round, marks added."""
    for run in list(root.iter(f"{W}r")):
        texts = run.findall(f"{W}t")
        if len(texts) != 1 or len(texts[0].text or "") < 2:
            continue
        whole, parent = texts[0].text, run.getparent()
        at = parent.index(run)
        for character in reversed(whole[1:]):
            new = etree.fromstring(etree.tostring(run))
            new.find(f"{W}t").text = character
            new.tail = None
            parent.insert(at + 1, new)
        texts[0].text = whole[0]
        parent.insert(at, parent.makeelement(f"{W}proofErr", {f"{W}type": "spellStart"}))
    for element in root.iter():
        if isinstance(element.tag, str) and len(element.attrib) > 1:
            pairs = list(element.attrib.items())
            element.attrib.clear()
            for name, value in reversed(pairs):
                element.set(name, value)
    for number, paragraph in enumerate(root.iter(f"{W}p")):
        paragraph.set("{http://schemas.microsoft.com/office/word/2010/wordml}paraId", f"{number:08X}")
    for control in root.iter(f"{W}sdt"):
        properties = control.find(f"{W}sdtPr")
        for child in reversed(list(properties)):
            properties.append(child)
