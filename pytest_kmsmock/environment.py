"""
What must be so around a client for it to be made without an account.

While a mock is active nobody asks the instance metadata service or the
container's for credentials, and a client that finds no Region gets the mock's.
Light: pytest's start imports it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, Final

_REGION: Final = "AWS_DEFAULT_REGION"
_METADATA: Final = "AWS_EC2_METADATA_DISABLED"

# What botocore asks over the network: (module, class, method, answer instead).
_ASKING: Final[tuple[tuple[str, str, str, Any], ...]] = (
    ("botocore.credentials", "ContainerProvider", "load", None),
    ("botocore.utils", "InstanceMetadataFetcher", "retrieve_iam_role_credentials", {}),
    ("botocore.utils", "InstanceMetadataRegionFetcher", "retrieve_region", None),
)


class Isolation:
    """Keeps client creation from asking over the network, between `start` and `stop`."""

    def __init__(self) -> None:
        self._replaced: list[tuple[type, str, Any]] = []

    def start(self) -> None:
        """Answer for the network, as far as botocore has been imported."""
        if self._replaced or "botocore.credentials" not in sys.modules:
            return
        for module, class_name, method, answer in _ASKING:
            asking = getattr(sys.modules[module], class_name)
            self._replaced.append((asking, method, asking.__dict__[method]))
            setattr(asking, method, _answering(answer))

    def stop(self) -> None:
        while self._replaced:
            asking, method, original = self._replaced.pop()
            setattr(asking, method, original)


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
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    return restore


def follow(region: str | None) -> None:
    """Let a Region from `configure_region` give way to *region*, that of a mock; None ends it."""
    if _given_region is not None:
        os.environ[_REGION] = region or _given_region


def _answering(answer: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: answer
