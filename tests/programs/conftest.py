"""
Programs of others, as they are, which reach the mock by its endpoint.

They are those of tox's environment `interop-endpoint`. Where one is missing its
tests are skipped, and in CI they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import pytest

from pytest_kmsmock import Endpoint

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def missing(what: str) -> NoReturn:
    if os.environ.get("KMSMOCK_PROGRAMS"):
        pytest.fail(f"{what} is not there, and has to be")
    pytest.skip(f"{what} is not there")


def program(name: str) -> str:
    """Return the path of the program *name*: that of this environment, or the machine's."""
    path = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    return path or missing(f"the program {name}")


@pytest.fixture
def aws(kms_endpoint: Endpoint) -> Run:
    """Run the AWS CLI."""
    path = program("aws")

    def run(
        *arguments: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        found = {**os.environ, **kms_endpoint.env, **(env or {})}
        return subprocess.run(
            [path, "kms", *arguments, "--output", "json"],
            env=found,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def node(kms_endpoint: Endpoint) -> Callable[..., str]:
    """Run a script of JavaScript, an ECMAScript module; return what it prints."""
    path = program("node")
    folder = os.environ.get("KMSMOCK_NODE_MODULES")
    if folder is None or not Path(folder, "node_modules", "@aws-sdk").is_dir():
        missing("the AWS SDK of JavaScript")

    def run(script: str, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        found = {**os.environ, **kms_endpoint.env, **(env or {})}
        done = subprocess.run(
            [path, "--input-type=module", "--eval", script, *arguments],
            cwd=folder,
            env=found,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
