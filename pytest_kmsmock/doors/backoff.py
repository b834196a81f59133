"""
Back-off between the attempts of a call, which mocked calls skip.

botocore has no seam for it, so what waits is replaced for as long as mocks are
active, and waits no longer for calls that are mocked.
"""

from __future__ import annotations

import contextvars
import importlib
import sys
import time
from collections.abc import Callable, Container
from types import ModuleType
from typing import Any

from .environment import replacements

# The call that is under way, by its host, and where such calls are as long as they are.
_under_way: contextvars.ContextVar[tuple[str, Container[str]]] = contextvars.ContextVar(
    "kmsmock", default=("", ())
)


def begin(host: str, exchanges: Container[str]) -> None:
    """
    Let botocore not wait in what comes next here.

    Args:
        host: Names the call.
        exchanges: The names of those that are under way. A call that was
            interrupted is no longer there, although nobody has said `end`.
    """
    _under_way.set((host, exchanges))
    _skip()


def end() -> None:
    """Let botocore wait again."""
    _under_way.set(("", ()))


def _replace(owner: Any, name: str, value: Any) -> None:
    """Let ``owner.name`` be *value* until no mock is active any more."""
    replacements.replace((owner, name, value))


class _Without:
    """
    A module for one other module alone, whose `sleep` is another.

    Args:
        module: Everything but `sleep` is its.
        sleep: Wraps its `sleep`.
    """

    def __init__(self, module: ModuleType, sleep: Callable[..., Any]) -> None:
        self._module = module
        # Looked up when called: a test may patch it at any time.
        self.sleep = sleep(lambda *args, **kwargs: module.sleep(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def _skip() -> None:
    endpoint = importlib.import_module("botocore.endpoint")
    _replace(endpoint, "time", _Without(time, _unless_mocked))
    bucket = importlib.import_module("botocore.retries.bucket").TokenBucket
    _replace(bucket, "acquire", _unless_mocked(bucket.acquire))
    if "aiobotocore.endpoint" in sys.modules:
        _skip_in_aiobotocore(sys.modules["aiobotocore.endpoint"])


def _skip_in_aiobotocore(endpoint: Any) -> None:
    if hasattr(endpoint.AioEndpoint, "_sleep"):
        sleep = endpoint.AioEndpoint._sleep
        _replace(endpoint.AioEndpoint, "_sleep", _unless_mocked_async(sleep))
    else:  # before aiobotocore 3
        _replace(endpoint, "asyncio", _Without(endpoint.asyncio, _unless_mocked_async))
    bucket = importlib.import_module("aiobotocore.retries.bucket").AsyncTokenBucket
    _replace(bucket, "acquire", _unless_mocked_async(bucket.acquire))


def _is_mocked() -> bool:
    """Tell whether it is for a mocked call that botocore is about to wait."""
    host, exchanges = _under_way.get()
    return host in exchanges


def _unless_mocked(wait: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: _is_mocked() or wait(*args, **kwargs)


def _unless_mocked_async(wait: Callable[..., Any]) -> Callable[..., Any]:
    async def wait_unless_mocked(*args: Any, **kwargs: Any) -> Any:
        return _is_mocked() or await wait(*args, **kwargs)

    return wait_unless_mocked
