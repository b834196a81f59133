"""The failures of each operation: each way in which a call can fail, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .faults import COMMON_ERRORS, Disconnection
from .service.api.shapes import checked_operation, shapes_of

# Of the errors that every operation shares, those that a test should know.
_SHARED: Final = ("AccessDeniedException", "ThrottlingException")

LOST_CONNECTIONS: Final[Mapping[str, Disconnection]] = {
    "connection-refused": "refused",
    "read-timeout": "read-timeout",
    "connection-closed": "closed",
}
"""The names of lost connections, and the ways in which they are lost."""

# What a client makes of each.
ERRORS_OF_CLIENTS: Final = {
    "EndpointConnectionError": "connection-refused",
    "ReadTimeoutError": "read-timeout",
    "ConnectionClosedError": "connection-closed",
}


def failures_of(operation: str) -> tuple[str, ...]:
    """
    Return the names of the failures of *operation*: codes of errors, then lost connections.

    Raises:
        KmsMockError: There is no such operation.
    """
    of_operation = shapes_of(checked_operation(operation)).errors
    declared = [error for error in sorted(of_operation) if error not in COMMON_ERRORS]
    return (*declared, *_SHARED, *LOST_CONNECTIONS)


def name_of(error: str) -> str:
    """Return the name of the failure that *error* is: a code, or an error of a client."""
    return ERRORS_OF_CLIENTS.get(error, error)
