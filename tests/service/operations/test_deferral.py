"""Modules of operations wait for a call."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_kmsmock.service.operations import tags
from pytest_kmsmock.service.operations.deferral import DeferredModule
from pytest_kmsmock.service.operations.table import OPERATIONS

FIRST_CALL = """
import sys
from pytest_kmsmock import mock_kms

def loaded():
    before = "pytest_kmsmock.service.operations."
    return {name.removeprefix(before) for name in sys.modules if name.startswith(before)}

with mock_kms() as kms:
    kms.create_key()
    assert not loaded() & {"encryption", "grants", "imports", "key_stores", "signing"}, loaded()
    kms.client().list_grants(KeyId=kms.keys[0].id)
    assert "grants" in loaded()
"""


def test_a_function_is_that_of_its_module() -> None:
    """Found once it is asked for."""
    deferred = DeferredModule("tags").list_resource_tags

    assert deferred.__wrapped__ is tags.list_resource_tags
    assert repr(deferred) == "<DeferredFunction tags.list_resource_tags>"


def test_what_a_module_lacks_is_an_error() -> None:
    """When it is called."""
    with pytest.raises(AttributeError, match="no_such_function"):
        DeferredModule("tags").no_such_function()


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_what_a_row_names_is_there(row: object) -> None:
    """Whether it is deferred or not."""
    names = ("act", "find", "check_first", "choose", "fit", "alias_refusal", "foreign_refusal")
    for name in names:
        function = getattr(row, name)
        assert function is None or callable(getattr(function, "__wrapped__", function))


def test_a_first_key_loads_no_other_operations() -> None:
    """In a process of its own, where nothing has been called yet."""
    subprocess.run([sys.executable, "-c", FIRST_CALL], check=True, timeout=60)
