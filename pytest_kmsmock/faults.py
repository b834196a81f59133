"""Scheduled faults: errors, throttling, delays and lost connections."""

from __future__ import annotations

import collections
import itertools
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, Literal, get_args

import attrs

from .crypto.forking import Lock
from .service.api.errors import KmsError
from .service.api.shapes import checked_operation, service_model, shapes_of
from .service.misuse import KmsMockError, suggestion
from .service.serving import finding
from .service.serving.request import Request

Disconnection = Literal["refused", "read-timeout", "closed"]

DISCONNECTIONS: Final = get_args(Disconnection)
ANY: Final = "*"

# What every service of AWS can answer, undeclared. Source: KMS API Reference,
# "Common Error Types"; KMS Developer Guide, "Throttling requests".
COMMON_ERRORS: Final = (
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InternalFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnrecognizedClientException",
    "ValidationException",
)
_STATUSES: Final = {
    "DependencyTimeoutException": 503,
    "InternalFailure": 500,
    "KMSInternalException": 500,
    "KeyUnavailableException": 500,
    "ServiceUnavailable": 503,
}
# Errors that AWS sends without a text, and texts that are known.
_MESSAGES: Final = {
    "InvalidCiphertextException": "",
    "KMSInvalidMacException": "",
    "KMSInvalidSignatureException": "",
    "IncorrectKeyException": (
        "The key ID in the request does not identify a CMK that can perform this operation."
    ),
    "ThrottlingException": (
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
    ),
    "UnrecognizedClientException": "The security token included in the request is invalid.",
}


class ScheduledError(KmsError):
    """An error of whatever code, since a test has scheduled it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self._code = code
        self.status = _STATUSES.get(code, 400)  # type: ignore[misc] # of this instance

    @property
    def code(self) -> str:
        return self._code


@attrs.define(eq=False)
class Fault:
    """
    Something that will go wrong.

    Attributes:
        operation: The operation that it befalls, ``*`` is every one.
        wording: How the author of the test has asked for it.
        error: The code of the error, if it is one.
        message: The error's text, None is the usual one.
        disconnection: How the connection is lost, if it is.
        delay: How many seconds the answer takes longer.
        is_real: The delay is slept rather than moving the service's clock.
        times: How many attempts it befalls, None is all from then on.
        after: How many attempts go well before.
        arn: The key that a call must concern, None is any or none.
        allow_unused: It need not happen.
        remedy: What to do if it has not happened.
        fired: How often it has happened.
    """

    operation: str
    wording: str
    error: str | None = None
    message: str | None = None
    disconnection: Disconnection | None = None
    delay: float = 0.0
    is_real: bool = False
    times: int | None = 1
    after: int = 0
    arn: str | None = None
    allow_unused: bool = False
    remedy: str = "If that is all right, pass allow_unused=True."
    fired: int = 0
    _is_cancelled: bool = False

    def cancel(self) -> None:
        """Let it not happen any more."""
        self._is_cancelled = True

    def why_unused(self, operations: Sequence[str]) -> str:
        """
        Return a sentence on why it has not happened, and what to do.

        Args:
            operations: Those that the application has called.
        """
        made = len(operations) if self.operation == ANY else operations.count(self.operation)
        if not made:
            others = collections.Counter(operations)
            called = ", ".join(f"{name} {count}×" for name, count in others.most_common(10))
            why = f"the application did not call it. It called {called or 'nothing'}"
        elif self.arn is not None:
            why = f"none of {made} calls concerned {self.arn}"
        else:
            why = f"{made} calls were not enough to come after {made + self.after}"
        return f"{self.wording} never happened: {why}. {self.remedy}"

    @property
    def is_pending(self) -> bool:
        return not self._is_cancelled and (self.times is None or self.fired < self.times)

    def befalls(self, operation: str) -> bool:
        if self.operation not in (ANY, operation):
            return False
        return self.error is None or self.error in possible_errors(operation)

    def as_error(self, request: Request, arn: str | None) -> ScheduledError:
        """Return the error for *request*, which concerns the key *arn*."""
        assert self.error is not None
        message = self.message
        if message is None:
            message = _usual_message(self.error, request, arn)
        return ScheduledError(self.error, message)


class Faults:
    """What has been scheduled, in order; the first that fits an attempt befalls it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault

    def concern(self, operation: str) -> bool:
        """Tell whether one could befall a call of *operation*."""
        # Mostly there are none, and each call comes by here.
        if not self._faults:
            return False
        return any(fault.is_pending and fault.befalls(operation) for fault in self._faults)

    def take(self, operation: str, arns: Collection[str]) -> Fault | None:
        """
        Return what befalls the next attempt of a call, if anything does.

        Args:
            arns: The keys that the call concerns.
        """
        with self._lock.current:
            for fault in self._faults:
                if not fault.is_pending or not fault.befalls(operation):
                    continue
                if fault.arn is not None and fault.arn not in arns:
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                fault.fired += 1
                return fault
        return None

    def unused(self) -> list[Fault]:
        """Return those that never happened although they were meant to."""
        return [
            fault
            for fault in self._faults
            if not fault.fired and not fault.allow_unused and not fault._is_cancelled
        ]

    def pending(self) -> list[Fault]:
        """Return those that can still happen."""
        return [fault for fault in self._faults if fault.is_pending]

    def excuse(self) -> None:
        """Let what has not happened so far be no matter any more."""
        for fault in self._faults:
            fault.allow_unused = True


