"""Runs of pytest in processes of their own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import attrs

# So that `-p bench.recorder` is found from any folder.
_TESTS = Path(__file__).parents[1]


@attrs.frozen
class Taken:
    """
    What a process took.

    Attributes:
        wall: Milliseconds by the clock.
        cpu: Milliseconds of computing, its own and the system's for it; other
            processes matter less to it.
    """

    wall: float
    cpu: float


def pytest(folder: str, *arguments: str) -> Taken:
    """Run pytest on *folder*, which holds passing tests."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {
        **os.environ,
        # After that of this run: both measure the same package.
        "PYTHONPATH": os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(_TESTS)))),
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    # Those of a run around this one.
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--rootdir", folder, folder],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall * 1e3, cpu * 1e3)
