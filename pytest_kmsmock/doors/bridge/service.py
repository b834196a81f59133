"""What the bridge has to know of a service: which operations need a key, and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import attrs

from ...service.api.errors import KmsError
from .crossing import Crossing
from .refusals import ServiceError

Before = Callable[[Crossing], Any]
"""Asks before the other mock does; what it returns, if anything, is the answer."""
After = Callable[[Crossing, dict[str, Any]], None]
"""Asks when the other mock has answered well, and may change the answer."""


@attrs.frozen(kw_only=True)
class Service:
    """
    A service.

    Attributes:
        name: As in the name by which it asks, ``NAME.amazonaws.com``.
        before: What it asks before the other mock does something, by the operation.
        after: What it asks afterwards.
        words: Returns how it words a refusal of KMS.
        is_always_on: It has part in the bridge, whichever services are named.
    """

    name: str
    before: Mapping[str, Before] = attrs.field(factory=dict)
    after: Mapping[str, After] = attrs.field(factory=dict)
    words: Callable[[Crossing, KmsError], ServiceError]
    is_always_on: bool = False


# The request of a service that the other mock is answering here.
current: ContextVar[Crossing | None] = ContextVar("kmsmock_crossing", default=None)


def tail(crossing: Crossing, error: KmsError) -> str:
    """Return what services of the older SDK add to the text of KMS, as reported."""
    return (
        f" (Service: AWSKMS; Status Code: {error.status}; Error Code: {error.code}; "
        f"Request ID: {crossing.request_id}; Proxy: null)"
    )
