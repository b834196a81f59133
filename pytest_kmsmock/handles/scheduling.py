"""Scheduling what is to go wrong: errors, throttling, delays, lost connections."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from ..faults import Disconnection, Fault, checked
from ..names import AnyOperation
from ..service.misuse import KmsMockError, suggestion
from .arguments import text, truth
from .finding import arn_of
from .key import Key
from .part import Part


class Which(TypedDict, total=False):
    """
    Which calls a fault befalls; the same for every kind of it.

    Attributes:
        after: How many attempts go well before. 0 unless given.
        key: The key that a call must concern; its handle, ID, ARN or alias.
        allow_unused: The test does not fail if nothing came of it.
    """

    after: int
    key: Key | str | None
    allow_unused: bool


class When(Which, total=False):
    """
    Which attempts a fault befalls.

    Attributes:
        times: How many, retries included; None is for ever. 1 unless given.
    """

    times: int | None


class Scheduling(Part):
    """
    Faults, a part of `KmsMock`. All go through botocore's real retries.

    One that never happens fails the test, unless ``allow_unused`` is true.
    """

    def fail(
        self,
        operation: AnyOperation,
        error: str | type[Exception],
        *,
        message: str | None = None,
        **when: Unpack[When],
    ) -> Fault:
        """
        Let *operation* answer with *error*, once unless ``times`` says otherwise.

        If it never happens, the test fails.

        Args:
            operation: As in the API, ``Decrypt``; ``*`` is every one.
            error: The code, ``KMSInternalException``, one that the operation can
                answer with; or the class, ``client.exceptions.KMSInternalException``.
            message: The error's text, None is the usual one.
            when: ``times``, how many attempts, retries included, None is all from then on;
                ``after``, how many go well before; ``key``, that a call must concern;
                ``allow_unused``, it need not happen.

        Raises:
            KmsMockError: It could never happen.
        """
        __tracebackhide__ = True
        if error is None:
            raise KmsMockError(
                "kms.fail() takes the code of an error, and None is none; write for example "
                "kms.fail('Decrypt', 'KMSInternalException')."
            )
        code = error.__name__ if isinstance(error, type) else error
        return self._schedule("fail", operation, repr(code), when, error=code, message=message)

    def throttle(
        self, operation: AnyOperation = "*", times: int | None = 1, **when: Unpack[Which]
    ) -> Fault:
        """Let *operation* be throttled; arguments as in `fail`."""
        __tracebackhide__ = True
        error = "ThrottlingException"
        return self._schedule("throttle", operation, "", {"times": times, **when}, error=error)

    def delay(
        self, operation: AnyOperation, seconds: float, *, real: bool = False, **when: Unpack[When]
    ) -> Fault:
        """
        Let *operation* answer *seconds* later, by the service's clock.

        Longer than the client's read timeout it is that timeout. Other
        arguments are as in `fail`.

        Args:
            real: Sleep for real; the clock is not moved.
        """
        __tracebackhide__ = True
        return self._schedule("delay", operation, repr(seconds), when, delay=seconds, is_real=real)

    def disconnect(
        self, operation: AnyOperation, kind: Disconnection = "refused", **when: Unpack[When]
    ) -> Fault:
        """
        Let the connection be lost in a call of *operation*; other arguments as in `fail`.

        Args:
            kind: ``refused``, ``read-timeout`` or ``closed``.
        """
        __tracebackhide__ = True
        text("kind", kind)
        return self._schedule("disconnect", operation, repr(kind), when, disconnection=kind)

    def _schedule(
        self, method: str, operation: str, argument: str, when: When, **fault: Any
    ) -> Fault:
        """
        Schedule a fault.

        Args:
            method: What the author has called, and
            argument: its second argument, as written; for the report.
        """
        __tracebackhide__ = True
        for name in when:
            if name not in When.__annotations__:
                names = [*When.__annotations__]
                raise KmsMockError(
                    f"kms.{method}() has no argument {name!r}.{suggestion(name, names)} "
                    f"It has {', '.join(names)}."
                )
        truth("allow_unused", when.get("allow_unused", False))
        key = when.get("key")
        said = [repr(operation), *filter(None, (argument,))]
        said += [f"{name}={value!r}" for name, value in when.items() if _is_told(name, value)]
        return self._backend.faults.add(
            checked(
                Fault(
                    operation,
                    f"kms.{method}({', '.join(said)})",
                    times=when.get("times", 1),
                    after=when.get("after", 0),
                    arn=None if key is None else arn_of(self._backend, key),
                    allow_unused=when.get("allow_unused", False),
                    **fault,
                )
            )
        )


def _is_told(name: str, value: Any) -> bool:
    """Tell whether the report shows that argument: those that are not the usual ones."""
    return name != "allow_unused" and value != {"times": 1, "after": 0, "key": None}[name]
