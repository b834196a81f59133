"""Which line of the application a call is put down to."""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

THIS_FILE = "tests/test_sources.py"


def here(offset: int = 0) -> str:
    """Return the caller's place, *offset* lines on, as a source is written."""
    return f"{THIS_FILE}:{sys._getframe(1).f_lineno + offset}"


def test_the_source_is_the_line_of_the_call(kms: KmsMock, client: Any) -> None:
    line = here(1)
    client.list_keys()

    assert kms.calls[0].source == line


def test_the_source_is_the_innermost_line_of_the_application(kms: KmsMock, client: Any) -> None:
    def inner() -> str:
        client.list_keys()
        return here(-1)

    def outer() -> str:
        return inner()

    line = outer()

    assert kms.calls[0].source == line


def test_two_calls_of_one_function_have_their_lines(kms: KmsMock, client: Any) -> None:
    """Also when the function is over, and has gone on meanwhile."""
    first = here(1)
    client.list_keys()
    client.list_aliases()
    second = here(-1)
    for _ in range(3):
        pass

    assert [call.source for call in kms.calls] == [first, second]


def test_a_statement_of_several_lines_is_its_call(kms: KmsMock, client: Any) -> None:
    first = here(2)
    _ = [
        client.list_keys(
            Limit=1,
        )
    ]

    assert kms.calls[0].source == first


def test_a_paginator_is_passed_over(kms: KmsMock, client: Any) -> None:
    for _ in client.get_paginator("list_keys").paginate():
        line = here(-1)

    assert kms.calls[0].source == line


def test_the_standard_library_is_passed_over(kms: KmsMock, client: Any) -> None:
    list(map(functools.partial(functools.reduce, lambda *_: client.list_keys()), [[1, 2]]))
    line = here(-1)

    assert kms.calls[0].source == line


def test_a_call_in_a_thread_has_the_threads_line(kms: KmsMock, client: Any) -> None:
    lines = []

    def work() -> None:
        client.list_keys()
        lines.append(here(-1))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()

    assert [call.source for call in kms.calls] == lines


def test_a_client_called_by_an_executor_has_some_source(kms: KmsMock, client: Any) -> None:
    """No line of the application is on such a stack; the record must not fail for it."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(client.list_keys).result()

    assert isinstance(kms.calls[0].source, str)


def test_a_call_in_a_coroutine_has_its_line(kms: KmsMock, client: Any) -> None:
    async def work() -> str:
        await asyncio.sleep(0)
        client.list_keys()
        return here(-1)

    async def gather() -> list[str]:
        return list(await asyncio.gather(work(), work()))

    lines = asyncio.run(gather())

    assert [call.source for call in kms.calls] == lines


def test_code_that_never_was_a_file_is_passed_over(kms: KmsMock, client: Any) -> None:
    exec("client.list_keys()", {"client": client})
    line = here(-1)

    assert kms.calls[0].source == line


def test_a_source_below_the_working_directory_is_relative(
    kms: KmsMock, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One elsewhere is absolute, so that an editor finds it."""
    client.list_keys()
    monkeypatch.chdir(tmp_path)
    absolute = kms.calls[0].source
    monkeypatch.chdir(Path(__file__).parent)

    assert kms.calls[0].source.startswith("test_sources.py:")
    assert os.path.isabs(absolute.rpartition(":")[0])  # noqa: PTH117 -- it is text


def test_a_library_is_passed_over(tmp_path: Path) -> None:
    """The Encryption SDK, say: the line is the application's, who called the library."""
    packages = tmp_path / "venv" / "lib" / "site-packages"
    (packages / "library").mkdir(parents=True)
    (packages / "library" / "__init__.py").write_text("def call(client):\n    client.list_keys()\n")
    (tmp_path / "app.py").write_text(
        textwrap.dedent(
            f"""\
            import site, sys
            site.getsitepackages = lambda: [{str(packages)!r}]
            sys.path.insert(0, {str(packages)!r})
            import botocore.session
            import library
            from pytest_kmsmock import mock_kms

            with mock_kms() as kms:
                client = botocore.session.Session().create_client("kms")
                library.call(client)
                print(kms.calls[0].source)
            """
        )
    )

    printed = subprocess.run(
        [sys.executable, "app.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout

    assert printed == "app.py:10\n"
