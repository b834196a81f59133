"""
Listeners that are open, and the one that waits for the next test.

To open a port and to close it takes longer than a test, so within a run of pytest
the plain one stays. Whatever a test has connected to it is closed with the test.
"""

from __future__ import annotations

import ssl

from ...crypto.forking import Lock, renew_in_children
from .engine import Engine
from .listener import Listener


class _Listeners:
    """All of this process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self._inherited: list[Engine] = []
        self.engine: Engine | None = None
        self.renew()
        renew_in_children(self)

    def renew(self) -> None:
        # Of the parent, if there is one: its event loop says that it was left open if it goes.
        if self.engine is not None:
            self._inherited.append(self.engine)
        self.engine = None
        self.open: list[Listener] = []
        self.waiting: Listener | None = None


_listeners = _Listeners()


def take(port: int = 0, context: ssl.SSLContext | None = None, *, is_usual: bool) -> Listener:
    """
    Return a listener for an endpoint that is opened.

    Args:
        is_usual: It is like those of most tests, so that one that waits will do.

    Raises:
        OSError: The port is not free.
    """
    with _listeners.lock.current:
        if is_usual and _listeners.waiting is not None:
            listener, _listeners.waiting = _listeners.waiting, None
            _listeners.open.append(listener)
            return listener
        if _listeners.engine is None:
            _listeners.engine = Engine()
        try:
            listener = Listener(_listeners.engine, port, context)
        except BaseException:
            _stop_if_idle()
            raise
        _listeners.open.append(listener)
        return listener


def give_back(listener: Listener, *, may_wait: bool) -> None:
    """Take back what `take` returned: let it wait for the next, or close it."""
    with _listeners.lock.current:
        _listeners.open.remove(listener)
        try:
            if may_wait and _listeners.waiting is None:
                listener.disconnect()
                _listeners.waiting = listener
            else:
                listener.close()
        finally:
            _stop_if_idle()


def end() -> None:
    """Close what waits; nobody comes any more."""
    with _listeners.lock.current:
        listener, _listeners.waiting = _listeners.waiting, None
        if listener is not None:
            listener.close()
        _stop_if_idle()


def _stop_if_idle() -> None:
    if not _listeners.open and _listeners.waiting is None and _listeners.engine is not None:
        engine, _listeners.engine = _listeners.engine, None
        engine.stop()
