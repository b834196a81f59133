"""The first key of a run: what a mock still has to import when boto3 is there."""

from __future__ import annotations

import functools
import json
import random
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from . import processes
from .figures import Figure, Form, settled
from .timing import Spread

SECTION: Final = "the first key of a run"
_LIMIT: Final = 0.4
_SHORT_LIMIT: Final = 0.6
_GROUP: Final = 6
# moto, which takes so much longer, runs once for so many times.
_RARELY: Final = 4

_CLIENT: Final = """\
import json, pathlib, time

def test_first(request):
    begun = time.process_time()
    import boto3
    client = boto3.client("kms", region_name="us-east-1")
    made = time.process_time()
"""
_TOLD: Final = """\
    used = time.process_time()
    told = json.dumps({"client": (made - begun) * 1e3, "mock": (used - made) * 1e3})
    pathlib.Path(__file__).with_suffix(".json").write_text(told)
"""
_MOCKS: Final[Mapping[str, str]] = {
    "kms": """\
    kms = request.getfixturevalue("kms")
    client.encrypt(KeyId=kms.create_key().id, Plaintext=b"secret")
""",
    "moto": """\
    from moto import mock_aws
    from moto.core import patch_client
    with mock_aws():
        patch_client(client)
        key = client.create_key()["KeyMetadata"]
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")
""",
}


def measured(form: Form) -> Iterator[Figure]:
    """Yield what the first mock, key and call of a process take beside its first client."""
    yield from settled(functools.partial(_measure, form), form)


def _measure(form: Form) -> list[Figure]:
    """Run a process of each mock, in changing order, again and again."""
    order = random.Random(0)
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in _MOCKS}
    with tempfile.TemporaryDirectory() as folder:
        tests = {name: Path(folder, name, "test_first.py") for name in _MOCKS}
        for name, test in tests.items():
            test.parent.mkdir()
            test.write_text(_CLIENT + _MOCKS[name] + _TOLD)
            _run(test)  # fills the bytecode caches
        for turn in range(form.starts // 2):
            names = [name for name in _MOCKS if name == "kms" or turn % _RARELY == 0]
            order.shuffle(names)
            for name in names:
                taken[name].append(_run(tests[name]))
    return [
        Figure(
            section=SECTION,
            name=name,
            of="CreateKey and Encrypt ÷ boto3's first client, CPU time",
            spread=_compared(runs),
            budget=_LIMIT if name == "kms" else None,
            short_budget=_SHORT_LIMIT if name == "kms" else None,
            detail={
                "first client, CPU ms": statistics.median(run["client"] for run in runs),
                "mock, key and call, CPU ms": statistics.median(run["mock"] for run in runs),
            },
        )
        for name, runs in taken.items()
    ]


def _run(test: Path) -> dict[str, float]:
    """Return what the client and what the mock took, in milliseconds, in a new process."""
    processes.pytest(str(test.parent))
    told: dict[str, float] = json.loads(test.with_suffix(".json").read_text())
    return told


def _compared(runs: Sequence[Mapping[str, float]]) -> Spread:
    """Return the ratio in groups of runs: of each the median."""
    found = [run["mock"] / run["client"] for run in runs]
    return Spread.of(
        [statistics.median(found[start : start + _GROUP]) for start in range(0, len(found), _GROUP)]
    )
