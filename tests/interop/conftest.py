"""
Programs that use KMS keys, unchanged, and libraries that check what comes of it.

Their packages are those of tox's environment `interop`; where one is missing,
its tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock import KmsMock
from pytest_kmsmock.service.api.shapes import service_model

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(autouse=True)
def _known_spec(request: pytest.FixtureRequest) -> None:
    """Skip a key spec that the installed botocore is too old for."""
    callspec = getattr(request.node, "callspec", None)
    spec = callspec.params.get("spec") if callspec else None
    specs: Any = service_model().shape_for("KeySpec")
    if spec is not None and spec not in specs.enum:
        pytest.skip(f"this botocore has no {spec}")


@pytest.fixture
def chinese_client(kms: KmsMock) -> Any:
    """A client of a Region that has SM2."""
    return kms.client(region="cn-north-1")


@pytest.fixture
def new_key() -> Callable[..., str]:
    """Make a key by a client, and return its ARN."""

    def make(client: Any, spec: str, usage: str = "SIGN_VERIFY") -> str:
        arn: str = client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]
        return arn

    return make


@pytest.fixture
def openssl(tmp_path: Path) -> Run:
    """Run the openssl command in a folder of the test's own."""
    return _command("openssl", tmp_path)


@pytest.fixture
def gpg(tmp_path: Path) -> Run:
    """Run GnuPG with a key ring of the test's own."""
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    return _command("gpg", tmp_path, "--homedir", str(home), "--batch", "--no-autostart")


def _command(name: str, folder: Path, *options: str) -> Run:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"there is no {name} command")

    def run(
        *args: str, files: dict[str, bytes] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        for file, content in (files or {}).items():
            (folder / file).write_bytes(content)
        return subprocess.run(
            [path, *options, *args], cwd=folder, capture_output=True, check=check, timeout=60
        )

    return run
