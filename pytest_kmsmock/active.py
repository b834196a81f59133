"""
The active mocks: which of them answers here.

A mock belongs to the context, a thread or a task, that has entered it, and to
the tasks that this starts; a fixture's mock belongs to the test, whatever thread
or task runs that. So a call is answered by the innermost mock of its own context;
else by the innermost of those that the test's fixtures hold; else, as in a thread
of a pool, by the innermost of the only stack there is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class _Entry:
    """
    An active mock.

    Attributes:
        backend: What answers for it; None once it is over, while contexts may
            still have it.
        below: The mock around it in the context that has entered it.
        holder: The fixture that holds it; None if it is a context's.
    """

    __slots__ = ("backend", "below", "holder")

    def __init__(self, backend: Any, below: _Entry | None, holder: object) -> None:
        self.backend = backend
        self.below = below
        self.holder = holder


# All that are active, in the order in which they were entered.
_entries: list[_Entry] = []
# Of them, those that are the parent's, from which this process was forked.
inherited: list[Any] = []
_own: ContextVar[_Entry | None] = ContextVar("kmsmock_own", default=None)
# The fixture that is being set up here.
_holder: ContextVar[object] = ContextVar("kmsmock_holder", default=None)

# Tells whether a fixture is one of the running test's; the plugin knows.
is_of_test: Callable[[Any], bool] = lambda holder: True  # noqa: E731


def _inherit() -> None:
    inherited[:] = [entry.backend for entry in _entries if entry.backend is not None]


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_inherit)


@contextmanager
def held_by(holder: object) -> Iterator[None]:
    """Let mocks that are entered in this block be those of *holder*, a fixture or a class."""
    token = _holder.set(holder)
    try:
        yield
    finally:
        _holder.reset(token)


def is_held() -> bool:
    """Tell whether a mock that is entered here is a fixture's."""
    return _holder.get() is not None


def push(backend: Any) -> None:
    """Make *backend* the innermost of this context, or of the fixture that is set up here."""
    holder = _holder.get()
    entry = _Entry(backend, _own_entry() if holder is None else None, holder)
    # First among all, where `remove` looks for it, should this be interrupted.
    _entries.append(entry)
    if holder is None:
        _own.set(entry)


def remove(backend: Any) -> None:
    """
    Take *backend* away, wherever it is, if it is there; the one around it answers again.

    What an interruption has left to do, the next call does.
    """
    for entry in reversed(_entries):
        if entry.backend is backend:
            entry.backend = None
            break
    for entry in [entry for entry in _entries.copy() if entry.backend is None]:
        with contextlib.suppress(ValueError):  # another thread has done it
            _entries.remove(entry)
    _own.set(_own_entry())


def innermost() -> Any:
    """
    Return what answers here; None where no mock is active.

    Raises:
        KmsMockError: Several contexts have mocks of their own, and this is none of them.
    """
    if not _entries:
        return None
    entry = _own_entry()
    return _elsewhere() if entry is None else entry.backend


def is_any() -> bool:
    """Tell whether any mock is active, wherever."""
    return bool(_entries)


def inwards() -> list[Any]:
    """Return all that are active, those of this context first, then the last entered first."""
    own = []
    entry = _own_entry()
    while entry is not None:
        own.append(entry.backend)
        entry = entry.below
    found = [entry.backend for entry in reversed(_entries)]
    return [backend for backend in (*own, *found) if backend is not None]


def held_for(is_of_closure: Callable[[Any], bool]) -> list[Any]:
    """Return those that fixtures of a closure hold, the last entered first."""
    return [
        entry.backend
        for entry in reversed(_entries)
        if entry.backend is not None and entry.holder is not None and is_of_closure(entry.holder)
    ]


def _own_entry() -> _Entry | None:
    """Return the innermost of this context that is not over."""
    entry = _own.get()
    while entry is not None and entry.backend is None:
        entry = entry.below
    return entry


def _elsewhere() -> Any:
    """Return what answers in a context that has entered no mock."""
    # Of a copy: another thread may end one.
    entries = [entry for entry in _entries.copy() if entry.backend is not None]
    for entry in reversed(entries):
        if entry.holder is not None and is_of_test(entry.holder):
            return entry.backend
    # Those that are not around another one: a stack has one.
    around = {id(entry.below) for entry in entries}
    stacks = [entry for entry in entries if entry.holder is None and id(entry) not in around]
    if len(stacks) > 1:
        raise _ambiguous([entry.backend for entry in stacks])
    # A wider fixture's, although no test that runs now has asked for it, comes last.
    return (stacks or entries)[-1].backend if entries else None


def _ambiguous(backends: list[Any]) -> Exception:
    from .service.misuse import KmsMockError  # not at the top: pytest's start imports this module

    return KmsMockError(
        "this thread has entered no mock of KMS, and there is more than one that it could mean: "
        f"{', '.join(map(repr, backends))}. Enter one in the thread itself, by `with mock_kms():`, "
        "or start the thread's work with the context of who waits for it: "
        "contextvars.copy_context().run(…), or asyncio.to_thread(…)."
    )
