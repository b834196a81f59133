"""Addresses of the run's own, which lead clients of this process nowhere else than its mocks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any, Final

# Where an endpoint is looked for: of KMS, and of all services.
_SERVICE: Final = "AWS_ENDPOINT_URL_KMS"
_GLOBAL: Final = "AWS_ENDPOINT_URL"
# By which the workers of a run know the port that is closed.
_CLOSED: Final = "PYTEST_KMSMOCK_CLOSED_URL"

# URLs of endpoints that are open now, and of the port that is closed, without their paths.
_urls: Final[list[str]] = []


def add(url: str) -> None:
    """Let *url* be one of the run's own; it is taken away as often as it is added."""
    _urls.append(url)


def remove(url: str) -> None:
    _urls.remove(url)


def are_own() -> bool:
    """Tell whether there are any; asked with every call."""
    return bool(_urls)


def is_own(url: str | None) -> bool:
    """Tell whether *url* leads to one of them."""
    return url is not None and url.lower().rstrip("/") in _urls


def close_off() -> Callable[[], None]:
    """
    Lead the processes that this one starts to a port where nobody is, instead of to AWS.

    It is where the environment has no endpoint of its own, or that of the run which this one is
    a worker of. Returns what puts the environment back.
    """
    if _SERVICE in os.environ or _GLOBAL in os.environ:
        url = os.environ.get(_CLOSED)
        if url is None or os.environ.get(_SERVICE) != url:
            return lambda: None
        of_run = url
        add(of_run)
        return lambda: remove(of_run)
    import socket  # not at the top: see the docstring of `plugin`

    # Bound, and so nobody else's, and nobody listens.
    closed = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    closed.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    os.environ[_SERVICE] = os.environ[_CLOSED] = url
    add(url)

    def restore() -> None:
        for name in (_SERVICE, _CLOSED):
            if os.environ.get(name) == url:
                del os.environ[name]
        remove(url)
        closed.close()

    return restore


@contextlib.contextmanager
def let_through() -> Iterator[None]:
    """Let the processes that are started in this block reach AWS, if `close_off` hinders them."""
    url = os.environ.get(_CLOSED)
    if url is None or os.environ.get(_SERVICE) != url:
        yield
        return
    del os.environ[_SERVICE]
    try:
        yield
    finally:
        os.environ.setdefault(_SERVICE, url)


class EndpointProvider:
    """
    The sources of an endpoint's URL that a botocore session has, without the run's own.

    A client of this process that finds one in the environment, which is there for other
    processes, stays on the direct path; who is given one goes there.
    """

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    def provide(self) -> str | None:
        url: str | None = self._provider.provide()
        return None if is_own(url) else url
