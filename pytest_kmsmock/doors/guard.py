"""The guard: a call of KMS outside any mock fails, instead of reaching AWS."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from .. import observed, sources
from ..service.misuse import PUBLIC, KmsMockError
from ..settings import settings_from


class KmsGuardError(KmsMockError):
    """The application called KMS while no mock was active."""

    __module__ = PUBLIC


TAKE_FIXTURE: Final = "Take the `kms` fixture"
TAKE_EARLIER: Final = (
    "The test's mock starts later: let the fixture that called take the `kms` fixture too"
)


def check(operation: str, url: str, allowed: Sequence[str], remedy: str = TAKE_FIXTURE) -> None:
    """
    Raise unless *url* is an endpoint that a test run may reach, or moto answers, or the option
    passthrough names *operation*.

    Args:
        allowed: Endpoints: ``host``, ``host:port`` or the beginning of a URL.
        remedy: How the call can come into a mock, besides by a block of its own.
    """
    if operation in settings_from({})["passthrough"]:
        return
    if moto_answers() or any(_is_at(url, endpoint) for endpoint in allowed):
        return
    call = f"kms:{operation} at {url} outside any mock, from {sources.shown(sources.caller())}"
    starter = observed.starter()
    if starter is not None:
        error = KmsGuardError(
            f"a thread that {starter} started, and that has outlived it, called {call}, during "
            f"{observed.where()}. Let the test wait for its threads, as by thread.join(), or "
            "stop them in its tear-down."
        )
        # The test that runs now has nothing to do with it.
        observed.strays.append(str(error))
        raise error
    error = KmsGuardError(
        f"{observed.where()} called {call}. {remedy}, or wrap the call in "
        "`with mock_kms():`. To let it through, mark the test with "
        "@pytest.mark.kms(guard=False), or name the endpoint in the ini option kms_guard_allow."
    )
    observed.misuse(error)
    raise error


def moto_answers() -> bool:
    """Tell whether moto is active, so that no call of the process leaves it."""
    models = sys.modules.get("moto.core.models")
    return models is not None and bool(models.MockAWS._mocks_active)


def _is_at(url: str, endpoint: str) -> bool:
    called, allowed = urlsplit(url), urlsplit(endpoint)
    if "://" not in endpoint:
        return endpoint.lower() in (called.hostname, called.netloc.lower())
    path = allowed.path.rstrip("/")
    return (
        called.scheme == allowed.scheme
        and called.netloc.lower() == allowed.netloc.lower()
        and (called.path == path or called.path.startswith(f"{path}/"))
    )
