"""Simulated source systems of a fictional sub-bureau, with planted truth.

Belongs here: everything the demo command and the tests need to pretend that source systems exist.
Does not belong here: anything the product reads; nothing outside the demo command and the tests may import
this package, and nothing in the product may read ``truth.json``.

Truth file (JSON): ``as_of``, ``seed``, ``size``; ``tables`` (rows, identical repeats and superseded versions a
table); ``expected_flags`` (check id → [[table, row], …]); ``defects`` (kind, check_ids, row, twin);
``effects`` (planted patterns with their places and sizes); ``case_labels`` (case number → ways of working and classes
of fraud the narrative affirms). A row is named by its key texts joined with ``|``; by ``?`` where a part of the key is
missing (landing names such rows by ``?`` and a content hash); by ``file:line`` in tables without a key and for
damaged lines.
"""

from jingcang.sample.servers import load_servers
from jingcang.sample.simulator import SampleInfo, generate

__all__ = ["SampleInfo", "generate", "load_servers"]
