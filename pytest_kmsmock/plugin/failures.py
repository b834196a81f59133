"""The failure sweep: each way in which an operation can fail, once a test run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Final

import attrs

from .. import failures
from ..failures import LOST_CONNECTIONS
from ..service.misuse import KmsMockError, suggestion

if TYPE_CHECKING:
    from ..mock import KmsMock

NAMES: Final = ("only", "exclude")
"""What `failures_of` takes besides operations."""


@attrs.frozen
class Failure:
    """
    One way in which an operation fails, at each attempt.

    Attributes:
        operation: The operation that fails.
        name: The error's code, or ``connection-refused``, ``connection-closed``,
            ``read-timeout``.
        error: The error's code; None if the connection is lost.
    """

    operation: str
    name: str
    error: str | None

    def __str__(self) -> str:
        return f"{self.operation}-{self.name}"

    def schedule(self, mock: KmsMock) -> None:
        """Let the operation fail so in *mock*."""
        operation: Any = self.operation
        if self.error is not None:
            fault = mock.fail(operation, self.error, times=None)
        else:
            fault = mock.disconnect(operation, LOST_CONNECTIONS[self.name], times=None)
        fault.wording = f"{self}, a failure of @pytest.mark.kms_failures,"
        fault.remedy = f"Let the test make the call, or leave it out by exclude={self.name!r}."


def failures_of(
    *operations: str, only: Iterable[str] = (), exclude: Iterable[str] = ()
) -> list[Failure]:
    """
    Return the ways in which *operations* can fail.

    Args:
        only: Names of failures; no others are wanted.
        exclude: Names of failures that are not wanted.

    Raises:
        KmsMockError: There is no such operation, or no such failure of it.
    """
    if not operations:
        raise KmsMockError("kms_failures needs an operation; write kms_failures('Decrypt').")
    found = [failure for operation in operations for failure in _all_of(operation)]
    names = {failure.name for failure in found}
    wanted, unwanted = _checked("only", only, names), _checked("exclude", exclude, names)
    left = [
        failure
        for failure in found
        if (not wanted or failure.name in wanted) and failure.name not in unwanted
    ]
    if not left:
        raise KmsMockError(
            f"only={sorted(wanted)} and exclude={sorted(unwanted)} leave no failure of "
            f"{', '.join(operations)}."
        )
    return left


def _all_of(operation: str) -> list[Failure]:
    return [
        Failure(operation, name, None if name in LOST_CONNECTIONS else name)
        for name in failures.failures_of(operation)
    ]


def _checked(option: str, given: Iterable[str], names: Collection[str]) -> set[str]:
    chosen = {given} if isinstance(given, str) else set(given)
    for name in chosen - set(names):
        raise KmsMockError(
            f"{option}={name!r} is no failure of these operations.{suggestion(name, names)} "
            f"There are {', '.join(sorted(names))}."
        )
    return chosen
