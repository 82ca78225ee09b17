"""The file a saved plan goes to the duty system in, and the file that says what became of it.

Belongs here: both formats (docs/patrol-task-file.md), strictly read. Does not belong here: keeping what came back
(``jingcang.workbench.patrol_plans``). Neither file holds a person: crews are numbers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pydantic

from jingcang.contracts.files import Strict
from jingcang.errors import JingcangError

TASK_SCHEMA = "jingcang.patrol_task/1"
RETURN_SCHEMA = "jingcang.patrol_task_return/1"
STATES = {"taken": "已接", "done": "已完成", "not_done": "未完成", "refused": "退回"}
MOST_BYTES = 5_000_000
RULE = "patrol_task_return"


class _BlockState(Strict):
    block_no: int = pydantic.Field(ge=1)
    state: Literal["taken", "done", "not_done", "refused"]


class TaskReturn(Strict):
    """What the duty system says.

    Args:
        schema_name: :data:`RETURN_SCHEMA`; ``schema`` in the file.
        plan_no, version, content_hash: of the task file it answers.
        reported_at: when the duty system wrote it, with its zone.
        blocks: what became of each block; those not named are unknown.
    """

    schema_name: Literal["jingcang.patrol_task_return/1"] = pydantic.Field(alias="schema")
    plan_no: int = pydantic.Field(ge=1)
    version: int = pydantic.Field(ge=1)
    content_hash: str
    reported_at: pydantic.AwareDatetime
    blocks: tuple[_BlockState, ...] = pydantic.Field(min_length=1)

    @property
    def states(self) -> dict[int, str]:
        """Block number → key of :data:`STATES`."""
        return {block.block_no: block.state for block in self.blocks}


def content_hash(content: str) -> str:
    """Return the SHA-256 a task file is known by."""
    return hashlib.sha256(content.encode()).hexdigest()


def task_file(
    content: str, *, plan_no: int, version: int, unit_no: str, unit_name: str, week_start: dt.date,
    generation: str, weights: str, seed: int, saved_by: str, saved_at: dt.datetime,
) -> bytes:  # fmt: skip
    """Return the task file of a saved plan; the same bytes whenever it is asked for.

    Args:
        content: the blocks as the workbench keeps them, JSON.
        plan_no, version: of the plan.
        unit_no, unit_name, week_start: whose and for which week.
        generation, weights, seed: what it was made from.
        saved_by, saved_at: who saved it when.
    """
    told: dict[str, Any] = {
        "schema": TASK_SCHEMA, "plan_no": plan_no, "version": version, "content_hash": content_hash(content),
        "unit_no": unit_no, "unit_name": unit_name, "week_start": week_start.isoformat(), "generation": generation,
        "weights": weights, "seed": seed, "saved_by": saved_by,
        "saved_at": saved_at.astimezone(dt.UTC).isoformat(timespec="seconds"), "blocks": json.loads(content),
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def read_return(raw: bytes) -> TaskReturn:
    """Return what a file of the duty system says.

    Raises:
        JingcangError: too large, no JSON, another format, an unknown key or state, a block named twice; says where.
    """
    if len(raw) > MOST_BYTES:
        raise _refused("回执文件太大", f"{len(raw):,} 字节", f"一份回执不超过 {MOST_BYTES:,} 字节")
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _refused("回执文件不是有效的 JSON", "整个文件", "请由勤务系统重新导出，编码用 UTF-8") from error
    try:
        made = TaskReturn.model_validate(content)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = _place(first["loc"])
        raise _refused(
            f"回执文件格式不对：{place} {_words(first)}",
            place,
            "请按 docs/patrol-task-file.md 的格式改正后再交",
        ) from error
    twice = [
        number for number, times in Counter(block.block_no for block in made.blocks).items() if times > 1
    ]
    if twice:
        raise _refused(f"第 {twice[0]} 块写了两次", "blocks", "每块只写一种结果")
    return made


def check_return(made: TaskReturn, *, version: int, content: str) -> None:
    """Hold a return against the plan it names.

    Args:
        made: the return.
        version: of the saved plan it must answer.
        content: the blocks of that version, JSON.

    Raises:
        JingcangError: another content or blocks the plan does not have.
    """
    if made.content_hash != content_hash(content):
        raise _refused(
            f"回执对应的不是第 {made.plan_no} 号方案第 {version} 版的内容", "content_hash",
            "任务文件可能改过；请用原样的任务文件重新回传",
        )  # fmt: skip
    known = {block["block_no"] for block in json.loads(content)}
    if strange := sorted(set(made.states) - known):
        raise _refused(f"方案里没有第 {strange[0]} 块", "blocks", f"这一版只有 {len(known)} 块，请核对编号")


def state_counts(states: Mapping[int, str], blocks: Sequence[int]) -> dict[str, int]:
    """Return key of :data:`STATES` → blocks, and "" → those nothing is known of."""
    return dict(Counter(states.get(number, "") for number in blocks))


def _words(first: Any) -> str:
    kinds = {"missing": "没有写", "extra_forbidden": "是多余的一项", "literal_error": "的值不在规定的范围里"}
    return kinds.get(first["type"], "的值或类型不对")


def _place(path: Sequence[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "整个文件"


def _refused(what: str, where: str, remedy: str) -> JingcangError:
    return JingcangError(what, where=where, rule=RULE, remedy=remedy)
