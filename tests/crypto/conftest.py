"""A test whose scheme needs a package that is not installed is skipped, with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pytest_kmsmock.crypto.missing import MissingExtra


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    try:
        return (yield)
    except MissingExtra as error:
        # tox's environment with all extras sets it: there nothing may be missing.
        if os.environ.get("KMSMOCK_EXTRAS") == "required":
            raise
        pytest.skip(str(error))
