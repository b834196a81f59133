"""Names of what earlier tests have made, for a test that looks for it in vain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

_MOST: Final = 10_000


class Earlier:
    """The tests of one run by the ARNs of keys and aliases that they have made, the latest ones."""

    def __init__(self) -> None:
        self._tests: dict[str, str] = {}

    def note(self, backends: Iterable[Any], test: str) -> None:
        """Note what has been made in *backends* during *test*, which is over."""
        for backend in backends:
            for arn in backend.registry.made[backend.noted :][-_MOST:]:
                # At the end, as the latest.
                self._tests.pop(arn, None)
                self._tests[arn] = test
            backend.noted = len(backend.registry.made)
        while len(self._tests) > _MOST:
            del self._tests[next(iter(self._tests))]

    def test_of(self, arn: str) -> str | None:
        """Return the test that has made *arn*, if one has."""
        return self._tests.get(arn)
