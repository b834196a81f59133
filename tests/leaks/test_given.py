"""What a test gives to be searched."""

from __future__ import annotations

import io
import logging
import sys
from pathlib import Path

import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.leaks.given import Part, is_of, of_loggers, parts_of, shown


def contents(given: object, *allowed: str) -> list[str | bytes]:
    return [part.content for part in parts_of(given, allowed)]


def test_texts_and_bytes_are_themselves(tmp_path: Path) -> None:
    """A str is a text, also if it is the name of a file."""
    (tmp_path / "file").write_text("content")

    assert contents(str(tmp_path / "file")) == [str(tmp_path / "file")]
    for each in (b"abc", bytearray(b"abc"), memoryview(b"abc")):
        assert contents(each) == [b"abc"]


def test_files_are_read_and_folders_with_all_in_them(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a").write_bytes(b"\xff1")
    (tmp_path / "folder" / "b").write_bytes(b"2")

    assert contents(tmp_path / "a") == [b"\xff1"]
    assert contents(tmp_path) == [b"\xff1", b"2"]


def test_what_cannot_be_searched_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KmsMockError, match="takes a text, bytes, a Path, caplog or capsys, not"):
        parts_of(7, ())
    with pytest.raises(KmsMockError, match=r"cannot read .*none': No such file"):
        parts_of(tmp_path / "none", ())


@pytest.mark.parametrize("fixture", ["capsys", "capfd", "capsysbinary", "capfdbinary"])
def test_what_is_printed_is_given_back(request: pytest.FixtureRequest, fixture: str) -> None:
    """A later `readouterr` finds it, before what is printed since."""
    capture = request.getfixturevalue(fixture)
    print("one", end="")
    print("two", end="", file=sys.stderr)

    found = contents(capture)
    print(" more", end="")
    result = capture.readouterr()

    is_binary = fixture.endswith("binary")
    assert found == ([b"one", b"two"] if is_binary else ["one", "two"])
    assert result == ((b"one more", b"two") if is_binary else ("one more", "two"))
    assert contents(result) == list(result)


def test_of_a_log_there_is_a_part_for_each_logger(caplog: pytest.LogCaptureFixture) -> None:
    """With what the application has put into records besides their text."""
    logging.getLogger("app.vault").warning("one %s", 1)
    logging.getLogger("other").warning("two", extra={"tenant": "42"})
    logging.getLogger("app.vault").warning("three")

    assert parts_of(caplog, ()) == [
        Part("the log of app.vault", "one 1\nthree", "app.vault"),
        Part("the log of other", "two {'tenant': '42'}", "other"),
    ]
    assert [part.logger for part in parts_of(caplog, ("app",))] == ["other"]


def test_a_record_shows_its_traceback_and_whatever_does_not_fit() -> None:
    try:
        raise ValueError("why")
    except ValueError:
        error = sys.exc_info()
    one = logging.LogRecord("app", logging.ERROR, "", 1, "failed", None, error)
    other = logging.LogRecord("app", logging.ERROR, "", 1, "%d", ("no number",), None)

    assert "ValueError: why" in shown(one)
    assert "no number" in shown(other)


def test_loggers_are_allowed_with_those_below_them() -> None:
    assert is_of("app", ["app"])
    assert is_of("app.vault", ["other", "app"])
    assert not is_of("application", ["app", ""])


def test_a_part_does_not_show_its_content() -> None:
    [part] = of_loggers([("app", "hunter2!")])

    assert repr(part) == "<the log of app>"
    with pytest.raises(KmsMockError, match="'StringIO'"):
        parts_of(io.StringIO("hunter2!"), ())
