"""The progress display of a run: one line a stage, on the error stream so that `--json` stays clean.

Does not belong here: anything but showing.
"""

from __future__ import annotations

import time

from rich.console import Console
from rich.live import Live
from rich.text import Text

from orchestration.session import STAGES


class StageDisplay:
    """Show the stages of a run in a terminal; in a log file, one line when a stage ends.

    Args:
        console: where to write.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True)
        self._state: dict[str, dict[str, float | int | str]] = {}
        self._live = Live(console=self.console, refresh_per_second=4, transient=False)

    def __enter__(self) -> StageDisplay:
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        for stage in list(self._state):
            self.finish(stage)
        if self.console.is_terminal:
            self._live.update(self._render())
            self._live.stop()

    def start(self, stage: str, total: int) -> None:
        """See :class:`orchestration.session.Progress`; an earlier stage under way is finished."""
        if stage in self._state:
            return
        for earlier in list(self._state):
            self.finish(earlier)
        self._state[stage] = {"total": total, "done": 0, "note": "", "from": time.perf_counter(), "to": 0.0}
        self._refresh()

    def advance(self, stage: str, note: str) -> None:
        """See :class:`orchestration.session.Progress`."""
        self.start(stage, 1)
        state = self._state[stage]
        state["done"] = int(state["done"]) + 1
        state["note"] = note
        self._refresh()

    def finish(self, stage: str) -> None:
        """See :class:`orchestration.session.Progress`."""
        state = self._state.get(stage)
        if state is None or state["to"]:
            return
        state["to"], state["note"] = time.perf_counter(), ""
        self._refresh()
        if not self.console.is_terminal:
            self.console.print(self._line(stage))

    def _refresh(self) -> None:
        if self.console.is_terminal:
            self._live.update(self._render())

    def _render(self) -> Text:
        return Text("\n").join(self._line(stage) for stage in self._state)

    def _line(self, stage: str) -> Text:
        state = self._state[stage]
        seconds = float(state["to"] or time.perf_counter()) - float(state["from"])
        mark = "完成" if state["to"] else "进行中"
        done, total = int(state["done"]), int(state["total"])
        progress = f"{done} 项" if state["to"] else f"{done}/{max(total, done)}"
        return Text(f"{STAGES[stage]}  {mark}  {progress}  {seconds:.1f} 秒  {state['note']}".rstrip())
