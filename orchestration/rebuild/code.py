"""The program a generation was published with, kept so that it can be run again.

One archive a state of the program, ``ledger/code/<digest>.tar.gz``: packages, models, dictionaries and contracts, what
of the profile shapes rows (``profile/``), and the versions of the engines. The digest is over the content, so equal
programs are kept once and a changed archive is noticed. Connections and tokens of the profile are left out.

Limits: the engines themselves (Python, DuckDB, Polars, dbt) are named, not kept.

Belongs here: making, keeping and unpacking archives. Does not belong here: running what is in them (``process``).
"""

from __future__ import annotations

import hashlib
import io
import platform
import tarfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import yaml

from jingcang.contracts.model import Profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration import PROJECT_ROOT
from orchestration.fingerprint import ENGINES, GENERATED
from orchestration.publish.files import write_durably

FOLDERS = ("jingcang", "orchestration", "dbt_project", "data_contracts")
LEFT_OUT = ("jingcang/sample/", "data_contracts/profiles/", "dbt_project/tests/")
ENGINE_FILE = "engines.txt"
PROFILE = "profile"
PROFILE_KEYS = (
    "name", "title_zh", "timezone", "week_start", "assessment_year_start", "assessment_period", "home_division",
)  # fmt: skip
"""What of a profile reaches rows after landing; the rest says where data come from, or what pages show."""


def running_code(profile: Profile) -> dict[str, bytes]:
    """Return path → content of the program as it stands, with its profile and engines."""
    found = {
        str(path.relative_to(PROJECT_ROOT)): path.read_bytes()
        for folder in FOLDERS
        for path in (PROJECT_ROOT / folder).rglob("*")
        if path.is_file() and not GENERATED.intersection(path.parts)
    }
    found = {
        name: content for name, content in found.items()
        if not name.startswith(LEFT_OUT) and not Path(name).name.startswith("unit_tests_")
    }  # fmt: skip
    kept = {name: getattr(profile, name) for name in PROFILE_KEYS} | {"systems": {}, "tables": []}
    if profile.villages:
        kept["villages"] = profile.villages.name
        found[f"{PROFILE}/{profile.villages.name}"] = profile.villages.read_bytes()
    found[f"{PROFILE}/profile.yaml"] = yaml.safe_dump(kept, allow_unicode=True).encode()
    found[ENGINE_FILE] = "".join(f"{name}={number}\n" for name, number in engines().items()).encode()
    return found


def engines() -> dict[str, str]:
    """Return engine → version, of this process."""
    return {"python": platform.python_version(), **{name: version(name) for name in ENGINES}}


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 that names an archive: over the paths and contents, not over how they are packed."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\x1f{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return total.hexdigest()


def keep(home: Home, profile: Profile) -> str:
    """Keep the running program unless it is kept already.

    Returns:
        Its digest.
    """
    files = running_code(profile)
    name = digest(files)
    path = _path(home, name)
    if not path.exists():
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=3) as archive:
            for inside in sorted(files):
                entry = tarfile.TarInfo(inside)
                entry.size = len(files[inside])
                archive.addfile(entry, io.BytesIO(files[inside]))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, packed.getvalue())
    return name


def kept_code(home: Home, name: str) -> dict[str, bytes]:
    """Return path → content of a kept program.

    Raises:
        JingcangError: it is not kept, or no longer what it was.
    """
    path = _path(home, name)
    try:
        with tarfile.open(path, mode="r:gz") as archive:
            files = {
                entry.name: stream.read()
                for entry in archive
                if (stream := archive.extractfile(entry)) is not None
            }
    except (OSError, EOFError, tarfile.TarError) as error:
        raise _lost(path, "没有留存或无法读取") from error
    if digest(files) != name:
        raise _lost(path, "已被改动")
    return files


def write_out(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write a program into a folder and return it; paths that would leave the folder cannot occur in a checked one."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def engines_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return engine → version a kept program was run with."""
    lines = files[ENGINE_FILE].decode().splitlines()
    return dict(line.split("=", 1) for line in lines)


def _path(home: Home, name: str) -> Path:
    return home.ledger / "code" / f"{name}.tar.gz"


def _lost(path: Path, what: str) -> JingcangError:
    return JingcangError(
        f"发布时的程序{what}", where=f"ledger/code/{path.name}", rule="kept_code", remedy="请从备份恢复该文件"
    )
