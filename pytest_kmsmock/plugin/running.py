"""The test that runs, and the mock that its decorated class has made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .. import active
from ..observed import Observed

OBSERVED = pytest.StashKey[Observed]()
# The test that runs, and the mock of its decorated class, if it has one.
_running: pytest.Item | None = None
_mock_of_class: Any = None


def running() -> pytest.Item | None:
    """Return the test that runs, None if something runs it without pytest's protocol."""
    return _running


def mock_of_class() -> Any:
    """Return the mock of the running test that its decorated class has made, if there is one."""
    return _mock_of_class


def is_of(asking: Any, holder: Any) -> bool:
    """
    Tell whether fixture *holder* is in the closure of *asking*, a test or a request.

    Those that a test has asked for by `getfixturevalue` are, from then on.
    """
    request = getattr(asking, "_request", asking)
    return holder in getattr(request, "_fixture_defs", {}).values()


def _is_of_running_test(holder: Any) -> bool:
    return holder is _running or (_running is not None and is_of(_running, holder))


def begin(item: pytest.Item) -> Callable[[], None]:
    """Let *item* be the test that runs; return what lets it be the one that was before."""
    global _running, _mock_of_class
    # There are others around in the tests of plugins.
    before, is_of_test = (_running, _mock_of_class), active.is_of_test
    _running, active.is_of_test = item, _is_of_running_test

    def end() -> None:
        global _running, _mock_of_class
        (_running, _mock_of_class), active.is_of_test = before, is_of_test

    return end


def hold(mock: Any) -> None:
    """Note that *mock* is that of the test's decorated class, None if it has none."""
    global _mock_of_class
    _mock_of_class = mock
