"""Fixtures: the mock of a test, and those of wider scopes."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from .. import active
from . import running

if TYPE_CHECKING:
    from ..handles.endpoint import Endpoint
    from ..mock import KmsMock


# Without `request`, which costs as much as the mock itself. What the markers say, see `marking`.
@pytest.fixture
def kms() -> Iterator[KmsMock]:
    """AWS KMS in this process, for the length of one test."""
    item = running.running()
    if item is None:
        pytest.fail(
            "kms found no running test: something runs tests here without calling the hook "
            "pytest_runtest_protocol. Write `with mock_kms() as kms:` in the test instead.",
            pytrace=False,
        )
    of_class = running.mock_of_class()
    if of_class is not None:
        yield of_class
        return
    with _mock_for(item) as mock:
        yield mock


@pytest.fixture
def kms_endpoint(kms: KmsMock) -> Iterator[Endpoint]:
    """The test's mock for other processes: KMS by HTTP at a port of this computer."""
    with kms.serve() as endpoint:
        yield endpoint


@pytest.fixture(scope="class")
def kms_class(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for a class of tests; each `kms` starts as a copy of it."""
    with _mock_for(request) as mock:
        yield mock


@pytest.fixture(scope="module")
def kms_module(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for a module; each `kms` starts as a copy of it."""
    with _mock_for(request) as mock:
        yield mock


@pytest.fixture(scope="session")
def kms_session(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for the whole run; each `kms` starts as a copy of it."""
    with _mock_for(request) as mock:
        yield mock


def _mock_for(asking: Any) -> KmsMock:
    """
    Return a mock, not yet active, with the settings that hold where its fixture is made.

    It starts as a copy of the nearest wider mock that a fixture of the same test holds.

    Args:
        asking: The test or the request that asks for it.
    """
    held = active.held_for(lambda holder: running.is_of(asking, holder))
    return _mock_class()(outer=held[0] if held else None)


@functools.cache
def _mock_class() -> type[KmsMock]:
    """Return the class of mocks, of which pytest's start has no need."""
    from ..imports import imported

    made: type[KmsMock] = imported(".mock").KmsMock
    return made
