"""Which of dbt's events reach a listener: all but the debug ones nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dbt.events.types import JinjaLogDebug, JinjaLogInfo, JinjaLogWarning, NodeFinished
from dbt_common.events import event_manager_client
from dbt_common.events.base_types import EventLevel
from dbt_common.events.functions import fire_event, warn_or_error
from dbt_common.exceptions.events import EventCompilationError
from dbt_common.helper_types import WarnErrorOptionsV2

from orchestration.transform.dbt_events import pass_over_debug_events


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    """Name and level of what a listener hears."""
    before = event_manager_client.get_event_manager()
    event_manager_client.ctx_set_event_manager(type(before)())
    pass_over_debug_events()
    found: list[tuple[str, str]] = []
    event_manager_client.add_callback_to_manager(
        lambda event: found.append((event.info.name, event.info.level))
    )
    yield found
    event_manager_client.ctx_set_event_manager(before)


def test_debug_events_pass_only_where_somebody_listens(heard: list[tuple[str, str]]) -> None:
    fire_event(JinjaLogDebug(msg="one of thousands"))
    fire_event(NodeFinished(node_info={}, run_result={}))
    fire_event(JinjaLogInfo(msg="told"))
    warn_or_error(JinjaLogWarning(msg="told, too"))
    assert heard == [("NodeFinished", "debug"), ("JinjaLogInfo", "info"), ("JinjaLogWarning", "warn")]


def test_the_level_that_is_asked_for_decides(heard: list[tuple[str, str]]) -> None:
    fire_event(JinjaLogDebug(msg="raised"), level=EventLevel.ERROR)
    fire_event(JinjaLogInfo(msg="lowered"), level=EventLevel.DEBUG)
    assert heard == [("JinjaLogDebug", "error")]


def test_warnings_still_become_errors(heard: list[tuple[str, str]]) -> None:
    manager = event_manager_client.get_event_manager()
    manager.warn_error_options = WarnErrorOptionsV2(
        error=["JinjaLogWarning"], valid_error_names={"JinjaLogWarning"}
    )
    with pytest.raises(EventCompilationError):
        warn_or_error(JinjaLogWarning(msg="refused"))
    assert heard == []
