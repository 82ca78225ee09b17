"""The console command in a process of its own that is forked from one with everything imported.

A new interpreter spends four seconds of the processor on imports before a command begins; the tests start some sixty.
Belongs here: forking, catching what is printed. Does not belong here: what is run (``conftest.run_jingcang``).
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults.world import ROOT

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.forked_parent"])


def run(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run ``jingcang`` with arguments and an environment.

    Args:
        arguments: of the command.
        environment: the whole of it.
        timeout: seconds.

    Returns:
        Exit code and what was printed.

    Raises:
        subprocess.TimeoutExpired: it did not end; it is killed.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("out", "err")]
        process = _FORKING.Process(target=_command, args=(list(arguments), dict(environment), paths))
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.kill()
            raise subprocess.TimeoutExpired(list(arguments), timeout)
        printed = [Path(path).read_text(encoding="utf-8") for path in paths]
        return subprocess.CompletedProcess(list(arguments), process.exitcode or 0, *printed)


def _command(arguments: list[str], environment: dict[str, str], paths: list[str]) -> None:
    for number, path in enumerate(paths, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["jingcang", *arguments]
    from orchestration.cli import main

    code: object = 1
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    sys.exit(code if isinstance(code, int) else 0 if code is None else 1)
