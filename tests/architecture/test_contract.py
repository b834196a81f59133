"""
Contract tests have clients, and nothing else of the mock.

So each of them is a claim on AWS, which another KMS could be asked as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).resolve().parents[1]
CONTRACT: Final = TESTS / "contract"
# Which operations and members the installed botocore has: an older one skips what it lacks.
OF_BOTOCORE: Final = "pytest_kmsmock.service.api.shapes"
# Of the shared fixtures, those by which one asks AWS. The folder's own conftest adds more.
ASKING: Final = frozenset({"client", "lenient_client", "key_id", "refusal", "error_response"})


def fixtures_of(path: Path) -> frozenset[str]:
    """Return the names of the fixtures that a file defines."""
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(each).startswith("pytest.fixture") for each in node.decorator_list)
    )


# What would hand a test more than a client: the fixtures of the plugin and of all tests.
OTHERS: Final = (
    fixtures_of(TESTS / "conftest.py")
    | fixtures_of(TESTS.parent / "pytest_kmsmock" / "plugin" / "fixtures.py")
    | {"kms_failure"}
) - ASKING


def more_than_clients(source: str) -> Iterator[str]:
    """Yield what *source*, a file of tests, has of the mock besides clients."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}"]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.arg) and node.arg in OTHERS:
            yield node.arg
            continue
        elif isinstance(node, ast.Attribute) and ast.unparse(node).startswith("pytest.mark.kms"):
            yield ast.unparse(node)
            continue
        else:
            continue
        yield from (
            name for name in names if name.startswith("pytest_kmsmock") and name != OF_BOTOCORE
        )


@pytest.mark.parametrize("path", sorted(CONTRACT.glob("test_*.py")), ids=lambda path: path.name)
def test_a_contract_test_has_clients_alone(path: Path) -> None:
    assert list(more_than_clients(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def test_it(client, key_id, refusal): ...", []),
        (f"from {OF_BOTOCORE} import service_model", []),
        ("def test_it(kms): ...", ["kms"]),
        ("def test_it(client, kms_module): ...", ["kms_module"]),
        ("def test_it(client, key, hsm_store): ...", ["key", "hsm_store"]),
        ("from pytest_kmsmock import mock_kms", ["pytest_kmsmock"]),
        ("import pytest_kmsmock.mock", ["pytest_kmsmock.mock"]),
        ("@pytest.mark.kms(region='x')\ndef test_it(client): ...", ["pytest.mark.kms"]),
    ],
)
def test_more_than_a_client_is_noticed(source: str, found: list[str]) -> None:
    assert list(more_than_clients(source)) == found
