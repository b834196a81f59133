"""What the coverage page takes from the code of an operation."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from reached import Reached

from pytest_kmsmock.service.operations.keys import create_key
from pytest_kmsmock.service.operations.table import OPERATIONS

# Its name begins as those of the package do.
NAME = "pytest_kmsmock_sample"
SAMPLE = '''
from __future__ import annotations

import functools
from pytest_kmsmock.crypto import wrapping
from pytest_kmsmock.service.api import errors
from pytest_kmsmock.service.api.errors import DisabledException, TagException

TABLE = {"Row": DisabledException}

def act(request: "Annotation", key: TagException = None) -> "Annotated":
    """The docstring."""
    taken: "Annotated too" = request["Taken"]
    return helper(taken, Keyword=f"{key} in a text")

@functools.cache
def helper(taken):
    if taken in TABLE:
        raise errors.NotFoundException("Text")
    return lambda: inner()

def inner():
    def deeper(value):
        return value + "Deeper"
    return deeper("Inner")

def hiding(TagException, request):
    DisabledException = TagException
    return DisabledException

def never():
    raise TagException("Never")
'''


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module as an operation's, so far as names go."""
    path = tmp_path / "sample.py"
    path.write_text(SAMPLE)
    spec = importlib.util.spec_from_file_location(NAME, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, NAME, module)
    spec.loader.exec_module(module)
    return module


def test_code_is_followed_through_names_tables_and_modules(sample: ModuleType) -> None:
    """Also into what is decorated, nested, or a lambda."""
    found = Reached.from_(sample.act)

    assert found.errors == {"DisabledException", "NotFoundException"}
    assert {"Taken", "Row", "Text", "Inner", "Deeper", " in a text"} <= found.texts


def test_what_is_not_done_does_not_count(sample: ModuleType) -> None:
    """Annotations, docstrings, names of arguments, and what nobody calls."""
    texts = Reached.from_(sample.act).texts

    assert not texts & {"Annotation", "Annotated", "Annotated too", "The docstring.", "Keyword"}
    assert "Never" not in texts


def test_a_name_of_a_functions_own_is_no_name_of_its_module(sample: ModuleType) -> None:
    assert Reached.from_(sample.hiding).errors == frozenset()


def test_code_of_others_is_not_followed() -> None:
    assert Reached.from_(pytest.raises, None, 5) == Reached(frozenset(), frozenset())


def test_an_operation_reaches_what_its_functions_do() -> None:
    """With what the service does for it, as its row says."""
    decrypt, enable = (Reached.of(OPERATIONS[name]) for name in ("Decrypt", "EnableKey"))

    assert {
        *("InvalidCiphertextException", "IncorrectKeyException"),
        *("DryRunOperationException", "DisabledException", "InvalidKeyUsageException"),
    } <= decrypt.errors
    assert "TagException" not in decrypt.errors
    assert "InvalidCiphertextException" not in enable.errors
    assert {"CiphertextBlob", "EncryptionContext", "KeyMaterialId", "DryRun"} <= decrypt.texts


def test_what_a_function_imports_when_it_is_called_is_followed() -> None:
    """CreateKey imports the grammar of policies where it is given one."""
    reached = Reached.from_(create_key)

    assert "MalformedPolicyDocumentException" in reached.errors
    assert "NotPrincipal" in reached.texts
