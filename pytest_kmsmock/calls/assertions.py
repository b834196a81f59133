"""Assertions on calls, and what they say when they fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

from ..backend import Backend
from ..doors import author
from ..handles.finding import arn_of
from ..handles.key import Key
from ..names import OperationName
from ..service.api.shapes import checked_operation
from ..service.misuse import KmsMockError
from .call import Call
from .matching import ANYHOW, Via, Wanted
from .showing import shown_value

# What makes a ciphertext, and the parameter that its encryption context is.
_CONTEXTS: Final[Mapping[str, str]] = {
    "Encrypt": "EncryptionContext",
    "GenerateDataKey": "EncryptionContext",
    "GenerateDataKeyPair": "EncryptionContext",
    "GenerateDataKeyPairWithoutPlaintext": "EncryptionContext",
    "GenerateDataKeyWithoutPlaintext": "EncryptionContext",
    "ReEncrypt": "DestinationEncryptionContext",
}
_SHOWN_CALLS: Final = 5
TOLD: Final = "kmsmock_told"
"""On an error: the `id` of the rows of all calls that it lists."""


class Assertions(Sequence[Call]):
    """The assertions on calls, a part of `Calls`."""

    _backend: Backend
    # The operation that all of them are of, since they were selected by it.
    _selected_by: str | None

    def assert_called(
        self,
        operation: OperationName,
        *,
        times: int | None = None,
        key: Key | str | None = None,
        via: Via = ANYHOW,
        **params: Any,
    ) -> None:
        """Fail unless *operation* was called so, *times* times or at least once."""
        __tracebackhide__ = True
        if times is not None and (type(times) is not int or times < 0):
            raise KmsMockError(f"times={times!r} is no number of calls; write 0 or more.")
        wanted = self._wanted(operation, key, params, via)
        count = sum(map(wanted.matches, self))
        if count != times if times is not None else not count:
            expected = "a call" if times is None else f"{times} call{'s' * (times != 1)}"
            raise _failure(self._mismatch(wanted, expected, count), self._of_operation(wanted))

    def assert_called_once(
        self,
        operation: OperationName,
        *,
        key: Key | str | None = None,
        via: Via = ANYHOW,
        **params: Any,
    ) -> None:
        """Fail unless *operation* was called so, and only once."""
        __tracebackhide__ = True
        self.assert_called(operation, times=1, key=key, via=via, **params)

    def assert_not_called(
        self,
        operation: OperationName | None = None,
        *,
        key: Key | str | None = None,
        via: Via = ANYHOW,
        **params: Any,
    ) -> None:
        """Fail if *operation* was called so; without one, if anything was called."""
        __tracebackhide__ = True
        wanted = self._wanted(operation, key, params, via)
        found = [call for call in self if wanted.matches(call)]
        if found:
            lines = [f"expected no call{wanted}, got {len(found)}:", *_listed(found, wanted)]
            raise _failure("\n".join(lines), found)

    def assert_at_most(
        self,
        times: int,
        operation: OperationName | None = None,
        *,
        key: Key | str | None = None,
        via: Via = ANYHOW,
        **params: Any,
    ) -> None:
        """Fail if *operation*, or without one anything, was called so more than *times* times."""
        __tracebackhide__ = True
        if type(times) is not int or times < 0:
            raise KmsMockError(
                f"{times!r} is no number of calls; write for example assert_at_most(1, 'Decrypt')."
            )
        wanted = self._wanted(operation, key, params, via)
        found = [call for call in self if wanted.matches(call)]
        if len(found) > times:
            expected = f"at most {times} call{'s' * (times != 1)}{wanted}"
            lines = [f"expected {expected}, got {len(found)}:", *_listed(found, wanted)]
            raise _failure("\n".join(lines), found)

    def assert_context(self, *names: str) -> None:
        """
        Fail unless all that was encrypted had *names* in its encryption context.

        Each call of Encrypt, of GenerateDataKey and its relatives, and of ReEncrypt for the
        context of its destination must have carried them, also one that was refused; and
        there must have been one that was answered.
        """
        __tracebackhide__ = True
        if not names or not all(isinstance(name, str) for name in names):
            raise KmsMockError(
                "assert_context takes the names that a context has, one by one, as in "
                "assert_context('tenant'); for their values write for example "
                "assert_called('Encrypt', EncryptionContext=containing({'tenant': '42'}))."
            )
        wanted = ", ".join(map(repr, names))
        encrypting = [call for call in self if call.operation in _CONTEXTS]
        lacking = [call for call in encrypting if _lacking(call, names)]
        if lacking:
            lines = [
                f"expected {wanted} in the encryption context of every call that encrypts; "
                f"of {len(encrypting)} calls {len(lacking)} lack it:"
            ]
            for call in lacking[:_SHOWN_CALLS]:
                lacks = ", ".join(map(repr, _lacking(call, names)))
                has = f", with {shown_value(_context(call))}" if _context(call) else ""
                lines.append(f"- {call.operation} without {lacks}{has}  ({call.source})")
            raise _failure("\n".join(lines + _left_out(lacking)), lacking)
        if all(call.error for call in encrypting):
            refused = f" All {len(encrypting)} calls were refused." if encrypting else ""
            raise _failure(
                f"expected {wanted} in the encryption context, but nothing was encrypted.{refused}"
                f"\n{self._recorded()}"
            )

    def assert_keys_used(self, *keys: Key | str) -> None:
        """
        Fail unless these calls concerned exactly *keys*: each of them, and no other.

        Each is a handle, or an ID, an ARN or an alias. A key that a call was refused for counts.
        """
        __tracebackhide__ = True
        if not keys:
            raise KmsMockError(
                "assert_keys_used takes the keys one by one, as in assert_keys_used('alias/app'); "
                "where none may be used, write kms.calls.assert_not_called()."
            )
        wanted: dict[str, Key | str] = {}
        for key in keys:
            arn = arn_of(self._backend, key)
            if arn in wanted:
                raise KmsMockError(
                    f"{wanted[arn]!r} and {key!r} are one key, {arn}; name each key once."
                )
            wanted[arn] = key
        users: dict[str, list[Call]] = {}
        for call in self:
            for used in call.keys:
                users.setdefault(used.arn, []).append(call)
        unused = [f"- not used: {wanted[arn]!r}" for arn in wanted if arn not in users]
        others = [
            f"- used, and not expected: {self._named(arn)} by {_made_by(calls)}"
            for arn, calls in users.items()
            if arn not in wanted
        ]
        if unused or others:
            shown = ", ".join(key if isinstance(key, str) else self._named(key.arn) for key in keys)
            raise _failure(
                "\n".join(
                    [f"expected that exactly these keys are used: {shown}.", *unused, *others]
                )
            )

    def assert_order(self, *operations: OperationName) -> None:
        """Fail unless *operations* were called in this order, whatever came between."""
        __tracebackhide__ = True
        if not operations or not all(isinstance(operation, str) for operation in operations):
            raise KmsMockError(
                "assert_order takes the operations one by one; write for example "
                "assert_order('GenerateDataKey', 'Decrypt')."
            )
        for operation in operations:
            checked_operation(operation)
        left = iter(self._operations)
        for number, operation in enumerate(operations):
            if operation not in left:
                before = f" after kms:{operations[number - 1]}" if number else ""
                raise AssertionError(
                    f"expected the order {', '.join(operations)}, "
                    f"but there is no kms:{operation}{before}.\n{self._recorded()}"
                )

    def _fail_to_come(self, wanted: Wanted, times: int, timeout: float, count: int) -> NoReturn:
        """Fail for calls that were waited for."""
        __tracebackhide__ = True
        expected = f"{times} call{'s' * (times != 1)} within {timeout:g} seconds"
        raise _failure(self._mismatch(wanted, expected, count), self._of_operation(wanted))

    def _wanted(
        self, operation: str | None, key: Key | str | None, params: Mapping[str, Any], via: Via
    ) -> Wanted:
        """Return what a call must be like, or raise `KmsMockError` if none could ever be."""
        __tracebackhide__ = True
        wanted = Wanted.checked(self._backend, operation, key, params, via)
        if operation is not None:
            self._check_selected(operation)
        return wanted

    def _check_selected(self, operation: str) -> None:
        """Raise `KmsMockError` if *operation* is none that these calls could be of."""
        __tracebackhide__ = True
        if self._selected_by not in (None, operation):
            raise KmsMockError(
                f"these are calls of kms:{self._selected_by}, and none of them is one of "
                f"kms:{operation}; ask all calls, as in kms.calls.assert_not_called({operation!r})."
            )

    @property
    def _operations(self) -> list[str]:
        return [call.operation for call in self]

    def _named(self, arn: str) -> str:
        """Return the key *arn* with its aliases, if it is there and has some."""
        keys = [key for key in author.keys(self._backend) if key.arn == arn]
        aliases = [name for key in keys for name in author.aliases_of(self._backend, key)]
        return f"{arn} ({', '.join(aliases)})" if aliases else arn

    def _mismatch(self, wanted: Wanted, expected: str, count: int) -> str:
        lines = [f"expected {expected}{wanted}, got {count}."]
        of_operation = self._of_operation(wanted)
        if of_operation:
            lines.append(f"Calls of kms:{wanted.operation}, the nearest first:")
            lines += _listed(sorted(of_operation, key=wanted.distance), wanted)
        else:
            lines.append(self._recorded())
        return "\n".join(lines)

    def _of_operation(self, wanted: Wanted) -> list[Call]:
        return [call for call in self if call.operation == wanted.operation]

    def _recorded(self) -> str:
        return f"Recorded calls: {', '.join(self._operations) or 'none'}."


def _failure(message: str, listed: Sequence[Call] = ()) -> AssertionError:
    """Return the error that says *message*, which lists the calls *listed*."""
    error = AssertionError(message)
    if len(listed) <= _SHOWN_CALLS:
        # The report need not say it again.
        setattr(error, TOLD, frozenset(id(call._row) for call in listed))
    return error


def _listed(calls: Sequence[Call], wanted: Wanted) -> list[str]:
    """Return lines on *calls*: what is asked for of each, where it is from, what differs."""
    lines = []
    for call in calls[:_SHOWN_CALLS]:
        lines.append(f"- {wanted.shown(call)}  ({call.source})")
        lines += [f"    {difference}" for difference in wanted.differences(call)]
    return lines + _left_out(calls)


def _left_out(calls: Sequence[Call]) -> list[str]:
    more = len(calls) - _SHOWN_CALLS
    return [f"- and {more} more"] if more > 0 else []


def _context(call: Call) -> Mapping[str, str]:
    """Return the encryption context of the ciphertext that *call* makes."""
    context: Mapping[str, str] = call.params.get(_CONTEXTS[call.operation], {})
    return context


def _lacking(call: Call, names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in _context(call)]


def _made_by(calls: Sequence[Call]) -> str:
    """Return the operation and the line of the first of *calls*, and how many more there are."""
    first = f"{calls[0].operation} ({calls[0].source})"
    return f"{first} and {len(calls) - 1} more" if len(calls) > 1 else first
