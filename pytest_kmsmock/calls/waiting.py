"""Waiting for what other threads do, by no clock that a test can stop."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Final

from ..service.misuse import KmsMockError

_STEP: Final = 0.01


def wait_until(has_come: Callable[[], bool], timeout: float) -> bool:
    """
    Wait until *has_come*, for *timeout* seconds or slightly more; return whether it has.

    Raises:
        KmsMockError: It has not, and an event loop waits for this thread: its tasks could
            do nothing meanwhile.
    """
    __tracebackhide__ = True
    if has_come():
        return True
    if _is_in_event_loop():
        raise KmsMockError(
            "what waits in a coroutine keeps its tasks from going on; write "
            "await asyncio.to_thread(kms.calls.wait, …)."
        )
    # Steps are counted, since libraries that freeze the time freeze `time.monotonic` too.
    pause = threading.Event()
    for _ in range(math.ceil(timeout / _STEP)):
        pause.wait(_STEP)
        if has_come():
            return True
    return False


def _is_in_event_loop() -> bool:
    import asyncio  # not at the top: it is slow to import, and few tests wait

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
