"""The stack of active mocks: who answers a call here."""

from __future__ import annotations

from typing import Any

# What answers for each active mock, the innermost last. Threads of the application share them.
_active: list[Any] = []


def push(backend: Any) -> None:
    """Make *backend* the innermost."""
    _active.append(backend)


def remove(backend: Any) -> None:
    """Take *backend* away, wherever it is; the one around it answers again."""
    _active.remove(backend)


def innermost() -> Any:
    """Return what answers here; None where no mock is active."""
    # In one step: another thread may end the mock.
    try:
        return _active[-1]
    except IndexError:
        return None


def inwards() -> list[Any]:
    """Return all that are active, the innermost first."""
    return _active[::-1]
