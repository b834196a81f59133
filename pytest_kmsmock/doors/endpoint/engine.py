"""The engine: a thread with an event loop, in which all listeners of the process live."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import os
import selectors
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from ...crypto.forking import renew_in_children
from . import real_time
from .limits import WORKERS

T = TypeVar("T")

_LOGGERS: Final = ("tornado.general", "tornado.application", "asyncio")


def let_go(own: socket.socket | None) -> None:
    """Close what a forked process has of *own*, unless it has not, as one forked from it."""
    if own is not None and own.fileno() >= 0:
        os.close(own.detach())


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose timers run by real time, also where a test has stopped Python's."""

    def time(self) -> float:
        return real_time.monotonic()


class _Quiet(logging.Filter):
    """
    Lets nothing of the engine's thread be logged.

    What clients send amiss is their business, and no handler of the application's.
    """

    def __init__(self, thread: threading.Thread) -> None:
        super().__init__()
        self._thread = thread

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self._thread.ident


class Engine:
    """One that runs from its making until `stop`."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._selector = selectors.DefaultSelector()
        self._loop = _Loop(self._selector)
        self._executor: concurrent.futures.ThreadPoolExecutor | None = None
        self._thread = threading.Thread(target=self._run, name="kmsmock-endpoint", daemon=True)
        self._quiet = _Quiet(self._thread)
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self._quiet)
        renew_in_children(self)
        self._thread.start()

    def do(self, function: Callable[..., T], *arguments: Any) -> T:
        """Do *function* in the engine's thread; return what it returns."""

        async def do() -> T:
            return function(*arguments)

        return self.run(do())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run *coroutine* in the engine's thread to its end; return what it returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def work(self, function: Callable[[], T]) -> Awaitable[T]:
        """Do *function* in a thread of its own, for the engine to await."""
        if self._executor is None:
            self._executor = concurrent.futures.ThreadPoolExecutor(
                WORKERS, thread_name_prefix="kmsmock-endpoint"
            )
        return self._loop.run_in_executor(self._executor, function)

    def stop(self) -> None:
        """End it, its thread and what that has open."""
        if os.getpid() != self._process:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        if self._executor is not None:
            self._executor.shutdown()
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._quiet)

    def renew(self) -> None:
        """Let a forked process, which has no such thread, have nothing of it open."""
        self._selector.close()
        for name in ("_ssock", "_csock"):  # by which other threads wake the loop
            let_go(getattr(self._loop, name, None))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            self._loop.close()
