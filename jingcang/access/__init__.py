"""Who may see what: the one door between the serving file and every reader.

Belongs here: identities, roles, scopes, masks, sealing, the door, suppression, accounts and sessions. Does not
belong here: what a page asks (``dashboards/queries``) and how it looks.
"""

from __future__ import annotations

from jingcang.access.door import Door
from jingcang.access.identity import ALL_UNITS, INTERFACE_LABELS, ROLE_LABELS, Identity
from jingcang.access.published import Generation
from jingcang.access.query import Query

__all__ = ["ALL_UNITS", "INTERFACE_LABELS", "ROLE_LABELS", "Door", "Generation", "Identity", "Query"]
