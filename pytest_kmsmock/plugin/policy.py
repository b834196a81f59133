"""The policy of a run: `--kms-policy=FILE` writes what the recorded calls needed of IAM."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from ..backend import Backend
from ..calls.least_privilege import Needed, from_json, policy_for, to_json
from ..calls.needed import needed_by
from ..record import Row
from .taking import give_to

_OUTPUT: Final = "kmsmock_needed"
# How a run ends that has come to its end.
_WHOLE: Final = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


class PolicyOfRun:
    """
    Collects what tests need, and writes the policy at the end.

    A plugin of pytest, in each worker of pytest-xdist too: those hand on what they have.
    """

    def __init__(self, config: pytest.Config, file: str) -> None:
        self._file = Path(file).absolute()
        if not self._file.parent.is_dir():
            raise pytest.UsageError(f"--kms-policy={file}: there is no such folder")
        self._told = f"the IAM policy of this run: {self._file}"
        self._needed: set[Needed] = set()
        give_to(self, config)

    def take(self, item: pytest.Item, phase: str, rows: list[Row], backend: Backend) -> None:
        self._needed.update(needed_by(rows, backend))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        output = getattr(node, "workeroutput", {})
        self._needed.update(from_json(output.get(_OUTPUT, [])))
        if _OUTPUT not in output:
            self._told += " (without the calls of a worker that has crashed)"

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_OUTPUT] = to_json(self._needed)
            return
        if exitstatus not in _WHOLE or session.config.option.collectonly:
            self._told = f"the policy in {self._file} stays as it is, as the run is none"
            return
        text = json.dumps(policy_for(self._needed), indent=2, ensure_ascii=False)
        self._file.write_text(f"{text}\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.write_line(f"pytest-kmsmock: {self._told}")
