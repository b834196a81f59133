"""
Watching: the plugin by which a suite of others runs under this KMS, and tells what it met.

It is given to pytest by `command`. Keys live as long as moto's would: when moto begins
anew, so does the mock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final

import pytest

from ...mock import KmsMock
from ...service.misuse import KmsMockError
from ...sources import shown

FILE: Final = "KMSMOCK_MIGRATE_FILE"
BRIDGE: Final = "KMSMOCK_MIGRATE_BRIDGE"
IS_MOCKED: Final = "KMSMOCK_MIGRATE_MOCKED"


class Watching:
    """
    Watches one run.

    Args:
        file: Where a line of JSON goes for each phase of a test.
        is_mocked: The run is under this KMS; else it is as it was.
        bridge: The option of that name.
    """

    def __init__(self, file: Path, *, is_mocked: bool, bridge: tuple[str, ...]) -> None:
        self._file = file
        self._is_mocked = is_mocked
        self._bridge = bridge
        self._mock: KmsMock | None = None
        # Those of the running test, each with how many calls there were before.
        self._used: list[tuple[KmsMock, int]] = []
        self._restore: Callable[[], None] = lambda: None

    def pytest_sessionstart(self) -> None:
        if self._is_mocked:
            self._renew()
            self._follow_moto()

    def pytest_sessionfinish(self) -> None:
        self._restore()
        if self._mock is not None:
            self._mock.__exit__(None, None, None)
            self._mock = None

    def pytest_runtest_setup(self) -> None:
        self._used = [] if self._mock is None else [(self._mock, len(self._mock.calls))]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        error = call.excinfo.value if call.excinfo else None
        text = "" if error is None else f"{type(error).__name__}: {error}".splitlines()[0]
        self._tell(report, text)
        return report

    def _tell(self, report: pytest.TestReport, error: str) -> None:
        told = {
            "test": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "error": error,
            "refused": self._refused(),
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")

    def _refused(self) -> list[dict[str, str]]:
        return [
            {
                "source": shown(row.source),
                "operation": row.operation,
                "code": row.error.code,
                "message": row.error.message,
            }
            for mock, before in self._used
            for row in mock._backend.record.rows[before:]
            if row.error is not None
        ]

    def _renew(self) -> None:
        """Let an empty KMS take the place of the one that there is."""
        if self._mock is not None:
            self._mock.__exit__(None, None, None)
        self._mock = KmsMock({"bridge": self._bridge}).__enter__()
        self._used.append((self._mock, 0))

    def _follow_moto(self) -> None:
        """Let the mock begin anew whenever moto does."""
        try:
            from moto.core.models import MockAWS
        except ImportError:
            raise KmsMockError(
                "migrate is for suites that use moto, and moto cannot be imported here."
            ) from None
        original = MockAWS.start

        def start(moto: Any, *args: Any, **kwargs: Any) -> Any:
            if not MockAWS._mocks_active:
                self._renew()
            return original(moto, *args, **kwargs)

        setattr(MockAWS, "start", start)  # noqa: B010 - to mypy it is a method
        self._restore = lambda: setattr(MockAWS, "start", original)


def pytest_configure(config: pytest.Config) -> None:
    bridge = os.environ.get(BRIDGE, "").split()
    watching = Watching(
        Path(os.environ[FILE]), is_mocked=IS_MOCKED in os.environ, bridge=tuple(bridge)
    )
    config.pluginmanager.register(watching, "kmsmock-migration")
