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

_METADATA: Final = "AWS_EC2_METADATA_DISABLED"
_CONTAINER: Final = (
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


class Variables:
    """Environment variables for a time."""

    def __init__(self) -> None:
        self._before: dict[str, str | None] = {}

    def set(self, name: str, value: str | None) -> None:
        """Set *name*, or remove it if *value* is None."""
        self._before.setdefault(name, os.environ.get(name))
        _put(name, value)

    def restore(self) -> None:
        while self._before:
            _put(*self._before.popitem())


class Isolation:
    """Keeps client creation from asking the outside, between `start` and `stop`."""

    def __init__(self) -> None:
        self._variables = Variables()
        self._ask: Callable[..., Any] | None = None

    def start(self) -> None:
        self._variables.set(_METADATA, "true")
        for name in _CONTAINER:
            if name in os.environ:
                self._variables.set(name, None)
        # A session that has made a client before has read the variable then.
        utils = sys.modules.get("botocore.utils")
        if utils is not None:
            self._ask = utils.InstanceMetadataFetcher.retrieve_iam_role_credentials
            utils.InstanceMetadataFetcher.retrieve_iam_role_credentials = lambda _: {}

    def stop(self) -> None:
        self._variables.restore()
        if self._ask is not None:
            utils = sys.modules["botocore.utils"]
            utils.InstanceMetadataFetcher.retrieve_iam_role_credentials = self._ask
            self._ask = None


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


def configure_region(region: str) -> Variables:
    """Give clients that are made at import *region*, where the environment has none."""
    variables = Variables()
    if "AWS_DEFAULT_REGION" not in os.environ:
        variables.set("AWS_DEFAULT_REGION", region)
        if _METADATA not in os.environ:
            variables.set(_METADATA, "true")
    return variables


def _put(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
