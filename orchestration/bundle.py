"""``make bundle``: one archive from which set-up and demo work without a network.

It holds the tracked sources, the wheels of the lock (checked against its hashes) and the Chinese fonts
found on this machine. ``make setup`` inside uses the folder ``wheels`` and no index.

Does not belong here: system packages; Python 3.11 and make are assumed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from orchestration import PROJECT_ROOT

NAME = "jingcang"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
FONT_PATTERNS = ("NotoSansCJK-Regular.*", "NotoSansCJK-Bold.*")


def download_wheels(folder: Path) -> None:
    """Fill a folder with the wheels of ``requirements-dev.txt``; hashes are required, the index is pip's own."""
    subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps",
            "--require-hashes", "--dest", str(folder), "-r", str(PROJECT_ROOT / "requirements-dev.txt"),
        ],
        check=True,
    )  # fmt: skip


def tracked_files() -> list[Path]:
    """Return the tracked files of the project, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT_ROOT, check=True, capture_output=True
    ).stdout
    return [Path(name) for name in listed.decode("utf-8").split("\0") if name]


def fonts() -> list[Path]:
    """Return the Noto CJK font files installed on this machine (OFL, see NOTICE)."""
    return [
        path
        for folder in FONT_FOLDERS
        for pattern in FONT_PATTERNS
        for path in sorted(Path(folder).rglob(pattern))
    ]


def write_bundle(target: Path) -> None:
    """Write the archive; it appears under its name only when complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        wheels = Path(scratch) / "wheels"
        wheels.mkdir()
        download_wheels(wheels)
        temporary = Path(scratch) / target.name
        # Wheels are compressed already; level 1 keeps the sources small and the time short.
        with tarfile.open(temporary, "w:gz", compresslevel=1) as archive:
            for path in tracked_files():
                if (PROJECT_ROOT / path).is_file():
                    archive.add(PROJECT_ROOT / path, f"{NAME}/{path}")
            for path in sorted(wheels.iterdir()):
                archive.add(path, f"{NAME}/wheels/{path.name}")
            for path in fonts():
                archive.add(path, f"{NAME}/fonts/{path.name}")
        shutil.move(temporary, target)


if __name__ == "__main__":
    destination = Path(sys.argv[1] if len(sys.argv) > 1 else "dist/jingcang-bundle.tar.gz").resolve()
    write_bundle(destination)
    print(f"{destination}  {destination.stat().st_size / 1e6:.0f} MB")
