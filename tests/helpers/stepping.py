"""Steps of the service's code, and what a test does between two of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final, Literal, TypeVar

import pytest_kmsmock

T = TypeVar("T")
Steps = Literal["line", "opcode"]

_OURS: Final = Path(pytest_kmsmock.__file__).parent


def between(
    step: int,
    act: Callable[[], object],
    do: Callable[[], T],
    *,
    steps: Steps,
    within: str = "service",
) -> T:
    """
    Do something, and *act* before a step of it, as another thread or a signal handler can.

    Args:
        step: Its number, from 0. Where there is none, nothing is done: chance, of which
            IDs are made, decides on a step or two.
        steps: What a step is: a line, or an instruction of the bytecode.
        within: The folder of the package whose steps count.
    """
    return _Stepping(step, act, steps, str(_OURS / within)).run(do)


def steps_of(do: Callable[[], object], *, steps: Steps, within: str = "service") -> int:
    """Do something, and return how many steps it had."""
    stepping = _Stepping(sys.maxsize, lambda: None, steps, str(_OURS / within))
    stepping.run(do)
    assert stepping.count > 0
    return stepping.count


class _Stepping:
    def __init__(self, step: int, act: Callable[[], object], steps: Steps, folder: str) -> None:
        self.count = 0
        self._step = step
        self._act = act
        # Python 3.12.1 can crash some time after it has traced instructions.
        self._steps: Steps = "line" if sys.version_info[:2] == (3, 12) else steps
        self._folder = folder

    def run(self, do: Callable[[], T]) -> T:
        before = sys.gettrace()
        # Python 3.12 looks, when it is given the function, whether some frame asks for these.
        sys._getframe().f_trace_opcodes = self._steps == "opcode"
        sys.settrace(self._trace)
        try:
            # In a generator, whose errors being handled are its own: where *act* raises at the
            # beginning of an except clause, Python takes that error for handled ever after.
            return next(do() for _ in (None,))
        finally:
            sys.settrace(before)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(self._folder):
            return None
        frame.f_trace_opcodes = self._steps == "opcode"
        if event == self._steps and self.count <= self._step:
            self.count += 1
            if self.count > self._step:
                # What acts is not traced, and neither are the frames that follow.
                sys.settrace(None)
                self._act()
        return self._trace
