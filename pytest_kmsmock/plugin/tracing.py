"""Tracebacks of mocked calls: they end at the application's line, not in botocore."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Any, Final

_HIDDEN: Final = "__tracebackhide__"
_CLIENTS: Final = ("botocore.", "boto3.", "aiobotocore.", "aioboto3.", "pytest_kmsmock.")


@contextlib.contextmanager
def without_frames_of_clients(error: BaseException) -> Generator[None]:
    """
    Let pytest show no frames of clients for *error*, and for those before it, if a mock raised it.

    Their arguments are the application's plaintexts. With --full-trace pytest shows all.
    """
    modules = {
        id(names): names
        for each in _chain(error)
        for names in _modules(each.__traceback__)
        if _HIDDEN not in names
    }
    for names in modules.values():
        names[_HIDDEN] = _is_of_mock
    try:
        yield
    finally:
        for names in modules.values():
            names.pop(_HIDDEN, None)


def _is_of_mock(excinfo: Any) -> bool:
    """Tell pytest whether to hide a frame for the error that *excinfo* holds."""
    # Whoever raised it has been imported.
    from ..doors import desk
    from ..service.misuse import KmsMockError

    error = getattr(excinfo, "value", None)
    if isinstance(error, KmsMockError) or hasattr(error, desk.LOST):
        return True
    response = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    return desk.is_request_id(metadata.get("RequestId"))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    left = [error]
    while left:
        each = left.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            left += (each.__cause__, each.__context__)


def _modules(traceback: TracebackType | None) -> Iterator[dict[str, Any]]:
    """Return the namespaces of the modules of clients in *traceback*."""
    while traceback is not None:
        names = traceback.tb_frame.f_globals
        if str(names.get("__name__")).startswith(_CLIENTS):
            yield names
        traceback = traceback.tb_next