def checked(fault: Fault) -> Fault:
    """Return *fault*, or raise `KmsMockError` if it could never happen."""
    __tracebackhide__ = True
    if fault.operation != ANY:
        checked_operation(fault.operation)
    if fault.error is not None:
        _check_error(fault)
    if not isinstance(fault.message, str | None):
        raise KmsMockError(f"message={fault.message!r} is no text.")
    if type(fault.is_real) is not bool:
        raise KmsMockError(f"real={fault.is_real!r} is neither True nor False.")
    if fault.disconnection is not None and fault.disconnection not in DISCONNECTIONS:
        raise KmsMockError(
            f"a connection cannot be lost in the way {fault.disconnection!r}; "
            f"write one of {', '.join(DISCONNECTIONS)}."
        )
    if not _is_number(fault.delay) or fault.delay < 0:
        raise KmsMockError(f"seconds={fault.delay!r} is no delay; write a number of seconds.")
    if fault.times is not None and (type(fault.times) is not int or fault.times < 1):
        raise KmsMockError(
            f"times={fault.times!r} is no number of attempts; write 1 or more, or None for ever."
        )
    if type(fault.after) is not int or fault.after < 0:
        raise KmsMockError(f"after={fault.after!r} is no number of attempts; write 0 or more.")
    return fault


def possible_errors(operation: str) -> Sequence[str]:
    """Return the codes that *operation* can answer with; ``*`` can with any of KMS."""
    if operation == ANY:
        declared: Iterable[str] = itertools.chain.from_iterable(
            shapes_of(name).errors for name in service_model().operation_names
        )
    else:
        declared = shapes_of(operation).errors
    return sorted({*declared, *COMMON_ERRORS})


def _check_error(fault: Fault) -> None:
    __tracebackhide__ = True
    possible = possible_errors(fault.operation)
    if fault.error not in possible:
        if str(fault.error).endswith(("TimeoutError", "EndpointConnectionError", "ClosedError")):
            raise KmsMockError(
                f"{fault.error} is no answer but a lost connection; write for example "
                f"kms.disconnect({fault.operation!r}, {DISCONNECTIONS[1]!r})."
            )
        whom = "no operation of KMS" if fault.operation == ANY else f"kms:{fault.operation} never"
        raise KmsMockError(
            f"{whom} answers with {fault.error!r}.{suggestion(str(fault.error), possible)} "
            f"It can answer with {', '.join(possible)}."
        )


def _usual_message(code: str, request: Request, arn: str | None) -> str:
    if code in _MESSAGES:
        return _MESSAGES[code]
    if code == "AccessDeniedException":
        return finding.denied_by_identity(request, arn or ANY).message
    if code == "DisabledException" and arn is not None:
        return f"{arn} is disabled."
    if code == "KMSInvalidStateException" and arn is not None:
        return f"{arn} is pending deletion."
    return f"The test has scheduled {code} for {request.operation}."


def _is_number(value: Any) -> bool:
    # Not by `math.isfinite`, which refuses an integer that no float is.
    return type(value) in (int, float) and abs(value) <= sys.float_info.max
