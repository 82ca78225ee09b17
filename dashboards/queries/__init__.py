"""Named queries of the pages; the only place in ``dashboards`` that spells SQL.

Belongs here: one module a page, each a handful of ``Query`` constants and functions that run them
through the door. Does not belong here: masks and scopes, which the door adds.
"""
