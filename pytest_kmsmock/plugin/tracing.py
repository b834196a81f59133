"""Tracebacks in reports: without secrets, and those of mocked calls end at the application."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Collection, Generator
from types import FrameType
from typing import Any, Final

import pytest

from ..frames import errors_of, forget, frames_of, is_of_package

_HIDDEN: Final = "__tracebackhide__"
_CLIENTS: Final = ("botocore.", "boto3.", "aiobotocore.", "aioboto3.")
# The method of a client that each call comes by.
_CALL: Final = "_make_api_call"


@contextlib.contextmanager
def for_report(errors: Collection[BaseException], *, is_mocked: bool) -> Generator[None]:
    """
    Let a report show no more of *errors*, and of those before them, than it should.

    What the frames of the package computed with is forgotten, whatever pytest's options
    say. The frames of clients, whose arguments are the application's plaintexts, are not
    shown, for errors of mocked calls; with --full-trace pytest shows them.

    Args:
        is_mocked: The test has a mock.
    """
    hidden: dict[int, tuple[dict[str, Any], set[int]]] = {}
    chain = [each for error in errors for each in errors_of(error)]
    for each in chain:
        frames = frames_of(each)
        for frame in _to_hide(each, frames, is_mocked):
            names = frame.f_globals
            if _HIDDEN not in names or id(names) in hidden:
                hidden.setdefault(id(names), (names, set()))[1].add(id(each))
                names[_HIDDEN] = _hides(hidden[id(names)][1])
    for error in errors:
        forget(error)
    try:
        yield
    finally:
        for names, _ in hidden.values():
            names.pop(_HIDDEN, None)


def errors_to_report(item: pytest.Item, call: pytest.CallInfo[None]) -> list[BaseException]:
    """Return those that the report of *call* is about."""
    # pytest keeps unittest's failures until it makes the report.
    kept = [*(getattr(item, "_excinfo", None) or ()), call.excinfo]
    return [excinfo.value for excinfo in kept if excinfo is not None]


@contextlib.contextmanager
def without_secrets(collector: pytest.Collector) -> Generator[None]:
    """Let the report of an error that *collector* meets show no values of the package."""
    show = collector.repr_failure

    def show_without(excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        forget(excinfo.value)
        return show(excinfo)

    # Nobody else sees the error before pytest shows it.
    collector.repr_failure = show_without  # type: ignore[method-assign]
    try:
        yield
    finally:
        del collector.repr_failure


# Before pytest notes how the interruption is to be shown.
@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    forget(excinfo.value)


def _hides(errors: set[int]) -> Any:
    """Return what tells pytest whether to hide a frame for the error that it is asked about."""
    return lambda excinfo: id(getattr(excinfo, "value", None)) in errors


def _to_hide(error: BaseException, frames: list[FrameType], is_mocked: bool) -> list[FrameType]:
    """Return those of *frames* that a reader of *error* has no use for."""
    own = [frame for frame in frames if is_of_package(frame)]
    clients = [frame for frame in frames if _is_of_client(frame)]
    is_told = bool(own or clients) and _is_told(error)
    # Where the package lets a failure end at the author's line, its innermost function says so.
    is_meant = bool(own) and _HIDDEN in own[-1].f_code.co_varnames
    found = own if is_told or is_meant else []
    if is_told or (is_mocked and any(map(_is_call_of_kms, clients))):
        found = found + clients
    return found


def _is_told(error: BaseException) -> bool:
    """Tell whether *error* is a mock's answer, or a word for the test's author."""
    misuse = sys.modules.get("pytest_kmsmock.service.misuse")
    if misuse is not None and isinstance(error, misuse.KmsMockError):
        return True
    desk = sys.modules.get("pytest_kmsmock.doors.desk")
    if desk is None:  # no mock has answered yet
        return False
    response = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    return hasattr(error, desk.LOST) or desk.is_request_id(metadata.get("RequestId"))


def _is_of_client(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith(_CLIENTS)


def _is_call_of_kms(frame: FrameType) -> bool:
    """Tell whether a client of KMS makes a call in *frame*, whatever becomes of it."""
    if frame.f_code.co_name != _CALL:
        return False
    meta = getattr(frame.f_locals.get("self"), "meta", None)
    return getattr(getattr(meta, "service_model", None), "service_name", None) == "kms"
