"""
What must be so around a client for it to be made without an account.

While a mock is active nobody asks the instance metadata service or the
container's for credentials, and a client that finds no Region gets the mock's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..crypto.forking import Lock

_REGION: Final = "AWS_DEFAULT_REGION"
_METADATA: Final = "AWS_EC2_METADATA_DISABLED"


def _answering(answer: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: answer


def _answering_async(answer: Any) -> Callable[..., Any]:
    async def answer_async(*args: Any, **kwargs: Any) -> Any:
        return answer

    return answer_async


# What clients ask over the network: (module, class, method, what answers instead).
_ASKING: Final[tuple[tuple[str, str, str, Callable[..., Any]], ...]] = (
    ("botocore.credentials", "ContainerProvider", "load", _answering(None)),
    (
        "botocore.utils",
        "InstanceMetadataFetcher",
        "retrieve_iam_role_credentials",
        _answering({}),
    ),
    ("botocore.utils", "InstanceMetadataRegionFetcher", "retrieve_region", _answering(None)),
    ("aiobotocore.credentials", "AioContainerProvider", "load", _answering_async(None)),
    (
        "aiobotocore.utils",
        "AioInstanceMetadataFetcher",
        "retrieve_iam_role_credentials",
        _answering_async({}),
    ),
    (
        "aiobotocore.utils",
        "AioInstanceMetadataRegionFetcher",
        "retrieve_region",
        _answering_async(None),
    ),
)


class Replacements:
    """Attributes of botocore's that are others for a time."""

    def __init__(self) -> None:
        # What was there, and what is there now.
        self._values: dict[tuple[Any, str], tuple[Any, Any]] = {}
        # A call in another thread replaces too, when it is the first that a fault may befall.
        self._lock = Lock()

    def replace(self, *attributes: tuple[Any, str, Any]) -> None:
        """Let ``owner.name`` be the value for each owner, name, value, unless it is replaced."""
        values = self._values
        with self._lock.current:
            for owner, name, value in attributes:
                if (owner, name) not in values:
                    values[owner, name] = owner.__dict__[name], value
                    setattr(owner, name, value)

    def restore(self) -> None:
        with self._lock.current:
            while self._values:
                (owner, name), (original, value) = self._values.popitem()
                # What somebody else has put there since is theirs to take away.
                if owner.__dict__[name] is value:
                    setattr(owner, name, original)


replacements: Final = Replacements()


def isolate() -> None:
    """Answer what client creation asks over the network, as far as botocore is imported."""
    modules = sys.modules
    replacements.replace(
        *[
            (getattr(modules[module], class_name), method, answering)
            for module, class_name, method, answering in _ASKING
            if module in modules
        ]
    )


class RegionProvider:
    """
    The last of a botocore session's sources of a Region: the active mock.

    Args:
        provider: The session's own sources.
        region_of_mock: Returns the active mock's Region, or None.
    """

    def __init__(self, provider: Any, region_of_mock: Callable[[], str | None]) -> None:
        self._provider = provider
        self._region_of_mock = region_of_mock

    def provide(self) -> str | None:
        region: str | None = self._provider.provide()
        return region or self._region_of_mock()


# The Region that this module put into the environment, for the whole run.
_given_region: str | None = None


def configure_region(region: str) -> Callable[[], None]:
    """
    Give clients that are made at import *region*, where the environment has none.

    Returns what puts the environment back.
    """
    global _given_region
    if _REGION in os.environ:
        return lambda: None
    before = {name: os.environ.get(name) for name in (_REGION, _METADATA)}
    os.environ[_REGION] = _given_region = region
    os.environ.setdefault(_METADATA, "true")

    def restore() -> None:
        global _given_region
        _given_region = None
        _set(before)

    return restore


# What a program finds that looks for credentials by itself. Nobody takes them for real ones.
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAKMSMOCK",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_SESSION_TOKEN": "not-a-token",
}
# A profile that is not there would be asked for first.
_PROFILES: Final = {"AWS_PROFILE": None, "AWS_DEFAULT_PROFILE": None}


def configure_credentials() -> Callable[[], None]:
    """
    Set credentials that are good for nothing, whatever the environment has.

    Returns what puts the environment back.
    """
    given: dict[str, str | None] = {**CREDENTIALS, **_PROFILES}
    before = {name: os.environ.get(name) for name in given}
    _set(given)
    return lambda: _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def follow(region: str | None) -> None:
    """Let a Region from `configure_region` give way to *region*, that of a mock; None ends it."""
    if _given_region is not None:
        os.environ[_REGION] = region or _given_region
