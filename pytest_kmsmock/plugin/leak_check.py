"""The leak check: secrets in what a test prints and logs fail it, and are masked in its report."""

from __future__ import annotations

import collections
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import pytest

from ..leaks.given import Part, is_of, of_loggers, shown
from ..leaks.handed_out import Secret, secrets_of
from ..leaks.masking import mask_in
from ..leaks.searching import first_of_each
from ..leaks.secrets import leaks_in
from ..observed import Observed

_SECTION: Final = "KMS leak check"
_REMEDY: Final = (
    "Let the application not print them. A logger that may is named by leak_check_allow=['name']."
)


class LeakCheck:
    """
    The check of one test.

    Args:
        item: The test.
        observed: What happens in it.
    """

    def __init__(self, item: pytest.Item, observed: Observed) -> None:
        self._item = item
        self._observed = observed
        self._told: set[str] = set()
        self._leaks: list[str] = []
        self._checked: tuple[int, ...] = ()
        self._read: list[tuple[str, str]] = []
        self._followed: dict[int, Any] = {}
        self._undo: list[Callable[[], None]] = []
        self._logs = _Logs()
        self._undo.append(self._logs.watch(by_handler=_has_logging(item.config)))
        if item.config.getoption("capture", "no") == "no":
            self._undo += [self._follow_stream("stdout"), self._follow_stream("stderr")]
        self.follow_captures()
        plugins, subtests = item.config.pluginmanager, _Subtests(self)
        plugins.register(subtests)
        self._undo.append(lambda: plugins.unregister(subtests) and None)

    def end(self) -> None:
        """Leave all as it was."""
        while self._undo:
            self._undo.pop()()

    def follow_captures(self) -> None:
        """Note what the test reads of its output by `capsys` and its siblings."""
        for value in getattr(self._item, "funcargs", {}).values():
            if isinstance(value, pytest.CaptureFixture) and id(value) not in self._followed:
                self._followed[id(value)] = value
                self._follow(value)

    def _follow(self, capture: Any) -> None:
        read = capture.readouterr

        def readouterr() -> Any:
            result = read()
            self._read += [("stdout", _text(result.out)), ("stderr", _text(result.err))]
            return result

        capture.readouterr = readouterr
        self._undo.append(lambda: vars(capture).pop("readouterr", None))

    def _follow_stream(self, name: str) -> Callable[[], None]:
        stream = getattr(sys, name)
        followed = _Followed(stream, lambda text: self._read.append((name, text)))
        setattr(sys, name, followed)

        def restore() -> None:
            if getattr(sys, name) is followed:
                setattr(sys, name, stream)

        return restore

    def note(self, report: Any) -> None:
        """Note what has been captured in *report*, of a subtest, and mask it there."""
        self._read += [
            (stream, text)
            for title, text in report.sections
            for stream in ("stdout", "stderr")
            if title.startswith(f"Captured {stream}")
        ]
        self.mask(report)

    def fail_if_leaking(self) -> None:
        """Fail the phase for secrets that have appeared and were not told of yet."""
        leaks = self._untold()
        if leaks:
            self._told.update(leaks)
            pytest.fail("\n".join((f"{_SECTION}: secrets appear:", *leaks, _REMEDY)), pytrace=False)

    def mask(self, report: pytest.TestReport) -> None:
        """Mask all secrets in *report*, and let it say what has leaked, if it does not yet."""
        leaks = self._untold()
        if report.passed and not (leaks or self._told or report.user_properties):
            return
        secrets = self._secrets()
        report.longrepr = mask_in(report.longrepr, secrets)
        report.sections = mask_in(report.sections, secrets)
        report.user_properties = mask_in(report.user_properties, secrets)
        if hasattr(report, "wasxfail"):
            report.wasxfail = mask_in(report.wasxfail, secrets)
        if leaks and not report.passed:
            self._told.update(leaks)
            report.sections.append((_SECTION, "\n".join((*leaks, _REMEDY))))

    def _untold(self) -> list[str]:
        state = self._state()
        if state != self._checked:
            secrets = self._secrets()
            self._checked, self._leaks = state, leaks_in(self._parts(secrets), secrets)
        return [leak for leak in self._leaks if leak not in self._told]

    def _state(self) -> tuple[int, ...]:
        """Return how much there is to look at: where that is the same, nothing is to be done."""
        records = [each.record for each in self._backends()]
        done = sum(len(record.rows) + record.remains.count for record in records)
        sections = getattr(self._item, "_report_sections", ())
        return done, len(sections), len(self._logs.messages), len(self._read)

    def _secrets(self) -> list[Secret]:
        return secrets_of(self._backends())

    def _backends(self) -> list[Any]:
        return [each for each in self._observed.backends if each.settings["leak_check"]]

    def _parts(self, secrets: list[Secret]) -> Iterator[Part]:
        """Yield what the test has printed and logged, but for what loggers may."""
        allowed = {name for each in self._backends() for name in each.settings["leak_check_allow"]}
        for part in of_loggers(self._logs.records):
            if not is_of(part.logger, allowed):
                yield part
        messages = self._logs.messages
        accepted = _leaking((text for name, text in messages if is_of(name, allowed)), secrets)
        # Those have been told of with their loggers.
        logged = _leaking((text for _, text in messages), secrets)
        for when, key, text in getattr(self._item, "_report_sections", ()):
            name = f"the captured {key} of the {when}"
            yield Part(name, _without(text, logged if key == "log" else accepted))
        for name in ("stdout", "stderr"):
            text = "".join(text for stream, text in self._read if stream == name)
            yield Part(f"its {name}", _without(text, accepted))


