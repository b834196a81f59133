"""Taking the calls of each test, once for all who want them when it is over."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol

import pytest

from .. import record
from ..backend import Backend
from ..record import Row
from .running import OBSERVED

_TAKING = pytest.StashKey["_Taking"]()


class Taker(Protocol):
    """Who wants calls."""

    def take(self, item: pytest.Item, phase: str, rows: list[Row], backend: Backend) -> None:
        """
        Take *rows*, calls that *backend* answered, those among them that the test has cleared.

        Args:
            phase: In which of them *item* made the calls: setup, call or teardown.
        """


def give_to(taker: Taker, config: pytest.Config) -> None:
    """Let *taker* have the calls of each test of the run."""
    taking = config.stash.get(_TAKING, None)
    if taking is None:
        taking = config.stash[_TAKING] = _Taking()
        config.pluginmanager.register(taking, "kmsmock-taking")
        before = record.keep_cleared(True)

        def restore() -> None:
            record.keep_cleared(before)

        config.add_cleanup(restore)
    taking.takers.append(taker)


class _Taking:
    """A plugin of pytest that looks at the record after each phase of a test."""

    def __init__(self) -> None:
        self.takers: list[Taker] = []

    # Around whoever adds to the report what it has taken.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        seen = item.stash.get(OBSERVED, None)
        for backend in [] if seen is None else seen.backends:
            rows = backend.record.take()
            for taker in self.takers if rows else ():
                taker.take(item, call.when, rows, backend)
        return (yield)
