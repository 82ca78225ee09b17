"""The part of dbt's events that somebody here listens to.

dbt makes a message of every debug event before it asks whether anybody wants it: seven percent of the processor time of
a small run. Warnings, errors and what goes to the log pass as they are.

Belongs here: which events pass. Does not belong here: what is done with them (``dbt._invoke``).
"""

from __future__ import annotations

from typing import Any

from dbt_common.events import event_manager_client
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager

WANTED_AT_DEBUG = frozenset({"NodeFinished"})


class _Sieve(EventManager):
    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        debug = (level or e.level_tag()) == EventLevel.DEBUG
        if not debug or force_warn_or_error_handling or type(e).__name__ in WANTED_AT_DEBUG:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def pass_over_debug_events() -> None:
    """Let dbt's next invocations in this process drop debug events nobody asked for."""
    if not isinstance(event_manager_client.get_event_manager(), _Sieve):
        event_manager_client.ctx_set_event_manager(_Sieve())