def _leaking(texts: Iterable[str], secrets: list[Secret]) -> list[str]:
    """Return those of *texts* with a secret in them, the longest first, as often as each is."""
    counts = collections.Counter(texts)
    if not first_of_each("\n".join(counts), secrets):
        return []
    leaking = [text for text in counts if first_of_each(text, secrets)]
    return [text for text in sorted(leaking, key=len, reverse=True) for _ in range(counts[text])]


def _without(text: str, others: list[str]) -> str:
    for other in others:
        text = text.replace(other, "", 1)
    return text


class _Subtests:
    """A plugin for the length of a test: what pytest captures of its subtests is not the test's."""

    def __init__(self, check: LeakCheck) -> None:
        self._check = check

    # Before others show it, or send it.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if type(report).__name__.lower() == "subtestreport":
            self._check.note(report)


class _Logs(logging.Handler):
    """
    What is logged, with the names of loggers.

    Attributes:
        records: What reached the root logger, as it is shown.
        messages: What another handler may have printed.
    """

    def __init__(self) -> None:
        super().__init__(level=0)
        self.records: list[tuple[str, str]] = []
        self.messages: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append((record.name, shown(record)))
        self._note(record)

    def _note(self, record: logging.LogRecord) -> None:
        try:
            texts = [record.getMessage(), record.exc_text]
        except Exception:  # its arguments do not fit, which logging says by itself
            texts = [str(record.msg)]
        self.messages += [(record.name, text) for text in texts if text]

    def watch(self, *, by_handler: bool) -> Callable[[], None]:
        """
        Begin, and return what ends it.

        Args:
            by_handler: pytest's logging has handlers at the root logger. One of ours alone
                would keep logging from printing what nobody else does.
        """
        if by_handler:
            logging.getLogger().addHandler(self)
            return lambda: logging.getLogger().removeHandler(self)
        factory = logging.getLogRecordFactory()

        def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
            record = factory(*args, **kwargs)
            self._note(record)
            return record

        def restore() -> None:
            if logging.getLogRecordFactory() is make:
                logging.setLogRecordFactory(factory)

        logging.setLogRecordFactory(make)
        return restore


class _Followed:
    """A stream, and somebody who notes what is written to it."""

    def __init__(self, stream: Any, note: Callable[[str], None]) -> None:
        self._stream = stream
        self._note = note

    def write(self, text: Any) -> Any:
        self._note(_text(text))
        return self._stream.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    @property
    def buffer(self) -> Any:
        return _Followed(self._stream.buffer, self._note)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _text(written: Any) -> str:
    if isinstance(written, str):
        return written
    return bytes(written).decode("utf-8", "surrogateescape")


def _has_logging(config: pytest.Config) -> bool:
    return bool(config.pluginmanager.has_plugin("logging-plugin"))
