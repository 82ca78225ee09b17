"""The product's own operational store: accounts, sessions, audit trail, decisions on quality issues.

Belongs here: tables people's decisions are written to, their migrations, and the hash-chained audit
log. Does not belong here: who may do what (``jingcang.access``) and anything computed from source
systems (the warehouse).
"""

from __future__ import annotations

from jingcang.workbench.audit import AuditEntry, AuditLog
from jingcang.workbench.issues import Actor, IssueBoard, IssueState, Published, effective_state
from jingcang.workbench.store import Workbench

__all__ = [
    "Actor",
    "AuditEntry",
    "AuditLog",
    "IssueBoard",
    "IssueState",
    "Published",
    "Workbench",
    "effective_state",
]
