"""Reports as JSON: for programs to read, and to be put together with those of other runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ...service.misuse import KmsMockError
from .ready import ready_test
from .rows import RunRow
from .summary import KeyUse, OperationUse, Summary
from .transport import test_from_json, test_to_json

_FORMAT: Final = "pytest-kmsmock run report 1"


def as_json(summary: Summary) -> str:
    """Return *summary* and all its rows, each operation, key and test on lines of its own."""
    run = summary.run
    members: dict[str, Any] = {
        "format": _FORMAT,
        "runs": list(run.ids),
        "totals": {
            "tests": run.count,
            "tests_with_calls": len(run.tests),
            "calls": summary.calls,
            "failures": summary.failures,
            "provoked": summary.provoked,
            "percent": round(summary.percent, 2),
        },
        "crashed": list(run.crashed),
        "operations": {name: _operation(use) for name, use in summary.operations.items()},
        "keys": [_key(use) for use in summary.keys],
        "tests": [test_to_json(test) for test in run.tests],
    }
    shown = ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in members.items())
    return f"{{\n{shown}\n}}\n"


def _lines(value: Any) -> str:
    """Return *value* as JSON, each of what it holds on a line."""
    if isinstance(value, Mapping) and value:
        inner = ",\n".join(
            f"  {json.dumps(name)}: {json.dumps(each)}" for name, each in value.items()
        )
        return f"{{\n{inner}\n}}"
    if isinstance(value, list) and value:
        inner = ",\n".join(f"  {json.dumps(each)}" for each in value)
        return f"[\n{inner}\n]"
    return json.dumps(value)


def _operation(use: OperationUse) -> dict[str, Any]:
    missing = use.not_provoked
    ready = ready_test(use, missing) if missing else None
    return {
        "calls": use.calls,
        "errors": use.errors,
        "provoked": list(use.provoked),
        "not_provoked": list(missing),
        "provoked_by": {name: list(tests) for name, tests in use.provoked.items()},
        "tests": list(dict.fromkeys(test.id for test in use.tests)),
        "ready_test": None
        if ready is None
        else {"file": ready.file, "class": ready.within, "text": ready.text},
    }


def _key(use: KeyUse) -> dict[str, Any]:
    return {
        "name": use.name,
        "spec": use.spec,
        "usage": use.usage,
        "account": use.account,
        "region": use.region,
        "calls": use.calls,
        "states": use.states,
        "tests": list(use.tests),
        "principals": list(use.principals),
    }


def read(path: Path) -> RunRow:
    """
    Return the run whose report as JSON *path* is.

    Raises:
        KmsMockError: It cannot be read, or is none.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KmsMockError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or value.get("format") != _FORMAT:
        raise KmsMockError(
            f"{path} is no report of this version of pytest-kmsmock; "
            "give it what `--kms-report=FILE.json` wrote."
        )
    try:
        return RunRow(
            tuple(map(str, value["runs"])),
            tuple(test_from_json(each) for each in value["tests"]),
            int(value["totals"]["tests"]),
            tuple(map(str, value["crashed"])),
            {
                name: (*use["provoked"], *use["not_provoked"])
                for name, use in value["operations"].items()
            },
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise KmsMockError(f"{path} is damaged: it is not as a run has written it.") from None
