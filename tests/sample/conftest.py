"""One small sample a session, of a seed drawn freshly and printed (JINGCANG_TEST_SEED fixes it)."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jingcang.contracts import Profile, load_profile
from jingcang.sample import generate

ROOT = Path(__file__).resolve().parents[2]
PROFILE = ROOT / "data_contracts" / "profiles" / "demo"


@dataclass(frozen=True)
class Sample:
    """A generated small sample, its truth and the demo profile reading it."""

    folder: Path
    seed: int
    truth: dict[str, Any]
    profile: Profile


@pytest.fixture(scope="session")
def seed() -> int:
    value = int(os.environ.get("JINGCANG_TEST_SEED") or secrets.randbelow(1_000_000))
    print(f"sample seed: {value} (JINGCANG_TEST_SEED={value} repeats this run)")
    return value


@pytest.fixture(scope="session")
def sample(seed: int, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp(f"sample_{seed}_")
    info = generate(folder, size="small", seed=seed)
    truth = json.loads(info.truth_path.read_text(encoding="utf-8"))
    return Sample(folder, seed, truth, load_profile(PROFILE, data=folder, environ={}))
