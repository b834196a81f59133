"""
What a test gives to be searched: texts, bytes, files, and pytest's own fixtures.

Those are known by what they can do, as nothing here imports pytest.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..service.misuse import KmsMockError

_PHASES: Final = ("setup", "call", "teardown")
# What every record of a log has; the rest an application has put there by `extra`.
_USUAL: Final = frozenset(
    (
        *vars(logging.LogRecord("", 0, "", 0, "", None, None)),
        *("message", "asctime", "taskName"),
    )
)


class Part(NamedTuple):
    """
    A part of what is searched.

    Attributes:
        name: What a failure calls it.
        logger: The logger that has written it; empty if it is no log.
    """

    name: str
    content: str | bytes
    logger: str = ""

    # What is looked for may be in it.
    def __repr__(self) -> str:
        return f"<{self.name}>"


def parts_of(given: Any, allowed: Collection[str]) -> list[Part]:
    """
    Return what *given* consists of.

    Args:
        allowed: Names of loggers whose records are left out, and those of loggers below them.

    Raises:
        KmsMockError: It is nothing that can be searched.
    """
    __tracebackhide__ = True
    if isinstance(given, str):
        return [Part("the text", given)]
    if isinstance(given, bytes | bytearray | memoryview):
        return [Part("the bytes", bytes(given))]
    if isinstance(given, os.PathLike):
        return list(_files(Path(given)))
    if hasattr(given, "get_records") and hasattr(given, "handler"):
        return [part for part in _logged(given) if not is_of(part.logger, allowed)]
    if hasattr(given, "readouterr"):
        return _printed(given)
    if hasattr(given, "out") and hasattr(given, "err"):
        return [Part("the captured stdout", given.out), Part("the captured stderr", given.err)]
    raise KmsMockError(
        "assert_absent_from() takes a text, bytes, a Path, caplog or capsys, not "
        f"{type(given).__name__!r}; write for example kms.secrets.assert_absent_from(caplog)."
    )


def is_of(logger: str, names: Collection[str]) -> bool:
    """Tell whether *logger* is one of *names*, or below one of them."""
    return any(logger == name or logger.startswith(f"{name}.") for name in names if name)


def shown(record: logging.LogRecord) -> str:
    """Return what *record* says, with its traceback, and what it has besides the usual."""
    try:
        text = logging.Formatter().format(record)
    except Exception:  # its arguments do not fit; logging itself prints them then
        text = f"{record.msg!r} {record.args!r}"
    extra = {name: value for name, value in vars(record).items() if name not in _USUAL}
    return f"{text} {extra!r}" if extra else text


def _files(path: Path) -> Iterator[Part]:
    __tracebackhide__ = True
    files = (
        [each for each in sorted(path.rglob("*")) if each.is_file()] if path.is_dir() else [path]
    )
    for file in files:
        try:
            yield Part(str(file), file.read_bytes())
        except OSError as error:
            raise KmsMockError(
                f"assert_absent_from({str(path)!r}) cannot read {str(file)!r}: {error.strerror}; "
                "a text is searched as itself, a Path is read."
            ) from None


def of_loggers(records: Iterable[tuple[str, str]]) -> list[Part]:
    """Return a part for each logger, with all its records: a secret can be split over some."""
    texts: dict[str, list[str]] = {}
    for logger, text in records:
        texts.setdefault(logger, []).append(text)
    return [Part(f"the log of {name}", "\n".join(each), name) for name, each in texts.items()]


def _logged(caplog: Any) -> list[Part]:
    records = [record for phase in _PHASES for record in caplog.get_records(phase)]
    return of_loggers((record.name, shown(record)) for record in records)


def _printed(capture: Any) -> list[Part]:
    """Return what has been printed, and give it back: a later `readouterr` finds it."""
    out, err = capture.readouterr()
    for stream, content in ((sys.stdout, out), (sys.stderr, err)):
        if content:
            (stream if isinstance(content, str) else stream.buffer).write(content)
            stream.flush()
    return [Part("the captured stdout", out), Part("the captured stderr", err)]
