"""Benchmarks of the product against the bare engine; `make bench` runs them, the test suite does not.

Belongs here: what is measured, its bare statements (``bare``) and worlds. Does not belong here: tests.
"""

import orchestration  # noqa: F401 - as the product begins: how long memory is kept is set before Polars is imported
