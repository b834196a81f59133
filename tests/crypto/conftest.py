"""A test whose scheme needs a package that is not installed is skipped, with the reason."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest

from pytest_kmsmock.crypto.extras import MissingExtra


@contextlib.contextmanager
def skip_what_is_missing() -> Iterator[None]:
    try:
        yield
    except MissingExtra as error:
        # tox's environment with all extras sets it: there nothing may be missing.
        if os.environ.get("KMSMOCK_EXTRAS") == "required":
            raise
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    with skip_what_is_missing():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    with skip_what_is_missing():
        return (yield)
