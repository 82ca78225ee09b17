"""Examples of every label, one module a label group (named as the files of the rules)."""

from importlib import import_module

from jingcang.labelling.rule_table import GROUPS

POSITIVE: dict[str, tuple[str, ...]] = {}
HARD_NEGATIVE: dict[str, tuple[str, ...]] = {}
for _name in GROUPS:
    _module = import_module(f"{__name__}.{_name}")
    POSITIVE |= _module.POSITIVE
    HARD_NEGATIVE |= _module.HARD_NEGATIVE
