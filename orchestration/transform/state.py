"""What the build database was last built from, and what that means for this build.

The state file says ``building`` from before the first write until everything stands; a build database
that a killed run left in that state is thrown away (FAULTS 2, 7): landing is the truth.

Does not belong here: which dates a model recomputes (``dbt_project/macros/incremental.sql``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from jingcang.home import Home
from jingcang.landing.history import history_mark
from jingcang.landing.manifests import Manifest, manifests
from orchestration.derive.steps import STEPS
from orchestration.fingerprint import code_fingerprint
from orchestration.publish.files import write_durably
from orchestration.transform.changed_mappings import ENTITY, dates_of_changed_mappings

if TYPE_CHECKING:
    from orchestration.session import Session
    from orchestration.transform.dbt import NodeResult


@dataclass(frozen=True)
class BuildState:
    """State of the build database.

    Args:
        status: ``building`` or ``complete``.
        batches: the cut it was built from.
        definitions: digest of profile and code.
        as_of: ISO date.
        inputs: relation of ``landed``, ``derived`` or ``control`` → what it held
            (:func:`orchestration.transform.build_database.input_versions`).
        tests: what dbt's tests said, one entry each.
        history_no, history: the run history its tables hold (:func:`jingcang.landing.history.history_mark`).
    """

    status: str
    batches: tuple[str, ...]
    definitions: str
    as_of: str
    inputs: dict[str, str] = field(default_factory=dict)
    tests: list[dict[str, Any]] = field(default_factory=list)
    history_no: int = 0
    history: str = ""


@dataclass(frozen=True)
class RefreshPlan:
    """How to build.

    Args:
        full_refresh: rebuild everything from landing.
        reason: why, for the log.
        affected: entity → ISO dates whose rows changed since the last complete build; None means all.
    """

    full_refresh: bool
    reason: str
    affected: dict[str, set[str] | None]


@dataclass(frozen=True)
class IncrementalInputs:
    """Landed entities an incremental model reads, directly or through other models.

    Args:
        name: the model.
        dated: entities whose affected dates the model follows.
        undated: entities whose change asks for a full build.
    """

    name: str
    dated: frozenset[str]
    undated: frozenset[str]


def read_state(home: Home) -> BuildState | None:
    """Return the recorded state, or None when there is none or it cannot be read."""
    try:
        content = json.loads((home.build / "state.json").read_text(encoding="utf-8"))
        return BuildState(**{**content, "batches": tuple(content["batches"])})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def write_state(session: Session, status: str, tests: Sequence[NodeResult] = ()) -> None:
    """Record that the build database is being written, or is complete for the session's cut and passed its tests."""
    assert session.cut is not None  # noqa: S101 - decided before anything is built
    history_no, history = history_mark(session.home, session.cut)
    state = BuildState(
        status, session.cut.batches, definitions(session), session.as_of.isoformat(),
        session.build_inputs, [asdict(item) for item in tests], history_no, history,
    )  # fmt: skip
    write_durably(session.home.build / "state.json", json.dumps(asdict(state)).encode("utf-8"))


def known_history(session: Session, state: BuildState | None) -> int | None:
    """Return the last run that the build database's tables of run history hold, None if they hold something else.

    Something else is a run whose file is gone since, or has come back: such tables are made anew.
    """
    assert session.cut is not None  # noqa: S101 - decided before anything is built
    if state is None or not state.history_no:
        return None
    found = history_mark(session.home, session.cut, until=state.history_no)
    return state.history_no if found == (state.history_no, state.history) else None


def definitions(session: Session) -> str:
    """Return the digest of everything but data that shapes the build."""
    return f"{session.profile.fingerprint} {code_fingerprint()}"


def refresh_plan(session: Session, state: BuildState | None, inputs: list[IncrementalInputs]) -> RefreshPlan:
    """Decide between a full and an incremental build.

    An incremental model may be recomputed by dates only when every input that changed is one of its dated
    inputs and names its dates; otherwise the whole build is made anew. A changed meaning of a code stands for the
    dates of the records that hold it. Models that are not incremental are rebuilt either way.

    Args:
        session: the run, its cut taken.
        state: what the build database holds.
        inputs: the incremental models' inputs.

    Returns:
        The plan.
    """
    assert session.cut is not None  # noqa: S101 - the caller takes the cut first
    if state is None or not session.home.build_database.exists():
        return RefreshPlan(True, "没有可用的构建库", {})
    if state.status != "complete":
        return RefreshPlan(True, "上次构建未完成", {})
    if state.definitions != definitions(session):
        return RefreshPlan(True, "方案、契约、字典或程序有变化", {})
    built, wanted = set(state.batches), set(session.cut.batches)
    arrived = [entry for entry in manifests(session.home) if entry.batch_id in wanted - built]
    affected = merge_affected(arrived)
    if affected.pop(ENTITY, set()) is None:
        for entity, dates in dates_of_changed_mappings(session.home, built, wanted).items():
            known = affected.get(entity, set())
            affected[entity] = None if dates is None or known is None else known | dates
    for model in inputs:
        undated = model.undated & affected.keys()
        undated |= {name for name in model.dated & affected.keys() if affected[name] is None}
        if undated:
            return RefreshPlan(
                True, f"{model.name} 的无日期输入有变化：{'、'.join(sorted(undated))}", affected
            )
    return RefreshPlan(False, "按受影响的日期增量构建", affected)


def incremental_inputs(manifest: Mapping[str, Any]) -> list[IncrementalInputs]:
    """Return the landed entities each incremental dbt model depends on, dated ones apart.

    A model names its dated inputs in ``meta.partition_inputs``, and in ``meta.only_after`` models that it
    follows without reading them. A derived table follows the entity it is
    computed from, which the model reads as well; what else enters its rows has no dates.
    """
    references = {step.name: set(step.references) for step in STEPS}
    parents: Mapping[str, list[str]] = manifest["parent_map"]
    found = []
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] != "model" or node["config"].get("materialized") != "incremental":
            continue
        meta = node["config"].get("meta", {})
        only_after = set(meta.get("only_after", []))
        first = [name for name in parents.get(unique_id, []) if name.split(".")[-1] not in only_after]
        seen, waiting = set(first), first
        while waiting:
            for parent in parents.get(waiting.pop(), []):
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        sources = [manifest["sources"][name] for name in seen if name.startswith("source.")]
        landed = {source["name"] for source in sources if source["source_name"] == "landed"}
        for source in sources:
            if source["source_name"] == "derived":
                landed |= references.get(source["name"], set())
        dated = frozenset(meta.get("partition_inputs", [])) & landed
        found.append(IncrementalInputs(node["name"], frozenset(dated), frozenset(landed - dated)))
    return found


def merge_affected(arrived: list[Manifest]) -> dict[str, set[str] | None]:
    """Return entity → dates touched by any of the batches; None where one of them touches all."""
    merged: dict[str, set[str] | None] = {}
    for entry in arrived:
        for entity, dates in entry.affected.items():
            known = merged.get(entity, set())
            merged[entity] = None if dates is None or known is None else known | set(dates)
    return merged
