"""What the core knows, and that its tables are whole."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import pytest_kmsmock
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.rules.key_states import KEY_STATES
from pytest_kmsmock.service.values.key import KeyState

PACKAGE = Path(pytest_kmsmock.__file__).parent
READS_THE_MODEL = [
    PACKAGE / "service" / "api" / name
    for name in ("shapes.py", "decoding.py", "regions.py", "times.py")
]
# What waits until a key or a request needs it.
WAITING = (
    *("rsa", "ecc", "ed25519", "mldsa", "mlkem", "sm2", "private_keys", "sm4"),
    *("attestation", "ber", "certificates", "cms"),
)
WAITING_LIBRARIES = (
    "cryptography.x509",
    "cryptography.hazmat.primitives.asymmetric",
    "cryptography.hazmat.primitives.serialization",
)
CORE = [*(PACKAGE / "service").rglob("*.py"), *(PACKAGE / "crypto").rglob("*.py")]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what *path* imports, and from how many packages up."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, 0
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_core_imports_neither_pytest_nor_botocore(path: Path) -> None:
    """But for the modules whose business is botocore's model."""
    outside = {name.partition(".")[0] for name, level in imports(path) if level == 0}

    assert "pytest" not in outside
    assert "botocore" not in outside or path in READS_THE_MODEL
    assert not outside & {"boto3", "pytest_kmsmock"}


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_core_imports_nothing_from_further_out(path: Path) -> None:
    """``service`` may import from ``crypto``; neither from the shell."""
    inside = path.relative_to(PACKAGE)
    depth = len(inside.parts) - 1
    for name, level in imports(path):
        if level > depth:
            assert inside.parts[0] == "service"
            assert name.partition(".")[0] == "crypto"


def test_each_operation_with_a_key_has_its_states() -> None:
    """A cell for each of the eight states."""
    for name, operation in OPERATIONS.items():
        if operation.key_member is not None:
            assert KEY_STATES[name].keys() == set(get_args(KeyState)), name


def test_each_operation_is_filed_under_its_own_name() -> None:
    """The key of the table is the row's name."""
    assert all(operation.name == name for name, operation in OPERATIONS.items())


def test_a_symmetric_key_needs_no_other_cryptography() -> None:
    """What few tests need is imported when they need it: the first key of a run is waited for."""
    program = """\
import sys
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller

service = Service(lambda: 1_700_000_000.0, Registry())
def call(operation, **body):
    return service.handle(Request(operation, body, "us-east-1", Caller("123456789012"), "1"))
key_id = call("CreateKey")["KeyMetadata"]["KeyId"]
call("Encrypt", KeyId=key_id, Plaintext="c2VjcmV0")
print(*sys.modules)
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    loaded = set(done.stdout.split())
    assert "pytest_kmsmock.crypto.symmetric" in loaded, done.stderr
    assert loaded.isdisjoint(f"pytest_kmsmock.crypto.{name}" for name in WAITING)
    assert not [name for name in loaded if name.startswith(WAITING_LIBRARIES)]
