"""`kms.secrets`: what a mock has handed out must not appear elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from ..backend import Backend
from ..checks import checked_loggers
from .given import Part, is_of, parts_of
from .handed_out import Secret, secrets_of
from .searching import Found, first_of_each

_SHOWN: Final = 10
_BOTOCORE: Final = ("botocore", "boto3", "aiobotocore", "urllib3")
OF_BOTOCORE: Final = (
    "botocore's own log prints requests and responses at DEBUG where calls go over the wire, as "
    "they do against AWS. Let production not log at that level, or allow the logger"
)


class Secrets:
    """
    What a mock has handed out, or was given, that is secret.

    That is plaintexts, data keys, private keys, shared secrets, random bytes, key material.

    Args:
        backend: The mock; what it is a copy of counts too.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def __repr__(self) -> str:
        return f"<Secrets of {self._backend!r}>"

    def assert_absent_from(self, where: Any, *, allow: Iterable[str] = ()) -> None:
        """
        Raise AssertionError if a secret appears in *where*.

        It is looked for raw, in hex digits, in base64 and URL-safe base64, also within
        larger base64 and broken into lines, percent-encoded, escaped as in JSON, and as a
        literal of Python. Values of less than 8 bytes are left out.

        Args:
            where: A text, bytes, the path of a file or of a folder, `caplog`, or `capsys`
                and its siblings, whose output is given back.
            allow: Names of loggers that may print secrets, those below them included.

        Raises:
            AssertionError: It names the call that has handed the secret out, never the secret.
            KmsMockError: *where* is nothing that can be searched.
        """
        __tracebackhide__ = True
        allowed = checked_loggers("allow", allow)
        leaks = leaks_in(parts_of(where, allowed), secrets_of([self._backend]))
        if leaks:
            raise AssertionError("\n".join(("secrets of this test appear elsewhere:", *leaks)))


def leaks_in(parts: Iterable[Part], secrets: Sequence[Secret]) -> list[str]:
    """Return a line for each secret that is in one of *parts*, and what there is to say to it."""
    lines: dict[str, None] = {}
    loggers: set[str] = set()
    for part in parts:
        for found in first_of_each(part.content, secrets):
            lines.setdefault(_line(part, found))
            loggers.add(part.logger)
    if not lines:
        return []
    told = [*lines][:_SHOWN]
    if len(lines) > _SHOWN:
        told.append(f"({len(lines) - _SHOWN} more left out)")
    if any(is_of(logger, _BOTOCORE) for logger in loggers):
        told.append(f"{OF_BOTOCORE} {_first_of(loggers)!r}.")
    return told


def _first_of(loggers: Collection[str]) -> str:
    return next(name for name in _BOTOCORE if any(is_of(logger, (name,)) for logger in loggers))


def _line(part: Part, found: Found) -> str:
    newline = b"\n" if isinstance(part.content, bytes) else "\n"
    where = f", line {found.line}" if newline in part.content else ""  # type: ignore[operator]
    form = f", in {found.form}" if found.form else ""
    return f"- {found.secret.origin}: in {part.name}{where}{form}"
