"""The memory of a long run: what the mocks of tests that are over leave behind."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from . import processes
from .figures import Figure, Form, settled
from .timing import Spread

SECTION: Final = "memory of a run"
# MiB that a run may hold on to, of all that its tests have used.
_MIB: Final = 4.0
_SHORT_MIB: Final = 4.0
# Tests after which everything that is made once has been made.
_WARM: Final = 200
_TESTS: Final[dict[str, str]] = {
    "kms, a key and ten Encrypts of 4 KiB": """
        client = kms.client()
        key_id = client.create_key()["KeyMetadata"]["KeyId"]
        for _ in range(10):
            client.encrypt(KeyId=key_id, Plaintext=bytes(4096))
""",
    "a fork of a kms_session with 1,000 keys": """
        kms.create_key()
""",
}
_FIXTURES: Final = {"a fork": "wide, kms", "kms, a": "kms"}
_FILE: Final = """
import gc
from pathlib import Path
import pytest

@pytest.fixture(scope="session")
def wide(kms_session):
    for _ in range(1000):
        kms_session.create_key()

def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

@pytest.mark.parametrize("number", range({count}))
def test_it({arguments}, number):
    try:
        {body}
    finally:
        if number in ({warm}, {last}):
            with open({path!r}, "a") as file:
                print(resident(), file=file)
"""


def measured(form: Form) -> Iterator[Figure]:
    """Yield how much more a run holds at its end than when it was warm."""
    for name, body in _TESTS.items():
        yield from settled(functools.partial(_measure, name, body, form), form)


def _measure(name: str, body: str, form: Form) -> list[Figure]:
    # What pytest itself keeps of each test is taken off.
    with_mocks, without = _grown(body, _FIXTURES[name[:6]], form), _grown("pass", "tmp", form)
    return [
        Figure(
            section=SECTION,
            name=name,
            of=f"over {form.long_run:,} tests",
            spread=Spread.of([with_mocks - without]),
            unit="MiB",
            budget=_MIB,
            short_budget=_SHORT_MIB,
            detail={"pytest's own, MiB": without},
        )
    ]


def _grown(body: str, arguments: str, form: Form) -> float:
    """Return by how many MiB a run of that many tests grows once it is warm."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "resident")
        text = _FILE.format(
            count=form.long_run,
            last=form.long_run - 1,
            warm=_WARM,
            arguments=arguments.replace("tmp", "monkeypatch"),
            body=body.strip(),
            path=str(path),
        )
        Path(folder, "test_memory.py").write_text(text)
        processes.pytest(folder, "-p", "no:randomly")
        warm, last = map(int, path.read_text().split())
    return (last - warm) / 2**20
